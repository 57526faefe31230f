import { dynamoStore } from '../stores/dynamo.ts';
import { postgresStore } from '../stores/postgres.ts';
import type { Store } from '../stores/store.ts';
import type { Surroundings, Workload } from '../workload.ts';
import { about } from './about.ts';
import { activityRoute } from './activity/routes.ts';
import { activityOf } from './activity/store.ts';
import { cacheRoutes } from './cache/routes.ts';
import { callRoutes } from './calls/routes.ts';
import { databaseHealth } from './database-health.ts';
import { sessionRoutes } from './sessions/routes.ts';
import { sessionsOf } from './sessions/store.ts';
import { userRoutes } from './users/routes.ts';
import { MIGRATIONS } from './users/schema.ts';
import { usersOf } from './users/store.ts';

const NAMES: readonly Store['name'][] = ['postgresql', 'dynamodb', 'redis'];

/** The microservice: provider, consumer or both, by its environment. */
export function microservice({ config, log, tally, redis }: Surroundings): Workload {
  const { database, requestTimeoutMs } = config;
  const postgres =
    database && postgresStore({ config: database, log, requestTimeoutMs, migrations: MIGRATIONS });
  const dynamo = config.dynamo && dynamoStore(config.dynamo);
  const activity = dynamo && activityOf(dynamo, log);
  const stores: Store[] = [postgres, dynamo, redis].filter((store) => store !== undefined);
  return {
    title: 'Microservice',
    description:
      'Provider or consumer of the platform, with users, sessions and a cache where it has their stores.',
    names: NAMES,
    stores,
    routes: [
      ...about({ config, names: NAMES, stores, tally }),
      ...callRoutes(config.consumers),
      ...cacheRoutes(redis, config.name),
      databaseHealth(NAMES, stores),
      ...userRoutes(postgres && usersOf(postgres), activity),
      activityRoute(activity),
      ...sessionRoutes(dynamo && sessionsOf(dynamo), activity),
    ],
  };
}
