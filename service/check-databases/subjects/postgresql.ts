import { randomUUID } from 'node:crypto';
import type { DatabaseConfig } from '../../config.ts';
import type { Logger } from '../../log.ts';
import { MIGRATIONS } from '../../microservice/users/schema.ts';
import { usersOf } from '../../microservice/users/store.ts';
import { type Postgres, postgresStore } from '../../stores/postgres.ts';
import { definedBy, plain, type Tables } from '../definitions.ts';
import { counted, differences, tableIn } from '../differences.ts';
import { CONNECTIONS, type Subject } from '../subject.ts';

/** Of the schema that statements without one are about. */
const HERE = '(select oid from pg_namespace where nspname = current_schema())';

const COLUMNS = `select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull as required
  from pg_attribute a join pg_class c on c.oid = a.attrelid
  where c.relnamespace = ${HERE} and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped`;

const INDEXES = `select t.relname as table, i.relname as name, x.indisunique as unique,
    array(select pg_get_indexdef(x.indexrelid, n, true) from generate_series(1, x.indnkeyatts) n) as columns
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
  where t.relnamespace = ${HERE} and x.indisvalid`;

/** PostgreSQL, with the users of the microservice. */
export function postgresql(config: DatabaseConfig, log: Logger, requestTimeoutMs: number): Subject {
  const postgres = postgresStore({ config: { ...config, poolSize: CONNECTIONS }, log, requestTimeoutMs });
  const users = usersOf(postgres);
  return {
    name: 'postgresql',
    async connect() {
      const [row] = await postgres.query<{ version: string; tls: string | null }>({
        text: `select split_part(current_setting('server_version'), ' ', 1) as version,
          (select version from pg_stat_ssl where pid = pg_backend_pid()) as tls`,
      });
      return { version: `PostgreSQL ${row?.version}`, tls: row?.tls ?? 'without TLS' };
    },
    async schema() {
      const needed = definedBy(MIGRATIONS, (table) => `${table}_pkey`);
      return { found: counted(needed), faults: differences(needed, await tablesIn(postgres)) };
    },
    async write() {
      const mark = `check-${randomUUID()}`;
      const made = await users.create({
        username: mark,
        email: `${mark}@example.invalid`,
        full_name: 'A check of the databases',
      });
      if ('taken' in made) throw new Error('a name at random is taken');
      return made.user.id;
    },
    read: async (id) => (await users.find(id)) !== undefined,
    async remove(ids) {
      await postgres.query({ text: 'delete from users where id = any($1)', values: [ids] });
    },
    close: () => postgres.close(),
  };
}

async function tablesIn(postgres: Postgres): Promise<Tables> {
  const tables: Tables = new Map();
  const columns = await postgres.query<{ table: string; name: string; type: string; required: boolean }>({
    text: COLUMNS,
  });
  for (const { table, name, type, required } of columns)
    tableIn(tables, table).columns.set(name, { type: short(type), required });
  const indexes = await postgres.query<{ table: string; name: string; unique: boolean; columns: string[] }>({
    text: INDEXES,
  });
  for (const { table, name, unique, columns } of indexes)
    // `lower(email::text)` is what lower(email) becomes.
    tableIn(tables, table).indexes.set(name, {
      unique,
      columns: columns.map((each) => each.replaceAll(/::\w+/g, '')),
    });
  return tables;
}

/** A type as people write it. */
function short(type: string): string {
  return plain(
    type.replace('character varying', 'varchar').replace('timestamp with time zone', 'timestamptz'),
  );
}
