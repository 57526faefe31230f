import {
  DeleteDBClusterCommand,
  DescribeDBClusterSnapshotsCommand,
  ModifyDBClusterCommand,
  RebootDBInstanceCommand,
} from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';
import { createOf } from '../../../../operator/aws/rds/db-cluster-create.ts';
import type { DbClusterInputs } from '../../../../operator/aws/rds/db-cluster-inputs.ts';
import type { Cluster } from '../../../../operator/aws/rds/db-cluster-record.ts';
import { dbClusterKind } from '../../../../operator/aws/rds/db-cluster.ts';
import { dbInstanceKind } from '../../../../operator/aws/rds/db-instance.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import type { ActionContext } from '../../../../operator/graph/kind.ts';
import { linesOf } from '../changes.ts';
import { cluster, describedCluster } from './cluster-record.ts';
import { described, instance } from './instance-record.ts';

const immediately: DbClusterInputs = { ...cluster, applyImmediately: true };
const linesFor = (inputs: DbClusterInputs, record: Cluster) => linesOf(dbClusterKind.diff(inputs, record));

/** What was sent, and what the inventory has then; `snapshots` is what AWS has of copies. */
function acting(snapshots: readonly object[] = [], keepsCopy = true) {
  const sent: object[] = [];
  let now: Cluster | undefined = describedCluster;
  const send = async (command: object) => {
    if (command instanceof DescribeDBClusterSnapshotsCommand)
      return {
        DBClusterSnapshots: /-final-(db-)?abc$/.test(command.input.DBClusterSnapshotIdentifier ?? '')
          ? snapshots
          : [],
      };
    sent.push(command);
    return { DBCluster: { ...describedCluster, Status: 'modifying' } };
  };
  const context: ActionContext<AwsSession> = {
    session: { rds: { send } } as unknown as AwsSession,
    owner: 'DataStore/team/shop',
    node: 'db-cluster',
    tags: {},
    token: 'token',
    keepsCopy,
    wrote: (_collection, _id, patch) => {
      now = (patch as unknown as (record: Cluster | undefined) => Cluster | undefined)(now);
    },
  };
  return { context, sent, now: () => now };
}
const inputsOf = (command: object | undefined) => (command as { readonly input: object } | undefined)?.input;

async function updated(inputs: DbClusterInputs, record: Cluster): Promise<object | undefined> {
  const { context, sent } = acting();
  await dbClusterKind.update(context, inputs, record, dbClusterKind.diff(inputs, record));
  expect(sent).toHaveLength(1);
  return inputsOf(sent[0]);
}

describe('a change', () => {
  it('sends what changes, and nothing else', async () => {
    expect(await updated({ ...cluster, backupDays: 14 }, describedCluster)).toEqual({
      DBClusterIdentifier: 'shop-cluster',
      BackupRetentionPeriod: 14,
      ApplyImmediately: false,
    });
  });

  it('waits while AWS carries another one out', async () => {
    const { context, sent } = acting();
    const busy = { ...describedCluster, Status: 'modifying' };
    const wanted = { ...cluster, backupDays: 14 };
    await expect(
      dbClusterKind.update(context, wanted, busy, dbClusterKind.diff(wanted, busy)),
    ).rejects.toMatchObject({ name: 'Waiting', reason: 'WaitingForAws' });
    expect(sent).toEqual([]);
  });

  it('of a cluster that is still being made is none', () => {
    expect(linesFor({ ...cluster, backupDays: 14 }, { ...describedCluster, Status: 'creating' })).toEqual([]);
  });

  it('takes no capacity away: AWS does not either', () => {
    const { capacity: _, ...sized } = cluster;
    expect(linesFor(sized, describedCluster)).toEqual([]);
  });
});

