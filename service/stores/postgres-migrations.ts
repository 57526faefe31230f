import { Client, type ClientConfig } from 'pg';
import type { Migration } from './schema.ts';

/** Any number that nothing else in the database locks by: "landfall" in ASCII, of which an advisory lock has eight bytes. */
const LOCK = '7809644606330596460';

/** A migration waits for those of other tasks, and may have a large table to go through. */
const STATEMENT_MS = 60_000;

/**
 * Applies what the database has not seen yet, in one transaction and by one task at a time. A version that this task does
 * not know is of a newer one beside it, whose steps only add.
 */
export async function migrate(
  config: ClientConfig,
  migrations: readonly Migration[],
  signal: AbortSignal,
): Promise<void> {
  // The driver's own timeout is for a server that does not answer at all, not even that the statement took too long.
  const client = new Client({
    ...config,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + 5000,
  });
  // A connection that breaks tells it to the statement, too; without a listener it would end the process.
  client.on('error', () => undefined);
  const end = () => void client.end();
  signal.addEventListener('abort', end);
  try {
    await client.connect();
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await client.query(
      'create table if not exists schema_migrations (version integer primary key, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ version: number }>('select version from schema_migrations');
    const applied = new Set(rows.map(({ version }) => version));
    for (const { version, statements } of migrations.filter(({ version }) => !applied.has(version))) {
      for (const statement of statements) await client.query(statement);
      await client.query('insert into schema_migrations (version) values ($1)', [version]);
    }
    await client.query('commit');
  } finally {
    signal.removeEventListener('abort', end);
    // What is not committed is undone with the connection.
    await client.end();
  }
}
