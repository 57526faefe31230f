import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { Canary } from '../support/canary.ts';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { storeInNetwork, storeNetwork } from '../support/store-manifests.ts';
import { World } from '../support/world.ts';

const SECRET = 'portal-dev-rds-secret';
const generated = { credentials: { mode: 'Generated' } };
const database = storeInNetwork('portal', {
  deletionPolicy: 'Delete',
  connectionSecret: { name: 'portal-db' },
  mysql: { databaseName: 'appdb', ...generated },
});
const cluster = storeInNetwork('ledger', { deletionPolicy: 'Delete', auroraPostgresql: generated });
const cache = storeInNetwork('sessions', { deletionPolicy: 'Delete', redis: generated });
const stores = [database, cluster, cache];
const secretNames = stores.map(({ metadata }) => `${metadata.name}-dev-rds-secret`);

let world: World;
let canary: Canary;
let operator: OperatorProcess;
let secrets: SecretsManagerClient;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_DATABASE_SECONDS: '0.3', LANDFALL_AWS_CACHE_SECONDS: '0.3' });
  await world.claim();
  canary = new Canary(world, 'portal/portal-db');
  secrets = new SecretsManagerClient(world.clientOptions());
  operator = start();
  await world.apply([portal.namespace, portal.account, storeNetwork]);
  await world.ready(storeNetwork);
});
afterAll(async () => {
  canary?.stop();
  secrets?.destroy();
  await world?.stop();
});

const start = (): OperatorProcess =>
  world.operator({
    env: { LANDFALL_LOG_LEVEL: 'debug' },
    onLine: (line) => canary.hear('log', JSON.stringify(line)),
  });
const metrics = async (): Promise<string> => {
  const { address } = (await operator.line(({ msg }) => msg === 'listening')) as unknown as {
    address: { port: number };
  };
  return (await fetch(`http://127.0.0.1:${address.port}/metrics`)).text();
};
const currentOf = async (SecretId: string): Promise<string> => {
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }));
  const found = Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes('AWSCURRENT'));
  return found?.[0] ?? '';
};
/** Asks for another password of each store, and resolves when they have it. */
async function rotate(at: string, during: () => Promise<void> = async () => {}): Promise<void> {
  const before = await Promise.all(secretNames.map(currentOf));
  for (const { metadata } of stores)
    await world.kubectl(
      'annotate',
      '--overwrite',
      '-n',
      'portal',
      `dst/${metadata.name}`,
      `landfall.dev/rotated-at=${at}`,
    );
  await during();
  await eventually('other passwords', async () => {
    const now = await Promise.all(secretNames.map(currentOf));
    return now.every((version, index) => version !== before[index]);
  });
  await Promise.all(stores.map((store) => world.ready(store)));
}
const nowhere = () => expect(canary.leaks()).toEqual([]);

it('nobody sees a password as it is made', async () => {
  await world.apply(stores);
  await Promise.all(stores.map((store) => world.ready(store)));
  await canary.listen('made', stores);
  expect(canary.known).toBe(3);
  nowhere();
});

it('nobody sees one as it becomes another', async () => {
  await rotate('one');
  await canary.listen('rotated', stores);
  expect(canary.known).toBe(6);
  nowhere();
});

it('nobody sees one that AWS refuses, or that comes to nothing', async () => {
  const refused = { code: 'InvalidParameterValue', message: 'The parameter is not valid.', times: 3 };
  await world.aws.setDifficulty({
    faults: [
      { action: 'ModifyDBInstance', ...refused },
      { action: 'ModifyDBCluster', ...refused },
      { action: 'ModifyReplicationGroup', ...refused },
      { action: 'GetSecretValue', code: 'DecryptionFailure', message: 'The key is not there.' },
      { action: 'PutSecretValue', effect: 'lost', when: 'after' },
    ],
  });
  await rotate('two', async () => {
    // By then one of them was refused to read its password, too.
    await world.condition(database, 'Stalled', { message: /not valid/ });
    await canary.listen('refused', [database]);
  });
  await world.aws.setDifficulty({ faults: [] });
  await canary.learn();
  expect(canary.known).toBe(9);
  nowhere();
});

it('nobody sees one of an operator that is killed meanwhile', async () => {
  await rotate('three', async () => {
    await operator.line(({ msg, node }) => msg === 'done' && node === 'secret-rotation');
    await operator.kill();
    operator = start();
  });
  await canary.learn();
  expect(canary.known).toBe(12);
  nowhere();
});

it('nobody sees what somebody has put in its place', async () => {
  const before = await currentOf(SECRET);
  await secrets.send(
    new PutSecretValueCommand({
      SecretId: SECRET,
      SecretString: 'the-bird-that-falls-silent',
      VersionStages: ['AWSCURRENT', 'AWSPENDING'],
    }),
  );
  await world.condition(database, 'Stalled', { reason: 'SecretUnreadable' });
  await canary.listen('spoilt', stores);
  const RemoveFromVersionId = await currentOf(SECRET);
  const labels = [{ VersionStage: 'AWSCURRENT', MoveToVersionId: before }, { VersionStage: 'AWSPENDING' }];
  for (const label of labels)
    await secrets.send(
      new UpdateSecretVersionStageCommand({ SecretId: SECRET, RemoveFromVersionId, ...label }),
    );
  await world.ready(database);
  nowhere();
});

it('nobody sees one in a name that is taken, nor as its store goes', async () => {
  const told = await world.kubectl('get', 'secret', 'portal-db', '-n', 'portal', '-o', 'json');
  await world.kubectl('create', 'secret', 'generic', 'taken', '-n', 'portal', '--from-literal=of=others');
  await world.edit(database, { connectionSecret: { name: 'taken' } });
  await world.condition(database, 'Stalled', { reason: 'NameTaken' });
  await canary.listen('taken', stores);
  canary.hear('metrics', await metrics());
  for (const store of stores) await world.delete(store);
  for (const store of stores) await world.gone(store);
  await canary.listen('gone', []);
  nowhere();
  // Whoever reads this one does see it, and so it would have been seen elsewhere.
  canary.hear('Secret portal-db', told);
  expect(canary.leaks()).toEqual([expect.stringMatching(/^password \d+: Secret portal-db$/)]);
});
