import { Pool, type PoolConfig, type QueryConfig, type QueryResultRow } from 'pg';
import type { DatabaseConfig } from '../config.ts';
import type { Logger } from '../log.ts';
import { codeOf, healthOf } from './health.ts';
import { migrate } from './postgres-migrations.ts';
import { loggable } from './postgres-errors.ts';
import { lanesOf } from './postgres-lanes.ts';
import { type Migration, schemaOf } from './schema.ts';
import type { Store } from './store.ts';
import { databaseTls, shared } from './tls.ts';

/** A database of PostgreSQL, by a pool of connections. */
export interface Postgres extends Store {
  /** The rows; a statement with a name is prepared once for each connection. Throws a 503 where the database does not work, or its schema is not there yet. */
  query<Row extends QueryResultRow>(statement: QueryConfig): Promise<Row[]>;
}

interface PostgresOptions {
  readonly config: DatabaseConfig;
  readonly log: Logger;
  readonly requestTimeoutMs: number;
  /** Without any, nothing is changed, and the schema is taken as it is. */
  readonly migrations?: readonly Migration[];
}

/** Opens the pool, which connects when it is first needed, and begins to bring the schema up to date. */
export function postgresStore({ config, log, requestTimeoutMs, migrations }: PostgresOptions): Postgres {
  const connection = connectionOf(config, requestTimeoutMs);
  const pool = new Pool({
    ...connection,
    pipeline: true,
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

  const run = lanesOf(pool, config.poolSize);

  return {
    name: 'postgresql',
    query: (statement) => {
      schema?.require();
      return run(statement);
    },
    health: healthOf(async () => {
      await run({ text: 'select 1' });
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
    ssl: config.tls ? shared(databaseTls(config.tls)) : false,
    application_name: 'landfall-service',
    // To wait for a connection that is free, or to make one.
    connectionTimeoutMillis: Math.min(2000, requestTimeoutMs * 0.25),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
