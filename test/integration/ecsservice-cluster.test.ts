import { afterAll, beforeAll, expect, it } from 'vitest';
import { account, namespace, smallNetwork, smallService } from '../support/manifests.ts';
import { idsOf, World } from '../support/world.ts';

const AGENT = ['ecs', 'ecs-agent', 'ecs-telemetry'].map((service) => ({ service }));
const READS = ['DescribeAutoScalingGroups', 'DescribeServices'];
const CLUSTER = 'arn:aws:ecs:us-east-1:123456789012:cluster/host-dev-cluster';

const network = smallNetwork('net', 'web', {
  securityGroups: { ecs: {}, endpoints: {}, alb: {} },
  endpoints: AGENT,
  allowReferencesFrom: ['team'],
});
const task = {
  cpu: 256,
  memoryMiB: 256,
  containers: [{ name: 'app', image: 'app:1', ports: [{ port: 5000 }] }],
};
const host = smallService('host', 'web', 'net', {
  capacity: { type: 'EC2', maxInstances: 3 },
  task,
  allowReferencesFrom: ['team'],
});
const far = { networkRef: { name: 'net', namespace: 'web' } };
const itsCluster = { cluster: { ref: { name: 'host', namespace: 'web' } } };
const onInstances = smallService('on-instances', 'team', 'net', {
  ...far,
  ...itsCluster,
  capacity: { type: 'EC2' },
  task,
  loadBalancer: {
    type: 'Network',
    listeners: [{ port: 80, protocol: 'TCP' }],
    deregistrationDelaySeconds: 0,
  },
});
const onFargate = smallService('on-fargate', 'team', 'net', { ...far, ...itsCluster });
const byName = smallService('by-name', 'team', 'net', { ...far, cluster: { name: 'host-dev-cluster' } });
const guests = [onInstances, onFargate];
const main = (grants: object[]) => account('main', ['web', 'team'], { grants });

let world: World;
let empty: string;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_INSTANCE_SECONDS: '0.1', LANDFALL_AWS_TASK_SECONDS: '0.05' });
  await world.claim();
  empty = await world.aws.dump();
  world.operator();
  await world.apply([namespace('web'), namespace('team'), main([])]);
});
afterAll(async () => {
  await world?.stop();
});

const writesTo = async (mark: number, action: string) =>
  (await world.writes(mark)).filter((entry) => entry.action === action);

it('is waited for by those that run in it, and made and written by its maker alone', async () => {
  await world.apply([network, ...guests]);
  for (const guest of guests)
    await world.condition(guest, 'Reconciling', {
      message: /spec.cluster.ref names EcsService web\/host, but there is none/,
    });
  await world.apply([host]);
  for (const service of [host, ...guests]) {
    const { status } = await world.ready(service);
    expect(status).toMatchObject({ clusterArn: CLUSTER, rollout: 'COMPLETED' });
  }
  expect(await writesTo(0, 'CreateCluster')).toHaveLength(1);
  expect(await writesTo(0, 'PutClusterCapacityProviders')).toHaveLength(1);
  expect(await writesTo(0, 'CreateAutoScalingGroup')).toHaveLength(1);
  for (const guest of guests)
    expect(Object.keys(idsOf((await world.read(guest)) ?? guest))).not.toContain('cluster');
});

it('is named by a grant alone where somebody else made it', async () => {
  await world.apply([byName]);
  await world.condition(byName, 'Stalled', {
    reason: 'NotGranted',
    message: /^spec.cluster.name names arn:aws:ecs:us-east-1:123456789012:cluster\/host-dev-cluster/,
  });
  await world.apply([main([{ name: 'cluster', namespaces: ['team'], arns: [CLUSTER] }])]);
  const { status } = await world.ready(byName);
  expect(status).toMatchObject({ clusterArn: CLUSTER, runningCount: 1 });
});

it('is left alone by everybody, once all is well', async () => {
  await world.refreshes(2, READS);
  const mark = await world.mark();
  await world.refreshes(2, READS);
  expect(await world.writes(mark)).toEqual([]);
});

it('stands as long as somebody runs in it', async () => {
  await world.remove(byName);
  const mark = await world.mark();
  await world.kubectl('delete', '--namespace=web', 'ecss/host', '--wait=false');
  await world.condition(host, 'Reconciling', {
    reason: 'InUse',
    message: /^EcsService\/team\/on-(instances|fargate), EcsService\/team\/on-(instances|fargate) still use/,
  });
  expect(await world.writes(mark)).toEqual([]);
  for (const guest of guests) await world.remove(guest);
  await world.remove(host);
  await world.remove(network);
  expect((await world.aws.dump()) === empty).toBe(true);
});