describe('an upgrade', () => {
  const major: DbClusterInputs = {
    ...cluster,
    engineVersion: '16',
    parameterGroupName: 'shop-16',
    memberGroupName: 'shop-members-16',
    allowMajorVersionUpgrade: true,
  };

  it('is not asked for where AWS has patched beyond what is asked for', () => {
    expect(linesFor(cluster, { ...describedCluster, EngineVersion: '15.12' })).toEqual([]);
  });

  it('to another major version takes both groups along, and is a call of its own', async () => {
    expect(await updated({ ...major, backupDays: 14 }, describedCluster)).toEqual({
      DBClusterIdentifier: 'shop-cluster',
      EngineVersion: '16',
      AllowMajorVersionUpgrade: true,
      DBClusterParameterGroupName: 'shop-16',
      DBInstanceParameterGroupName: 'shop-members-16',
      ApplyImmediately: false,
    });
  });

  it('to another major version needs somebody’s word', async () => {
    const { context, sent } = acting();
    const wanted = { ...major, allowMajorVersionUpgrade: false };
    await expect(
      dbClusterKind.update(context, wanted, describedCluster, dbClusterKind.diff(wanted, describedCluster)),
    ).rejects.toMatchObject({
      name: 'Terminal',
      reason: 'InvalidSpec',
      message: /set allowMajorVersionUpgrade to true/,
    });
    expect(sent).toEqual([]);
  });

  it('that waits for the window is not asked for again, nor is its group, and is called off where nobody wants it', async () => {
    const waits = { ...describedCluster, PendingModifiedValues: { EngineVersion: '16.8' } };
    expect(linesFor(major, waits)).toEqual([]);
    expect(await updated(cluster, waits)).toMatchObject({ EngineVersion: '15.4' });
    expect(dbClusterKind.outputs(waits)).toMatchObject({ pending: 'EngineVersion=16.8' });
  });

  it('gives members their group with it: until then they keep that of the version which runs', () => {
    const { own: _, ...shared } = instance;
    const member = {
      ...shared,
      engine: 'aurora-postgresql' as const,
      clusterName: 'shop-cluster',
      parameterGroupName: 'shop-members-16',
      parameterGroupFamily: 'aurora-postgresql16',
    };
    const record = {
      ...described,
      Engine: 'aurora-postgresql',
      EngineVersion: '15.4',
      DBClusterIdentifier: 'shop-cluster',
    };
    expect(linesOf(dbInstanceKind.diff(member, record))).toEqual([]);
    expect(linesOf(dbInstanceKind.diff(member, { ...record, EngineVersion: '16.8' }))).toEqual([
      'parameterGroupName: shop-parameters -> shop-members-16',
    ]);
  });
});

describe('parameters that ask for a reboot', () => {
  const due: Cluster = {
    ...describedCluster,
    DBClusterMembers: (describedCluster.DBClusterMembers ?? []).map((member) => ({
      ...member,
      DBClusterParameterGroupStatus: 'pending-reboot',
    })),
  };

  it('are told, and wait where changes wait: AWS has no window for them', () => {
    expect(linesFor(cluster, due)).toEqual([]);
    expect(dbClusterKind.outputs(due)).toMatchObject({ pending: 'parameters, after a reboot' });
  });

  it('restart one member after the other, the writer first', async () => {
    const { context, sent, now } = acting();
    await dbClusterKind.update(context, immediately, due, dbClusterKind.diff(immediately, due));
    expect(sent).toEqual([expect.any(RebootDBInstanceCommand)]);
    expect(inputsOf(sent[0])).toEqual({ DBInstanceIdentifier: 'shop-1' });
    expect(now()?.DBClusterMembers).toContainEqual(
      expect.objectContaining({ DBInstanceIdentifier: 'shop-1', DBClusterParameterGroupStatus: 'in-sync' }),
    );
    expect(
      linesFor(immediately, { ...due, DBClusterMembers: due.DBClusterMembers?.slice(0, 1) ?? [] }),
    ).toEqual(['members[shop-2].parameters: pending-reboot -> in-sync']);
  });
});

