import {
  DeleteDBInstanceCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  RebootDBInstanceCommand,
} from '@aws-sdk/client-rds';
import { describe, expect, it } from 'vitest';
import type { DbInstanceInputs } from '../../../../operator/aws/rds/db-instance-inputs.ts';
import type { Instance } from '../../../../operator/aws/rds/db-instance-record.ts';
import { dbInstanceKind } from '../../../../operator/aws/rds/db-instance.ts';
import { createOf } from '../../../../operator/aws/rds/db-instance-create.ts';
import { finalSnapshotName } from '../../../../operator/aws/rds/final-snapshot.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import type { ActionContext } from '../../../../operator/graph/kind.ts';
import { linesOf } from '../changes.ts';
import { described, instance, own } from './instance-record.ts';

const immediately: DbInstanceInputs = { ...instance, applyImmediately: true };
const linesFor = (inputs: DbInstanceInputs, record: Instance) => linesOf(dbInstanceKind.diff(inputs, record));
const withOwn = (change: Partial<typeof own>, base = instance): DbInstanceInputs => ({
  ...base,
  own: { ...own, ...change },
});

/** What was sent, and what the inventory has then; `snapshots` is what AWS has of copies. */
function acting(snapshots: readonly object[] = [], keepsCopy = true) {
  const sent: object[] = [];
  let now: Instance | undefined = described;
  const send = async (command: object) => {
    if (command instanceof DescribeDBSnapshotsCommand)
      return {
        DBSnapshots: /-final-(db-)?abc$/.test(command.input.DBSnapshotIdentifier ?? '') ? snapshots : [],
      };
    sent.push(command);
    return { DBInstance: described };
  };
  const context: ActionContext<AwsSession> = {
    session: { rds: { send } } as unknown as AwsSession,
    owner: 'DataStore/team/shop',
    node: 'db-instance',
    tags: {},
    token: 'token',
    keepsCopy,
    wrote: (_collection, _id, patch) => {
      now = (patch as unknown as (record: Instance | undefined) => Instance | undefined)(now);
    },
  };
  return { context, sent, now: () => now };
}
const inputsOf = (command: object | undefined) => (command as { readonly input: object } | undefined)?.input;

async function updated(inputs: DbInstanceInputs, record: Instance): Promise<object | undefined> {
  const { context, sent } = acting();
  await dbInstanceKind.update(context, inputs, record, dbInstanceKind.diff(inputs, record));
  return inputsOf(sent[0]);
}

describe('storage', () => {
  it('only grows, and what AWS rounded up or let grow is kept', () => {
    expect(linesFor(withOwn({ storageGiB: 20 }), { ...described, AllocatedStorage: 50 })).toEqual([]);
    expect(
      linesFor(withOwn({ storageGiB: 30 }), {
        ...described,
        PendingModifiedValues: { AllocatedStorage: 33 },
      }),
    ).toEqual([]);
  });

  it('grows no further by itself where it has reached the most that is allowed', () => {
    const full = { ...described, AllocatedStorage: 100, MaxAllocatedStorage: 100 };
    expect(linesFor(instance, full)).toEqual([]);
  });

  it('stops to grow by itself when nobody wants that any more: the size says so', async () => {
    const { maxStorageGiB: _, ...fixed } = own;
    const inputs = { ...instance, own: fixed };
    expect(linesFor(inputs, described)).toEqual(['maxStorageGiB: 100 -> (nothing)']);
    expect(await updated(inputs, described)).toMatchObject({ MaxAllocatedStorage: 20 });
  });

  it('stops to grow by itself where it is larger than the most that is wanted now', async () => {
    const large = { ...described, AllocatedStorage: 400, MaxAllocatedStorage: 2000 };
    expect(linesFor(instance, large)).toEqual(['maxStorageGiB: 2000 -> (nothing)']);
    expect(await updated(instance, large)).toMatchObject({ MaxAllocatedStorage: 400 });
  });

  it('of a striped volume grows with its speed', async () => {
    const striped = {
      ...described,
      AllocatedStorage: 400,
      MaxAllocatedStorage: 1000,
      Iops: 12_000,
      StorageThroughput: 500,
    };
    expect(await updated(withOwn({ storageGiB: 500, maxStorageGiB: 1000 }), striped)).toMatchObject({
      AllocatedStorage: 500,
      Iops: 12_000,
      StorageThroughput: 500,
    });
  });

  it('that rests after a change waits, and nothing else does', async () => {
    const resting = { ...described, DBInstanceStatus: 'storage-optimization' };
    const { context } = acting();
    const grown = withOwn({ storageGiB: 50 });
    await expect(
      dbInstanceKind.update(context, grown, resting, dbInstanceKind.diff(grown, resting)),
    ).rejects.toMatchObject({ name: 'Waiting', reason: 'WaitingForAws' });
    const both = withOwn({ storageGiB: 50, backupDays: 14 });
    expect(await updated(both, resting)).toEqual({
      DBInstanceIdentifier: 'shop-instance',
      BackupRetentionPeriod: 14,
      ApplyImmediately: false,
    });
  });
});

