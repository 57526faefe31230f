import { DescribeReplicationGroupsCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache';
import {
  DeleteDBSnapshotCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataStoreStatus } from '../../operator/api/data-store.ts';
import type { KubeObject } from '../../operator/kube/types.ts';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { storeInNetwork, storeNetwork } from '../support/store-manifests.ts';
import { type Manifest, World } from '../support/world.ts';

const SECRET = 'portal-dev-rds-secret';
const CACHE_SECRET = 'sessions-dev-rds-secret';
const generated = { credentials: { mode: 'Generated' } };
const database = storeInNetwork('portal', {
  connectionSecret: { name: 'portal-db' },
  mysql: { databaseName: 'appdb', ...generated },
});
const cache = storeInNetwork('sessions', { redis: generated });

let world: World;
let rds: RDSClient;
let elasticache: ElastiCacheClient;
let secrets: SecretsManagerClient;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_DATABASE_SECONDS: '0.5', LANDFALL_AWS_CACHE_SECONDS: '0.5' });
  await world.claim();
  rds = new RDSClient(world.clientOptions());
  elasticache = new ElastiCacheClient(world.clientOptions());
  secrets = new SecretsManagerClient(world.clientOptions());
  world.operator();
  await world.apply([portal.namespace, portal.account, storeNetwork]);
  await world.ready(storeNetwork);
});
afterAll(async () => {
  rds?.destroy();
  elasticache?.destroy();
  secrets?.destroy();
  await world?.stop();
});

type Value = Readonly<Record<string, string | number>>;
const valueOf = async (SecretId: string): Promise<Value> =>
  JSON.parse((await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '{}') as Value;
const passwordOf = async (SecretId: string) => String((await valueOf(SecretId))['password']);
const statusOf = async (of: Manifest) => (await world.read(of))?.status as unknown as DataStoreStatus;
const rotate = (name: string, at: string) =>
  world.kubectl('annotate', '--overwrite', '-n', 'portal', `dst/${name}`, `landfall.dev/rotated-at=${at}`);
const clientSecret = async (): Promise<Record<string, string>> => {
  const path = '/api/v1/namespaces/portal/secrets/portal-db';
  const { data = {} } = await world.kube.get<KubeObject & { data?: Record<string, string> }>(path);
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
};
/** Actions that wrote to these services since a mark. */
const deeds = async (mark: number) =>
  (await world.writes(mark))
    .filter(({ service }) => ['rds', 'elasticache', 'secretsmanager'].includes(service ?? ''))
    .map(({ action }) => action);
/** Nobody sees a password but in Secrets Manager and the Secret. */
async function expectUnseen(password: string): Promise<void> {
  const objects = await world.kubectl('get', 'datastores,events', '-n', 'portal', '-o', 'json');
  expect(objects).not.toContain(password);
}

describe('a database whose password is made for it', () => {
  let first: string;

  it('has it in a secret before it is made', async () => {
    const mark = await world.mark();
    await world.apply([database]);
    await world.ready(database);
    const made = await deeds(mark);
    expect(made.indexOf('CreateSecret')).toBeLessThan(made.indexOf('CreateDBInstance'));
    expect(made.filter((action) => action === 'PutSecretValue')).toHaveLength(1);
    const { endpoint, secretArn } = await statusOf(database);
    expect(secretArn).toContain(`:secret:${SECRET}-`);
    const { password, ...rest } = await valueOf(SECRET);
    expect(rest).toEqual({
      engine: 'mysql',
      username: 'admin',
      dbname: 'appdb',
      host: endpoint?.address,
      port: endpoint?.port,
    });
    first = String(password);
    await expectUnseen(first);
    const found = await rds.send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'portal-dev-instance' }),
    );
    expect(found.DBInstances?.[0]).not.toHaveProperty('MasterUserSecret');
  });

  it('tells its clients of it in a Secret, and writes nothing while nothing happens', async () => {
    const { endpoint } = await statusOf(database);
    expect(await clientSecret()).toMatchObject({
      password: first,
      uri: `mysql://admin:${first}@${endpoint?.address}:${endpoint?.port}/appdb`,
    });
    const mark = await world.mark();
    await world.refreshes(3, ['DescribeDBInstances', 'ListSecrets']);
    expect(await deeds(mark)).toEqual([]);
  });

  it('is given another on request, a step at a time', async () => {
    const mark = await world.mark();
    await rotate('portal', 'one');
    await eventually('another password', async () => (await passwordOf(SECRET)) !== first);
    await world.ready(database);
    const second = await passwordOf(SECRET);
    await eventually('its Secret', async () => (await clientSecret())['password'] === second);
    expect(await deeds(mark)).toEqual([
      'PutSecretValue',
      'ModifyDBInstance',
      'AddTagsToResource',
      'UpdateSecretVersionStage',
    ]);
    await expectUnseen(second);
  });

  it('leaves the secret where its last snapshot needs it, and has it back', async () => {
    const before = await passwordOf(SECRET);
    await world.remove(database);
    await world.gone(database);
    const kept = await secrets.send(new DescribeSecretCommand({ SecretId: SECRET }));
    expect(kept.DeletedDate).toBeUndefined();
    expect((kept.Tags ?? []).map(({ Key }) => Key)).toContain('landfall.dev/retained');
    await world.apply([{ ...database, spec: { ...(database.spec as object), deletionPolicy: 'Delete' } }]);
    await world.ready(database);
    expect(await passwordOf(SECRET)).toBe(before);
  });

  it('deletes it with a window where nothing needs it', async () => {
    const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }));
    for (const { DBSnapshotIdentifier } of DBSnapshots)
      await rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier }));
    await world.remove(database);
    await world.gone(database);
    const { DeletedDate } = await secrets.send(new DescribeSecretCommand({ SecretId: SECRET }));
    expect(DeletedDate).toBeDefined();
  });
});

describe('a cache whose token is made for it', () => {
  const group = async () => {
    const asked = new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'sessions-dev-redis' });
    return (await elasticache.send(asked)).ReplicationGroups?.[0];
  };

  it('is made with it', async () => {
    await world.apply([cache]);
    await world.ready(cache);
    expect(await group()).toMatchObject({ AuthTokenEnabled: true });
    expect(await valueOf(CACHE_SECRET)).toMatchObject({ engine: 'redis', username: 'default' });
    await expectUnseen(await passwordOf(CACHE_SECRET));
  });

  it('takes either of two in a rotation, and then the new one alone', async () => {
    const before = await passwordOf(CACHE_SECRET);
    const mark = await world.mark();
    await rotate('sessions', 'one');
    await eventually('another token', async () => (await passwordOf(CACHE_SECRET)) !== before);
    await eventually('the end of the former', async () => (await deeds(mark)).length === 6);
    await world.ready(cache);
    expect(await deeds(mark)).toEqual([
      'PutSecretValue',
      'AddTagsToResource',
      'ModifyReplicationGroup',
      'UpdateSecretVersionStage',
      'AddTagsToResource',
      'ModifyReplicationGroup',
    ]);
    await world.edit(cache, { deletionPolicy: 'Delete' });
    await world.remove(cache);
    await world.gone(cache);
  });
});
