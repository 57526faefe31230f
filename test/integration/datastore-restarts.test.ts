import { DescribeServicesCommand, ECSClient, type Service } from '@aws-sdk/client-ecs';
import {
  DeleteDBInstanceAutomatedBackupCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataStoreStatus } from '../../operator/api/data-store.ts';
import type { EcsServiceStatus } from '../../operator/api/ecs-service.ts';
import { eventually } from '../support/eventually.ts';
import { portal, smallService } from '../support/manifests.ts';
import { networkWithServices, store } from '../support/store-manifests.ts';
import { type Manifest, World } from '../support/world.ts';

const network = networkWithServices('secretsmanager');
const inNetwork = { networkRef: { name: 'shop' }, deletionPolicy: 'Delete' };
const generated = { credentials: { mode: 'Generated' } };
/** Its password is RDS's own. */
const records = store('records', { ...inNetwork, mysql: { databaseName: 'appdb' } });
const ledger = store('ledger', { ...inNetwork, mysql: generated });
const sessions = store('sessions', { ...inNetwork, redis: generated });
const service = (name: string, dataStores: readonly object[]) =>
  smallService(name, 'portal', 'shop', { accountRef: { name: 'portal' }, dataStores });
const shop = service('shop', [{ name: 'records' }, { name: 'sessions' }]);
const books = service('books', [{ name: 'ledger' }]);

let world: World;
let ecs: ECSClient;
let rds: RDSClient;
let secrets: SecretsManagerClient;
let empty: string;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_DATABASE_SECONDS: '0.5', LANDFALL_AWS_CACHE_SECONDS: '0.5' });
  await world.claim();
  const options = world.clientOptions();
  [ecs, rds, secrets] = [new ECSClient(options), new RDSClient(options), new SecretsManagerClient(options)];
  world.operator();
  await world.apply([portal.namespace, portal.account]);
  await world.ready(portal.account);
  empty = await world.aws.dump();
  await world.apply([network, records, ledger, sessions, shop, books]);
  for (const one of [records, ledger, sessions, shop, books]) await world.ready(one, 90_000);
});
afterAll(async () => {
  for (const client of [ecs, rds, secrets]) client?.destroy();
  await world?.stop();
});

const statusOf = async <S>(of: Manifest) => (await world.read(of))?.status as unknown as S;
async function running(of: Manifest): Promise<Service> {
  const { clusterArn, serviceArn = '' } = await statusOf<EcsServiceStatus>(of);
  const { services } = await ecs.send(
    new DescribeServicesCommand({ cluster: clusterArn, services: [serviceArn] }),
  );
  const [found] = services ?? [];
  if (!found) throw new Error(`there is no service ${serviceArn}`);
  return found;
}
const deploymentOf = async (of: Manifest) =>
  (await running(of)).deployments?.find(({ status }) => status === 'PRIMARY')?.id;
const secretOf = async (of: Manifest) => (await statusOf<DataStoreStatus>(of)).secretArn ?? '';
const passwordOf = async (of: Manifest) => {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: await secretOf(of) }));
  return (JSON.parse(SecretString ?? '{}') as { password: string }).password;
};
const rotate = (name: string, at: string) =>
  world.kubectl('annotate', '--overwrite', '-n', 'portal', `dst/${name}`, `landfall.dev/rotated-at=${at}`);
/** What was written to ECS since a mark. */
const rollouts = async (mark: number) =>
  (await world.writes(mark)).filter(({ service: of }) => of === 'ecs').map(({ action }) => action);
const listed = ['DescribeDBInstances', 'DescribeReplicationGroups', 'DescribeServices', 'ListSecrets'];
/** The note, the new deployment, and the note of its beginning. */
const ONE_RESTART = ['TagResource', 'UpdateService', 'TagResource'];

