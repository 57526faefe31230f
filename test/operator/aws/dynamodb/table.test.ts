import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { continuousBackupsKind } from '../../../../operator/aws/dynamodb/continuous-backups.ts';
import { lastBackupName } from '../../../../operator/aws/dynamodb/last-backup.ts';
import { changesOf } from '../../../../operator/aws/dynamodb/table-changes.ts';
import { brief, stateOf, tableDescriptions } from '../../../../operator/aws/dynamodb/table-descriptions.ts';
import type { TableSettings } from '../../../../operator/aws/dynamodb/table-inputs.ts';
import { tableSettingsKind } from '../../../../operator/aws/dynamodb/table-settings.ts';
import { nextStep } from '../../../../operator/aws/dynamodb/table-steps.ts';
import { dynamoDbTableKind } from '../../../../operator/aws/dynamodb/table.ts';
import { tables } from '../../../../operator/aws/dynamodb/tables.ts';
import { timeToLiveKind } from '../../../../operator/aws/dynamodb/time-to-live.ts';
import { interpret } from '../../../../operator/aws/errors.ts';
import { textOf } from '../../../../operator/graph/kind.ts';
import { contextOf, fakeSession, listed, nominating, OWN, refusal } from '../ecs/fake-session.ts';
import { described, settings, TABLE } from './cases.ts';

const NAME = 'shop-dev-data';
const Tags = Object.entries(OWN).map(([Key, Value]) => ({ Key, Value }));
const entry = { TableArn: TABLE, TableName: NAME, Tags };
const stepFor = (inputs: TableSettings, table = described) =>
  nextStep(inputs, table, changesOf(inputs, table));
const index = (name: string) =>
  ({ name, key: { partition: 'state' }, projection: 'KEYS_ONLY', projected: [] }) as const;

describe('a table', () => {
  it('is listed by two calls, whatever the account holds besides, and by one where none is ours', async () => {
    const { session, actions } = fakeSession({
      GetResources: nominating([TABLE, `${TABLE}-deleted`]),
      ListTables: ({ ExclusiveStartTableName }) =>
        ExclusiveStartTableName === undefined
          ? { TableNames: ['another'], LastEvaluatedTableName: 'another' }
          : { TableNames: [NAME] },
    });
    expect(await listed(tables.list(session, 'test'))).toMatchObject([{ TableArn: TABLE, TableName: NAME }]);
    expect(actions()).toEqual(['GetResources', 'ListTables', 'ListTables']);
    const none = fakeSession({ GetResources: nominating([]) });
    expect(await listed(tables.list(none.session, 'test'))).toEqual([]);
    expect(none.actions()).toEqual(['GetResources']);
  });

  it('is made with its tags, its indexes and only the attributes that a key uses', async () => {
    const { session, sent } = fakeSession({ CreateTable: () => ({ TableDescription: described }) });
    const { context } = contextOf(session);
    const attributes = { ...settings.attributes, unused: 'S' as const };
    await dynamoDbTableKind.create?.(context, { name: NAME, ...settings, attributes, localIndexes: [] });
    expect(sent).toMatchObject([
      [
        'CreateTable',
        {
          TableName: NAME,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'customer', AttributeType: 'S' },
            { AttributeName: 'orderedAt', AttributeType: 'N' },
            { AttributeName: 'state', AttributeType: 'S' },
          ],
          GlobalSecondaryIndexes: [{ IndexName: 'by-state' }],
          DeletionProtectionEnabled: false,
          Tags,
        },
      ],
    ]);
    expect(changesOf(settings, brief(described))).toEqual([]);
  });
});

