import type { DynamoConfig } from '../config.ts';
import type { Logger } from '../log.ts';
import { type DynamoStore, dynamoStore } from '../stores/dynamo.ts';
import { type Activity, activityOf } from './activity/store.ts';
import { type Sessions, sessionsOf } from './sessions/store.ts';

/** What the microservice has in DynamoDB: one table of sessions and of what users did. */
export interface Table {
  readonly store: DynamoStore;
  readonly sessions: Sessions;
  readonly activity: Activity;
}

/** The table of the config. */
export function tableOf(config: DynamoConfig, log: Logger): Table {
  const store = dynamoStore(config);
  return { store, sessions: sessionsOf(store), activity: activityOf(store, log) };
}
