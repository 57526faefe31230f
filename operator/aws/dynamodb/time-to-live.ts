import { UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { Waiting } from '../../errors.ts';
import { READY } from '../../graph/kind.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import { stateOf, tableDescriptions, type DescribedTable } from './table-descriptions.ts';
import { TABLES } from './tables.ts';

export interface TimeToLiveInputs {
  readonly tableArn: string;
  /** Attribute that says when an item ends; empty where none does. */
  readonly attribute: string;
}

/** By which attribute items end. AWS takes up to an hour to make a change of it hold, and takes no other meanwhile. */
export const timeToLiveKind: AwsKind<TimeToLiveInputs, DescribedTable> = {
  type: 'TimeToLive',
  collection: tableDescriptions,
  idempotency: 'natural',
  iam: onOwn('dynamodb:UpdateTimeToLive').map((permission) => ({ ...permission, resource: TABLES })),
  after: [],

  find: (view, { tableArn }) => view.get(tableArn),
  diff({ attribute }, record) {
    const from = record ? attributeOf(record) : '';
    return from === attribute ? [] : [{ path: 'attribute', from, to: attribute }];
  },
  state: () => READY,
  outputs: ({ table }) => ({ id: must(table.TableArn, 'TableArn') }),
  gone: () => false,
  needs: ({ table }) => [must(table.TableArn, 'TableArn')],

  async update({ session, wrote }, { tableArn, attribute }, record) {
    const { table, timeToLive } = record;
    const state = stateOf({ table });
    // Not before the table is there, and not while it is being changed.
    if (state.phase === 'pending' && table.TableStatus !== 'ACTIVE')
      throw new Waiting('WaitingForAws', `${state.message}; its time to live follows`);
    if (timeToLive?.TimeToLiveStatus === 'DISABLING')
      throw new Waiting(
        'WaitingForAws',
        `AWS is still ending the former time to live of table ${table.TableName}, which takes up to an hour; the next follows`,
      );
    const now = attributeOf(record);
    // Another attribute comes only after the former one has gone.
    const [AttributeName, Enabled] = now === '' ? [attribute, true] : [now, false];
    await session.dynamodb.send(
      new UpdateTimeToLiveCommand({
        TableName: table.TableName,
        TimeToLiveSpecification: { AttributeName, Enabled },
      }),
    );
    const TimeToLiveStatus = Enabled ? ('ENABLING' as const) : ('DISABLING' as const);
    wrote(
      tableDescriptions,
      tableArn,
      (listed) => listed && { ...listed, timeToLive: { AttributeName, TimeToLiveStatus } },
    );
  },
};

/** The attribute that holds, or is about to. */
function attributeOf({ timeToLive }: DescribedTable): string {
  const isOn = timeToLive?.TimeToLiveStatus === 'ENABLED' || timeToLive?.TimeToLiveStatus === 'ENABLING';
  return isOn ? (timeToLive.AttributeName ?? '') : '';
}
