import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, test } from 'vitest';

import { aws, clientOptions, refused } from './harness.ts';
import { eventually } from './held-clock.ts';
import { type Params, call, rest } from './plain-client.ts';

/** A role of the home account that AWS Backup may assume; its ARN, and how to delete it. */
export async function backupRole(): Promise<{ arn: string; remove: () => Promise<unknown> }> {
  const iam = new IAMClient(clientOptions(aws()));
  const RoleName = 'backup';
  const Statement = [
    { Effect: 'Allow', Principal: { Service: 'backup.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  return {
    arn: `arn:aws:iam::123456789012:role/${RoleName}`,
    remove: () => iam.send(new DeleteRoleCommand({ RoleName })),
  };
}

/** AWS Backup: vaults, plans, jobs and recovery points. */
export function backupVaults(): void {
  interface Job {
    BackupJobId: string;
    RecoveryPointArn: string;
    State: string;
    StatusMessage?: string;
  }
  interface Points {
    RecoveryPoints: { RecoveryPointArn: string; Status: string }[];
  }

  const backup = <T>(method: string, path: string, params?: Params) =>
    rest<T>('backup', method, path, params);
  const createVault = (name = 'vault', params: Params = {}) =>
    backup<{ BackupVaultArn: string }>('PUT', `/backup-vaults/${name}`, params);
  const rule = (params: Params = {}) => ({ RuleName: 'daily', TargetBackupVaultName: 'vault', ...params });
  const createPlan = (params: Params = {}, request: Params = {}) =>
    backup<{ BackupPlanId: string; VersionId: string }>('PUT', '/backup/plans/', {
      BackupPlan: { BackupPlanName: 'plan', Rules: [rule(params)] },
      ...request,
    });

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
  });

  describe('a vault', () => {
    test('has a name that is taken once, unless the same request comes again, and a key that is there', async () => {
      await refused(createVault('a'), 'InvalidParameterValueException');
      await refused(createVault('a.b'), 'InvalidParameterValueException');
      const { BackupVaultArn } = await createVault('vault', { CreatorRequestId: 'one' });
      await refused(createVault(), 'AlreadyExistsException');
      await refused(createVault('vault', { CreatorRequestId: 'two' }), 'AlreadyExistsException');
      expect((await createVault('vault', { CreatorRequestId: 'one' })).BackupVaultArn).toBe(BackupVaultArn);
      const none = { EncryptionKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/none' };
      await refused(createVault('other', none), 'InvalidParameterValueException', /KMS key/);
    });

    test('that is not there is one that may not be seen', async () => {
      await refused(
        backup('GET', '/backup-vaults/vault'),
        'AccessDeniedException',
        /^Insufficient privileges to perform this action\.$/,
      );
      await refused(backup('DELETE', '/backup-vaults/vault'), 'ResourceNotFoundException');
    });
  });

  describe('tags', () => {
    test('are those of what is there, whether or not a slash ends the path', async () => {
      const { BackupVaultArn } = await createVault('vault', { BackupVaultTags: { a: '1', b: '2' } });
      const tagsOf = async (arn: string, end = '') =>
        (await backup<{ Tags: object }>('GET', `/tags/${encodeURIComponent(arn)}${end}`)).Tags;
      expect(await tagsOf(BackupVaultArn)).toEqual({ a: '1', b: '2' });
      const path = encodeURIComponent(BackupVaultArn);
      await backup('POST', `/tags/${path}`, { Tags: { c: '3' } });
      await backup('POST', `/untag/${path}`, { TagKeyList: ['a'] });
      expect(await tagsOf(BackupVaultArn, '/')).toEqual({ b: '2', c: '3' });
      const none = `${BackupVaultArn}s`;
      await refused(tagsOf(none), 'ResourceNotFoundException');
      await refused(
        backup('POST', `/tags/${encodeURIComponent(none)}`, { Tags: { c: '3' } }),
        'ResourceNotFoundException',
      );
    });
  });

  describe('a plan', () => {
    test('has rules that AWS can keep', async () => {
      const error = (words: string) => new RegExp(`^Error in rule daily : .*${words}`);
      for (const [params, words] of [
        [{ ScheduleExpression: 'daily' }, 'schedule expression'],
        [{ StartWindowMinutes: 30 }, 'at least 60'],
        [{ Lifecycle: { DeleteAfterDays: 0 } }, 'cannot be less than 1 or more than 36500 days'],
        [{ Lifecycle: { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 119 } }, 'less than 90 days apart'],
        [
          { EnableContinuousBackup: true, Lifecycle: { MoveToColdStorageAfterDays: 30 } },
          'MoveToColdStorageAfterDays is unavailable',
        ],
        [
          {
            CopyActions: [
              { DestinationBackupVaultArn: 'arn:aws:backup:eu-west-1:222222222222:backup-vault:none' },
            ],
          },
          'does not exist',
        ],
      ] satisfies [Params, string][]) {
        await refused(createPlan(params), 'InvalidParameterValueException', error(words));
      }
      const { BackupVaultArn } = await createVault('copies');
      await createPlan({
        ScheduleExpression: 'cron(0 5 ? * * *)',
        Lifecycle: { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 120 },
        CopyActions: [{ DestinationBackupVaultArn: BackupVaultArn }],
      });
    });

    test('is made once for a request and a document, and has a new version with every change', async () => {
      const one = { CreatorRequestId: 'one' };
      const { BackupPlanId, VersionId } = await createPlan({}, one);
      expect((await createPlan({}, one)).BackupPlanId).toBe(BackupPlanId);
      await refused(createPlan({ StartWindowMinutes: 60 }, one), 'AlreadyExistsException');
      await refused(createPlan(), 'AlreadyExistsException', /same plan document/);
      // Names are not what is told apart by.
      await createPlan({ StartWindowMinutes: 60 });
      const path = `/backup/plans/${BackupPlanId}`;
      const BackupPlan = { BackupPlanName: 'renamed', Rules: [rule()] };
      const changed = await backup<{ VersionId: string }>('POST', path, { BackupPlan });
      expect(changed.VersionId).not.toBe(VersionId);
      const names = async (query: string) => {
        type Found = { BackupPlan: { BackupPlanName: string } };
        return (await backup<Found>('GET', `${path}/${query}`)).BackupPlan.BackupPlanName;
      };
      expect(await names('')).toBe('renamed');
      expect(await names(`?versionId=${VersionId}`)).toBe('plan');
      await refused(names('?versionId=none'), 'ResourceNotFoundException');
      await refused(backup('POST', '/backup/plans/none', { BackupPlan }), 'ResourceNotFoundException');
    });
  });

  describe('a job', () => {
    const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/items';
    const start = (ResourceArn: string, IamRoleArn: string, params: Params = {}) =>
      backup<Job>('PUT', '/backup-jobs', { BackupVaultName: 'vault', ResourceArn, IamRoleArn, ...params });
    const job = (id: string) => backup<Job>('GET', `/backup-jobs/${id}`);
    const ended = (id: string) =>
      eventually(async () => {
        const found = await job(id);
        return ['COMPLETED', 'FAILED'].includes(found.State) ? found : undefined;
      });
    const inVault = async () =>
      (await backup<Points>('GET', '/backup-vaults/vault/recovery-points/')).RecoveryPoints;
    const pointPath = (arn: string) => `/backup-vaults/vault/recovery-points/${encodeURIComponent(arn)}`;
    const createTable = () =>
      call('dynamodb', 'CreateTable', {
        TableName: 'items',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      });

    test('makes a recovery point, which outlives the table and holds the vault', async () => {
      const empty = await aws().dump();
      const role = await backupRole();
      await refused(start(table, role.arn), 'ResourceNotFoundException', /vault/);
      await createVault();
      await refused(start(table, role.arn), 'ResourceNotFoundException', /items/);
      await createTable();
      await refused(
        start(table, `${role.arn}s`),
        'InvalidParameterValueException',
        /cannot be assumed by AWS Backup/,
      );
      await refused(start('arn:aws:s3:::bucket', role.arn), 'InvalidParameterValueException');
      const { BackupJobId } = await start(table, role.arn, { RecoveryPointTags: { a: 'b' } });
      expect((await job(BackupJobId)).State).toBe('CREATED');
      await aws().letPass(0.3);
      expect((await job(BackupJobId)).State).toBe('RUNNING');
      expect(await inVault()).toMatchObject([{ Status: 'CREATING' }]);
      const { RecoveryPointArn, State } = await ended(BackupJobId);
      expect(State).toBe('COMPLETED');
      const found = { RecoveryPointArn, ResourceArn: table, ResourceType: 'DynamoDB', Status: 'COMPLETED' };
      expect(await inVault()).toMatchObject([found]);
      expect(await backup('GET', pointPath(RecoveryPointArn))).toMatchObject(found);
      const ofTable = await backup<Points>('GET', `/resources/${encodeURIComponent(table)}/recovery-points/`);
      expect(ofTable.RecoveryPoints).toMatchObject([{ RecoveryPointArn }]);
      expect(await backup('GET', '/backup-vaults/vault')).toMatchObject({ NumberOfRecoveryPoints: 1 });

      await call('dynamodb', 'DeleteTable', { TableName: 'items' });
      await aws().letPass(1);
      const words = /^Backup vault cannot be deleted because it contains recovery points\.$/;
      const deleteVault = () => backup('DELETE', '/backup-vaults/vault');
      await refused(deleteVault(), 'InvalidRequestException', words);
      await backup('DELETE', pointPath(RecoveryPointArn));
      expect(await inVault()).toMatchObject([{ Status: 'DELETING' }]);
      await refused(deleteVault(), 'InvalidRequestException', words);
      await aws().letPass(0.3);
      await refused(backup('GET', pointPath(RecoveryPointArn)), 'ResourceNotFoundException');
      await deleteVault();
      await role.remove();
      expect((await aws().dump()) === empty).toBe(true);
    });

    test('of a database is a snapshot, and fails while the database is not available', async () => {
      const role = await backupRole();
      await createVault();
      await call('rds', 'CreateDBInstance', {
        DBInstanceIdentifier: 'one',
        DBInstanceClass: 'db.t3.small',
        Engine: 'mysql',
        EngineVersion: '8.0.35',
        AllocatedStorage: 20,
        MasterUsername: 'admin',
        MasterUserPassword: 'not-a-secret',
      });
      const database = 'arn:aws:rds:us-east-1:123456789012:db:one';
      await aws().letPass(0.3);
      const early = await start(database, role.arn);
      // It is still rebooting when the job begins.
      await call('rds', 'RebootDBInstance', { DBInstanceIdentifier: 'one' });
      const failed = await ended(early.BackupJobId);
      expect(failed).toMatchObject({ State: 'FAILED' });
      expect(failed.StatusMessage).toMatch(/not in available state/);
      await aws().letPass(1);
      const { BackupJobId } = await start(database, role.arn);
      const { RecoveryPointArn, State } = await ended(BackupJobId);
      expect(State).toBe('COMPLETED');
      expect(RecoveryPointArn).toBe(
        `arn:aws:rds:us-east-1:123456789012:snapshot:awsbackup:job-${BackupJobId}`,
      );
      const snapshots = async () =>
        JSON.stringify(await call('rds', 'DescribeDBSnapshots', { SnapshotType: 'awsbackup' }));
      expect(await snapshots()).toContain('"SnapshotType":"awsbackup"');
      await backup('DELETE', pointPath(RecoveryPointArn));
      await aws().letPass(1);
      expect(await snapshots()).not.toContain('awsbackup');
    });
  });
}
