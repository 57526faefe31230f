import { beforeEach, expect, test } from 'vitest';

import { eventually as really } from '../../support/eventually.ts';
import { aws, refused } from './harness.ts';
import { eventually } from './held-clock.ts';
import { type Params, call, rest } from './plain-client.ts';
import { backupRole } from './vaults.ts';

/** DynamoDB's tables, and AWS Backup's selections. */
export function tables(): void {
  interface Table {
    TableStatus: string;
    GlobalSecondaryIndexes?: { IndexName: string; IndexStatus: string }[];
  }

  const dynamo = <T>(action: string, params: Params = {}) =>
    call<T>('dynamodb', action, { TableName: 'items', ...params });
  const create = () =>
    dynamo<{ TableDescription: Table }>('CreateTable', {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
  const read = async () => (await dynamo<{ Table: Table }>('DescribeTable')).Table;
  const until = (check: (table: Table) => boolean) =>
    eventually(async () => {
      const found = await read();
      return check(found) ? found : undefined;
    });
  const active = () => until((found) => found.TableStatus === 'ACTIVE');
  const addIndex = (IndexName: string) =>
    dynamo('UpdateTable', {
      AttributeDefinitions: ['id', 'by'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName,
            KeySchema: [{ AttributeName: 'by', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        },
      ],
    });

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
  });

  test('a table refuses changes while it is made, changed or deleted, and makes one index at a time', async () => {
    const empty = await aws().dump();
    expect((await create()).TableDescription.TableStatus).toBe('CREATING');
    const busy = /^Attempt to change a resource which is still in use: Table is being created: items$/;
    await refused(dynamo('DeleteTable'), 'ResourceInUseException', busy);
    const recovery = { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } };
    await refused(dynamo('UpdateContinuousBackups', recovery), 'ContinuousBackupsUnavailableException');
    await active();
    // Backups are enabled a moment later.
    await refused(dynamo('UpdateContinuousBackups', recovery), 'ContinuousBackupsUnavailableException');
    const backups = () =>
      dynamo<{ ContinuousBackupsDescription: { ContinuousBackupsStatus: string } }>(
        'DescribeContinuousBackups',
      );
    await eventually(async () => {
      const { ContinuousBackupsStatus } = (await backups()).ContinuousBackupsDescription;
      return ContinuousBackupsStatus === 'ENABLED' ? true : undefined;
    });
    await dynamo('UpdateContinuousBackups', recovery);

    await addIndex('first');
    expect((await read()).TableStatus).toBe('UPDATING');
    await refused(addIndex('second'), 'ResourceInUseException', /being updated/);
    const building = await active();
    expect(building.GlobalSecondaryIndexes).toMatchObject([{ IndexName: 'first', IndexStatus: 'CREATING' }]);
    await refused(addIndex('second'), 'LimitExceededException', /Only 1 online index/);
    await until((found) => found.GlobalSecondaryIndexes?.[0]?.IndexStatus === 'ACTIVE');

    const expire = (Enabled: boolean) =>
      dynamo('UpdateTimeToLive', { TimeToLiveSpecification: { Enabled, AttributeName: 'until' } });
    await expire(true);
    const tooSoon = () => refused(expire(false), 'ValidationException', /modified multiple times/);
    await tooSoon();
    await eventually(async () => {
      const found = await dynamo<{ TimeToLiveDescription: { TimeToLiveStatus: string } }>(
        'DescribeTimeToLive',
      );
      return found.TimeToLiveDescription.TimeToLiveStatus === 'ENABLED' ? true : undefined;
    });
    await tooSoon();
    await dynamo('UpdateTable', { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'first' } }] });
    await until((found) => (found.GlobalSecondaryIndexes ?? []).length === 0);

    expect((await dynamo<{ TableDescription: Table }>('DeleteTable')).TableDescription.TableStatus).toBe(
      'DELETING',
    );
    await eventually(() =>
      read().then(
        () => undefined,
        () => true,
      ),
    );
    await refused(dynamo('DeleteTable'), 'ResourceNotFoundException');
    expect((await aws().dump()) === empty).toBe(true);
  });

  test('time stands still while the clock is held, and goes on when it is released', async () => {
    await create();
    await aws().letPass(0.1);
    expect((await read()).TableStatus).toBe('CREATING');
    await aws().letPass(0.1);
    expect((await read()).TableStatus).toBe('ACTIVE');
    await dynamo('UpdateTable', { DeletionProtectionEnabled: false });
    await aws().release();
    await really('the table is active', async () => (await read()).TableStatus === 'ACTIVE');
    await expect(aws().letPass(1)).rejects.toThrow('hold the clock first');
  });

  test('a backup plan has selections, made once for a request, and goes after them', async () => {
    const empty = await aws().dump();
    const Rules = [{ RuleName: 'daily', TargetBackupVaultName: 'vault' }];
    const plan = await rest<{ BackupPlanId: string }>('backup', 'PUT', '/backup/plans/', {
      BackupPlan: { BackupPlanName: 'plan', Rules },
    });
    const path = `/backup/plans/${plan.BackupPlanId}`;
    const select = (SelectionName: string, CreatorRequestId: string) =>
      rest<{ SelectionId: string }>('backup', 'PUT', `${path}/selections/`, {
        BackupSelection: { SelectionName, IamRoleArn: 'arn:aws:iam::123456789012:role/backup' },
        CreatorRequestId,
      });
    const unknown = /^IAM Role \S+ cannot be assumed by AWS Backup$/;
    await refused(select('tables', 'one'), 'InvalidParameterValueException', unknown);
    const role = await backupRole();
    const { SelectionId } = await select('tables', 'one');
    expect((await select('tables', 'one')).SelectionId).toBe(SelectionId);
    await refused(select('tables', 'two'), 'AlreadyExistsException');
    await refused(select('others', 'one'), 'AlreadyExistsException');
    const listed = await rest<{ BackupSelectionsList: unknown[] }>('backup', 'GET', `${path}/selections/`);
    expect(listed.BackupSelectionsList).toMatchObject([{ SelectionId, SelectionName: 'tables' }]);
    const found = await rest('backup', 'GET', `${path}/selections/${SelectionId}`);
    expect(found).toMatchObject({ BackupSelection: { SelectionName: 'tables' } });
    await refused(rest('backup', 'DELETE', path), 'InvalidRequestException', /prior to backup plan deletion/);
    await rest('backup', 'DELETE', `${path}/selections/${SelectionId}`);
    await refused(rest('backup', 'GET', `${path}/selections/${SelectionId}`), 'ResourceNotFoundException');
    await rest('backup', 'DELETE', path);
    await role.remove();
    expect((await aws().dump()) === empty).toBe(true);
  });
}
