import { createPool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import type { DatabaseConfig } from '../config.ts';
import type { Logger } from '../log.ts';
import { healthOf } from './health.ts';
import { migrateMysql } from './mysql-migrations.ts';
import { type Migration, schemaOf, unavailable } from './schema.ts';
import type { Store } from './store.ts';
import { databaseTls } from './tls.ts';

const CONNECT_MS = 2000;
const LONGEST_QUERY_MS = 5000;
const MIGRATION_MS = 60_000;
/** Requests that wait for a connection at most; who comes later is told 503 at once. */
const QUEUE = 1000;

/** What takes the place of a `?`. Never part of the SQL: statements are prepared by the server. */
export type Value = string | number | Date | Buffer | null;

/** A row by its columns, as the driver reads it. */
export type Row = Readonly<Record<string, unknown>>;

/** A key that must be unique is taken. */
export class DuplicateKey extends Error {
  override name = 'DuplicateKey';
}

/** MySQL, or MariaDB. Statements throw a 503 where the database does not answer in time or does not work. */
export interface MysqlStore extends Store {
  readonly name: 'mysql';
  rows(sql: string, values: readonly Value[], signal: AbortSignal): Promise<Row[]>;
  /** The number of rows that were found to change. Throws {@link DuplicateKey}. */
  change(sql: string, values: readonly Value[], signal: AbortSignal): Promise<number>;
}

interface Options {
  readonly config: DatabaseConfig;
  readonly log: Logger;
  /** Without any, nothing is changed, and the schema is taken as it is. */
  readonly migrations?: readonly Migration[];
  /** How long a request may take: a statement gives up before, so that its caller learns why. */
  readonly requestTimeoutMs: number;
}

/** A pool of connections, made when they are needed, and a schema that is brought up to date behind them. */
export function mysqlStore({ config, log, migrations, requestTimeoutMs }: Options): MysqlStore {
  const pool = poolOf(config);
  const queryMs = Math.min(LONGEST_QUERY_MS, requestTimeoutMs * 0.75);

  /** One connection for what is done with it, which is let go of or, where it may still be busy, cut. */
  async function connected<T>(ms: number, signal: AbortSignal, work: (one: PoolConnection) => Promise<T>) {
    const ending = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
    try {
      const one = await orAborted(pool.getConnection(), ending, (late) => late.release());
      try {
        const result = await orAborted(work(one), ending);
        one.release();
        return result;
      } catch (error) {
        if (isOfStatement(error)) one.release();
        else one.destroy();
        throw error;
      }
    } catch (error) {
      throw told(error);
    }
  }

  const schema =
    migrations &&
    schemaOf('mysql', log, () =>
      connected(MIGRATION_MS, new AbortController().signal, (one) => migrateMysql(one, migrations)),
    );
  async function run<T extends RowDataPacket[] | ResultSetHeader>(
    sql: string,
    values: readonly Value[],
    signal: AbortSignal,
  ): Promise<T> {
    schema?.require();
    const [result] = await connected(queryMs, signal, (one) => one.execute<T>(sql, [...values]));
    return result;
  }

  return {
    name: 'mysql',
    rows: (sql, values, signal) => run<RowDataPacket[]>(sql, values, signal),
    change: async (sql, values, signal) => (await run<ResultSetHeader>(sql, values, signal)).affectedRows,
    health: healthOf(async (signal) => {
      await connected(queryMs, signal, (one) => one.ping());
      schema?.require();
    }),
    async close() {
      schema?.stop();
      await pool.end();
    },
  };
}

function poolOf({ host, port, user, password, database, tls, poolSize }: DatabaseConfig) {
  const pool = createPool({
    host,
    port,
    user,
    ...(password === undefined ? {} : { password }),
    database,
    // The driver looks at the name in the certificate only where it is told to.
    ...(tls ? { ssl: { ...databaseTls(tls), verifyIdentity: true } } : {}),
    connectTimeout: CONNECT_MS,
    connectionLimit: poolSize,
    queueLimit: QUEUE,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    // A reset at each release is a round trip, and forgets what is prepared; nothing here changes a session.
    resetOnRelease: false,
    multipleStatements: false,
    charset: 'utf8mb4',
    timezone: 'Z',
  });
  // The driver listens to the first error of a connection; one after it would end the process.
  pool.on('connection', (connection) => connection.on('error', () => undefined));
  return pool;
}

/** What comes first: the end of the work, or the signal. Work that ends after the signal is handed to `late`. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal, late?: (result: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('no answer in time'));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    work
      .then((result) => {
        if (signal.aborted) late?.(result);
        resolve(result);
      }, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

interface DriverError {
  readonly code: string;
  readonly errno?: number;
  readonly sqlState?: string;
}

const isDriverError = (error: unknown): error is DriverError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

/** Classes of SQLSTATE that are about the statement and its values (data, integrity, syntax): the connection works. */
const isOfStatement = (error: unknown): boolean =>
  isDriverError(error) && /^(22|23|42)/.test(error.sqlState ?? '');

/** An error without the SQL, the values and the user's name, which those of the driver carry. */
function told(error: unknown): Error {
  if (!isDriverError(error)) return unavailable('mysql', error);
  const { code, errno, sqlState } = error;
  if (errno === 1062) return new DuplicateKey(code);
  const bare = Object.assign(new Error(`MySQL answered ${code}`), { code });
  return sqlState !== undefined && isOfStatement(error) ? bare : unavailable('mysql', bare);
}
