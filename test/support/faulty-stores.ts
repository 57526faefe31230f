import type { Database } from '../../k8s-local/databases/container.ts';
import { startDynamoTable } from '../../k8s-local/databases/dynamo.ts';
import { startMysql } from '../../k8s-local/databases/mysql.ts';
import { startPostgres } from '../../k8s-local/databases/postgres.ts';
import { startRedis } from '../../k8s-local/databases/redis.ts';
import type { Store } from '../../service/stores/store.ts';
import { environmentOf } from './check-databases.ts';
import { type Relay, startRelay } from './relay.ts';

/** A store that things happen to. */
export interface FaultyStore {
  /** How the service is told of it. */
  readonly env: Readonly<Record<string, string>>;
  /** What it must not log. */
  readonly secret: string;
  /** Counts the connections to it. */
  readonly relay: Relay;
  /** Ends it at once (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it after `kill`, and resolves when it lets clients in. */
  start(): Promise<void>;
  /** It stands still: connections stay open, new ones are made, nothing is answered. */
  pause(): Promise<void>;
  unpause(): Promise<void>;
  stop(): Promise<void>;
}

async function faulty(prefix: 'DB' | 'REDIS', starting: Promise<Database>): Promise<FaultyStore> {
  const database = await starting;
  const relay = await startRelay(database.port);
  const { env, [Symbol.asyncDispose]: forget } = await environmentOf(prefix, {
    ...database,
    port: relay.port,
  });
  return {
    env,
    secret: database.password,
    relay,
    kill: async () => void (await Promise.all([database.kill(), relay.refuse()])),
    async start() {
      await database.start();
      await relay.accept();
    },
    pause: () => database.pause(),
    unpause: () => database.unpause(),
    async stop() {
      await relay.stop();
      await database.stop();
      await forget();
    },
  };
}

/**
 * The table of DynamoDB. What is killed is what its clients connect to: a region keeps what it has acknowledged, which the local AWS
 * does only as long as it lives.
 */
async function faultyTable(): Promise<FaultyStore> {
  const table = await startDynamoTable();
  const relay = await startRelay(Number(new URL(table.endpoint).port));
  return {
    env: {
      ...table.env,
      DYNAMODB_TABLE: table.table,
      DYNAMODB_REGION: table.region,
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${relay.port}`,
    },
    secret: table.credentials.secretAccessKey,
    relay,
    kill: () => relay.refuse(),
    start: () => relay.accept(),
    pause: async () => table.pause(),
    unpause: async () => table.unpause(),
    async stop() {
      await relay.stop();
      await table.stop();
    },
  };
}

/** Starts one of each sort. */
export async function startFaultyStores(): Promise<Readonly<Record<Store['name'], FaultyStore>>> {
  const [postgresql, mysql, redis, dynamodb] = await Promise.all([
    faulty('DB', startPostgres()),
    faulty('DB', startMysql()),
    faulty('REDIS', startRedis()),
    faultyTable(),
  ]);
  return { postgresql, mysql, redis, dynamodb };
}
