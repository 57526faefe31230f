import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { parseAllDocuments } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../k8s-local/aws/container.ts';
import { withCopies } from '../../k8s-local/demo/copies.ts';
import type { EcsService } from '../../operator/api/ecs-service.ts';
import { eventually } from '../support/eventually.ts';
import { addressOf, ask, buildServed, containersOf, docker, hosts, imagesText } from '../support/served.ts';
import { idsOf, type Manifest, World } from '../support/world.ts';

const examples = join(import.meta.dirname, '..', '..', 'manifests', 'examples');
const [SHOP, PROVIDER, CONSUMER] = ['123456789012', '222222222222', '333333333333'] as const;
const IMAGES = {
  '*/aws-sec-pillar-backend:*': 'landfall-test-served:backend',
  '*/microservice-*': 'landfall-test-served:microservice',
};

// That a daemon answers in CI says containers.test.ts.
describe.runIf(await dockerAnswers(process.env))('the examples, with containers that really run', () => {
  let world: World;
  let empty: string;
  let objects: Manifest[];
  let ecs: ECSClient;

  const parsed = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  const files = async (...names: string[]) => {
    const texts = await Promise.all(names.map((name) => readFile(join(examples, `${name}.yaml`), 'utf8')));
    return texts.flatMap(parsed);
  };
  const find = (kind: string, namespace: string): Manifest => {
    const found = objects.find((one) => one.kind === kind && one.metadata.namespace === namespace);
    if (!found) throw new Error(`no ${kind} in ${namespace}`);
    return found;
  };
  const idOf = async (object: Manifest, node: string) => idsOf((await world.read(object)) ?? object)[node];
  const statusOf = async (object: Manifest) =>
    (await world.ready(object, 90_000)).status as unknown as EcsService['status'];
  /** The containers of a task, by their names. */
  const named = async (host: string) => {
    const format = '{{index .Config.Labels "dev.landfall.local-aws.task"}}';
    const [task = ''] = await docker('inspect', '--format', format, host);
    const of = ['--filter', `label=dev.landfall.local-aws.task=${task}`];
    return docker('ps', ...of, '--format', '{{.Label "dev.landfall.local-aws.container"}}');
  };

  beforeAll(async () => {
    await buildServed('landfall-test-served:backend', { SERVICE_PORT: 5000 });
    await buildServed('landfall-test-served:microservice');
    world = await World.start({
      LANDFALL_AWS_CONTAINERS: 'docker',
      LANDFALL_AWS_TASK_SECONDS: '0.4',
      LANDFALL_AWS_INSTANCE_SECONDS: '0.1',
      LANDFALL_AWS_IMAGES: imagesText(IMAGES),
    });
    for (const account of [SHOP, PROVIDER, CONSUMER]) await world.claim(account);
    empty = await world.aws.dump();
    ecs = new ECSClient(world.clientOptions(PROVIDER));
    world.operator();
    const platform = parsed(await world.kubectl('kustomize', join(examples, 'platform/overlays/dev')));
    const isFirst = ({ kind }: Manifest) => kind === 'Namespace' || kind === 'Account';
    objects = [
      ...(await files('portal/base/namespace', 'accounts/provider-account', 'accounts/consumer-account')),
      ...(await files('portal/account', 'portal/base/network', 'portal/base/database')),
      ...(await files('portal/base/backend-service')),
      ...platform,
    ];
    await world.apply(objects.filter(isFirst));
    objects = objects.filter((object) => !isFirst(object));
    await world.apply(objects);
  });
  afterAll(async () => {
    ecs?.destroy();
    await world?.stop();
  });

  it('the portal’s backend answers through its load balancer, from ports that its instances chose', async () => {
    const backend = find('EcsService', 'portal');
    expect(await statusOf(backend)).toMatchObject({ runningCount: 2, healthyTargets: 2 });
    const address = await addressOf(world, 'listener', await idOf(backend, 'load-balancer'));
    expect(await ask(address)).toMatchObject({ uid: 1000, DB_NAME: 'appdb' });
    const [one = '', ...others] = await hosts(address);
    expect(others).toHaveLength(1);
    const [config = ''] = await docker('inspect', '--format', '{{json .HostConfig}}', one);
    expect(JSON.parse(config)).toMatchObject({
      PortBindings: { '5000/tcp': [{ HostIp: '127.0.0.1' }] },
      Memory: 256 * 1024 * 1024,
    });
  });

  it('the platform’s API answers in the consumer’s network, which has no other address', async () => {
    const consumer = find('EcsService', 'api-consumer');
    expect(await statusOf(find('EcsService', 'api-service'))).toMatchObject({ healthyTargets: 1 });
    expect(await statusOf(consumer)).toMatchObject({ runningCount: 1 });
    const link = find('PrivateLinkEndpoint', 'api-consumer');
    await world.ready(link, 60_000);
    const address = await addressOf(world, 'endpoint', await idOf(link, 'endpoint'));
    expect(await ask(address)).toMatchObject({ SERVICE_NAME: 'api-service', uid: 1000 });
    expect((await world.aws.addresses()).filter(({ account }) => account === CONSUMER)).toHaveLength(1);
  });

  it('the metrics that both of the platform write reach CloudWatch, as their environment has it', async () => {
    for (const [account, service] of [
      [PROVIDER, 'api-service'],
      [CONSUMER, 'api-consumer'],
    ] as const) {
      const cloudwatch = new CloudWatchClient(world.clientOptions(account));
      const found = await eventually(`a metric of ${service}`, async () => {
        const { Metrics = [] } = await cloudwatch.send(new ListMetricsCommand({ Namespace: 'served' }));
        return Metrics.length > 0 && Metrics;
      });
      cloudwatch.destroy();
      const Dimensions = [{ Name: 'service', Value: service }];
      expect(found).toEqual([{ Namespace: 'served', MetricName: 'Started', Dimensions }]);
    }
  });

  it('nobody gets in where rules are missing, and everybody again once Landfall has put them back', async () => {
    const owners = [
      { object: find('SecureVpc', 'api-service'), node: 'security-group/ecs' },
      { object: find('EcsService', 'api-service'), node: 'security-group/tasks' },
    ];
    const link = find('PrivateLinkEndpoint', 'api-consumer');
    const address = await addressOf(world, 'endpoint', await idOf(link, 'endpoint'));
    const ec2 = new EC2Client(world.clientOptions(PROVIDER));
    for (const { object, node } of owners) {
      await world.edit(object, { management: 'Observe' });
      await world.ready(object);
      const GroupId = (await idOf(object, node)) ?? '';
      const { SecurityGroups = [] } = await ec2.send(
        new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }),
      );
      const IpPermissions = SecurityGroups[0]?.IpPermissions ?? [];
      if (IpPermissions.length > 0)
        await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    }
    ec2.destroy();
    await expect(ask(address)).rejects.toThrow('fetch failed');
    for (const { object } of owners) await world.edit(object, { management: 'Manage' });
    await eventually('an answer', () => ask(address).catch(() => undefined));
  });

  it('containers of a task come in their order and talk to each other; a task that finds itself unhealthy is replaced', async () => {
    const api = find('EcsService', 'api-service');
    const { task } = api.spec as { task: { containers: Record<string, unknown>[] } };
    const isAlive = (port: number) => ({
      command: [
        'CMD',
        'python3',
        '-c',
        `from urllib.request import *; urlopen('http://localhost:${port}/live')`,
      ],
      retries: 2,
    });
    const [main = {}] = task.containers;
    const environment = (more: Record<string, string>) =>
      Object.entries(more).map(([name, value]) => ({ name, value }));
    const containers = [
      {
        ...main,
        environment: [
          ...(main['environment'] as object[]),
          ...environment({ ASKS: 'http://localhost:9090/live' }),
        ],
        healthCheck: isAlive(8080),
        dependsOn: [{ container: 'side', condition: 'Healthy' }],
      },
      {
        name: 'side',
        image: main['image'],
        environment: environment({ SERVICE_NAME: 'side', SERVICE_PORT: '9090' }),
        healthCheck: isAlive(9090),
      },
    ];
    await world.edit(api, { task: { ...task, containers } });
    const { clusterArn: cluster } = (await statusOf(api)) ?? {};
    const address = await addressOf(world, 'listener', await idOf(api, 'load-balancer'));
    const before = await ask(address);
    // They share an interface, and with it the name of their host.
    expect(before).toMatchObject({
      SERVICE_NAME: 'api-service',
      asked: { SERVICE_NAME: 'side', host: before.host },
    });

    await fetch(`http://${address}/live`, { method: 'PUT', body: '503' });
    const stopped = await eventually(
      'the task to be stopped',
      async () => {
        const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, desiredStatus: 'STOPPED' }));
        if (taskArns.length === 0) return undefined;
        const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
        return tasks.find(({ stoppedReason = '' }) => /health/.test(stoppedReason));
      },
      { timeoutMs: 60_000 },
    );
    expect(stopped).toMatchObject({ stoppedReason: 'Task failed container health checks' });
    // Nobody answers before the other one is healthy.
    await eventually('another task', async () => {
      const said = await ask(address).catch(() => undefined);
      return said !== undefined && said.host !== before.host;
    });
    await statusOf(api);
    const { host } = await ask(address);
    expect((await named(host)).sort()).toEqual(['Container', 'side']);
  });

  it('leave no container, and in AWS last copies alone, when they are deleted, all asked for at once', async () => {
    await Promise.all(objects.map((object) => world.delete(object)));
    for (const object of objects) await world.gone(object, 120_000);
    expect(await containersOf(world.aws.pid, '--all')).toEqual([]);
    await withCopies(world.aws, [SHOP, PROVIDER, CONSUMER], async (copies) => {
      // Of the cluster, the cache and the table of the one and the database of the other, and their passwords.
      expect(copies.length).toBeGreaterThanOrEqual(6);
      for (const { forget } of copies) await forget();
    });
    await eventually('AWS is as before', async () => (await world.aws.dump()) === empty);
  });
});
