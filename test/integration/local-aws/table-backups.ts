import { beforeEach, describe, expect, test } from 'vitest';

import { aws, refused } from './harness.ts';
import { type Params, call } from './plain-client.ts';
import { type Table, active, create, dynamo, onDemand, read, update } from './table.ts';

/** DynamoDB: backups, and tables that are made of them. */
export function tableBackups(): void {
  interface Recovery {
    ContinuousBackupsDescription: { PointInTimeRecoveryDescription: Record<string, unknown> };
  }

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
  });

  describe('a backup', () => {
    interface Backup {
      BackupArn: string;
      BackupStatus: string;
    }
    const backUp = async (BackupName = 'kept') =>
      (await dynamo<{ BackupDetails: Backup }>('CreateBackup', { BackupName })).BackupDetails;

    test('is made in its time, outlives its table, and makes another', async () => {
      const empty = await aws().dump();
      await create({ ...onDemand, Tags: [{ Key: 'a', Value: 'b' }], DeletionProtectionEnabled: true });
      await refused(backUp(), 'ContinuousBackupsUnavailableException', /Please retry later/);
      const { TableId } = await active();
      await aws().letPass(0.2);
      await refused(backUp('no spaces'), 'ValidationException', /backupName/);
      const made = await backUp();
      expect(made.BackupStatus).toBe('CREATING');
      expect((await backUp()).BackupArn).not.toBe(made.BackupArn);
      const { BackupArn } = made;
      await refused(dynamo('DeleteBackup', { BackupArn }), 'BackupInUseException');
      const restore = (TargetTableName: string) =>
        dynamo<{ TableDescription: Table }>('RestoreTableFromBackup', { TargetTableName, BackupArn });
      await refused(restore('other'), 'BackupInUseException');
      await update({ DeletionProtectionEnabled: false });
      await active();
      await dynamo('DeleteTable');
      await aws().letPass(1);
      await refused(read(), 'ResourceNotFoundException');
      const listed = await dynamo<{ BackupSummaries: Backup[] }>('ListBackups');
      expect(listed.BackupSummaries).toMatchObject([
        { BackupStatus: 'AVAILABLE', TableId },
        { BackupStatus: 'AVAILABLE', TableId },
      ]);

      expect((await restore('other')).TableDescription).toMatchObject({
        TableStatus: 'CREATING',
        RestoreSummary: { RestoreInProgress: true },
      });
      await refused(restore('other'), 'TableAlreadyExistsException');
      const restored = await active('other');
      expect(restored.TableId).not.toBe(TableId);
      expect(restored).toMatchObject({
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        DeletionProtectionEnabled: false,
        RestoreSummary: { RestoreInProgress: false },
      });
      const tags = await call<{ Tags: unknown }>('dynamodb', 'ListTagsOfResource', {
        ResourceArn: restored.TableArn,
      });
      expect(tags.Tags).toEqual([]);
      await dynamo('DeleteTable', { TableName: 'other' });
      for (const found of listed.BackupSummaries) {
        await dynamo('DeleteBackup', { BackupArn: found.BackupArn });
      }
      await refused(dynamo('DeleteBackup', { BackupArn }), 'BackupNotFoundException');
      expect((await aws().dump()) === empty).toBe(true);
    });

    test('of every second is there where recovery is on, for up to 35 days', async () => {
      await create();
      await active();
      await aws().letPass(0.2);
      const recover = (PointInTimeRecoverySpecification: Params) =>
        dynamo<Recovery>('UpdateContinuousBackups', { PointInTimeRecoverySpecification });
      const restore = (params: Params) =>
        dynamo('RestoreTableToPointInTime', {
          SourceTableName: 'items',
          TargetTableName: 'other',
          ...params,
        });
      const latest = { UseLatestRestorableTime: true };
      await refused(restore(latest), 'PointInTimeRecoveryUnavailableException');
      const on = { PointInTimeRecoveryEnabled: true };
      await refused(
        recover({ ...on, RecoveryPeriodInDays: 36 }),
        'ValidationException',
        /less than or equal/,
      );
      await refused(
        recover({ ...on, RecoveryPeriodInDays: 0 }),
        'ValidationException',
        /greater than or equal/,
      );
      await recover({ ...on, RecoveryPeriodInDays: 7 });
      const found = await dynamo<Recovery>('DescribeContinuousBackups');
      const described = found.ContinuousBackupsDescription.PointInTimeRecoveryDescription;
      expect(described).toMatchObject({ PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 7 });
      expect(described['LatestRestorableDateTime']).toEqual(described['EarliestRestorableDateTime']);
      await refused(restore({}), 'ValidationException');
      await refused(restore({ RestoreDateTime: 1 }), 'InvalidRestoreTimeException');
      await restore(latest);
      const restored = await active('other');
      expect(restored.RestoreSummary).toMatchObject({ SourceTableArn: (await read()).TableArn });
      const RestoreDateTime = described['LatestRestorableDateTime'] as number;
      await restore({ TargetTableName: 'third', RestoreDateTime });
      expect((await active('third')).RestoreSummary).toMatchObject({ RestoreDateTime });
      const other = await dynamo<Recovery>('DescribeContinuousBackups', { TableName: 'other' });
      expect(other.ContinuousBackupsDescription.PointInTimeRecoveryDescription).toEqual({
        PointInTimeRecoveryStatus: 'DISABLED',
      });
    });
  });
}