describe('the delete', () => {
  const name = 'shop-cluster-final-abc';

  it('leaves a snapshot named after AWS’s own id of the cluster, and the automated backups', async () => {
    const { context, sent } = acting();
    await dbClusterKind.delete?.(context, describedCluster);
    expect(inputsOf(sent[0])).toEqual({
      DBClusterIdentifier: 'shop-cluster',
      FinalDBSnapshotIdentifier: name,
      DeleteAutomatedBackups: false,
    });
  });

  it('waits for a snapshot that is being made, and makes another beside one of what was there before', async () => {
    const coming = acting([{ Status: 'creating', PercentProgress: 40 }]);
    await expect(dbClusterKind.delete?.(coming.context, describedCluster)).rejects.toMatchObject({
      reason: 'BackingUp',
      message: `snapshot ${name} of database cluster shop-cluster is creating, 40 percent`,
    });
    expect(coming.sent).toEqual([]);
    const made = acting([{ Status: 'available' }]);
    await dbClusterKind.delete?.(made.context, describedCluster);
    expect(inputsOf(made.sent[0])).toMatchObject({ FinalDBSnapshotIdentifier: `${name}-2` });
  });

  it('leaves nothing where nothing is to be kept', async () => {
    const { context, sent } = acting([], false);
    await dbClusterKind.delete?.(context, describedCluster);
    expect(inputsOf(sent[0])).toEqual({
      DBClusterIdentifier: 'shop-cluster',
      SkipFinalSnapshot: true,
      DeleteAutomatedBackups: true,
    });
  });

  it('takes the protection off first, and comes when AWS has done so', async () => {
    const { context, sent, now } = acting();
    await expect(
      dbClusterKind.delete?.(context, { ...describedCluster, DeletionProtection: true }),
    ).rejects.toMatchObject({ reason: 'WaitingForAws', message: /losing its protection/ });
    expect(sent).toEqual([expect.any(ModifyDBClusterCommand)]);
    expect(inputsOf(sent[0])).toEqual({ DBClusterIdentifier: 'shop-cluster', DeletionProtection: false });
    expect(now()).toMatchObject({ DeletionProtection: false });
  });

  it('is refused where no snapshot can be made, unless nothing is to be kept', async () => {
    const broken = { ...describedCluster, Status: 'inaccessible-encryption-credentials' };
    const { context, sent } = acting();
    await expect(dbClusterKind.delete?.(context, broken)).rejects.toMatchObject({
      name: 'Terminal',
      message: /no final snapshot can be made/,
    });
    expect(sent).toEqual([]);
    const all = acting([], false);
    await dbClusterKind.delete?.(all.context, broken);
    expect(all.sent).toEqual([expect.any(DeleteDBClusterCommand)]);
  });
});

describe('state', () => {
  it.each([
    ['available', 'ready'],
    ['backing-up', 'ready'],
    ['upgrading', 'pending'],
    ['stopped', 'failed'],
    ['deleting', 'deleting'],
  ])('%s is %s', (Status, phase) => {
    expect(dbClusterKind.state({ ...describedCluster, Status })).toMatchObject({ phase });
  });
});

it('is made with all that it can be told at once', () => {
  expect(createOf({ ...cluster, deletionProtection: true, kmsKeyId: 'arn:k' })).toEqual({
    DBClusterIdentifier: 'shop-cluster',
    Engine: 'aurora-postgresql',
    EngineVersion: '15.4',
    DBClusterParameterGroupName: 'shop-parameters',
    DatabaseName: 'appdb',
    MasterUsername: 'postgres',
    ManageMasterUserPassword: true,
    DBSubnetGroupName: 'shop-subnets',
    VpcSecurityGroupIds: ['sg-1'],
    StorageEncrypted: true,
    KmsKeyId: 'arn:k',
    EnableCloudwatchLogsExports: ['postgresql'],
    BackupRetentionPeriod: 7,
    PreferredBackupWindow: '03:00-03:30',
    PreferredMaintenanceWindow: 'sun:04:00-sun:05:00',
    DeletionProtection: true,
    EnableIAMDatabaseAuthentication: false,
    CopyTagsToSnapshot: true,
    ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
  });
});
