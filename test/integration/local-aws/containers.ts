import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, test } from 'vitest';

import { aws, clientOptions, given, refused } from './harness.ts';
import { trust } from './member-role.ts';
import { eventually } from './held-clock.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';
import { type Params, call } from './plain-client.ts';

/** ECS: services that get what they wish for, or do not. */
export function containers(): void {
  interface Deployment {
    id: string;
    status: string;
    rolloutState: string;
    rolloutStateReason: string;
    failedTasks: number;
    runningCount: number;
    taskDefinition: string;
  }
  interface Service {
    status: string;
    desiredCount: number;
    runningCount: number;
    pendingCount: number;
    taskDefinition: string;
    deployments: Deployment[];
    events: { message: string }[];
  }
  interface Task {
    lastStatus: string;
    stopCode?: string;
    stoppedReason?: string;
    startedBy: string;
  }

  let empty: string;
  let network: OwnNetwork;

  const ecs = <T>(action: string, params: Params) => call<T>('ecs', action, params);
  const named = { cluster: 'main', service: 'web' };
  const tags = [{ key: 'owner', value: 'me' }];
  /** ARNs of one type that the tagging API knows for ours. */
  const nominated = async (type: string): Promise<string[]> => {
    const client = new ResourceGroupsTaggingAPIClient({ ...clientOptions(aws()), maxAttempts: 1 });
    const found = await client.send(
      new GetResourcesCommand({
        ResourceTypeFilters: [type],
        TagFilters: [{ Key: 'owner', Values: ['me'] }],
      }),
    );
    return given(found.ResourceTagMappingList).map((mapping) => given(mapping.ResourceARN));
  };

  const definition = (params: Params = {}): Params => ({
    family: 'web',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: '256',
    memory: '512',
    containerDefinitions: [{ name: 'web', image: 'web:1', essential: true }],
    ...params,
  });
  const define = async (image: string, params: Params = {}): Promise<string> => {
    const input = definition({ containerDefinitions: [{ name: 'web', image, essential: true }], ...params });
    const made = await ecs<{ taskDefinition: { taskDefinitionArn: string } }>(
      'RegisterTaskDefinition',
      input,
    );
    return made.taskDefinition.taskDefinitionArn;
  };
  const create = async (taskDefinition: string, desiredCount: number, params: Params = {}) =>
    (
      await ecs<{ service: Service }>('CreateService', {
        cluster: 'main',
        serviceName: 'web',
        taskDefinition,
        desiredCount,
        launchType: 'FARGATE',
        networkConfiguration: {
          awsvpcConfiguration: { subnets: network.subnets, securityGroups: [network.group] },
        },
        ...params,
      })
    ).service;
  const update = (params: Params) => ecs('UpdateService', { ...named, ...params });
  const describeService = async () => {
    const input = { cluster: 'main', services: ['web'] };
    return (await ecs<{ services: Service[] }>('DescribeServices', input)).services[0];
  };
  const until = (check: (service: Service) => boolean) =>
    eventually(async () => {
      const found = await describeService();
      return found && check(found) ? found : undefined;
    });
  const steady = (count: number) =>
    until((found) => found.runningCount === count && found.deployments.length === 1);
  const tasks = async (desiredStatus: string): Promise<Task[]> => {
    const listed = await ecs<{ taskArns: string[] }>('ListTasks', {
      cluster: 'main',
      serviceName: 'web',
      desiredStatus,
    });
    if (listed.taskArns.length === 0) return [];
    const input = { cluster: 'main', tasks: listed.taskArns };
    return (await ecs<{ tasks: Task[] }>('DescribeTasks', input)).tasks;
  };
  const remove = async (definitions: string[]) => {
    await ecs('DeleteService', { ...named, force: true });
    await until((found) => found.status === 'INACTIVE');
    await ecs('DeleteCluster', { cluster: 'main' });
    for (const taskDefinition of definitions) await ecs('DeregisterTaskDefinition', { taskDefinition });
    await ecs('DeleteTaskDefinitions', { taskDefinitions: definitions });
  };

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    empty = await aws().dump();
    network = await ownNetwork();
    await ecs('CreateCluster', { clusterName: 'main' });
  });

  test('tasks are spread over zones again where that goes with everything else', async () => {
    const one = await define('web:1');
    const refusal = (params: Params) => refused(update(params), 'InvalidParameterException', /Rebalancing/);
    await create(one, 0);
    expect(await describeService()).toMatchObject({ availabilityZoneRebalancing: 'ENABLED' });
    const tight = { deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 } };
    await refusal(tight);
    await update({ ...tight, availabilityZoneRebalancing: 'DISABLED' });
    await refusal({ availabilityZoneRebalancing: 'ENABLED' });
    await ecs('DeleteService', { ...named, force: true });
    await until((found) => found.status === 'INACTIVE');
    const packed = { launchType: 'EC2', placementStrategy: [{ type: 'binpack', field: 'memory' }] };
    const strict = create(one, 0, { ...packed, availabilityZoneRebalancing: 'ENABLED' });
    await refused(strict, 'InvalidParameterException', /only supports availability zone spread/);
    await create(one, 0, packed);
    expect(await describeService()).toMatchObject({
      availabilityZoneRebalancing: 'DISABLED',
      placementStrategy: [{ type: 'binpack', field: 'MEMORY' }],
    });
    await remove([one]);
    await network.remove();
    expect((await aws().dump()) === empty).toBe(true);
  });

  test('a service comes to its count, is deployed anew, scaled and deleted', async () => {
    const one = await define('web:1');
    const made = await create(one, 2);
    expect(made).toMatchObject({ status: 'ACTIVE', runningCount: 0, desiredCount: 2 });
    expect(made.deployments[0]).toMatchObject({ status: 'PRIMARY', rolloutState: 'IN_PROGRESS' });
    const ready = await steady(2);
    expect(ready.deployments[0]).toMatchObject({
      rolloutState: 'COMPLETED',
      runningCount: 2,
      failedTasks: 0,
    });
    expect(ready.events[0]?.message).toMatch(/has reached a steady state/);
    const running = await tasks('RUNNING');
    expect(running.map((task) => task.lastStatus)).toEqual(['RUNNING', 'RUNNING']);
    const enis = await network.interfaces();
    expect(new Set(enis.map((eni) => eni.SubnetId))).toEqual(new Set(network.subnets));
    expect(enis[0]).toMatchObject({
      Description: expect.stringMatching(/^arn:aws:ecs:us-east-1:123456789012:attachment\//),
      RequesterManaged: true,
    });
    await refused(create(one, 2), 'InvalidParameterException', /not idempotent/);

    const two = await define('web:2');
    await update({ taskDefinition: two });
    const rolling = given(await describeService());
    expect(rolling.deployments.map((deployment) => deployment.status)).toEqual(['PRIMARY', 'ACTIVE']);
    expect(await steady(2)).toMatchObject({ taskDefinition: two });
    const stopped = await tasks('STOPPED');
    expect(stopped[0]).toMatchObject({ stopCode: 'ServiceSchedulerInitiated' });
    await update({ taskDefinition: two, desiredCount: 1 });
    expect((await steady(1)).deployments[0]).toMatchObject({ rolloutState: 'COMPLETED' });

    await refused(ecs('DeleteCluster', { cluster: 'main' }), 'ClusterContainsServicesException');
    await refused(ecs('DeleteService', named), 'InvalidParameterException', /scaled above 0/);
    await ecs('DeleteService', { ...named, force: true });
    expect(await describeService()).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
    await refused(create(two, 1), 'InvalidParameterException', /still Draining/);
    await refused(update({ desiredCount: 1 }), 'ServiceNotActiveException');
    await until((found) => found.status === 'INACTIVE');
    await refused(network.deleteGroup(), 'DependencyViolation');
    await network.remove();
    await ecs('DeleteCluster', { cluster: 'main' });
    for (const taskDefinition of [one, two]) await ecs('DeregisterTaskDefinition', { taskDefinition });
    await ecs('DeleteTaskDefinitions', { taskDefinitions: [one, two] });
    expect((await aws().dump()) === empty).toBe(true);
  });

  describe('an image that does not exist', () => {
    test('lets tasks fail, and the circuit breaker goes back to what ran', async () => {
      const one = await define('web:1');
      const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: true } };
      await create(one, 1, { deploymentConfiguration });
      await steady(1);
      const two = await define('registry/does-not-exist:2');
      await update({ taskDefinition: two });
      const broken = await until((found) =>
        found.deployments.some((deployment) => deployment.rolloutState === 'FAILED'),
      );
      const failed = broken.deployments.find((deployment) => deployment.rolloutState === 'FAILED');
      expect(failed).toMatchObject({ failedTasks: 3, taskDefinition: two });
      expect(broken.runningCount).toBe(1);
      const task = (await tasks('STOPPED')).find((found) => found.startedBy === failed?.id);
      expect(task).toMatchObject({
        stopCode: 'TaskFailedToStart',
        stoppedReason: expect.stringMatching(/^CannotPullContainerError: .*does-not-exist:2: not found$/),
      });
      expect(await steady(1)).toMatchObject({ taskDefinition: one });
      await remove([one, two]);
      await network.remove();
      expect((await aws().dump()) === empty).toBe(true);
    });

    test('without a breaker the deployment stays in progress, and the service says why', async () => {
      const definition = await define('registry/does-not-exist:1');
      await create(definition, 4);
      const found = await until((service) => given(service.deployments[0]).failedTasks >= 10);
      expect(found.deployments[0]).toMatchObject({ rolloutState: 'IN_PROGRESS', runningCount: 0 });
      expect(found.events[0]?.message).toMatch(/unable to consistently start tasks successfully/);
    });
  });

  describe('clusters', () => {
    interface Cluster {
      clusterArn: string;
      status: string;
      tags?: object[];
      settings?: object[];
    }
    const create = async (params: Params): Promise<Cluster> =>
      (await ecs<{ cluster: Cluster }>('CreateCluster', { clusterName: 'tagged', ...params })).cluster;
    const look = async (include: string[]): Promise<Cluster | undefined> =>
      (await ecs<{ clusters: Cluster[] }>('DescribeClusters', { clusters: ['tagged'], include })).clusters[0];

    test('a second create of a name is answered with the first one, untagged, and changes nothing', async () => {
      const settings = [{ name: 'containerInsights', value: 'enabled' }];
      expect(await create({ tags, settings })).toMatchObject({ tags, settings });
      const theirs = [{ key: 'owner', value: 'you' }];
      const again = await create({
        tags: theirs,
        settings: [{ name: 'containerInsights', value: 'disabled' }],
      });
      expect(again).toMatchObject({ status: 'ACTIVE', tags: [] });
      const dotted = ecs('CreateCluster', { clusterName: 'a.b' });
      await refused(dotted, 'InvalidParameterException', /Invalid cluster name/);
      expect(await look(['TAGS', 'SETTINGS'])).toMatchObject({ tags, settings });
      const bare = given(await look([]));
      expect([bare.tags, bare.settings]).toEqual([undefined, undefined]);
      await refused(create({ settings: [{ name: 'insights', value: 'on' }] }), 'InvalidParameterException');
    });

    test('one that was deleted is inactive, then missing, and the tagging API goes on naming it', async () => {
      const { clusterArn } = await create({ tags });
      await ecs('DeleteCluster', { cluster: 'tagged' });
      expect(await look([])).toMatchObject({ status: 'INACTIVE' });
      await refused(
        ecs('DescribeServices', { cluster: 'tagged', services: ['web'] }),
        'ClusterNotFoundException',
        /inactive/,
      );
      await eventually(async () => ((await look([])) === undefined ? true : undefined));
      expect(await nominated('ecs:cluster')).toEqual([clusterArn]);
      await create({});
      expect(await nominated('ecs:cluster')).toEqual([clusterArn]);
      await ecs('DeleteCluster', { cluster: 'tagged' });
      await ecs('DeleteCluster', { cluster: 'main' });
      await network.remove();
      expect((await aws().dump()) === empty).toBe(true);
    });
  });

  describe('task definitions', () => {
    test.each([
      [{ networkMode: 'bridge' }, /only supports network mode/],
      [{ cpu: '' }, /requires that 'cpu' be defined/],
      [{ memory: '4096' }, /No Fargate configuration exists for given values: 256 CPU, 4096 memory/],
      [{ cpu: '300' }, /No Fargate configuration exists/],
      [{ family: 'a b' }, /Family contains invalid characters/],
      [{ containerDefinitions: [] }, /Container list cannot be empty/],
      [{ ephemeralStorage: { sizeInGiB: 5 } }, /between 21 GiB and 200 GiB/],
      [{ executionRoleArn: 'arn:aws:iam::123456789012:role/none' }, /^Role is not valid$/],
      [
        { containerDefinitions: [{ name: 'web', image: 'w', logConfiguration: { logDriver: 'awslogs' } }] },
        /execution role ARN to support log driver awslogs/,
      ],
      [
        { containerDefinitions: [{ name: 'web', image: 'w', secrets: [{ name: 'A', valueFrom: 'arn:s' }] }] },
        /must also specify a value for 'executionRoleArn'/,
      ],
      [
        {
          containerDefinitions: [
            { name: 'web', image: 'w', portMappings: [{ containerPort: 80, hostPort: 8080 }] },
          ],
        },
        /host ports and container ports in port mappings must match/,
      ],
      [
        { containerDefinitions: [{ name: 'web', image: 'w', memory: 1024 }] },
        /^The 'memory' setting for container 'web' is greater than for the task\.$/,
      ],
      [
        { containerDefinitions: [{ name: 'web', image: 'w', memoryReservation: 513 }] },
        /^The 'memoryReservation' setting for container 'web' is greater than for the task\.$/,
      ],
      [
        {
          containerDefinitions: [
            { name: 'web', image: 'w', cpu: 200 },
            { name: 'proxy', image: 'p', cpu: 100 },
          ],
        },
        /^The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'\.$/,
      ],
      [
        {
          containerDefinitions: [
            { name: 'web', image: 'w', ulimits: [{ name: 'memlock', softLimit: -1, hardLimit: -1 }] },
          ],
        },
        /does not support the ulimit 'memlock'/,
      ],
    ] as [Params, RegExp][])('%j is refused', async (params, message) => {
      await refused(ecs('RegisterTaskDefinition', definition(params)), 'ClientException', message);
    });

    test('have numbers that never come again, and go when nothing uses them', async () => {
      const one = await define('web:1', { tags });
      const two = await define('web:2', { tags });
      expect([one, two].map((arn) => arn.split(':').at(-1))).toEqual(['1', '2']);
      await create(one, 1);
      await steady(1);
      await refused(
        update({ taskDefinition: one.replace(/:1$/, ':9') }),
        'ClientException',
        /Unable to describe/,
      );
      for (const arn of [one, two]) await ecs('DeregisterTaskDefinition', { taskDefinition: arn });
      await refused(update({ taskDefinition: two }), 'ClientException', /TaskDefinition is inactive/);
      await refused(ecs('DescribeTaskDefinition', { taskDefinition: 'web' }), 'ClientException');
      const list = async (status: string) =>
        (await ecs<{ taskDefinitionArns: string[] }>('ListTaskDefinitions', { status })).taskDefinitionArns;
      expect([await list('ACTIVE'), await list('INACTIVE')]).toEqual([[], [one, two]]);
      await ecs('DeleteTaskDefinitions', { taskDefinitions: [one, two] });
      const status = async (arn: string) => {
        const found = await ecs<{ taskDefinition: { status: string } }>('DescribeTaskDefinition', {
          taskDefinition: arn,
        }).catch(() => undefined);
        return found?.taskDefinition.status;
      };
      await eventually(async () => ((await status(two)) === undefined ? true : undefined));
      // Its service runs on, and scales.
      expect(await status(one)).toBe('DELETE_IN_PROGRESS');
      await update({ desiredCount: 2 });
      await steady(2);
      expect(await nominated('ecs:task-definition')).toEqual([one, two]);
      await ecs('DeleteService', { ...named, force: true });
      await eventually(async () => ((await status(one)) === undefined ? true : undefined));
      const three = await define('web:3');
      expect(three.split(':').at(-1)).toBe('3');
      await ecs('DeregisterTaskDefinition', { taskDefinition: three });
      await ecs('DeleteTaskDefinitions', { taskDefinitions: [three] });
      await ecs('DeleteCluster', { cluster: 'main' });
      await network.remove();
      expect((await aws().dump()) === empty).toBe(true);
    });

    test('are described with what AWS adds', async () => {
      const container = { name: 'web', image: 'web', portMappings: [{ containerPort: 80 }] };
      const made = await ecs<{ taskDefinition: { containerDefinitions: object[] } }>(
        'RegisterTaskDefinition',
        definition({ containerDefinitions: [container] }),
      );
      expect(made.taskDefinition.containerDefinitions).toMatchObject([
        {
          cpu: 0,
          essential: true,
          portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
          mountPoints: [],
        },
      ]);
    });

    test('with a role that does not let tasks in start none', async () => {
      const iam = new IAMClient({ ...clientOptions(aws()), maxAttempts: 1 });
      const role = async (name: string, service: string) =>
        given(
          (
            await iam.send(
              new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust(service) }),
            )
          ).Role?.Arn,
        );
      const wrong = await define('web:1', { taskRoleArn: await role('wrong', 'ec2.amazonaws.com') });
      await create(wrong, 1, {
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      });
      const failed = await until((found) => found.deployments[0]?.rolloutState === 'FAILED');
      expect(failed.deployments[0]?.rolloutStateReason).toMatch(/circuit breaker: tasks failed to start/);
      expect((await tasks('STOPPED'))[0]?.stoppedReason).toMatch(/^ECS was unable to assume the role 'arn:/);
      const right = await define('web:1', { taskRoleArn: await role('right', 'ecs-tasks.amazonaws.com') });
      await update({ taskDefinition: right });
      await steady(1);
      await remove([wrong, right]);
      for (const RoleName of ['wrong', 'right']) await iam.send(new DeleteRoleCommand({ RoleName }));
      await network.remove();
      expect((await aws().dump()) === empty).toBe(true);
    });
  });

  describe('what a service cannot be', () => {
    test.each([
      [{ networkConfiguration: {} }, 'InvalidParameterException', /Network Configuration must be provided/],
      [{ serviceName: 'a b' }, 'InvalidParameterException', /Invalid service name/],
      [{ clientToken: 'x'.repeat(37) }, 'InvalidParameterException', /token/],
      [
        { healthCheckGracePeriodSeconds: 60 },
        'InvalidParameterException',
        /only valid for services configured to use load balancers/,
      ],
      [{ taskDefinition: 'none' }, 'ClientException', /Unable to describe task definition/],
      [{ cluster: 'none' }, 'ClusterNotFoundException', /Cluster not found/],
    ] as [Params, string, RegExp][])('%j is refused with %s', async (params, code, message) => {
      const arn = await define('web:1');
      await refused(create(arn, 1, params), code, message);
    });
  });

  describe('what is remembered of rollouts', () => {
    interface Remembered {
      serviceDeployments: { status: string; statusReason?: string; targetServiceRevisionArn: string }[];
      nextToken?: string;
    }
    const history = async () => (await ecs<Remembered>('ListServiceDeployments', named)).serviceDeployments;

    test('is how each ended, and what it led to; what failed is taken back as a whole', async () => {
      const one = await define('web:1');
      const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: true } };
      await create(one, 1, { deploymentConfiguration });
      await steady(1);
      const two = await define('registry/does-not-exist:2');
      const [subnet] = network.subnets;
      await update({
        taskDefinition: two,
        networkConfiguration: { awsvpcConfiguration: { subnets: [subnet], securityGroups: [network.group] } },
      });
      expect((await history()).map(({ status }) => status)).toEqual(['SUCCESSFUL', 'IN_PROGRESS']);
      await until((found) => found.taskDefinition === one);
      expect((await history()).at(-1)?.status).toBe('ROLLBACK_IN_PROGRESS');
      await steady(1);
      const [, failed] = await history();
      expect(failed).toMatchObject({
        status: 'ROLLBACK_SUCCESSFUL',
        statusReason: expect.stringMatching(/circuit breaker/),
      });
      const revisions = await ecs<{ serviceRevisions: object[]; failures: object[] }>(
        'DescribeServiceRevisions',
        { serviceRevisionArns: [given(failed).targetServiceRevisionArn, 'arn:none'] },
      );
      expect(revisions).toMatchObject({
        serviceRevisions: [
          {
            taskDefinition: two,
            platformVersion: '1.4.0',
            networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
          },
        ],
        failures: [{ arn: 'arn:none', reason: 'MISSING' }],
      });
      const now = (
        await ecs<{ services: object[] }>('DescribeServices', { cluster: 'main', services: ['web'] })
      ).services[0];
      expect(now).toMatchObject({
        taskDefinition: one,
        platformVersion: 'LATEST',
        networkConfiguration: { awsvpcConfiguration: { subnets: network.subnets } },
      });
      const page = await ecs<Remembered>('ListServiceDeployments', { ...named, maxResults: 1 });
      const rest = await ecs<Remembered>('ListServiceDeployments', {
        ...named,
        nextToken: given(page.nextToken),
      });
      expect([...page.serviceDeployments, ...rest.serviceDeployments].map(({ status }) => status)).toEqual([
        'SUCCESSFUL',
        'ROLLBACK_SUCCESSFUL',
      ]);
      await remove([one, two]);
      await network.remove();
      expect((await aws().dump()) === empty).toBe(true);
    });

    test('ends where another begins', async () => {
      const one = await define('web:1');
      await create(one, 1);
      await update({ forceNewDeployment: true });
      expect((await history()).map(({ status }) => status)).toEqual(['STOPPED', 'IN_PROGRESS']);
    });
  });

  test('without instances nothing is placed, and lists come in pages', async () => {
    const definition = await define('web:1');
    const bridge = { launchType: 'EC2' };
    await create(definition, 1, bridge);
    const found = await until((service) => service.events.length > 0);
    expect(found).toMatchObject({ runningCount: 0, pendingCount: 0 });
    expect(found.events[0]?.message).toMatch(/no container instance met all of its requirements/);
    for (let n = 0; n < 11; n += 1) await create(definition, 0, { serviceName: `idle-${n}` });
    const list = (params: Params = {}) =>
      ecs<{ serviceArns: string[]; nextToken?: string }>('ListServices', { cluster: 'main', ...params });
    const page = await list();
    expect(page.serviceArns).toHaveLength(10);
    const rest = await list({ nextToken: given(page.nextToken) });
    expect(new Set([...page.serviceArns, ...rest.serviceArns]).size).toBe(12);
    const missing = await ecs<{ failures: { reason: string }[] }>('DescribeTasks', {
      cluster: 'main',
      tasks: ['0123'],
    });
    expect(missing.failures).toMatchObject([{ reason: 'MISSING' }]);
  });
}
