import { UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { Waiting } from '../../errors.ts';
import { READY, type Change } from '../../graph/kind.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import { stateOf, tableDescriptions, type DescribedTable } from './table-descriptions.ts';
import { TABLES } from './tables.ts';

export interface ContinuousBackupsInputs {
  readonly tableArn: string;
  readonly enabled: boolean;
  /** How many days back the table can be restored, 1 to 35. */
  readonly periodDays: number;
}

/** Days that AWS keeps where nobody says otherwise. */
export const PERIOD_DAYS = 35;

/** Whether a table can be restored to any second of the last days. */
export const continuousBackupsKind: AwsKind<ContinuousBackupsInputs, DescribedTable> = {
  type: 'ContinuousBackups',
  collection: tableDescriptions,
  idempotency: 'natural',
  iam: onOwn('dynamodb:UpdateContinuousBackups').map((permission) => ({ ...permission, resource: TABLES })),
  after: [],

  find: (view, { tableArn }) => view.get(tableArn),
  diff({ enabled, periodDays }, record) {
    const isOn = record?.recovery?.PointInTimeRecoveryStatus === 'ENABLED';
    const changes: Change[] = isOn === enabled ? [] : [{ path: 'enabled', from: isOn, to: enabled }];
    const days = record?.recovery?.RecoveryPeriodInDays ?? PERIOD_DAYS;
    if (enabled && days !== periodDays) changes.push({ path: 'periodDays', from: days, to: periodDays });
    return changes;
  },
  state: () => READY,
  outputs: ({ table }) => ({ id: must(table.TableArn, 'TableArn') }),
  gone: () => false,
  needs: ({ table }) => [must(table.TableArn, 'TableArn')],

  async update({ session, wrote }, { tableArn, enabled, periodDays }, { table, hasBackups = true }) {
    const state = stateOf({ table });
    if (state.phase === 'pending' && table.TableStatus !== 'ACTIVE')
      throw new Waiting('WaitingForAws', `${state.message}; its recovery follows`);
    if (!hasBackups)
      throw new Waiting(
        'WaitingForAws',
        `AWS is still enabling backups of table ${table.TableName}; its recovery follows`,
      );
    await session.dynamodb.send(
      new UpdateContinuousBackupsCommand({
        TableName: table.TableName,
        PointInTimeRecoverySpecification: {
          PointInTimeRecoveryEnabled: enabled,
          ...(enabled && { RecoveryPeriodInDays: periodDays }),
        },
      }),
    );
    wrote(
      tableDescriptions,
      tableArn,
      (listed) =>
        listed && {
          ...listed,
          recovery: {
            PointInTimeRecoveryStatus: enabled ? ('ENABLED' as const) : ('DISABLED' as const),
            ...(enabled && { RecoveryPeriodInDays: periodDays }),
          },
        },
    );
  },
};
