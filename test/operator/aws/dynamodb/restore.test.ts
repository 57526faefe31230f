import { describe, expect, it } from 'vitest';
import { dynamoDbTableKind } from '../../../../operator/aws/dynamodb/table.ts';
import type { DynamoDbTableInputs } from '../../../../operator/aws/dynamodb/table-inputs.ts';
import { contextOf, fakeSession, OWN, refusal } from '../ecs/fake-session.ts';
import { described, settings, TABLE } from './cases.ts';

const NAME = 'shop-dev-data';
const KeySchema = [
  { AttributeName: 'customer', KeyType: 'HASH' },
  { AttributeName: 'orderedAt', KeyType: 'RANGE' },
];
const BACKUP = `${TABLE}/backup/01489602797149-73d8d5bc`;
const NOT_FOUND = refusal('ResourceNotFoundException', 'Requested resource not found');
const BACKED_UP = {
  BackupDescription: {
    BackupDetails: { BackupStatus: 'AVAILABLE' },
    SourceTableDetails: { KeySchema },
  },
};
const inputs: DynamoDbTableInputs = {
  name: NAME,
  ...settings,
  localIndexes: [],
  restoreFrom: { snapshot: BACKUP },
};
type Answers = NonNullable<Parameters<typeof fakeSession>[0]>;

/** One visit of a table that is to be made of a copy: what it says, and the calls that it took. */
async function visit(answers: Answers, from: DynamoDbTableInputs = inputs) {
  const fake = fakeSession({ ListTagsOfResource: () => ({ Tags: [] }), ...answers });
  const { context } = contextOf(fake.session);
  const said = await dynamoDbTableKind.create?.(context, from).then(
    (record) => ({ record }),
    (error: Error & { reason?: string }) => ({ reason: error.reason, message: error.message }),
  );
  return { ...fake, said };
}
const standing = (more: object) => ({ DescribeTable: () => ({ Table: { ...described, ...more } }) });

describe('a table that is made of a backup', () => {
  it('is asked for once, and waited for', async () => {
    const { said, actions, sent } = await visit({
      DescribeTable: () => NOT_FOUND,
      DescribeBackup: () => BACKED_UP,
    });
    expect(said).toMatchObject({ reason: 'WaitingForAws' });
    expect(actions()).toEqual(['DescribeTable', 'DescribeBackup', 'RestoreTableFromBackup']);
    expect(sent.at(-1)?.[1]).toEqual({
      BackupArn: BACKUP,
      TargetTableName: NAME,
      SSESpecificationOverride: { Enabled: false },
    });
    const later = await visit(standing({ TableStatus: 'CREATING' }));
    expect(later.said).toMatchObject({ reason: 'WaitingForAws' });
    expect(later.actions()).toEqual(['DescribeTable']);
  });

  it('gets its tags when it is there, whoever asked for it', async () => {
    const { said, sent } = await visit(standing({ RestoreSummary: { SourceBackupArn: BACKUP } }));
    const tagged = sent.find(([action]) => action === 'TagResource')?.[1]['Tags'];
    const wanted = { ...OWN, 'landfall.dev/restored-from': BACKUP };
    expect(tagged).toEqual(Object.entries(wanted).map(([Key, Value]) => ({ Key, Value })));
    expect(said).toMatchObject({ record: { TableArn: TABLE, TableName: NAME } });
  });

  it.each([
    ['a table of its name that was made of something else', { RestoreSummary: undefined }, []],
    [
      'one that somebody has tagged',
      { RestoreSummary: { SourceBackupArn: BACKUP } },
      [{ Key: 'team', Value: 'a' }],
    ],
  ])('leaves %s alone', async (_, more, Tags) => {
    const { actions } = await visit({ ...standing(more), ListTagsOfResource: () => ({ Tags }) });
    expect(actions()).not.toContain('TagResource');
  });

  it('waits for the former of its name to go', async () => {
    const { said, actions } = await visit(standing({ TableStatus: 'DELETING' }));
    expect(said).toMatchObject({ message: expect.stringContaining('is still being deleted') });
    expect(actions()).toEqual(['DescribeTable']);
  });

  it('says what to attach where the role may not restore tables', async () => {
    const denied = refusal('AccessDeniedException', 'User: x is not authorized to perform: dynamodb:Scan');
    const { said } = await visit({
      DescribeTable: () => NOT_FOUND,
      DescribeBackup: () => BACKED_UP,
      RestoreTableFromBackup: () => denied,
    });
    expect(said).toMatchObject({
      reason: 'AccessDenied',
      message: expect.stringMatching(/dynamodb:Scan; .*attach manifests\/iam\/table-restores\.json/),
    });
  });
});

describe('a table that is made of a moment of another', () => {
  const moment = (time?: string): DynamoDbTableInputs => ({
    ...inputs,
    restoreFrom: { source: 'former', ...(time !== undefined && { time }) },
  });
  const latest = new Date('2026-03-01T12:00:00Z');
  const recovery = (PointInTimeRecoveryStatus: string) => ({
    DescribeTable: ({ TableName }: Record<string, unknown>) =>
      TableName === 'former' ? { Table: { ...described, KeySchema } } : NOT_FOUND,
    DescribeContinuousBackups: () => ({
      ContinuousBackupsDescription: {
        PointInTimeRecoveryDescription: {
          PointInTimeRecoveryStatus,
          EarliestRestorableDateTime: new Date('2026-02-01T00:00:00Z'),
          LatestRestorableDateTime: latest,
        },
      },
    }),
  });

  it('is asked for by the ARN of its source', async () => {
    const { sent } = await visit(recovery('ENABLED'), moment('2026-03-01T00:00:00Z'));
    expect(sent.at(-1)).toEqual([
      'RestoreTableToPointInTime',
      {
        SourceTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/former',
        TargetTableName: NAME,
        RestoreDateTime: new Date('2026-03-01T00:00:00Z'),
        SSESpecificationOverride: { Enabled: false },
      },
    ]);
  });

  it('is refused where its source cannot give it', async () => {
    const off = await visit(recovery('DISABLED'), moment());
    expect(off.said).toMatchObject({
      reason: 'CopyUnusable',
      message: expect.stringContaining('has no point-in-time recovery: name a backup instead'),
    });
    const gone = await visit({ DescribeTable: () => NOT_FOUND }, moment());
    expect(gone.said).toMatchObject({
      message: expect.stringContaining('former at the latest is not there'),
    });
  });
});

it('asks for rights on items of the table that is made, and of no other', () => {
  expect(dynamoDbTableKind.iamFor?.({ ...inputs, name: 'plain' })).toContainEqual({
    action: 'dynamodb:GetItem',
    on: 'bare',
    resource: 'dynamodb:{region}:{account}:table/plain',
  });
  const { restoreFrom: _, ...empty } = inputs;
  expect(dynamoDbTableKind.iamFor?.(empty)).toEqual([]);
});
