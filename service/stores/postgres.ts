import { Pool, type PoolClient, type PoolConfig, type QueryConfig, type QueryResultRow } from 'pg';
import type { DatabaseConfig } from '../config.ts';
import type { Logger } from '../log.ts';
import { codeOf, healthOf } from './health.ts';
import { migrate } from './postgres-migrations.ts';
import { loggable, RefusedByDatabase, told } from './postgres-errors.ts';
import { type Migration, schemaOf } from './schema.ts';
import type { Store } from './store.ts';
import { databaseTls } from './tls.ts';

/** A statement; one with a name is prepared once for each connection. */
export interface Statement extends QueryConfig {
  /** Milliseconds, instead of the pool's. */
  readonly query_timeout?: number;
}

/** A database of PostgreSQL, by a pool of connections. */
export interface Postgres extends Store {
  /** The rows. Throws a 503 where the database does not work, or its schema is not there yet. */
  query<Row extends QueryResultRow>(statement: Statement): Promise<Row[]>;
}

interface PostgresOptions {
  readonly config: DatabaseConfig;
  readonly log: Logger;
  readonly requestTimeoutMs: number;
  /** Without any, nothing is changed, and the schema is taken as it is. */
  readonly migrations?: readonly Migration[];
}

/** A second less than the two that a check of health may take, so that its connection is not held for longer. */
const HEALTH_MS = 1000;

/** Opens the pool, which connects when it is first needed, and begins to bring the schema up to date. */
export function postgresStore({ config, log, requestTimeoutMs, migrations }: PostgresOptions): Postgres {
  const connection = connectionOf(config, requestTimeoutMs);
  const pool = new Pool({
    ...connection,
    max: config.poolSize,
    // With the time to connect, what is left of a request's time is enough to answer 503. The driver's own timeout is for a
    // server that does not answer at all, not even that a statement took too long.
    statement_timeout: Math.min(5000, requestTimeoutMs * 0.5),
    query_timeout: Math.min(6000, requestTimeoutMs * 0.6),
  });
  // An idle connection that breaks is dropped by the pool, which ends the process if nobody listens.
  pool.on('error', (error) =>
    log.warn({ store: 'postgresql', reason: codeOf(error) }, 'a connection is lost'),
  );
  // So does one that breaks in use between two statements.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const schema =
    migrations &&
    schemaOf('postgresql', log, (signal) =>
      migrate(connection, migrations, signal).catch((error: unknown) => {
        throw loggable(error);
      }),
    );

  const run = async <Row extends QueryResultRow>(statement: Statement): Promise<Row[]> => {
    let client: PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw told(error);
    }
    try {
      const { rows } = await client.query<Row>(statement);
      client.release();
      return rows;
    } catch (error) {
      const what = told(error);
      // One that was refused is as good as before; of any other nobody knows what it still waits for.
      client.release(!(what instanceof RefusedByDatabase));
      throw what;
    }
  };

  return {
    name: 'postgresql',
    query: (statement) => {
      schema?.require();
      return run(statement);
    },
    health: healthOf(async () => {
      await run({ text: 'select 1', query_timeout: HEALTH_MS });
      schema?.require();
    }),
    async close() {
      schema?.stop();
      await pool.end();
    },
  };
}

function connectionOf(config: DatabaseConfig, requestTimeoutMs: number): PoolConfig {
  return {
    host: config.host,
    port: config.port,
    user: config.user,
    password: config.password,
    database: config.database,
    ssl: config.tls ? databaseTls(config.tls) : false,
    application_name: 'landfall-service',
    // To wait for a connection that is free, or to make one.
    connectionTimeoutMillis: Math.min(2000, requestTimeoutMs * 0.25),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
