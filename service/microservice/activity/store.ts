import { randomUUID } from 'node:crypto';
import { type AttributeValue, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Place } from '../../http/cursor.ts';
import type { Logger } from '../../log.ts';
import type { DynamoStore } from '../../stores/dynamo.ts';
import { codeOf } from '../../stores/health.ts';
import { TABLE } from '../table-schema.ts';

/** Something that a user did, or that was done for them. */
export interface Act {
  readonly action: string;
  /** ISO 8601, in UTC. */
  readonly timestamp: string;
  readonly details: Readonly<Record<string, unknown>>;
}

interface Page {
  readonly acts: readonly Act[];
  /** Where the next page begins, if there is one. */
  readonly next: Place | undefined;
}

/** What users did, for thirty days. */
export interface Activity {
  /** Written behind the answer: that it fails is logged, and no reason for a request to fail or to wait. */
  record(user: string, action: string, details: Act['details']): void;
  /** The latest first. */
  list(user: string, limit: number, after: Place | undefined, abortSignal: AbortSignal): Promise<Page>;
}

/** Keeps apart in the key what is an activity and what a session, whose ids have no `#`. */
const PREFIX = 'activity#';

const KEPT_SECONDS = 30 * 24 * 3600;

/** While DynamoDB is slow, requests must not fill the memory with what is still to be written. */
const MOST_UNWRITTEN = 100;

type Item = Record<string, AttributeValue>;

/** The activity in the table of the sessions, by its index of users. */
export function activityOf(dynamo: DynamoStore, log: Logger): Activity {
  const { table: TableName } = dynamo;
  let unwritten = 0;
  const write = async (Item: Item) => {
    unwritten += 1;
    try {
      await dynamo.use((client) => client.send(new PutItemCommand({ TableName, Item })));
    } catch (error) {
      log.warn({ store: 'dynamodb', reason: codeOf(error) }, 'an activity is not recorded');
    } finally {
      unwritten -= 1;
    }
  };
  return {
    record(user, action, details) {
      if (unwritten >= MOST_UNWRITTEN)
        return log.warn({ store: 'dynamodb', reason: 'Overloaded' }, 'an activity is not recorded');
      const now = Date.now();
      dynamo.behind(
        write({
          session_id: { S: `${PREFIX}${randomUUID()}` },
          user_id: { S: user },
          timestamp: { N: `${now}` },
          action: { S: action },
          details: { S: JSON.stringify(details) },
          ttl: { N: `${Math.floor(now / 1000) + KEPT_SECONDS}` },
        }),
      );
    },
    async list(user, limit, after, abortSignal) {
      const { Items = [], LastEvaluatedKey } = await dynamo.use((client) =>
        client.send(
          new QueryCommand({
            TableName,
            IndexName: TABLE.index.name,
            KeyConditionExpression: 'user_id = :user',
            ExpressionAttributeValues: { ':user': { S: user } },
            ScanIndexForward: false,
            // One more than asked for: whether there is a next page.
            Limit: limit + 1,
            ...(after && { ExclusiveStartKey: keyOf(user, after) }),
          }),
          { abortSignal },
        ),
      );
      const last = Items.length > limit ? Items[limit - 1] : LastEvaluatedKey;
      return { acts: Items.slice(0, limit).map(actOf), next: last && placeIn(last) };
    },
  };
}

function keyOf(user: string, { ms, id }: Place): Item {
  return { session_id: { S: `${PREFIX}${id}` }, user_id: { S: user }, timestamp: { N: `${ms}` } };
}

function placeIn(item: Item): Place {
  return { ms: Number(item['timestamp']?.N), id: item['session_id']?.S?.slice(PREFIX.length) ?? '' };
}

function actOf(item: Item): Act {
  return {
    action: item['action']?.S ?? '',
    timestamp: new Date(Number(item['timestamp']?.N)).toISOString(),
    details: JSON.parse(item['details']?.S ?? '{}') as Act['details'],
  };
}