describe('what stands in the way of a table', () => {
  const inputs = { name: NAME, ...settings, localIndexes: [] };

  it('is looked at: it may be ours', async () => {
    const { session } = fakeSession({
      DescribeTable: () => ({ Table: described }),
      ListTagsOfResource: () => ({ Tags }),
    });
    expect(await dynamoDbTableKind.conflicting?.(session, inputs)).toEqual(entry);
  });

  it('is waited for where it goes', async () => {
    const { session } = fakeSession({
      DescribeTable: () => ({ Table: { ...described, TableStatus: 'DELETING' } }),
    });
    const error = await dynamoDbTableKind.conflicting?.(session, inputs).catch((e: unknown) => e);
    expect(interpret(error)).toMatchObject({
      kind: 'waiting',
      message: expect.stringMatching(/former table/),
    });
  });
});

describe('a description', () => {
  it('is the same while only sizes, counts and warm throughput change', () => {
    const [index] = described.GlobalSecondaryIndexes ?? [];
    const grown = {
      ...described,
      ItemCount: 5,
      TableSizeBytes: 100,
      WarmThroughput: { ReadUnitsPerSecond: 12_000, Status: 'ACTIVE' as const },
      GlobalSecondaryIndexes: [
        { ...index, ItemCount: 5, IndexSizeBytes: 9, WarmThroughput: { ReadUnitsPerSecond: 12_000 } },
      ],
    };
    expect(brief(grown)).toEqual(brief(described));
    const local = { IndexName: 'by-total', IndexArn: `${TABLE}/index/by-total` };
    expect(brief({ LocalSecondaryIndexes: [{ ...local, ItemCount: 1, IndexSizeBytes: 2 }] })).toMatchObject({
      LocalSecondaryIndexes: [local],
    });
  });
});

