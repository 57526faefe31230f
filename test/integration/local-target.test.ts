import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Manifest, World } from '../support/world.ts';

let world: World;

const API = 'landfall.dev/v1alpha1';
const spec = { accountRef: { name: 'laptop' }, region: 'us-east-1' };
const at = (kind: string, name: string, more: object): Manifest => ({
  apiVersion: API,
  kind,
  metadata: { name, namespace: 'shop' },
  spec: { ...spec, ...more },
});

const namespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const account: Manifest = {
  apiVersion: API,
  kind: 'Account',
  metadata: { name: 'laptop' },
  spec: { local: { namespaces: ['shop'], sizeFactor: 0.25 } },
};
const network = at('SecureVpc', 'shop', {
  cidr: '10.0.0.0/16',
  zones: { count: 2 },
  tiers: [{ name: 'private' }, { name: 'data' }],
  securityGroups: { ecs: {}, data: {} },
});
const cache = at('DataStore', 'cache', { networkRef: { name: 'shop' }, environment: 'dev', redis: {} });
const service = at('EcsService', 'web', {
  networkRef: { name: 'shop' },
  environment: 'dev',
  dataStores: [{ name: 'cache' }],
  task: { containers: [{ name: 'web', image: 'web:1', ports: [{ port: 8080 }] }] },
});

const read = async (kind: string, name: string) => {
  const found = await world.kubectl('get', kind, name, '-n', 'shop', '-o', 'json', '--ignore-not-found');
  return found === '' ? undefined : (JSON.parse(found) as Manifest);
};

beforeAll(async () => {
  world = await World.start();
  world.operator();
  await world.apply([namespace, account, network, cache, service]);
});
afterAll(() => world?.stop());

describe('a store in the cluster itself', () => {
  it('is made of Kubernetes objects', async () => {
    await eventually('StatefulSet', async () => (await read('statefulset', 'cache-dev-redis')) !== undefined);
    console.log(await world.kubectl('get', 'all,networkpolicy,pvc,secret', '-n', 'shop'));
    console.log(await world.kubectl('get', 'acct,svpc,datastores,ecsservices', '-A', '-o', 'wide'));
    console.log(JSON.stringify((await world.read(cache))?.status, undefined, 1));
    console.log(JSON.stringify((await world.read(service))?.status, undefined, 1));
    expect(1).toBe(1);
  });
});
