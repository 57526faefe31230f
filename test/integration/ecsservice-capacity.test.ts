import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { ECSClient, ListContainerInstancesCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EcsService } from '../../operator/api/ecs-service.ts';
import { eventually } from '../support/eventually.ts';
import { account, namespace, smallNetwork, smallService } from '../support/manifests.ts';
import { idsOf, World } from '../support/world.ts';

/** What the agent of an instance needs where there is no way out of the network. */
const AGENT = ['ecs', 'ecs-agent', 'ecs-telemetry'].map((service) => ({ service }));
const READS = ['DescribeAutoScalingGroups', 'DescribeServices'];

const network = smallNetwork('net', 'web', { securityGroups: { ecs: {}, endpoints: {} } });
const service = smallService('shop', 'web', 'net', {
  capacity: {
    type: 'EC2',
    minInstances: 1,
    maxInstances: 3,
    placementStrategies: ['SpreadZones', 'BinpackMemory'],
  },
  task: {
    cpu: 256,
    memoryMiB: 256,
    containers: [{ name: 'backend', image: 'backend:1', ports: [{ port: 5000 }] }],
  },
  service: { desiredCount: 2 },
  loadBalancer: {
    type: 'Network',
    listeners: [{ port: 80, protocol: 'TCP' }],
    deregistrationDelaySeconds: 0,
  },
});

let world: World;
let empty: string;
let autoscaling: AutoScalingClient;
let ecs: ECSClient;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_INSTANCE_SECONDS: '0.1', LANDFALL_AWS_TASK_SECONDS: '0.05' });
  await world.claim();
  empty = await world.aws.dump();
  autoscaling = new AutoScalingClient(world.clientOptions());
  ecs = new ECSClient(world.clientOptions());
  world.operator();
  await world.apply([namespace('web'), account('main', ['web'], { defaultTags: { project: 'shop' } })]);
});
afterAll(async () => {
  autoscaling?.destroy();
  ecs?.destroy();
  await world?.stop();
});

const group = async () => {
  const { AutoScalingGroups = [] } = await autoscaling.send(new DescribeAutoScalingGroupsCommand({}));
  return AutoScalingGroups[0];
};
const instances = async () => {
  const cluster = 'shop-dev-cluster';
  const found = await ecs.send(new ListContainerInstancesCommand({ cluster }));
  return found.containerInstanceArns?.length ?? 0;
};
const actions = async (mark: number) => (await world.writes(mark)).map(({ action }) => action);

it('says what its tasks wait for where instances cannot join, and comes up when the network lets them', async () => {
  await world.apply([network, service]);
  await world.condition(service, 'Reconciling', {
    message: /no container instance met all of its requirements/,
  });
  expect((await group())?.Instances?.length).toBeGreaterThanOrEqual(1);
  expect(await instances()).toBe(0);
  await world.edit(network, { endpoints: AGENT });
  const { status } = (await world.ready(service)) as unknown as EcsService;
  expect(status).toMatchObject({ desiredCount: 2, runningCount: 2, rollout: 'COMPLETED' });
  expect(Object.keys(idsOf((await world.read(service)) ?? service)).sort()).toEqual([
    'auto-scaling-group',
    'capacity-provider',
    'cluster',
    'instance-profile',
    'launch-template',
    'listener/80',
    'load-balancer',
    'log-group',
    'role/execution',
    'role/instance',
    'role/task',
    'security-group/load-balancer',
    'security-group/tasks',
    'service',
    'target-group',
    'task-definition',
  ]);
});

it('is left alone by a second pass and further refreshes', async () => {
  await world.refreshes(2, READS);
  const mark = await world.mark();
  await world.kubectl('annotate', '--namespace=web', 'ecss/shop', 'look=again');
  await world.refreshes(2, [...READS, 'GetInstanceProfile']);
  expect(await actions(mark)).toEqual([]);
});

it('gets more instances when tasks want more room, and their number is never fought', async () => {
  const mark = await world.mark();
  await world.kubectl('scale', '--namespace=web', 'ecss/shop', '--replicas=7');
  await world.ready(service);
  expect(await actions(mark)).toEqual(['UpdateService']);
  expect((await group())?.DesiredCapacity).toBe(3);
  await world.kubectl('scale', '--namespace=web', 'ecss/shop', '--replicas=2');
  await world.ready(service);
  const again = await world.mark();
  await autoscaling.send(
    new SetDesiredCapacityCommand({ AutoScalingGroupName: 'landfall-web-shop', DesiredCapacity: 2 }),
  );
  await world.refreshes(2, READS);
  expect(await actions(again)).toEqual(['SetDesiredCapacity']);
});

it('gives new instances another type and volume, and another version of their template', async () => {
  const mark = await world.mark();
  await world.edit(service, { capacity: { instanceTypes: ['t3.small'], volumeGiB: 50 } });
  await eventually('the group', async () => {
    const { MixedInstancesPolicy: policy } = (await group()) ?? {};
    return policy?.LaunchTemplate?.Overrides?.[0]?.InstanceType === 't3.small';
  });
  await world.ready(service);
  expect(new Set(await actions(mark))).toEqual(
    new Set(['CreateLaunchTemplateVersion', 'ModifyLaunchTemplate', 'UpdateAutoScalingGroup']),
  );
});

it('goes in the order that AWS demands, and leaves nothing', async () => {
  const mark = await world.mark();
  await world.remove(service);
  const deletes = (await actions(mark)).filter((action) => action?.startsWith('Delete') === true);
  const at = (action: string) => deletes.indexOf(action);
  expect(at('DeleteService')).toBeLessThan(at('DeleteAutoScalingGroup'));
  expect(at('DeleteAutoScalingGroup')).toBeLessThan(at('DeleteCluster'));
  expect(at('DeleteCluster')).toBeLessThan(at('DeleteCapacityProvider'));
  expect(at('DeleteLaunchTemplate')).toBeLessThan(at('DeleteInstanceProfile'));
  await world.remove(network);
  expect((await world.aws.dump()) === empty).toBe(true);
});