describe('what changes of a table', () => {
  it('goes one call after the other, what keeps data first', () => {
    const inputs: TableSettings = {
      ...settings,
      deletionProtection: true,
      tableClass: 'STANDARD_INFREQUENT_ACCESS',
      units: { read: 5, write: 3 },
      globalIndexes: [index('a'), index('b')].map((one) => ({ ...one, units: { read: 1, write: 1 } })),
      stream: 'KEYS_ONLY',
    };
    const steps: object[] = [];
    let table = described;
    for (let step = stepFor(inputs, table); step; step = stepFor(inputs, table)) {
      steps.push(step);
      table = applied(table, step);
      expect(steps.length).toBeLessThan(12);
    }
    expect(steps.map((step) => Object.keys(step).at(-1))).toEqual([
      'DeletionProtectionEnabled',
      'TableClass',
      'GlobalSecondaryIndexUpdates',
      'ProvisionedThroughput',
      'GlobalSecondaryIndexUpdates',
      'GlobalSecondaryIndexUpdates',
      'StreamSpecification',
      'StreamSpecification',
    ]);
    expect(steps[2]).toEqual({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-state' } }] });
    expect(steps.at(-2)).toEqual({ StreamSpecification: { StreamEnabled: false } });
  });

  it('from paid by requests to units takes the indexes along', () => {
    const units = { read: 5, write: 3 };
    const [first] = settings.globalIndexes;
    expect(first).toBeDefined();
    const globalIndexes = first ? [{ ...first, units: { read: 2, write: 1 } }] : [];
    expect(stepFor({ ...settings, units, globalIndexes })).toEqual({
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 3 },
      GlobalSecondaryIndexUpdates: [
        {
          Update: {
            IndexName: 'by-state',
            ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 1 },
          },
        },
      ],
    });
  });

  it('ACK#1067: units that stay are not sent with an index that comes', () => {
    const units = { read: 5, write: 3 };
    const paid = { ...described, BillingModeSummary: { BillingMode: 'PROVISIONED' as const } };
    const table = {
      ...paid,
      GlobalSecondaryIndexes: [],
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 3 },
    };
    const step = stepFor({ ...settings, units, globalIndexes: [{ ...index('a'), units }] }, table);
    expect(step).not.toHaveProperty('ProvisionedThroughput');
    expect(step?.GlobalSecondaryIndexUpdates?.[0]?.Create?.IndexName).toBe('a');
  });

  describe('where AWS sets the units', () => {
    const bounds = { initial: 5, min: 2, max: 20 };
    const units = { read: bounds, write: 3 };
    const scaled = { ...settings, units, globalIndexes: [{ ...index('by-state'), units }] };
    const [state] = described.GlobalSecondaryIndexes ?? [];
    const standingAt = (read: number, write = 3) => ({
      ...described,
      BillingModeSummary: { BillingMode: 'PROVISIONED' as const },
      ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write },
      GlobalSecondaryIndexes: [
        {
          ...state,
          Projection: { ProjectionType: 'KEYS_ONLY' as const },
          ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write },
        },
      ],
    });

    it('ACK#2610: they are left alone within their bounds, read and write by themselves', () => {
      expect(changesOf(scaled, standingAt(2))).toEqual([]);
      expect(changesOf(scaled, standingAt(20))).toEqual([]);
      const words = (table: TableDescription) =>
        changesOf(scaled, table).map(({ path, to }) => `${path} ${textOf(to)}`);
      expect(words(standingAt(40))).toEqual([
        'billing 20 read and 3 write units',
        'globalIndexes[by-state].units 20 read and 3 write units',
      ]);
      // What is fixed is set, and what is not stays as it is.
      expect(words(standingAt(11, 4))[0]).toBe('billing 11 read and 3 write units');
    });

    it('begins with what its spec says, also where requests were paid for one by one', () => {
      const before = { ...standingAt(0, 0), BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' as const } };
      expect(stepFor(scaled, before)).toMatchObject({
        ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 3 },
        GlobalSecondaryIndexUpdates: [
          { Update: { ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 3 } } },
        ],
      });
    });

    it('ACK#1067: a change of what is fixed sends what AWS has set by now', async () => {
      const { session, sent } = fakeSession({
        DescribeTable: () => ({ Table: standingAt(17, 4) }),
        UpdateTable: () => ({ TableDescription: { ...standingAt(17), TableStatus: 'UPDATING' } }),
      });
      const { context } = contextOf(session);
      await tableSettingsKind.update(
        context,
        { tableArn: TABLE, ...scaled },
        { table: standingAt(6, 4) },
        [],
      );
      expect(sent[1]).toMatchObject([
        'UpdateTable',
        { ProvisionedThroughput: { ReadCapacityUnits: 17, WriteCapacityUnits: 3 } },
      ]);
    });
  });

  it('waits while AWS is still at the change before', async () => {
    const { session, sent } = fakeSession();
    const { context } = contextOf(session);
    const inputs = { tableArn: TABLE, ...settings, deletionProtection: true };
    const table = { ...described, TableStatus: 'UPDATING' as const };
    const error = await tableSettingsKind.update(context, inputs, { table }, []).catch((e: unknown) => e);
    expect(interpret(error)).toMatchObject({ kind: 'waiting', reason: 'WaitingForAws' });
    expect(sent).toEqual([]);
  });

  it('of its items’ end goes by off and on, and on waits until off holds', async () => {
    const { session, sent } = fakeSession();
    const { context, laidOver } = contextOf(session);
    const inputs = { tableArn: TABLE, attribute: 'until' };
    const record = {
      table: described,
      timeToLive: { AttributeName: 'endsAt', TimeToLiveStatus: 'ENABLED' as const },
    };
    await timeToLiveKind.update(context, inputs, record, []);
    expect(sent).toEqual([
      [
        'UpdateTimeToLive',
        { TableName: NAME, TimeToLiveSpecification: { AttributeName: 'endsAt', Enabled: false } },
      ],
    ]);
    const after = laidOver(record);
    const error = await timeToLiveKind.update(context, inputs, after, []).catch((e: unknown) => e);
    expect(interpret(error)).toMatchObject({ kind: 'waiting', reason: 'WaitingForAws' });
  });
});

