import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import type { EcsService } from '../../operator/api/ecs-service.ts';
import { eventually } from '../support/eventually.ts';
import { account, namespace, smallNetwork, smallService } from '../support/manifests.ts';
import { conditionOf, idsOf, type Manifest, World } from '../support/world.ts';

let world: World;
let operator: OperatorProcess;
let empty: string;

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  empty = await world.aws.dump();
  operator = world.operator();
  await world.apply([namespace('web'), namespace('other'), account('main', ['web', 'other'])]);
});
afterAll(() => world?.stop());

const network = smallNetwork('net', 'web', { securityGroups: { ecs: {} } });
const service = smallService('shop', 'web', 'net');

const statusOf = async (object: Manifest) => {
  const { status } = await world.ready(object);
  return status as unknown as EcsService['status'];
};
/** Names of the writes to AWS since a mark, how often each. */
const deeds = async (mark: number) => {
  const counts: Record<string, number> = {};
  for (const { action } of await world.writes(mark))
    counts[action ?? 'unknown'] = (counts[action ?? 'unknown'] ?? 0) + 1;
  return counts;
};

describe('a service from nothing to nothing', () => {
  it('waits for a network that is no object yet, and makes nothing', async () => {
    const mark = await world.mark();
    await world.apply([service]);
    await world.condition(service, 'Reconciling', {
      reason: 'DependencyNotReady',
      message: /spec.networkRef names SecureVpc web\/net, but there is none/,
    });
    expect(await world.writes(mark)).toEqual([]);
  });

  it('goes on by itself when the network comes, and runs what its environment says', async () => {
    await world.apply([network]);
    const status = await statusOf(service);
    expect(status).toMatchObject({ desiredCount: 1, runningCount: 1, rollout: 'COMPLETED' });
    expect(status.serviceArn).toMatch(/service\/shop-dev-cluster\/shop-dev-service$/);
    expect(status.taskDefinitionArn).toMatch(/task-definition\/shop-dev-task-definition:1$/);
    expect(status.logGroup).toBe('/dev/shop/ecs-application-logs');
    expect(Object.keys(idsOf((await world.read(service)) ?? service)).sort()).toEqual([
      'cluster',
      'log-group',
      'role/execution',
      'role/task',
      'security-group/tasks',
      'service',
      'task-definition',
    ]);
  });

  it('a second pass, two refreshes and a restart of the operator make no write', async () => {
    await world.refreshes(2);
    const mark = await world.mark();
    await world.kubectl('annotate', '--namespace=web', 'ecss/shop', 'look=again');
    await world.refreshes(2, ['DescribeServices', 'ListTaskDefinitions']);
    await operator.stop();
    operator = world.operator();
    await operator.line((line) => line.msg === 'leading');
    await world.refreshes(2, ['DescribeServices', 'ListTaskDefinitions']);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('another image is another revision, rolled out; nothing else is touched', async () => {
    const mark = await world.mark();
    await world.edit(service, { task: { containers: [{ name: 'app', image: 'shop:2' }] } });
    const status = await statusOf(service);
    expect(status.taskDefinitionArn).toMatch(/:2$/);
    expect(await deeds(mark)).toEqual({ RegisterTaskDefinition: 1, UpdateService: 1 });
  });

  it('kubectl scale sets the count, and nothing but the count', async () => {
    const mark = await world.mark();
    await world.kubectl('scale', '--namespace=web', 'ecss/shop', '--replicas=3');
    expect(await statusOf(service)).toMatchObject({ desiredCount: 3, runningCount: 3 });
    expect(await deeds(mark)).toEqual({ UpdateService: 1 });
  });

  it('the restart annotation replaces every task once', async () => {
    const mark = await world.mark();
    await world.kubectl('annotate', '--namespace=web', 'ecss/shop', 'landfall.dev/restarted-at=noon');
    await eventually('the restart', async () => (await deeds(mark))['UpdateService'] === 1);
    await world.ready(service);
    await world.refreshes(2, ['DescribeServices']);
    expect(await deeds(mark)).toEqual({ TagResource: 2, UpdateService: 1 });
  });

  // hashicorp/terraform-provider-aws#632
  it('with imageOwner External the image of a pipeline stays, and what else changes keeps it', async () => {
    const ecs = new ECSClient(world.clientOptions());
    const definitionOf = async (taskDefinition: string | undefined) =>
      (await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition ?? {};
    const imageOf = ({ containerDefinitions: [container] = [] }: TaskDefinition) => container?.image;
    await world.edit(service, { imageOwner: 'External' });
    const { taskDefinitionArn, clusterArn } = await statusOf(service);

    const { containerDefinitions = [], ...given } = await definitionOf(taskDefinitionArn);
    const [container] = containerDefinitions;
    // As pipelines do it: what is there, with another image and without tags.
    const { taskDefinition: theirs } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: given.family,
        cpu: given.cpu,
        memory: given.memory,
        networkMode: given.networkMode,
        requiresCompatibilities: given.requiresCompatibilities,
        executionRoleArn: given.executionRoleArn,
        taskRoleArn: given.taskRoleArn,
        runtimePlatform: given.runtimePlatform,
        containerDefinitions: [{ ...container, image: 'shop:9' }],
      }),
    );
    const taskDefinition = theirs?.taskDefinitionArn ?? '';
    await ecs.send(
      new UpdateServiceCommand({ cluster: clusterArn, service: 'shop-dev-service', taskDefinition }),
    );
    const mark = await world.mark();
    const rolledOut = async () => {
      const { status } = (await world.read(service)) ?? {};
      return status?.['taskDefinitionArn'] === taskDefinition && status['rollout'] === 'COMPLETED';
    };
    await eventually('their rollout in status', rolledOut);
    await world.refreshes(2, ['DescribeServices', 'ListTaskDefinitions']);
    // Nor does another image in Git change anything.
    await world.edit(service, { task: { containers: [{ name: 'app', image: 'shop:3' }] } });
    expect(conditionOf(await world.ready(service), 'Drifted')?.status).not.toBe('True');
    expect(await deeds(mark)).toEqual({});

    await world.edit(service, { task: { cpu: 512, memoryMiB: 1024 } });
    const bigger = await definitionOf((await statusOf(service)).taskDefinitionArn);
    expect({ cpu: bigger.cpu, image: imageOf(bigger) }).toEqual({ cpu: '512', image: 'shop:9' });
    expect(await deeds(mark)).toEqual({ RegisterTaskDefinition: 1, UpdateService: 1 });
    expect((await definitionOf(taskDefinition)).status).toBe('ACTIVE');

    await world.edit(service, { imageOwner: 'Manifest' });
    expect(imageOf(await definitionOf((await statusOf(service)).taskDefinitionArn))).toBe('shop:3');
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
    await ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [taskDefinition] }));
    ecs.destroy();
  });

  it('its network waits for it to go first, and says so', async () => {
    await world.delete(network);
    await world.condition(network, 'Reconciling', {
      reason: 'InUse',
      message: /EcsService\/web\/shop still uses this object/,
    });
    const mark = await world.mark();
    await world.refreshes(1);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('deletion leaves nothing: the whole state of AWS equals the one from before', async () => {
    await world.remove(service);
    await world.gone(network);
    expect(await world.aws.dump()).toBe(empty);
  });
});