describe('what waits for the window', () => {
  const waits = {
    ...described,
    PendingModifiedValues: { DBInstanceClass: 'db.t3.large', EngineVersion: '8.4.6' },
  };

  it('is not asked for again', () => {
    const wanted = { ...withOwn({ engineVersion: '8.4' }), instanceClass: 'db.t3.large' };
    expect(linesFor(wanted, waits)).toEqual([]);
  });

  it('is called off where nobody wants it any more', async () => {
    expect(linesFor(instance, waits)).toEqual([
      'instanceClass: db.t3.large -> db.t3.micro',
      'engineVersion: 8.4.6 -> 8.0.42',
    ]);
    expect(await updated(instance, waits)).toMatchObject({
      DBInstanceClass: 'db.t3.micro',
      EngineVersion: '8.0.42',
    });
  });

  it('is made at once where nobody wants to wait any more', () => {
    const wanted = { ...immediately, instanceClass: 'db.t3.large' };
    const pending = { ...described, PendingModifiedValues: { DBInstanceClass: 'db.t3.large' } };
    expect(linesFor(wanted, pending)).toEqual(['instanceClass: db.t3.micro -> db.t3.large']);
    expect(linesFor(wanted, { ...pending, DBInstanceStatus: 'modifying' })).toEqual([]);
  });

  it('is told', () => {
    expect(dbInstanceKind.outputs(waits)).toMatchObject({
      pending: 'DBInstanceClass=db.t3.large\nEngineVersion=8.4.6',
    });
  });
});

describe('a restart', () => {
  const waits = {
    ...described,
    DBParameterGroups: [{ DBParameterGroupName: 'shop-parameters', ParameterApplyStatus: 'pending-reboot' }],
  };

  it('is made for parameters only where changes are not to wait, and else told', async () => {
    expect(linesFor(instance, waits)).toEqual([]);
    expect(dbInstanceKind.outputs(waits)).toMatchObject({ pending: 'parameters, after a reboot' });
    expect(linesFor(immediately, waits)).toEqual(['parameters: pending-reboot -> in-sync']);
    const { context, sent, now } = acting();
    await dbInstanceKind.update(context, immediately, waits, dbInstanceKind.diff(immediately, waits));
    expect(sent[0]).toBeInstanceOf(RebootDBInstanceCommand);
    expect(now()).toMatchObject({ DBInstanceIdentifier: 'shop-instance' });
  });

  it('comes after what else is to change', () => {
    expect(linesFor({ ...immediately, instanceClass: 'db.t3.large' }, waits)).toEqual([
      'instanceClass: db.t3.micro -> db.t3.large',
    ]);
  });
});

describe('a version', () => {
  it.each(['8', '8.0', '8.0.9', '8.0.42'])('of %s or newer is left as it is', (engineVersion) => {
    expect(linesFor(withOwn({ engineVersion }), described)).toEqual([]);
  });

  it('of another major number needs permission', async () => {
    const { context, sent } = acting();
    const wanted = withOwn({ engineVersion: '8.4' });
    await expect(
      dbInstanceKind.update(context, wanted, described, dbInstanceKind.diff(wanted, described)),
    ).rejects.toMatchObject({
      reason: 'InvalidSpec',
      message: expect.stringContaining('set allowMajorVersionUpgrade to true') as unknown,
    });
    expect(sent).toEqual([]);
  });

  it('of another major number comes with its parameters', async () => {
    const wanted = {
      ...withOwn({ engineVersion: '8.4', allowMajorVersionUpgrade: true }),
      parameterGroupName: 'shop-84',
    };
    expect(await updated(wanted, described)).toMatchObject({
      EngineVersion: '8.4',
      AllowMajorVersionUpgrade: true,
      DBParameterGroupName: 'shop-84',
    });
  });
});

