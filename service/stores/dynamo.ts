import { DynamoDBClient, DynamoDBServiceException, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { DynamoConfig } from '../config.ts';
import { healthOf } from './health.ts';
import { unavailable } from './schema.ts';
import type { Store } from './store.ts';

/** A table of DynamoDB. */
export interface DynamoStore extends Store {
  readonly table: string;
  /** Sends commands; throws a 503 where DynamoDB does not work, does not let this service in, or has too much to do. */
  use<T>(commands: (client: DynamoDBClient) => Promise<T>): Promise<T>;
  /** Lets something come to its end behind an answer; `close` waits for it. It may not throw. */
  behind(work: Promise<void>): void;
}

/** Answers that say that what was sent is wrong: the same again is refused again. */
const OURS = new Set(['ValidationException', 'SerializationException']);

/** But not where an index is still to be made, or being filled. */
const INDEX_TO_COME = /specified index|backfilling/;

/** No session is called so: it has a character that none may have. */
const NOBODY = { session_id: { S: 'health#' } };

/** The table, which is reached when it is first needed. Credentials are those that the SDK finds: of a task, its role's. */
export function dynamoStore({ table, region, endpoint }: DynamoConfig): DynamoStore {
  const client = new DynamoDBClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 3,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 1000,
      requestTimeout: 2000,
      // Otherwise the SDK only warns, and waits on.
      throwOnRequestTimeout: true,
    }),
  });
  const unfinished = new Set<Promise<void>>();
  const use = async <T>(commands: (client: DynamoDBClient) => Promise<T>): Promise<T> => {
    try {
      return await commands(client);
    } catch (error) {
      const ours =
        error instanceof DynamoDBServiceException &&
        OURS.has(error.name) &&
        !INDEX_TO_COME.test(error.message);
      throw ours ? error : unavailable('dynamodb', error);
    }
  };
  return {
    name: 'dynamodb',
    table,
    use,
    behind(work) {
      unfinished.add(work);
      void work.finally(() => unfinished.delete(work));
    },
    // A task may read items, and not describe tables everywhere.
    health: healthOf((abortSignal) =>
      use((client) => client.send(new GetItemCommand({ TableName: table, Key: NOBODY }), { abortSignal })),
    ),
    async close() {
      await Promise.all(unfinished);
      client.destroy();
    },
  };
}
