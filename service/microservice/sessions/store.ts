import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoStore } from '../../stores/dynamo.ts';
import type { NewSession, Session } from './schema.ts';

/** The sessions of a table. */
export interface Sessions {
  /** Keeps a session, in place of a former one of its id. */
  keep(session: NewSession, abortSignal: AbortSignal): Promise<Session>;
  find(id: string, abortSignal: AbortSignal): Promise<Session | undefined>;
}

/**
 * The sessions in a table. Their data is kept as JSON text: numbers, empty texts and halves of surrogate pairs come back as
 * they were sent, as they would not as DynamoDB's own types.
 */
export function sessionsOf(dynamo: DynamoStore): Sessions {
  const { table: TableName } = dynamo;
  return {
    async keep({ session_id, data, ttl }, abortSignal) {
      const ends = Math.floor(Date.now() / 1000) + ttl;
      const Item = {
        session_id: { S: session_id },
        data: { S: JSON.stringify(data) },
        ttl: { N: `${ends}` },
      };
      await dynamo.use((client) => client.send(new PutItemCommand({ TableName, Item }), { abortSignal }));
      return { session_id, data, ttl, expires_at: timeOf(ends) };
    },
    async find(session_id, abortSignal) {
      const { Item } = await dynamo.use((client) =>
        client.send(
          new GetItemCommand({
            TableName,
            Key: { session_id: { S: session_id } },
            // Who has just made it finds it.
            ConsistentRead: true,
          }),
          { abortSignal },
        ),
      );
      const data = Item?.['data']?.S;
      const ends = Number(Item?.['ttl']?.N);
      // DynamoDB deletes what has ended within days: Amazon DynamoDB Developer Guide, "Using time to live".
      const ttl = Math.ceil(ends - Date.now() / 1000);
      if (data === undefined || !(ttl > 0)) return undefined;
      return { session_id, data: JSON.parse(data) as Session['data'], ttl, expires_at: timeOf(ends) };
    },
  };
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