/** Rotates a store's password and waits until the tasks that read it are others. */
async function expectOneRestart(of: Manifest, from: Manifest, change: () => Promise<unknown>): Promise<void> {
  await world.refreshes(1, listed);
  const [before, password, definition] = [
    await deploymentOf(of),
    await passwordOf(from),
    (await running(of)).taskDefinition,
  ];
  const mark = await world.mark();
  await change();
  await eventually('another password', async () => (await passwordOf(from)) !== password);
  await eventually('other tasks', async () => (await deploymentOf(of)) !== before);
  for (const one of [from, of]) await world.ready(one, 60_000);
  await world.refreshes(3, listed);
  expect(await rollouts(mark)).toEqual(ONE_RESTART);
  expect((await running(of)).taskDefinition).toBe(definition);
}

describe('a password that becomes another restarts the services that read it, once', () => {
  it('where RDS makes it', async () => {
    const other = await deploymentOf(books);
    await expectOneRestart(shop, records, async () => {
      const SecretId = await secretOf(records);
      await secrets.send(new RotateSecretCommand({ SecretId, RotateImmediately: true }));
    });
    expect(await deploymentOf(books)).toBe(other);
  });

  it('where Landfall makes it for a database', async () => {
    const other = await deploymentOf(shop);
    await expectOneRestart(books, ledger, () => rotate('ledger', 'one'));
    await expectOneRestart(books, ledger, () => rotate('ledger', 'two'));
    expect(await deploymentOf(shop)).toBe(other);
  });

  it('where Landfall makes it for a cache, which takes the former until no task is left that was told it', async () => {
    const mark = await world.mark();
    await expectOneRestart(shop, sessions, () => rotate('sessions', 'one'));
    const calls = (await world.writes(mark)).map(({ action }) => action ?? '');
    expect(calls.filter((action) => /^(ModifyReplicationGroup|UpdateService)$/.test(action))).toEqual([
      'ModifyReplicationGroup',
      'UpdateService',
      'ModifyReplicationGroup',
    ]);
  });

  it('and nobody else sees any of them', async () => {
    const objects = await world.kubectl('get', 'datastores,ecsservices,events', '-n', 'portal', '-o', 'json');
    const dump = JSON.stringify([await running(shop), await running(books)]);
    for (const one of [records, ledger, sessions]) {
      const password = await passwordOf(one);
      expect(password.length).toBeGreaterThan(20);
      expect(objects.includes(password) || dump.includes(password)).toBe(false);
    }
  });

  it('and what somebody asks for besides restarts them once more', async () => {
    const before = await deploymentOf(shop);
    const mark = await world.mark();
    await world.kubectl('annotate', '-n', 'portal', 'ecsservice/shop', 'landfall.dev/restarted-at=noon');
    await eventually('other tasks', async () => (await deploymentOf(shop)) !== before);
    await world.ready(shop, 60_000);
    await world.kubectl('annotate', '-n', 'portal', 'ecsservice/shop', 'landfall.dev/restarted-at-');
    await world.refreshes(3, listed);
    expect(await rollouts(mark)).toEqual(ONE_RESTART);
  });
});

describe('the end', () => {
  it('comes when all of them are deleted, the stores first', async () => {
    const made = [ledger, sessions];
    const arns = await Promise.all(made.map(secretOf));
    for (const one of [records, ...made, shop, books]) await world.delete(one);
    for (const one of [records, ...made, shop, books]) await world.gone(one, 90_000);
    await world.remove(network, 60_000);
    for (const SecretId of arns) {
      const { DeletedDate } = await secrets.send(new DescribeSecretCommand({ SecretId }));
      expect(DeletedDate).toBeDefined();
      await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    }
    const { DBInstanceAutomatedBackups = [] } = await rds.send(
      new DescribeDBInstanceAutomatedBackupsCommand({}),
    );
    for (const { DbiResourceId } of DBInstanceAutomatedBackups)
      await rds.send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId }));
    expect(await world.aws.dump()).toBe(empty);
  });
});
