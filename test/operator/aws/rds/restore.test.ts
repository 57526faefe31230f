import { describe, expect, it } from 'vitest';
import type { Copy } from '../../../../operator/aws/copy.ts';
import { dbClusterKind } from '../../../../operator/aws/rds/db-cluster.ts';
import { dbInstanceKind } from '../../../../operator/aws/rds/db-instance.ts';
import { contextOf, fakeSession, refusal } from '../ecs/fake-session.ts';
import { cluster } from './cluster-record.ts';
import { instance, own } from './instance-record.ts';

const KEY = 'arn:aws:kms:eu-central-1:111111111111:key/one';
const SNAPSHOT = {
  Engine: 'mysql',
  EngineVersion: '8.0.42',
  MasterUsername: 'admin',
  AllocatedStorage: 50,
  Encrypted: true,
  KmsKeyId: KEY,
  Status: 'available',
};
const BACKUP = {
  ...SNAPSHOT,
  Status: 'retained',
  DbiResourceId: 'db-ABC',
  RestoreWindow: {
    EarliestTime: new Date('2026-02-01T00:00:00Z'),
    LatestTime: new Date('2026-03-01T12:00:00Z'),
  },
};
const OF_CLUSTER = {
  Engine: 'aurora-postgresql',
  EngineVersion: '15.4',
  MasterUsername: cluster.masterUsername,
  StorageEncrypted: true,
  Status: 'available',
};
type Answers = NonNullable<Parameters<typeof fakeSession>[0]>;
const said = (error: Error & { reason?: string }) => ({ reason: error.reason, message: error.message });

/** An instance that is to be made of a copy: what it says, and the calls that it took. */
async function instanceOf(restoreFrom: Copy, answers: Answers, more: Partial<typeof own> = {}) {
  const fake = fakeSession({
    RestoreDBInstanceFromDBSnapshot: () => ({ DBInstance: { DBInstanceIdentifier: 'shop-instance' } }),
    RestoreDBInstanceToPointInTime: () => ({ DBInstance: { DBInstanceIdentifier: 'shop-instance' } }),
    ...answers,
  });
  const { context } = contextOf(fake.session);
  const made = dbInstanceKind.create?.(context, { ...instance, own: { ...own, ...more, restoreFrom } });
  return { ...fake, said: await made?.then((record) => ({ record }), said) };
}
const snapshots = (more: object = {}) => ({
  DescribeDBSnapshots: () => ({ DBSnapshots: [{ ...SNAPSHOT, ...more }] }),
});
const backups = (...all: object[]) => ({
  DescribeDBInstanceAutomatedBackups: () => ({ DBInstanceAutomatedBackups: all }),
});

describe('an instance that is made of a snapshot', () => {
  it('is told all that AWS takes with it, and is no smaller than the copy', async () => {
    const { sent, said } = await instanceOf({ snapshot: 'mine' }, snapshots());
    const [action, input = {}] = sent.at(-1) ?? [];
    expect(action).toBe('RestoreDBInstanceFromDBSnapshot');
    expect(input).toMatchObject({
      DBSnapshotIdentifier: 'mine',
      AllocatedStorage: 50,
      DBParameterGroupName: 'shop-parameters',
      BackupRetentionPeriod: 7,
      PubliclyAccessible: false,
      Tags: expect.arrayContaining([{ Key: 'landfall.dev/restored-from', Value: 'mine' }]) as unknown,
    });
    expect(input).not.toHaveProperty('ManageMasterUserPassword');
    expect(input).not.toHaveProperty('EngineVersion');
    expect(said).toMatchObject({ record: { DBInstanceStatus: 'creating' } });
  });

  it.each([
    ['another user', { MasterUsername: 'root' }, 'masterUsername is admin: set it to root'],
    ['another major version', { EngineVersion: '5.7.44' }, 'engineVersion is 8.0: set it to 5.7'],
    ['another engine', { Engine: 'postgres' }, 'name a copy of mysql'],
    ['no encryption', { Encrypted: false }, 'is not encrypted, and a store always is'],
    ['a failed end', { Status: 'failed' }, 'is failed: name one that is complete'],
  ])('is refused with one of %s', async (_, more, words) => {
    const { said, actions } = await instanceOf({ snapshot: 'mine' }, snapshots(more));
    expect(said).toMatchObject({
      reason: 'CopyUnusable',
      message: expect.stringContaining(words) as unknown,
    });
    expect(actions()).toEqual(['DescribeDBSnapshots']);
  });

  it('is refused with another key than the copy has, and where there is no copy', async () => {
    const { said } = await instanceOf({ snapshot: 'mine' }, snapshots(), { kmsKeyId: `${KEY}-2` });
    expect(said).toMatchObject({ message: expect.stringContaining(`keyArn ${KEY}`) as unknown });
    const gone = refusal('DBSnapshotNotFoundFault', 'DBSnapshot mine not found.');
    const none = await instanceOf({ snapshot: 'mine' }, { DescribeDBSnapshots: () => gone });
    expect(none.said).toMatchObject({ message: expect.stringContaining('is not there') as unknown });
  });

  it('waits for one that is still made', async () => {
    const { said } = await instanceOf(
      { snapshot: 'mine' },
      snapshots({ Status: 'creating', PercentProgress: 40 }),
    );
    expect(said).toMatchObject({ reason: 'WaitingForAws' });
  });
});

