import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { Waiting } from '../../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import { brief, stateOf, tableDescriptions, type DescribedTable } from './table-descriptions.ts';
import { TABLES } from './table.ts';

export interface TableProtectionInputs {
  readonly tableArn: string;
  readonly enabled: boolean;
}

/** Whether a table can be deleted: all that is changed of one that goes. Of one that stays it is one of its settings. */
export const tableProtectionKind: AwsKind<TableProtectionInputs, DescribedTable> = {
  type: 'TableProtection',
  collection: tableDescriptions,
  idempotency: 'natural',
  iam: onOwn('dynamodb:UpdateTable').map((permission) => ({ ...permission, resource: TABLES })),
  after: [],

  find: (view, { tableArn }) => view.get(tableArn),
  diff({ enabled }, record) {
    const from = record?.table.DeletionProtectionEnabled ?? false;
    return from === enabled ? [] : [{ path: 'deletionProtection', from, to: enabled }];
  },
  state: stateOf,
  outputs: ({ table }) => ({ id: must(table.TableArn, 'TableArn') }),
  gone: () => false,
  needs: ({ table }) => [must(table.TableArn, 'TableArn')],

  async update({ session, wrote }, { tableArn, enabled }, { table }) {
    const state = stateOf({ table });
    if (table.TableStatus !== 'ACTIVE' && state.phase === 'pending')
      throw new Waiting('WaitingForAws', state.message);
    const answer = await session.dynamodb.send(
      new UpdateTableCommand({ TableName: table.TableName, DeletionProtectionEnabled: enabled }),
    );
    const shown = brief(must(answer.TableDescription, 'TableDescription'));
    wrote(tableDescriptions, tableArn, (listed) => ({ ...listed, table: shown }));
  },
};
