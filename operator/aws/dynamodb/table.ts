import {
  CreateTableCommand,
  DeleteTableCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { Terminal, Waiting } from '../../errors.ts';
import { READY, type ActionContext, type Change, type Permission } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import { copyWords, restoredFrom } from '../copy.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList, tagsOf } from '../tags.ts';
import { requireLastBackup } from './last-backup.ts';
import { restoresOfTables, restoreTable } from './restore.ts';
import { brief, stateOf, tableDescriptions } from './table-descriptions.ts';
import type { DynamoDbTableInputs } from './table-inputs.ts';
import { definitions, indexOf, keySchema, throughput, within } from './table-words.ts';
import { arnIn, describeTable, tables, TABLES, type TableEntry } from './tables.ts';

/** A table, made with all that AWS takes at once. What can change of it is a facet, since AWS describes one table a call. */
export const dynamoDbTableKind: AwsKind<DynamoDbTableInputs, TableEntry> = {
  type: 'DynamoDbTable',
  collection: tables,
  idempotency: 'name',
  stateful: true,
  iam: [
    ...['CreateTable', 'TagResource'].map((action): Permission => ({
      action: `dynamodb:${action}`,
      on: 'new',
      resource: TABLES,
    })),
    ...onOwn(
      'dynamodb:CreateBackup',
      'dynamodb:DeleteTable',
      'dynamodb:TagResource',
      'dynamodb:UntagResource',
      'dynamodb:UpdateTable',
    ).map((permission) => ({ ...permission, resource: TABLES })),
    ...reads('dynamodb:DescribeTable', 'dynamodb:ListBackups', 'dynamodb:ListTagsOfResource'),
  ],
  after: [],
  copyOf: ({ restoreFrom }) => copyWords(restoreFrom),
  iamFor: ({ name, restoreFrom }) => (restoreFrom ? restoresOfTables(name) : []),

  diff(inputs, record) {
    if (!record || record.TableName === inputs.name) return [];
    return [{ path: 'name', from: record.TableName, to: inputs.name, replace: true }];
  },
  state: () => READY,
  outputs: ({ TableArn, TableName, Tags }) => ({
    id: TableArn,
    arn: TableArn,
    name: TableName,
    ...restoredFrom(tagsOf({ Tags })),
  }),
  gone: () => false,
  needs: () => [],

  async create(context, inputs) {
    if (inputs.restoreFrom) return restoreTable(context, inputs, inputs.restoreFrom);
    const { session, tags, wrote } = context;
    const answer = await session.dynamodb.send(
      new CreateTableCommand({ ...createOf(inputs), Tags: tagList(tags) }),
    );
    const table = must(answer.TableDescription, 'TableDescription');
    const TableArn = must(table.TableArn, 'TableArn');
    wrote(tableDescriptions, TableArn, () => ({ table: brief(table) }));
    return { TableArn, TableName: inputs.name, Tags: tagList(tags) };
  },
  async conflicting(session, { name }) {
    const table = await describeTable(session, name);
    if (table?.TableStatus === 'DELETING')
      throw new Waiting(
        'WaitingForAws',
        `the former table ${name} is still being deleted; the new one follows`,
      );
    const [found] = await tables.get(session, [arnIn(session, name)]);
    return found;
  },
  update: updateTags,
  async delete(context, { TableArn, TableName }) {
    const { session, keepsCopy, goingSince = new Date(), wrote } = context;
    const described = await describeTable(session, TableName);
    if (!described) return undefined;
    const table = brief(described);
    const state = stateOf({ table });
    if (state.phase !== 'deleting') {
      if (state.phase === 'pending') throw new Waiting('WaitingForAws', state.message);
      // Nobody can read it then, and so nobody can copy it.
      if (
        keepsCopy &&
        table.TableStatus === 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' &&
        state.phase === 'failed'
      )
        throw new Terminal(
          'AwsRefused',
          `${state.message}; until then no copy of it can be made, which deletionPolicy Delete would do without`,
        );
      if (keepsCopy) await requireLastBackup(session, table, goingSince);
      if (table.DeletionProtectionEnabled === true) await unprotect(context, TableArn, TableName);
      await unlessGone(session.dynamodb.send(new DeleteTableCommand({ TableName })));
    }
    // A table that is being deleted is listed to its end.
    wrote(
      tableDescriptions,
      TableArn,
      (record) => record && { ...record, table: { ...table, TableStatus: 'DELETING' as const } },
    );
    throw new Waiting('WaitingForAws', `table ${TableName} is being deleted`);
  },
};

/** The last thing before a table goes. DynamoDB takes no delete while it carries that out. */
async function unprotect(
  { session, wrote }: ActionContext<AwsSession>,
  arn: string,
  TableName: string,
): Promise<void> {
  const answer = await session.dynamodb.send(
    new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }),
  );
  const table = brief(must(answer.TableDescription, 'TableDescription'));
  wrote(tableDescriptions, arn, (listed) => ({ ...listed, table }));
  if (table.TableStatus !== 'ACTIVE')
    throw new Waiting('WaitingForAws', `table ${TableName} is losing its protection against deletion`);
}

function createOf(inputs: DynamoDbTableInputs) {
  const { name, key, units, globalIndexes, localIndexes, stream, kmsKeyArn } = inputs;
  const keys = [key, ...globalIndexes.map((index) => index.key), ...localIndexes.map((index) => index.key)];
  return {
    TableName: name,
    KeySchema: keySchema(key),
    AttributeDefinitions: definitions(inputs, keys),
    BillingMode: units ? ('PROVISIONED' as const) : ('PAY_PER_REQUEST' as const),
    ...(units && { ProvisionedThroughput: throughput(within(units)) }),
    ...(globalIndexes.length > 0 && { GlobalSecondaryIndexes: globalIndexes.map(indexOf) }),
    ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes.map(indexOf) }),
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream } }),
    ...(kmsKeyArn !== undefined && {
      SSESpecification: { Enabled: true, SSEType: 'KMS' as const, KMSMasterKeyId: kmsKeyArn },
    }),
    TableClass: inputs.tableClass,
    DeletionProtectionEnabled: inputs.deletionProtection,
  };
}

async function updateTags(
  { session, wrote }: ActionContext<AwsSession>,
  _inputs: DynamoDbTableInputs,
  { TableArn: ResourceArn }: TableEntry,
  changes: readonly Change[],
): Promise<void> {
  const writes = tagWrites(changes);
  const Tags = tagList(writes.set);
  if (Tags.length > 0) await session.dynamodb.send(new TagResourceCommand({ ResourceArn, Tags }));
  if (writes.unset.length > 0)
    await session.dynamodb.send(new UntagResourceCommand({ ResourceArn, TagKeys: writes.unset }));
  wrote(tables, ResourceArn, (record) => record && retagged(record, writes));
}