describe('an instance that is made of a moment', () => {
  it('is made of what was deleted, by its resource id', async () => {
    const { sent } = await instanceOf({ source: 'db-ABC' }, backups(BACKUP));
    expect(sent[0]).toEqual(['DescribeDBInstanceAutomatedBackups', { DbiResourceId: 'db-ABC' }]);
    expect(sent.at(-1)).toMatchObject([
      'RestoreDBInstanceToPointInTime',
      {
        SourceDbiResourceId: 'db-ABC',
        TargetDBInstanceIdentifier: 'shop-instance',
        UseLatestRestorableTime: true,
      },
    ]);
  });

  it('is made of what is there before what was, and told apart where several were', async () => {
    const active = { ...BACKUP, Status: 'active', DbiResourceId: 'db-NEW' };
    const { sent } = await instanceOf({ source: 'shop' }, backups(BACKUP, active));
    expect(sent.at(-1)?.[1]).toMatchObject({ SourceDbiResourceId: 'db-NEW' });
    const two = await instanceOf({ source: 'shop' }, backups(BACKUP, { ...BACKUP, DbiResourceId: 'db-OLD' }));
    expect(two.said).toMatchObject({
      reason: 'CopyUnusable',
      message: expect.stringContaining('name the resource id of one as source: db-ABC, db-OLD') as unknown,
    });
  });
});

describe('a cluster that is made of a copy', () => {
  // Without it AWS makes no serverless member in it.
  const ServerlessV2ScalingConfiguration = { MinCapacity: 0.5, MaxCapacity: 4 };
  const clusterOf = async (restoreFrom: Copy, answers: Answers) => {
    const fake = fakeSession({
      RestoreDBClusterFromSnapshot: () => ({ DBCluster: { DBClusterIdentifier: cluster.name } }),
      RestoreDBClusterToPointInTime: () => ({ DBCluster: { DBClusterIdentifier: cluster.name } }),
      ...answers,
    });
    await dbClusterKind.create?.(contextOf(fake.session).context, { ...cluster, restoreFrom });
    return fake.sent.at(-1);
  };

  it('is told its engine with a snapshot, and a version only where the copy is older', async () => {
    const found = (EngineVersion: string) => ({
      DescribeDBClusterSnapshots: () => ({ DBClusterSnapshots: [{ ...OF_CLUSTER, EngineVersion }] }),
    });
    const newer = await clusterOf({ snapshot: 'mine' }, found('15.99'));
    expect(newer).toMatchObject([
      'RestoreDBClusterFromSnapshot',
      { SnapshotIdentifier: 'mine', Engine: 'aurora-postgresql', ServerlessV2ScalingConfiguration },
    ]);
    expect(newer?.[1]).not.toHaveProperty('EngineVersion');
  });

  it('is asked for by the resource id of its source', async () => {
    const found = {
      DescribeDBClusterAutomatedBackups: () => ({
        DBClusterAutomatedBackups: [
          {
            ...OF_CLUSTER,
            Status: 'active',
            DbClusterResourceId: 'cluster-ABC',
            RestoreWindow: BACKUP.RestoreWindow,
          },
        ],
      }),
    };
    expect(await clusterOf({ source: 'ledger', time: '2026-03-01T00:00:00Z' }, found)).toMatchObject([
      'RestoreDBClusterToPointInTime',
      {
        SourceDbClusterResourceId: 'cluster-ABC',
        RestoreToTime: new Date('2026-03-01T00:00:00Z'),
        ServerlessV2ScalingConfiguration,
      },
    ]);
  });
});

it('asks for the right to restore only where it does', () => {
  expect(dbInstanceKind.iamFor?.(instance)).toEqual([]);
  const permissions = dbInstanceKind.iamFor?.({
    ...instance,
    own: { ...own, restoreFrom: { snapshot: 'a' } },
  });
  expect(permissions?.map(({ action }) => action)).toContain('rds:RestoreDBInstanceFromDBSnapshot');
});
