import { beforeEach, describe, expect, test } from 'vitest';

import { aws, refused } from './harness.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';
import { type Params, call } from './plain-client.ts';
import {
  cluster,
  clusterAvailable,
  createCluster,
  createInstance,
  createMember,
  createSubnetGroup,
  describeCluster,
  describeInstance,
  gone,
  instance,
  modify,
  modifyCluster,
  rds,
  skip,
  status,
  subnetGroup,
} from './rds-calls.ts';

/** RDS: snapshots, automated ones too, and what is made of them. */
export function databaseSnapshots(): void {
  let network: OwnNetwork;
  const value = 'InvalidParameterValue';
  const combination = 'InvalidParameterCombination';
  const two = { DBInstanceIdentifier: 'two' };
  const kept = { DBSnapshotIdentifier: 'kept' };
  const automated = async (id: string) => {
    const params = { DBInstanceIdentifier: id, SnapshotType: 'automated' };
    const { DBSnapshots } = await rds<{ DBSnapshots: unknown }>('DescribeDBSnapshots', params);
    return Array.isArray(DBSnapshots) ? DBSnapshots.length : 0;
  };
  const inherited = {
    Engine: 'mysql',
    EngineVersion: '8.0.40',
    AllocatedStorage: '30',
    StorageEncrypted: 'true',
    MasterUsername: 'admin',
    DBName: 'shop',
    BackupRetentionPeriod: '5',
  };
  const asNew = {
    DeletionProtection: 'false',
    MultiAZ: 'false',
    DBParameterGroups: [{ DBParameterGroupName: 'default.mysql8.0' }],
  };
  const createSource = async () => {
    const { KeyMetadata } = await call<{ KeyMetadata: { Arn: string } }>('kms', 'CreateKey');
    const group = { DBParameterGroupName: 'mine' };
    await rds('CreateDBParameterGroup', { ...group, DBParameterGroupFamily: 'mysql8.0', Description: 'd' });
    await createInstance(network, {
      ...group,
      EngineVersion: '8.0.40',
      AllocatedStorage: 30,
      StorageEncrypted: true,
      KmsKeyId: KeyMetadata.Arn,
      DBName: 'shop',
      BackupRetentionPeriod: 5,
      DeletionProtection: true,
      MultiAZ: true,
    });
    await status('available');
    return KeyMetadata.Arn;
  };

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    network = await ownNetwork();
    await createSubnetGroup(...network.subnets);
  });

  test('a final one whose name is bad or taken is refused before anything is deleted', async () => {
    await createInstance(network);
    await status('available');
    await rds('CreateDBSnapshot', { ...instance, ...kept });
    await status('available');
    const remove = (FinalDBSnapshotIdentifier: string) =>
      rds('DeleteDBInstance', { ...instance, FinalDBSnapshotIdentifier });
    await refused(remove('a--b'), value, /^The parameter FinalDBSnapshotIdentifier is not a valid/);
    await refused(remove('kept'), 'DBSnapshotAlreadyExists');
    expect((await describeInstance()).DBInstanceStatus).toBe('available');

    await createCluster(network);
    await clusterAvailable();
    const ofCluster = { ...cluster, DBClusterSnapshotIdentifier: 'kept' };
    const long = { DBClusterSnapshotIdentifier: 'a'.repeat(64) };
    await refused(
      rds('CreateDBClusterSnapshot', { ...ofCluster, ...long }),
      value,
      /longer than 63 characters/,
    );
    await rds('CreateDBClusterSnapshot', ofCluster);
    await clusterAvailable();
    const removeCluster = (FinalDBSnapshotIdentifier: string) =>
      rds('DeleteDBCluster', { ...cluster, FinalDBSnapshotIdentifier });
    await refused(removeCluster('1st'), value, /^The parameter FinalDBSnapshotIdentifier is not a valid/);
    await refused(removeCluster('kept'), 'DBClusterSnapshotAlreadyExistsFault');
    expect((await describeCluster()).Status).toBe('available');
  });

  test('automated ones are there while they are retained', async () => {
    const words = /^Invalid backup retention period: \d+\. Retention period must be between \d and 35\.$/;
    await refused(createInstance(network, { BackupRetentionPeriod: 36 }), value, words);
    await refused(createCluster(network, { BackupRetentionPeriod: 0 }), value, words);
    await createInstance(network, { BackupRetentionPeriod: 0 });
    await status('available');
    expect(await automated('one')).toBe(0);
    await refused(
      rds('RestoreDBInstanceToPointInTime', {
        SourceDBInstanceIdentifier: 'one',
        TargetDBInstanceIdentifier: 'two',
        UseLatestRestorableTime: true,
      }),
      'PointInTimeRestoreNotEnabled',
    );
    await rds('ModifyDBInstance', { ...instance, BackupRetentionPeriod: 7 });
    expect(await status('available')).toMatchObject({
      BackupRetentionPeriod: '0',
      PendingModifiedValues: { BackupRetentionPeriod: '7' },
    });
    await modify({ BackupRetentionPeriod: 7 });
    await status('available');
    expect(await automated('one')).toBe(1);
    // From one period to another it waits for nothing.
    await rds('ModifyDBInstance', { ...instance, BackupRetentionPeriod: 8 });
    expect(await status('available')).toMatchObject({ BackupRetentionPeriod: '8' });
    await modify({ BackupRetentionPeriod: 0 });
    await status('available');
    expect(await automated('one')).toBe(0);
    await createCluster(network);
    await clusterAvailable();
    await createMember(two);
    await status('available', 'two');
    expect(await automated('two')).toBe(0);
    await refused(modifyCluster({ BackupRetentionPeriod: 0 }), value, words);
  });

  describe('automated ones of what was deleted', () => {
    interface Backup {
      DbiResourceId: string;
      Status: string;
    }
    const backups = async (params: Params = {}) =>
      (await rds<{ DBInstanceAutomatedBackups: Backup[] | '' }>('DescribeDBInstanceAutomatedBackups', params))
        .DBInstanceAutomatedBackups || [];
    const told = async (params?: Params) =>
      (await backups(params)).map(({ DbiResourceId, Status }) => `${DbiResourceId} ${Status}`).sort();
    const idOf = async () => (await describeInstance<{ DbiResourceId: string }>()).DbiResourceId;
    const remove = async (params: Params) => {
      await rds('DeleteDBInstance', { ...instance, ...skip, ...params });
      await gone(() => describeInstance());
    };

    test('are told apart by the resource id, and make an instance of the same name', async () => {
      await createInstance(network, { BackupRetentionPeriod: 3 });
      await status('available');
      const first = await idOf();
      expect(await told()).toEqual([`${first} active`]);
      await remove({ DeleteAutomatedBackups: false });
      expect(await told({ DbiResourceId: first })).toEqual([`${first} retained`]);
      const restore = (SourceDbiResourceId: string) =>
        rds('RestoreDBInstanceToPointInTime', {
          SourceDbiResourceId,
          TargetDBInstanceIdentifier: 'one',
          UseLatestRestorableTime: true,
          ...subnetGroup,
        });
      await refused(restore('db-NONE'), 'DBInstanceAutomatedBackupNotFound');
      await refused(told({ DbiResourceId: 'db-NONE' }), 'DBInstanceAutomatedBackupNotFound');
      // Within the minute of the first.
      await restore(first);
      await status('available');
      const second = await idOf();
      expect(await told({ ...instance })).toEqual([`${first} retained`, `${second} active`].sort());
      await modify({ DBInstanceClass: 'db.t3.medium' });
      await status('available');
      // By default an instance takes its own along, and not those of another life.
      await remove({});
      expect(await told()).toEqual([`${first} retained`]);
      await rds('DeleteDBInstanceAutomatedBackup', { DbiResourceId: first });
      expect(await told()).toEqual([]);
    });

    test('of a cluster are there as long as it is', async () => {
      const ofClusters = async (params: Params = {}) =>
        (await rds<{ DBClusterAutomatedBackups: object[] | '' }>('DescribeDBClusterAutomatedBackups', params))
          .DBClusterAutomatedBackups || [];
      await createCluster(network, { BackupRetentionPeriod: 5 });
      await clusterAvailable();
      const { DbClusterResourceId } = await describeCluster<{ DbClusterResourceId: string }>();
      expect(await ofClusters({ ...cluster })).toMatchObject([
        { DbClusterResourceId, Status: 'active', Engine: 'aurora-postgresql', MasterUsername: 'keeper' },
      ]);
      await rds('RestoreDBClusterToPointInTime', {
        SourceDbClusterResourceId: DbClusterResourceId,
        DBClusterIdentifier: 'second',
        UseLatestRestorableTime: true,
        ...subnetGroup,
      });
      await clusterAvailable('second');
      await rds('DeleteDBCluster', { ...cluster, ...skip });
      await gone(() => describeCluster());
      await refused(ofClusters({ DbClusterResourceId }), 'DBClusterAutomatedBackupNotFoundFault');
    });
  });

  describe('an instance', () => {
    test('of a snapshot has its data, and is as new otherwise', async () => {
      const key = await createSource();
      const restore = (params: Params) =>
        rds('RestoreDBInstanceFromDBSnapshot', { ...two, ...kept, ...subnetGroup, ...params });
      await refused(restore({}), 'DBSnapshotNotFound');
      await refused(rds('DescribeDBSnapshots', kept), 'DBSnapshotNotFound');
      await refused(rds('DeleteDBSnapshot', kept), 'DBSnapshotNotFound');
      await rds('CreateDBSnapshot', { ...instance, ...kept });
      await refused(restore({}), 'InvalidDBSnapshotState');
      await status('available');
      await refused(restore({ DBInstanceIdentifier: 'one' }), 'DBInstanceAlreadyExists');
      await refused(restore({ DBInstanceIdentifier: 'a--b' }), value);
      await refused(restore({ AllocatedStorage: 20 }), value, /can't be less than the source snapshot/);
      await refused(restore({ DBParameterGroupName: 'none' }), 'DBParameterGroupNotFound');
      await restore({});
      expect((await describeInstance('two')).DBInstanceStatus).toBe('creating');
      const restored = await status('available', 'two');
      expect(restored).toMatchObject({ ...inherited, ...asNew, KmsKeyId: key });
      const groups = await describeInstance<{
        VpcSecurityGroups: { VpcSecurityGroupMembership: { VpcSecurityGroupId: string } };
      }>('two');
      // The default one of the subnet group's VPC.
      const found = groups.VpcSecurityGroups.VpcSecurityGroupMembership.VpcSecurityGroupId;
      expect(found).toMatch(/^sg-/);
      expect(found).not.toBe(network.group);
      await modify({ DeletionProtection: false });
      await status('available');
      // A snapshot outlives what it was taken of.
      await rds('DeleteDBInstance', { ...instance, ...skip });
      await restore({ DBInstanceIdentifier: 'three', AllocatedStorage: 40, DeletionProtection: true });
      expect(await status('available', 'three')).toMatchObject({
        ...inherited,
        AllocatedStorage: '40',
        DeletionProtection: 'true',
      });
    });

    test('of a point in time likewise', async () => {
      await createSource();
      const restore = (params: Params) =>
        rds('RestoreDBInstanceToPointInTime', {
          SourceDBInstanceIdentifier: 'one',
          TargetDBInstanceIdentifier: 'two',
          ...subnetGroup,
          ...params,
        });
      const latest = { UseLatestRestorableTime: true };
      const early = { RestoreTime: '2000-01-01T00:00:00Z' };
      await refused(restore({}), combination, /either RestoreTime or UseLatestRestorableTime/);
      await refused(restore({ ...latest, ...early }), combination, /^Cannot specify both/);
      await refused(restore(early), value, /not between the earliest and the latest/);
      await refused(restore({ ...latest, TargetDBInstanceIdentifier: 'one' }), 'DBInstanceAlreadyExists');
      await refused(restore({ ...latest, AllocatedStorage: 20 }), value, /can't be less than the source/);
      await restore(latest);
      expect((await describeInstance('two')).DBInstanceStatus).toBe('creating');
      expect(await status('available', 'two')).toMatchObject({ ...inherited, ...asNew });
    });
  });

  test('a cluster of a snapshot, or of a point in time, has its data and no members', async () => {
    await createCluster(network, {
      EngineVersion: '15.7',
      DatabaseName: 'shop',
      BackupRetentionPeriod: 5,
      DeletionProtection: true,
      StorageEncrypted: true,
    });
    await clusterAvailable();
    await createMember();
    await status('available');
    const snapshot = { DBClusterSnapshotIdentifier: 'kept' };
    await rds('CreateDBClusterSnapshot', { ...cluster, ...snapshot });
    await clusterAvailable();
    const restore = (params: Params) =>
      rds('RestoreDBClusterFromSnapshot', {
        DBClusterIdentifier: 'second',
        SnapshotIdentifier: 'kept',
        Engine: 'aurora-postgresql',
        ...subnetGroup,
        ...params,
      });
    await refused(restore({ SnapshotIdentifier: 'none' }), 'DBClusterSnapshotNotFoundFault');
    await refused(restore(cluster), 'DBClusterAlreadyExistsFault');
    await refused(
      restore({ EngineVersion: '15.6' }),
      combination,
      /^Cannot upgrade aurora-postgresql from 15\.7/,
    );
    const had = {
      EngineVersion: '15.7',
      DatabaseName: 'shop',
      MasterUsername: 'keeper',
      BackupRetentionPeriod: '5',
      StorageEncrypted: 'true',
      DeletionProtection: 'false',
      DBClusterParameterGroup: 'default.aurora-postgresql15',
    };
    await restore({});
    expect((await describeCluster('second')).Status).toBe('creating');
    await clusterAvailable('second');
    expect(await describeCluster('second')).toMatchObject({ ...had, DBClusterMembers: '' });
    await restore({ DBClusterIdentifier: 'newer', EngineVersion: '16.4' });
    await clusterAvailable('newer');
    expect(await describeCluster('newer')).toMatchObject({
      EngineVersion: '16.4',
      DBClusterParameterGroup: 'default.aurora-postgresql16',
    });
    const point = (params: Params) =>
      rds('RestoreDBClusterToPointInTime', {
        DBClusterIdentifier: 'third',
        SourceDBClusterIdentifier: 'aurora',
        ...subnetGroup,
        ...params,
      });
    await refused(point({}), combination, /either RestoreToTime or UseLatestRestorableTime/);
    await refused(point({ UseLatestRestorableTime: true, ...cluster }), 'DBClusterAlreadyExistsFault');
    await point({ UseLatestRestorableTime: true });
    await clusterAvailable('third');
    expect(await describeCluster('third')).toMatchObject(had);
  });
}