describe('a network of another namespace', () => {
  const elsewhere = smallService('guest', 'other', 'net', {
    networkRef: { name: 'net', namespace: 'web' },
  });

  it('lets in whom it names, and nobody else', async () => {
    await world.apply([network, elsewhere]);
    await world.condition(elsewhere, 'Stalled', {
      reason: 'ReferenceNotAllowed',
      message: /lets no object of namespace other refer to it/,
    });
    // Who is not let in cannot keep it, either.
    await world.ready(network);
    await world.remove(network);
    await world.condition(elsewhere, 'Reconciling', { reason: 'DependencyNotReady' });
    await world.apply([
      { ...network, spec: { ...(network.spec as object), allowReferencesFrom: ['other'] } },
    ]);
    await world.ready(elsewhere);
    await world.delete(network);
    await world.remove(elsewhere);
    await world.gone(network);
    expect(await world.aws.dump()).toBe(empty);
  });
});

describe('a service with a share on Fargate Spot', () => {
  const spot = smallService('spot', 'web', 'net', {
    capacity: { spotPercent: 50 },
    allowReferencesFrom: ['other'],
  });
  const guest = smallService('guest', 'other', 'net', {
    networkRef: { name: 'net', namespace: 'web' },
    cluster: { ref: { name: 'spot', namespace: 'web' } },
    capacity: { spotPercent: 100 },
  });
  const plain = smallService('plain', 'web', 'net');
  const READS = ['DescribeServices', 'DescribeClusters', 'ListTaskDefinitions'];
  let ecs: ECSClient;

  const share = (capacityProvider: string, weight: number) => ({ capacityProvider, weight, base: 0 });
  /** What AWS has of a service's capacity, those of its cluster by `spot` or `plain`. */
  const capacityIn = async (name: string, host = name) => {
    const cluster = `${host}-dev-cluster`;
    const found = await ecs.send(new DescribeServicesCommand({ cluster, services: [`${name}-dev-service`] }));
    const [{ launchType = 'none', capacityProviderStrategy = [] } = {}] = found.services ?? [];
    return { launchType, strategy: capacityProviderStrategy };
  };
  const offered = async (host: string) => {
    const clusters = [`${host}-dev-cluster`];
    const { clusters: [found] = [] } = await ecs.send(new DescribeClustersCommand({ clusters }));
    return found?.capacityProviders ?? [];
  };
  const half = { launchType: 'none', strategy: [share('FARGATE', 50), share('FARGATE_SPOT', 50)] };
  const noWrite = async () => {
    await world.refreshes(2, READS);
    const mark = await world.mark();
    await world.kubectl('annotate', '--namespace=web', '--overwrite', 'ecss/spot', `look=${mark}`);
    await world.refreshes(2, READS);
    expect(await world.writes(mark)).toEqual([]);
  };

  beforeAll(() => {
    ecs = new ECSClient(world.clientOptions());
  });
  afterAll(() => ecs?.destroy());

  it('has its cluster offer Spot, which another one in it finds there', async () => {
    const mark = await world.mark();
    await world.apply([
      { ...network, spec: { ...(network.spec as object), allowReferencesFrom: ['other'] } },
      spot,
      guest,
      plain,
    ]);
    for (const object of [spot, guest, plain])
      expect(await statusOf(object)).toMatchObject({ runningCount: 1 });
    expect(await capacityIn('spot')).toEqual(half);
    expect(await capacityIn('guest', 'spot')).toEqual({
      launchType: 'none',
      strategy: [share('FARGATE_SPOT', 100)],
    });
    expect(await capacityIn('plain')).toEqual({ launchType: 'FARGATE', strategy: [] });
    expect(await offered('spot')).toEqual(['FARGATE', 'FARGATE_SPOT']);
    expect(await offered('plain')).toEqual([]);
    expect(await deeds(mark)).toMatchObject({
      CreateCluster: 2,
      CreateService: 3,
      PutClusterCapacityProviders: 1,
    });
    await noWrite();
    await world.remove(guest);
    await world.remove(plain);
  });

  it('goes to Fargate alone and back by rollouts, each time without a further write', async () => {
    const { serviceArn } = await statusOf(spot);
    for (const [spotPercent, capacity] of [
      [0, { launchType: 'FARGATE', strategy: [] }],
      [50, half],
    ] as const) {
      const mark = await world.mark();
      await world.edit(spot, { capacity: { spotPercent } });
      expect(await statusOf(spot)).toMatchObject({ serviceArn, runningCount: 1, rollout: 'COMPLETED' });
      expect(await capacityIn('spot')).toEqual(capacity);
      expect(await deeds(mark)).toEqual({ UpdateService: 1 });
      await noWrite();
    }
  });

  it('is put back there where somebody moved it', async () => {
    const mark = await world.mark();
    await ecs.send(
      new UpdateServiceCommand({
        cluster: 'spot-dev-cluster',
        service: 'spot-dev-service',
        capacityProviderStrategy: [share('FARGATE', 1)],
        forceNewDeployment: true,
      }),
    );
    await eventually('it is put back', async () => (await deeds(mark))['UpdateService'] === 2);
    await eventually('its tasks are back', async () => {
      const { runningCount, rollout } = await statusOf(spot);
      return runningCount === 1 && rollout === 'COMPLETED';
    });
    expect(await capacityIn('spot')).toEqual(half);
  });

  it('leaves nothing', async () => {
    await world.remove(spot);
    await world.remove(network);
    expect(await world.aws.dump()).toBe(empty);
  });
});