describe('the recovery of a table', () => {
  const inputs = { tableArn: TABLE, enabled: true, periodDays: 35 };

  it('waits for the backups that AWS enables by itself, which are looked at again soon', async () => {
    const { session, sent } = fakeSession({
      DescribeTable: () => ({ Table: described }),
      DescribeTimeToLive: () => ({ TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } }),
      DescribeContinuousBackups: () => ({
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: 'DISABLED',
          PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
        },
      }),
    });
    const [record] = await tableDescriptions.get(session, [TABLE]);
    if (!record) throw new Error('no table');
    expect(tableDescriptions.settled?.(record)).toBe(false);
    expect(tableDescriptions.settled?.({ ...record, hasBackups: true })).toBe(true);
    sent.length = 0;
    const { context } = contextOf(session);
    const error = await continuousBackupsKind.update(context, inputs, record, []).catch((e: unknown) => e);
    expect(interpret(error)).toMatchObject({
      kind: 'waiting',
      message: expect.stringMatching(/enabling backups/),
    });
    expect(sent).toEqual([]);
  });
});

describe('a table that has just been made', () => {
  const made = { table: brief({ ...described, TableStatus: 'CREATING' }) };
  const readAfter = async (before: typeof made | undefined) => {
    const { session, actions } = fakeSession({
      DescribeTable: () => ({ Table: described }),
      DescribeTimeToLive: () => ({
        TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' },
      }),
    });
    const [record] = await tableDescriptions.get(session, [TABLE], () => before);
    const [change] = record ? timeToLiveKind.diff({ tableArn: TABLE, attribute: '' }, record) : [];
    return { from: change?.from ?? '', actions: actions() };
  };

  it('has no time to live, which is not read', async () => {
    expect(await readAfter(made)).toEqual({
      from: '',
      actions: ['DescribeTable', 'DescribeContinuousBackups'],
    });
  });

  it.each([
    ['it was not seen to be made', undefined],
    ['it is another of the name', { table: { ...made.table, TableId: 'another' } }],
    ['it stood already', { table: brief(described) }],
  ])('is read whole where %s', async (_, before) => {
    expect(await readAfter(before)).toEqual({
      from: 'until',
      actions: ['DescribeTable', 'DescribeTimeToLive', 'DescribeContinuousBackups'],
    });
  });
});

