import {
  DeleteBackupCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeKeyCommand,
  DisableKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListKeysCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { type Manifest, World } from '../support/world.ts';

const TableName = 'orders-dev-data';
const object: Manifest = {
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'DataStore',
  metadata: { name: 'orders', namespace: 'portal' },
  spec: {
    accountRef: { name: 'portal' },
    region: 'us-east-1',
    environment: 'dev',
    encryption: { key: 'Dedicated' },
    dynamodb: { partitionKey: { name: 'id', type: 'String' } },
  },
};

let world: World;
let kms: KMSClient;
let dynamodb: DynamoDBClient;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_TABLE_SECONDS: '0.3' });
  await world.claim();
  kms = new KMSClient(world.clientOptions());
  dynamodb = new DynamoDBClient(world.clientOptions());
  world.operator();
  await world.apply([portal.namespace, portal.account]);
});
afterAll(async () => {
  kms?.destroy();
  dynamodb?.destroy();
  await world?.stop();
});

const ids = async () => ((await kms.send(new ListKeysCommand({}))).Keys ?? []).map(({ KeyId = '' }) => KeyId);
const keyOf = async (KeyId: string) => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;
const tagsOf = async (KeyId: string) => {
  const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId }));
  return Object.fromEntries(Tags.map(({ TagKey = '', TagValue }) => [TagKey, TagValue]));
};
const encryption = async () =>
  (await dynamodb.send(new DescribeTableCommand({ TableName }))).Table?.SSEDescription;
const policyOf = async (KeyId: string) =>
  (await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))).Policy ?? '';
const only = async (): Promise<string> => {
  const [id = '', ...others] = await ids();
  expect(others).toEqual([]);
  return id;
};
const backups = async () => (await dynamodb.send(new ListBackupsCommand({}))).BackupSummaries ?? [];

describe('the key of a store', () => {
  it('is made before the store, described, renewed each year, and used by whoever uses the store', async () => {
    await world.apply([object]);
    await world.ready(object);
    const KeyId = await only();
    const key = await keyOf(KeyId);
    expect(key).toMatchObject({
      Description: `Store DataStore/portal/orders (${TableName})`,
      KeyState: 'Enabled',
    });
    expect(await encryption()).toMatchObject({ SSEType: 'KMS', KMSMasterKeyArn: key?.Arn });
    const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
    expect(KeyRotationEnabled).toBe(true);
    expect(await policyOf(KeyId)).toContain('dynamodb.us-east-1.amazonaws.com');
    expect(await tagsOf(KeyId)).toMatchObject({ 'landfall.dev/node': 'key', environment: 'dev' });
    const mark = await world.mark();
    await world.refreshes(3, ['ListTables', 'DescribeKey']);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('is put back as it was', async () => {
    const KeyId = await only();
    const before = await policyOf(KeyId);
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'mine' }));
    await kms.send(new DisableKeyCommand({ KeyId }));
    await eventually('an enabled key', async () => (await keyOf(KeyId))?.KeyState === 'Enabled');
    await eventually('its description', async () => (await keyOf(KeyId))?.Description !== 'mine');
    const open = { ...(JSON.parse(before) as object), Id: 'mine' };
    await kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: 'default', Policy: JSON.stringify(open) }));
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'stirred' }));
    await eventually('its policy', async () => !(await policyOf(KeyId)).includes('mine'));
    await world.ready(object);
  });

  it('stays, tagged, where the last copy of the store needs it', async () => {
    await world.remove(object);
    await world.gone(object);
    const KeyId = await only();
    expect((await keyOf(KeyId))?.KeyState).toBe('Enabled');
    expect(await tagsOf(KeyId)).toHaveProperty('landfall.dev/retained');
    expect(await backups()).toHaveLength(1);
  });

  it('is taken up again by the same manifest, and goes where nothing needs it', async () => {
    for (const { BackupArn } of await backups()) await dynamodb.send(new DeleteBackupCommand({ BackupArn }));
    const KeyId = await only();
    await world.apply([{ ...object, spec: { ...(object.spec as object), deletionPolicy: 'Delete' } }]);
    await world.ready(object);
    expect(await only()).toBe(KeyId);
    expect((await encryption())?.KMSMasterKeyArn).toBe((await keyOf(KeyId))?.Arn);
    expect(await tagsOf(KeyId)).not.toHaveProperty('landfall.dev/retained');
    await world.remove(object);
    await world.gone(object);
    const { KeyState, DeletionDate } = (await keyOf(KeyId)) ?? {};
    expect(KeyState).toBe('PendingDeletion');
    expect((DeletionDate?.getTime() ?? 0) - Date.now()).toBeGreaterThan(29 * 86_400_000);
  });

  it('is had back as long as KMS has not deleted it, and left when the store no longer uses it', async () => {
    const KeyId = await only();
    await world.apply([{ ...object, spec: { ...(object.spec as object), deletionPolicy: 'Delete' } }]);
    await world.ready(object);
    expect(await only()).toBe(KeyId);
    expect((await keyOf(KeyId))?.KeyState).toBe('Enabled');
    await world.edit(object, { encryption: { key: 'Aws' } });
    await eventually('another key', async () => (await encryption()) === undefined);
    await eventually(
      'the mark of what is kept',
      async () => 'landfall.dev/retained' in (await tagsOf(KeyId)),
    );
    await world.ready(object);
    await world.remove(object);
    await world.gone(object);
  });
});