describe('a state', () => {
  const at = (DBInstanceStatus: string) => dbInstanceKind.state({ ...described, DBInstanceStatus });

  it.each(['available', 'backing-up', 'storage-optimization', 'configuring-log-exports'])(
    '%s serves',
    (status) => expect(at(status)).toEqual({ phase: 'ready' }),
  );
  it.each(['creating', 'modifying', 'rebooting', 'upgrading', 'starting', 'maintenance'])(
    '%s passes',
    (status) => expect(at(status)).toMatchObject({ phase: 'pending', reason: 'WaitingForAws' }),
  );
  it.each(['storage-full', 'failed', 'incompatible-parameters', 'stopped'])(
    '%s asks for a person, and says what to do',
    (status) =>
      expect(at(status)).toMatchObject({
        phase: 'failed',
        reason: 'AwsRefused',
        message: expect.stringMatching(new RegExp(`is ${status}: `)) as unknown,
      }),
  );

  it('in which AWS takes no change lets it wait', async () => {
    const busy = { ...described, DBInstanceStatus: 'backing-up' };
    const { context, sent } = acting();
    const wanted = withOwn({ backupDays: 14 });
    await expect(
      dbInstanceKind.update(context, wanted, busy, dbInstanceKind.diff(wanted, busy)),
    ).rejects.toMatchObject({ name: 'Waiting' });
    expect(sent).toEqual([]);
  });

  it('of one that is being made hides what AWS does not show yet', () => {
    const { MasterUserSecret: _, ...coming } = { ...described, DBInstanceStatus: 'creating', MultiAZ: true };
    expect(linesFor(instance, coming)).toEqual([]);
  });
});

describe('the delete', () => {
  const name = 'shop-instance-final-db-abc';

  it('keeps a copy under a name that no other life has, and the automated backups', async () => {
    const { context, sent } = acting();
    await dbInstanceKind.delete?.(context, described);
    expect(sent.map(inputsOf)).toEqual([
      {
        DBInstanceIdentifier: 'shop-instance',
        FinalDBSnapshotIdentifier: name,
        DeleteAutomatedBackups: false,
      },
    ]);
    expect(finalSnapshotName('a'.repeat(300), 'db-ABC')).toHaveLength(255);
  });

  it('waits for a copy that is being made, as of a delete whose answer was lost', async () => {
    const growing = acting([{ Status: 'creating', PercentProgress: 40 }]);
    await expect(dbInstanceKind.delete?.(growing.context, described)).rejects.toMatchObject({
      reason: 'BackingUp',
      message: expect.stringContaining('40 percent') as unknown,
    });
    expect(growing.sent).toEqual([]);
  });

  it.each(['available', 'failed'])(
    'keeps a copy of what was written since one was made: beside one that is %s it makes a second',
    async (Status) => {
      const { context, sent } = acting([{ Status }]);
      await dbInstanceKind.delete?.(context, described);
      expect(sent.map(inputsOf)).toMatchObject([{ FinalDBSnapshotIdentifier: `${name}-2` }]);
    },
  );

  it('keeps nothing where nothing is to be kept', async () => {
    const { context, sent } = acting([], false);
    await dbInstanceKind.delete?.(context, described);
    expect(sent.map(inputsOf)).toEqual([
      { DBInstanceIdentifier: 'shop-instance', SkipFinalSnapshot: true, DeleteAutomatedBackups: true },
    ]);
  });

  it('takes the protection off first', async () => {
    const { context, sent } = acting();
    await dbInstanceKind.delete?.(context, { ...described, DeletionProtection: true });
    expect(sent[0]).toBeInstanceOf(ModifyDBInstanceCommand);
    expect(sent[1]).toBeInstanceOf(DeleteDBInstanceCommand);
  });

  it('is not made of one of which no copy can be made', async () => {
    const { context, sent } = acting();
    await expect(
      dbInstanceKind.delete?.(context, { ...described, DBInstanceStatus: 'incompatible-network' }),
    ).rejects.toMatchObject({ name: 'Terminal', reason: 'AwsRefused' });
    expect(sent).toEqual([]);
  });

  it('of a member of a cluster keeps nothing, which the cluster does', async () => {
    const member = { ...described, DBClusterIdentifier: 'shop-cluster' };
    const { context, sent } = acting();
    await dbInstanceKind.delete?.(context, member);
    expect(sent.map(inputsOf)).toMatchObject([{ SkipFinalSnapshot: true }]);
    expect(dbInstanceKind.holdsNothing?.({ record: member })).toBe(true);
    expect(dbInstanceKind.holdsNothing?.({ record: described })).toBe(false);
  });
});

describe('a member of a cluster', () => {
  const { own: _, ...shared } = instance;
  const member: DbInstanceInputs = {
    ...shared,
    engine: 'aurora-postgresql',
    clusterName: 'shop-cluster',
  };

  it('is made without what its cluster has', () => {
    expect(createOf(member)).toEqual({
      DBInstanceIdentifier: 'shop-instance',
      DBInstanceClass: 'db.t3.micro',
      Engine: 'aurora-postgresql',
      DBParameterGroupName: 'shop-parameters',
      PubliclyAccessible: false,
      PreferredMaintenanceWindow: 'sun:04:00-sun:05:00',
      DBClusterIdentifier: 'shop-cluster',
    });
  });

  it('does not differ in what its cluster has', () => {
    const record: Instance = {
      ...described,
      Engine: 'aurora-postgresql',
      DBClusterIdentifier: 'shop-cluster',
      BackupRetentionPeriod: 30,
      StorageType: 'aurora',
    };
    expect(linesFor(member, record)).toEqual([]);
  });
});
