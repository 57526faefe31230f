import { randomUUID } from 'node:crypto';
import {
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type KeySchemaElement,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { DynamoConfig } from '../../config.ts';
import type { Logger } from '../../log.ts';
import { tableOf } from '../../microservice/table.ts';
import { TABLE } from '../../microservice/table-schema.ts';
import { KEPT_SECONDS, type Subject } from '../subject.ts';

/** The table of sessions and activity. */
export function dynamodb(config: DynamoConfig, log: Logger): Subject {
  const { store, sessions } = tableOf(config, log);
  const TableName = config.table;
  const prefix = `check-databases-${randomUUID()}`;
  const { signal } = new AbortController();
  return {
    name: 'dynamodb',
    async connect() {
      // A task may read items, and not describe tables everywhere.
      await sessions.find(prefix, signal);
      const secure = config.endpoint === undefined || config.endpoint.startsWith('https:');
      return { version: `DynamoDB in ${config.region}`, tls: secure ? 'HTTPS' : 'without TLS' };
    },
    async schema() {
      const { Table } = await store.use((client) => client.send(new DescribeTableCommand({ TableName })));
      const { TimeToLiveDescription: ttl } = await store.use((client) =>
        client.send(new DescribeTimeToLiveCommand({ TableName })),
      );
      const { timeToLive, index } = TABLE;
      const isOn = ttl?.AttributeName === timeToLive && (ttl.TimeToLiveStatus ?? '').startsWith('ENABL');
      return {
        found: `key ${TABLE.key.join(', ')}, index ${index.name}, time to live ${timeToLive}`,
        faults: [
          ...faultsOf(Table ?? {}),
          ...(isOn ? [] : [`time to live by the attribute ${timeToLive} is not switched on`]),
        ],
      };
    },
    async write(slot) {
      const session_id = `${prefix}-${slot}`;
      const session = { session_id, data: { what: 'A check of the databases' }, ttl: KEPT_SECONDS };
      await sessions.keep(session, signal);
      return session_id;
    },
    read: async (id) => (await sessions.find(id, signal)) !== undefined,
    async remove(ids) {
      for (const id of ids) {
        const Key = { session_id: { S: id } };
        await store.use((client) => client.send(new DeleteItemCommand({ TableName, Key })));
      }
    },
    close: () => store.close(),
  };
}

function faultsOf({
  TableStatus,
  AttributeDefinitions = [],
  KeySchema,
  GlobalSecondaryIndexes = [],
}: TableDescription) {
  const types = new Map(AttributeDefinitions.map((each) => [each.AttributeName, each.AttributeType]));
  const key = (parts: readonly KeySchemaElement[] = []) =>
    parts.map(({ AttributeName: name }) => `${name} ${types.get(name)}`).join(', ');
  const needed = (parts: readonly (keyof typeof TABLE.types)[]) =>
    parts.map((part) => `${part} ${TABLE.types[part]}`).join(', ');
  const index = GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === TABLE.index.name);
  const what = `index ${TABLE.index.name}`;
  const faults = [
    isUsable(TableStatus) ? '' : `the table is ${TableStatus}`,
    other('the key', key(KeySchema), needed(TABLE.key)),
    index ? other(what, key(index.KeySchema), needed(TABLE.index.key)) : `${what} is missing`,
    index && !isUsable(index.IndexStatus) ? `${what} is ${index.IndexStatus}` : '',
    index && index.Projection?.ProjectionType !== 'ALL' ? `${what} does not hold all attributes` : '',
  ];
  return faults.filter((fault) => fault !== '');
}

/** Both while it is changed are served, too. */
function isUsable(status: string | undefined): boolean {
  return status === 'ACTIVE' || status === 'UPDATING';
}

function other(what: string, found: string, needed: string): string {
  return found === needed ? '' : `${what} is of ${found}, not ${needed}`;
}
