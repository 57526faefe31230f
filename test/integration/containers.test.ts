import { setTimeout as delay } from 'node:timers/promises';
import { CloudWatchClient, GetMetricStatisticsCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../k8s-local/aws/container.ts';
import { memberRoleArn } from '../../k8s-local/aws/identity-files.ts';
import { startLocalAws } from '../../k8s-local/aws/local-aws.ts';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import type { EcsService } from '../../operator/api/ecs-service.ts';
import { eventually } from '../support/eventually.ts';
import { account, namespace, smallNetwork, smallService } from '../support/manifests.ts';
import { addressOf, ask, buildServed, containersOf, docker, hosts, imagesText } from '../support/served.ts';
import { idsOf, type Manifest, World } from '../support/world.ts';

const PROVIDER = '222222222222';
const CONSUMER = '333333333333';
const PARAMETER = `arn:aws:ssm:us-east-1:${PROVIDER}:parameter/web/password`;
const TASK_LABEL = 'dev.landfall.local-aws.task';
const images = { 'web:1': 'landfall-test-served:works', 'web:2': 'landfall-test-served:fails' };

const answers = await dockerAnswers(process.env);

describe(answers ? 'containers' : 'containers: no Docker daemon answers, so none of them runs', () => {
  if (process.env['CI'] === 'true') {
    it('in CI a Docker daemon answers', () => expect(answers, 'see .ci/docker').toBe(true));
  }
  it('without a daemon the local AWS says so in one sentence', async () => {
    const env = { ...process.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    await expect(startLocalAws({ containers: true, env })).rejects.toThrow(
      /--containers docker: no Docker daemon answers: start one, point DOCKER_HOST at it/,
    );
  });
  it('as a container itself the local AWS runs none', async () => {
    await expect(startLocalAws({ containers: true, image: 'landfall-local-aws' })).rejects.toThrow(
      'The local AWS cannot run the containers of ECS tasks from within a container',
    );
  });
  if (answers) describe('services that really run', running);
});

function running(): void {
  let world: World;
  let awsPid: number;
  let operator: OperatorProcess;
  let ecs: ECSClient;
  let logs: CloudWatchLogsClient;
  let cloudwatch: CloudWatchClient;

  const accountOf = (name: string, accountId: string, namespaces: string[], more: object = {}) =>
    account(name, namespaces, { accountId, roleArn: memberRoleArn(accountId), ...more });
  const accounts = [
    accountOf('provider-account', PROVIDER, ['web'], {
      grants: [{ name: 'web', namespaces: ['web'], arns: [PARAMETER] }],
    }),
    accountOf('consumer-account', CONSUMER, ['guest']),
  ];
  const network = smallNetwork('net', 'web', {
    accountRef: { name: 'provider-account' },
    zones: { names: ['us-east-1a', 'us-east-1b'] },
    securityGroups: { alb: {}, ecs: { ports: [{ name: 'http', fromPort: 8080, toPort: 8080 }] } },
  });
  const container = (image: string, service = 'web') => ({
    name: 'app',
    image,
    ports: [{ port: 8080 }],
    environment: [
      { name: 'GREETING', value: 'hello' },
      { name: 'SERVICE_NAME', value: service },
      { name: 'AWS_EMF_ENVIRONMENT', value: 'Local' },
    ],
    secrets: [{ name: 'PASSWORD', valueFrom: PARAMETER }],
    ulimits: [{ name: 'nofile', soft: 1024, hard: 2048 }],
  });
  const GUEST = '10.2.0.0/16';
  const serviceOf = (name: string, loadBalancer: object, desiredCount: number) =>
    smallService(name, 'web', 'net', {
      accountRef: { name: 'provider-account' },
      service: { desiredCount, healthCheckGracePeriodSeconds: 1 },
      task: { containers: [container('web:1', name)] },
      loadBalancer: { healthCheck: { protocol: 'HTTP', path: '/health' }, ...loadBalancer },
    });
  /** Behind an Application load balancer. */
  const web = serviceOf('web', { type: 'Application', listeners: [{ port: 80, protocol: 'HTTP' }] }, 2);
  /** Behind a Network load balancer, and offered to the other account. */
  const listeners = [{ port: 8080, protocol: 'TCP' }];
  const ingress = [{ name: 'guest', cidr: GUEST }];
  const api = serviceOf('api', { type: 'Network', listeners, ingress }, 1);
  const link = (inNamespace: string, spec: object): Manifest => ({
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'PrivateLinkEndpoint',
    metadata: { name: 'api', namespace: inNamespace },
    spec: { region: 'us-east-1', ...spec },
  });
  const provider = link('web', {
    accountRef: { name: 'provider-account' },
    provide: { serviceRef: { name: 'api' } },
    allowReferencesFrom: ['guest'],
  });
  const consumerNetwork = smallNetwork('net', 'guest', {
    accountRef: { name: 'consumer-account' },
    cidr: GUEST,
    zones: { names: ['us-east-1a'] },
    securityGroups: { ecs: {} },
  });
  const consumer = link('guest', {
    accountRef: { name: 'consumer-account' },
    consume: {
      from: { name: 'api', namespace: 'web' },
      networkRef: { name: 'net' },
      ports: [{ port: 8080 }],
      allowFrom: [{ name: 'client' }],
    },
  });
  /** Who may ask through the endpoint; nothing of it runs. */
  const client = smallService('client', 'guest', 'net', {
    accountRef: { name: 'consumer-account' },
    service: { desiredCount: 0 },
    task: { containers: [{ name: 'app', image: 'web:1' }] },
  });

  beforeAll(async () => {
    await buildServed(images['web:1']);
    await buildServed(images['web:2'], { STATUS: 404 });
    world = await World.start({
      LANDFALL_AWS_CONTAINERS: 'docker',
      // What has stopped is told of for 30 steps.
      LANDFALL_AWS_TASK_SECONDS: '0.4',
      LANDFALL_AWS_IMAGES: imagesText(images),
    });
    awsPid = world.aws.pid;
    ecs = new ECSClient(world.clientOptions(PROVIDER));
    logs = new CloudWatchLogsClient(world.clientOptions(PROVIDER));
    cloudwatch = new CloudWatchClient(world.clientOptions(PROVIDER));
    await putParameter();
    operator = world.operator();
    await world.apply([namespace('web'), namespace('guest'), ...accounts, network, consumerNetwork]);
    await world.apply([web, api, client, provider, consumer]);
  });
  afterAll(async () => {
    ecs?.destroy();
    logs?.destroy();
    cloudwatch?.destroy();
    await world?.stop();
    expect(await ours('--all')).toEqual([]);
  });

  /** A service whose SDK is none of our dependencies. */
  async function putParameter(): Promise<void> {
    const { accessKeyId } = world.aws.credentials(PROVIDER);
    const answer = await fetch(world.aws.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonSSM.PutParameter',
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify({ Name: '/web/password', Value: 'only for tests', Type: 'SecureString' }),
    });
    expect(answer.status).toBe(200);
  }

  /** Ids of containers that tasks have here. */
  const ours = (...args: string[]) => containersOf(awsPid, ...args);
  const idOf = async (object: Manifest, node: string) => idsOf((await world.read(object)) ?? object)[node];
  const balancer = async (object: Manifest) =>
    addressOf(world, 'listener', await idOf(object, 'load-balancer'));
  const statusOf = async (object: Manifest) =>
    (await world.ready(object, 60_000)).status as unknown as EcsService['status'];

  it('answer through their load balancer from each task, with what their manifests give them', async () => {
    expect(await statusOf(web)).toMatchObject({ runningCount: 2, healthyTargets: 2 });
    const address = await balancer(web);
    const said = await ask(address);
    expect(said).toMatchObject({ uid: 1000, GREETING: 'hello', PASSWORD: 'only for tests' });
    expect(await hosts(address)).toHaveLength(2);

    const [first = ''] = await docker('ps', '--quiet', '--filter', `id=${said.host}`);
    const [inspected = ''] = await docker('inspect', '--format', '{{json .HostConfig}}', first);
    expect(JSON.parse(inspected)).toMatchObject({
      ReadonlyRootfs: true,
      Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
    });
    const logGroupName = (await statusOf(web)).logGroup;
    await eventually('what both have written', async () => {
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
      const written = events.map(({ message }) => message);
      return written.filter((line) => line === 'serving, and greeting with hello').length === 2;
    });
  });

  it('write metrics into their logs, line by line as they print them, and CloudWatch has them', async () => {
    const logGroupName = (await statusOf(web)).logGroup;
    for (const host of await hosts(await balancer(web))) {
      const [task = ''] = await docker(
        'inspect',
        '--format',
        `{{index .Config.Labels "${TASK_LABEL}"}}`,
        host,
      );
      const printed = await docker('logs', host);
      expect(printed).toContainEqual(expect.stringContaining('"_aws"') as string);
      const logStreamNames = [`app/app/${task}`];
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, logStreamNames }));
      expect(events.map(({ message }) => message)).toEqual(printed);
    }
    const Namespace = 'served';
    const Dimensions = [{ Name: 'service', Value: 'web' }];
    const { Metrics } = await cloudwatch.send(new ListMetricsCommand({ Namespace, Dimensions }));
    expect(Metrics).toEqual([{ Namespace, MetricName: 'Started', Dimensions }]);
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace,
        MetricName: 'Started',
        Dimensions,
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 3_600_000),
        Period: 7200,
        Statistics: ['Sum'],
      }),
    );
    // By each of its tasks.
    expect(Datapoints).toMatchObject([{ Sum: 2, Unit: 'Count' }]);
  });

  it('get another task for one whose container is killed', async () => {
    const address = await balancer(web);
    const { clusterArn: cluster, serviceArn } = await statusOf(web);
    const ofService = { cluster, serviceName: serviceArn?.split('/').at(-1) };
    const before = await hosts(address);
    const [killed = ''] = before;
    await docker('kill', killed);
    const stopped = await eventually('the task to be stopped', async () => {
      const listed = await ecs.send(new ListTasksCommand({ ...ofService, desiredStatus: 'STOPPED' }));
      if (!listed.taskArns?.length) return undefined;
      const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: listed.taskArns }));
      return tasks;
    });
    expect(stopped).toMatchObject([
      {
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        containers: [{ name: 'app', exitCode: 137 }],
      },
    ]);
    await eventually('another task', async () => {
      const now = await hosts(address);
      return now.size === 2 && !now.has(killed);
    });
    await statusOf(web);
  });

  it('go back from an image that fails its checks, and nobody who asks meanwhile notices', async () => {
    const address = await balancer(web);
    const seen = { answers: 0, failures: [] as unknown[], statuses: new Set<string>() };
    const end = new AbortController();
    const asking = (async () => {
      while (!end.signal.aborted) {
        await ask(address).then(
          ({ STATUS }) => {
            seen.answers += 1;
            seen.statuses.add(STATUS);
          },
          (error: unknown) => seen.failures.push(error),
        );
        await delay(20);
      }
    })();
    await world.edit(web, { task: { containers: [container('web:2')] } });
    await world.condition(
      web,
      'Stalled',
      { reason: 'RolloutFailed', message: /circuit breaker.*Task failed ELB health checks in/ },
      90_000,
    );
    end.abort();
    await asking;
    expect(seen).toEqual({ answers: expect.any(Number), failures: [], statuses: new Set(['200']) });
    expect(seen.answers).toBeGreaterThan(20);
    await world.edit(web, { task: { containers: [container('web:1')] } });
    expect(await statusOf(web)).toMatchObject({ runningCount: 2, healthyTargets: 2 });
  });

  it('are as many as they are scaled to', async () => {
    await world.kubectl('scale', '--namespace=web', 'ecss/web', '--replicas=1');
    expect(await statusOf(web)).toMatchObject({ runningCount: 1, healthyTargets: 1 });
    expect(await hosts(await balancer(web))).toHaveLength(1);
    // That of the other service is the second one.
    await eventually('two containers', async () => (await ours('--all')).length === 2);
  });

  it('are reached from another account through its endpoint, as long as the connection is accepted', async () => {
    await Promise.all([client, provider, consumer].map((object) => world.ready(object, 60_000)));
    const own = await hosts(await balancer(api));
    const address = await addressOf(world, 'endpoint', await idOf(consumer, 'endpoint'));
    expect(await hosts(address)).toEqual(own);
    await world.remove(consumer, 60_000);
    await expect(ask(address)).rejects.toThrow('fetch failed');
  });

  it('leave no container when they are deleted', async () => {
    await world.remove(web, 60_000);
    expect(await ours('--all')).toHaveLength(1);
  });

  it('are cleaned up after a local AWS that was killed, when the next one starts', async () => {
    await operator.kill();
    process.kill(awsPid, 'SIGKILL');
    expect(await ours()).toHaveLength(1);
    const next = await startLocalAws({ containers: true });
    try {
      expect(await ours('--all')).toEqual([]);
    } finally {
      await next.stop();
    }
  });
}
