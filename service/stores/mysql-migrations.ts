import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Migration } from './schema.ts';

/** How long a task waits for another that is at it; it tries again later. */
const LOCK_SECONDS = 20;

/** Locks are of the server, not of the database. */
const LOCK = "CONCAT('landfall-schema:', SHA1(DATABASE()))";

const RECORDS = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version INT NOT NULL PRIMARY KEY,
  applied_at DATETIME(3) NOT NULL
) CHARACTER SET utf8mb4`;

/**
 * Does the steps that the database has not seen, one task at a time. MySQL commits each statement that changes the schema by
 * itself, so a step that was cut short is done again: its statements have to bear that (`IF NOT EXISTS`).
 */
export async function migrateMysql(one: PoolConnection, migrations: readonly Migration[]): Promise<void> {
  const [[lock]] = await one.query<RowDataPacket[]>(`SELECT GET_LOCK(${LOCK}, ?) AS held`, [LOCK_SECONDS]);
  if (lock?.['held'] !== 1) throw new Error('another task is changing the schema');
  try {
    await one.query(RECORDS);
    const [done] = await one.query<RowDataPacket[]>('SELECT version FROM schema_migrations');
    const versions = new Set(done.map((row) => Number(row['version'])));
    for (const { version, statements } of migrations) {
      if (versions.has(version)) continue;
      for (const statement of statements) await one.query(statement);
      await one.query('INSERT INTO schema_migrations (version, applied_at) VALUES (?, ?)', [
        version,
        new Date(),
      ]);
    }
  } finally {
    // Where the connection is lost, so is the lock.
    await one.query(`SELECT RELEASE_LOCK(${LOCK})`).catch(() => undefined);
  }
}
