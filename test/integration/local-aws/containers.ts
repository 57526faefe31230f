import { beforeEach, describe, expect, test } from 'vitest';

import { aws, given, refused } from './harness.ts';
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

  const define = async (image: string): Promise<string> => {
    const input = {
      family: 'web',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'web', image, essential: true }],
    };
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
