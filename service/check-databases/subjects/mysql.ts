import { randomUUID } from 'node:crypto';
import type { DatabaseConfig } from '../../config.ts';
import type { Logger } from '../../log.ts';
import { companiesIn } from '../../portal/companies/table.ts';
import { MIGRATIONS } from '../../portal/schema.ts';
import { type MysqlStore, mysqlStore, type Row } from '../../stores/mysql.ts';
import { definedBy, plain, type Tables } from '../definitions.ts';
import { counted, differences, tableIn } from '../differences.ts';
import { CONNECTIONS, type Subject } from '../subject.ts';

// With names of their own: servers differ in whether those of this schema are large or small.
const COLUMNS = `SELECT TABLE_NAME AS ofTable, COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable,
  COLLATION_NAME AS collation FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()`;

const INDEXES = `SELECT TABLE_NAME AS ofTable, INDEX_NAME AS name, NON_UNIQUE AS nonUnique, COLUMN_NAME AS ofColumn
  FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`;

/** A statement with more is refused in time by no server. */
const AT_ONCE = 500;

/** MySQL or MariaDB, with the companies of the portal. */
export function mysql(config: DatabaseConfig, log: Logger, requestTimeoutMs: number): Subject {
  const store = mysqlStore({ config: { ...config, poolSize: CONNECTIONS }, log, requestTimeoutMs });
  const companies = companiesIn(store);
  const { signal } = new AbortController();
  return {
    name: 'mysql',
    async connect() {
      const [server] = await store.rows('SELECT VERSION() AS version', [], signal);
      const [session = {}] = await store.rows("SHOW SESSION STATUS LIKE 'Ssl_version'", [], signal);
      const version = String(server?.['version']);
      return {
        version: version.includes('MariaDB')
          ? version.replace(/^([\d.]+).*/, 'MariaDB $1')
          : `MySQL ${version}`,
        tls: text(session, 'Value') || 'without TLS',
      };
    },
    async schema() {
      const needed = definedBy(MIGRATIONS, () => 'PRIMARY');
      return { found: counted(needed), faults: differences(needed, await tablesIn(store, signal)) };
    },
    async write() {
      const id = randomUUID();
      await companies.add(
        {
          id,
          companyName: 'A check of the databases',
          registrationNumber: `check-${id}`,
          businessType: 'check',
          address: 'none',
          contactPerson: 'none',
          email: 'check@example.invalid',
          phone: '00000',
          submittedDate: new Date().toISOString(),
          status: 'rejected',
        },
        signal,
      );
      return id;
    },
    read: async (id) => (await companies.find(id, signal)) !== undefined,
    async remove(ids) {
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const some = ids.slice(at, at + AT_ONCE);
        const places = some.map(() => '?').join(', ');
        await store.change(`DELETE FROM companies WHERE id IN (${places})`, some, signal);
      }
    },
    close: () => store.close(),
  };
}

async function tablesIn(store: MysqlStore, signal: AbortSignal): Promise<Tables> {
  const tables: Tables = new Map();
  for (const row of await store.rows(COLUMNS, [], signal))
    tableIn(tables, text(row, 'ofTable')).columns.set(text(row, 'name'), {
      type: plain(text(row, 'type')),
      required: text(row, 'nullable') === 'NO',
      collation: text(row, 'collation'),
    });
  for (const row of await store.rows(INDEXES, [], signal)) {
    const { indexes } = tableIn(tables, text(row, 'ofTable'));
    const name = text(row, 'name');
    indexes.set(name, {
      unique: Number(row['nonUnique']) === 0,
      columns: [...(indexes.get(name)?.columns ?? []), text(row, 'ofColumn')],
    });
  }
  return tables;
}

function text(row: Row, field: string): string {
  return String(row[field]);
}
