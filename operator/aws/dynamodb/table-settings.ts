import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { Waiting } from '../../errors.ts';
import { onOwn } from '../permissions.ts';
import { must, type AwsKind } from '../kind.ts';
import { changesOf } from './table-changes.ts';
import { brief, stateOf, tableDescriptions, type DescribedTable } from './table-descriptions.ts';
import type { TableSettingsInputs } from './table-inputs.ts';
import { nextStep } from './table-steps.ts';
import { isScaled } from './table-words.ts';
import { describeTable, TABLES } from './tables.ts';

/** What can change of a table, one thing after the other, as DynamoDB demands. */
export const tableSettingsKind: AwsKind<TableSettingsInputs, DescribedTable> = {
  type: 'TableSettings',
  collection: tableDescriptions,
  idempotency: 'natural',
  iam: onOwn('dynamodb:UpdateTable').map((permission) => ({ ...permission, resource: TABLES })),
  after: [],

  find: (view, { tableArn }) => view.get(tableArn),
  // A table is made with all of it.
  diff: (inputs, record) => (record ? changesOf(inputs, record.table) : []),
  state: stateOf,
  outputs: ({ table }) => ({
    id: must(table.TableArn, 'TableArn'),
    name: must(table.TableName, 'TableName'),
    state: (table.TableStatus ?? '').toLowerCase(),
    ...(table.StreamSpecification?.StreamEnabled === true && { streamArn: table.LatestStreamArn ?? '' }),
  }),
  gone: () => false,
  needs: ({ table }) => [must(table.TableArn, 'TableArn')],

  async update({ session, wrote }, inputs, record) {
    const { TableArn, TableName = '' } = record.table;
    // What is listed may be half an hour old, and AWS sets units meanwhile: aws-controllers-k8s/community#1067.
    const now = isScaled(inputs) ? await describeTable(session, TableName) : undefined;
    let table = now ? brief(now) : record.table;
    for (;;) {
      const step = nextStep(inputs, table, changesOf(inputs, table));
      if (!step) return;
      const state = stateOf({ table });
      if (state.phase !== 'ready')
        throw new Waiting(
          'WaitingForAws',
          state.phase === 'pending' ? `${state.message}; the next change follows` : state.message,
        );
      const answer = await session.dynamodb.send(new UpdateTableCommand({ TableName, ...step }));
      table = brief(must(answer.TableDescription, 'TableDescription'));
      const shown = table;
      wrote(tableDescriptions, must(TableArn, 'TableArn'), (listed) => ({ ...listed, table: shown }));
      if (stateOf({ table }).phase !== 'ready') return;
    }
  },
};