describe('a table that goes', () => {
  const BackupName = lastBackupName(NAME, '1f2e');
  const HOUR_MS = 3_600_000;
  const since = new Date(Date.now() - 2 * HOUR_MS);
  const going = async (answers: Parameters<typeof fakeSession>[0], keepsCopy = true, goingSince = since) => {
    const { session, actions } = fakeSession({
      DescribeTable: () => ({ Table: described }),
      UpdateTable: () => ({ TableDescription: described }),
      ...answers,
    });
    const { context } = contextOf(session);
    const error = await dynamoDbTableKind
      .delete?.({ ...context, keepsCopy, goingSince }, entry)
      .catch((e: unknown) => e);
    return { actions: actions(), verdict: error === undefined ? undefined : interpret(error) };
  };

  it('is copied first, and deleted when the copy is complete', async () => {
    const first = await going({});
    expect(first.actions).toEqual(['DescribeTable', 'ListBackups', 'CreateBackup']);
    expect(first.verdict).toMatchObject({ kind: 'waiting', reason: 'BackingUp' });
    const backup = (BackupStatus: string, BackupCreationDateTime = new Date()) => ({
      ListBackups: () => ({ BackupSummaries: [{ BackupName, BackupStatus, BackupCreationDateTime }] }),
    });
    const second = await going(backup('CREATING'));
    expect(second.actions).toEqual(['DescribeTable', 'ListBackups']);
    expect(second.verdict).toMatchObject({ reason: 'BackingUp' });
    const third = await going(backup('AVAILABLE'));
    expect(third.actions).toEqual(['DescribeTable', 'ListBackups', 'DeleteTable']);
    expect(third.verdict).toMatchObject({ kind: 'waiting', reason: 'WaitingForAws' });
    // One that took long is no less complete.
    const slow = await going(backup('AVAILABLE', since));
    expect(slow.actions).toEqual(['DescribeTable', 'ListBackups', 'DeleteTable']);
    // A copy of a delete that was given up lacks what was written since: another follows it.
    const before = new Date(since.getTime() - HOUR_MS);
    const old = await going(backup('AVAILABLE', before));
    expect(old.actions).toEqual(['DescribeTable', 'ListBackups', 'CreateBackup']);
    const unfinished = await going(backup('CREATING', before));
    expect(unfinished.actions).toEqual(['DescribeTable', 'ListBackups']);
    expect(unfinished.verdict).toMatchObject({ reason: 'BackingUp' });
  });

  it('that AWS has archived is in a backup already; one that nobody can read is kept until its key is back', async () => {
    const as = (table: object) => ({ DescribeTable: () => ({ Table: { ...described, ...table } }) });
    const archived = as({
      TableStatus: 'ARCHIVED',
      ArchivalSummary: { ArchivalBackupArn: `${TABLE}/backup/01` },
    });
    expect((await going(archived)).actions).toEqual(['DescribeTable', 'DeleteTable']);
    const unreadable = as({ TableStatus: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' });
    const { actions, verdict } = await going(unreadable);
    expect(actions).toEqual(['DescribeTable']);
    expect(verdict).toMatchObject({
      kind: 'stalled',
      message: expect.stringMatching(/deletionPolicy Delete/),
    });
    expect((await going(unreadable, false)).actions).toEqual(['DescribeTable', 'DeleteTable']);
  });

  it('without a copy is deleted at once; one that is protected is freed first, and one that is gone is gone', async () => {
    expect((await going({}, false)).actions).toEqual(['DescribeTable', 'DeleteTable']);
    const table = { ...described, DeletionProtectionEnabled: true };
    const freed = await going({ DescribeTable: () => ({ Table: table }) }, false);
    expect(freed.actions).toEqual(['DescribeTable', 'UpdateTable', 'DeleteTable']);
    const missing = refusal('ResourceNotFoundException', 'Requested resource not found');
    expect(await going({ DescribeTable: () => missing })).toEqual({
      actions: ['DescribeTable'],
      verdict: undefined,
    });
  });

  it('says how far it is, and what to do about a key that is lost', () => {
    const of = (TableStatus: string) =>
      stateOf({ table: { ...described, TableStatus: TableStatus as never } });
    expect(of('DELETING').phase).toBe('deleting');
    expect(of('INACCESSIBLE_ENCRYPTION_CREDENTIALS')).toMatchObject({ phase: 'failed' });
    const [first] = described.GlobalSecondaryIndexes ?? [];
    const filling = {
      ...described,
      GlobalSecondaryIndexes: [{ ...first, IndexStatus: 'CREATING' as const }],
    };
    expect(stateOf({ table: filling })).toMatchObject({
      phase: 'pending',
      message: 'index by-state of table shop-dev-data is being filled; the table can be used meanwhile',
    });
  });
});

/** The table as it is after a step. */
function applied(table: typeof described, step: NonNullable<ReturnType<typeof nextStep>>): typeof described {
  let indexes = table.GlobalSecondaryIndexes ?? [];
  for (const { Create, Delete } of step.GlobalSecondaryIndexUpdates ?? []) {
    if (Delete) indexes = indexes.filter(({ IndexName }) => IndexName !== Delete.IndexName);
    if (Create) indexes = [...indexes, { ...Create, IndexStatus: 'ACTIVE' }];
  }
  return {
    ...table,
    GlobalSecondaryIndexes: indexes,
    ...(step.DeletionProtectionEnabled !== undefined && {
      DeletionProtectionEnabled: step.DeletionProtectionEnabled,
    }),
    ...(step.TableClass && { TableClassSummary: { TableClass: step.TableClass } }),
    ...(step.BillingMode && { BillingModeSummary: { BillingMode: step.BillingMode } }),
    ...(step.ProvisionedThroughput && { ProvisionedThroughput: step.ProvisionedThroughput }),
    ...(step.StreamSpecification && { StreamSpecification: step.StreamSpecification }),
  };
}
