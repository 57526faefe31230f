import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeEach, expect, test } from 'vitest';

import { aws, clientOptions, given } from './harness.ts';
import { eventually } from './held-clock.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';
import { type Params, call } from './plain-client.ts';

/** Services of ECS behind load balancers: their tasks count when their targets are healthy, and go when they are not. */
export function checkedTasks(): void {
  interface Deployment {
    rolloutState: string;
    rolloutStateReason: string;
    failedTasks: number;
    runningCount: number;
    taskDefinition: string;
  }
  interface Service {
    runningCount: number;
    taskDefinition: string;
    deployments: Deployment[];
    events: { message: string }[];
  }
  interface Task {
    taskArn: string;
    stopCode?: string;
    stoppedReason?: string;
    taskDefinitionArn: string;
  }

  let network: OwnNetwork;
  let elb: ElasticLoadBalancingV2Client;
  let TargetGroupArn: string;

  const ecs = <T>(action: string, params: Params) => call<T>('ecs', action, params);
  const named = { cluster: 'main', service: 'web' };
  const define = async (image: string): Promise<string> => {
    const made = await ecs<{ taskDefinition: { taskDefinitionArn: string } }>('RegisterTaskDefinition', {
      family: 'web',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'web', image, portMappings: [{ containerPort: 80 }] }],
    });
    return made.taskDefinition.taskDefinitionArn;
  };
  const create = (taskDefinition: string, params: Params = {}) =>
    ecs('CreateService', {
      cluster: 'main',
      serviceName: 'web',
      taskDefinition,
      desiredCount: 2,
      launchType: 'FARGATE',
      loadBalancers: [{ targetGroupArn: TargetGroupArn, containerName: 'web', containerPort: 80 }],
      networkConfiguration: {
        awsvpcConfiguration: { subnets: network.subnets, securityGroups: [network.group] },
      },
      ...params,
    });
  const until = (check: (service: Service) => boolean) =>
    eventually(async () => {
      const input = { cluster: 'main', services: ['web'] };
      const found = given((await ecs<{ services: Service[] }>('DescribeServices', input)).services[0]);
      return check(found) ? found : undefined;
    });
  const completed = () =>
    until(({ deployments }) => deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED');
  const tasks = async (desiredStatus: string): Promise<Task[]> => {
    const input = { cluster: 'main', serviceName: 'web', desiredStatus };
    const { taskArns } = await ecs<{ taskArns: string[] }>('ListTasks', input);
    if (taskArns.length === 0) return [];
    return (await ecs<{ tasks: Task[] }>('DescribeTasks', { cluster: 'main', tasks: taskArns })).tasks;
  };
  const checkAt = (HealthCheckPath: string) =>
    elb.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckPath }));

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    network = await ownNetwork();
    elb = new ElasticLoadBalancingV2Client({ ...clientOptions(aws()), maxAttempts: 1 });
    const target = { Name: 'web', Protocol: 'HTTP', Port: 80, VpcId: network.vpc, TargetType: 'ip' } as const;
    const made = await elb.send(new CreateTargetGroupCommand(target));
    TargetGroupArn = given(made.TargetGroups?.[0]?.TargetGroupArn);
    const balancer = { Name: 'web', Subnets: network.subnets, SecurityGroups: [network.group] };
    const { LoadBalancers: balancers } = await elb.send(new CreateLoadBalancerCommand(balancer));
    await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: given(balancers?.[0]?.LoadBalancerArn),
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      }),
    );
    await ecs('CreateCluster', { clusterName: 'main' });
  });

  test('a rollout is complete when its targets are healthy, and not before; only then old tasks stop', async () => {
    const [one, two] = [await define('web:1'), await define('web:2')];
    await create(one);
    const running = await until(({ runningCount }) => runningCount === 2);
    expect(running.deployments[0]).toMatchObject({ rolloutState: 'IN_PROGRESS', runningCount: 2 });
    await completed();
    await ecs('UpdateService', { ...named, taskDefinition: two });
    const both = await until(({ runningCount }) => runningCount === 4);
    expect(both.deployments.map(({ rolloutState }) => rolloutState)).toEqual(['IN_PROGRESS', 'COMPLETED']);
    expect(await completed()).toMatchObject({ taskDefinition: two });
  });

  test('tasks that fail their checks are replaced and counted, and what has them is taken back', async () => {
    const [one, two] = [await define('web:1'), await define('web:2')];
    await create(one, {
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    });
    await completed();
    const before = new Set((await tasks('RUNNING')).map(({ taskArn }) => taskArn));
    await ecs('UpdateService', { ...named, taskDefinition: two, healthCheckGracePeriodSeconds: 60 });
    await checkAt('/does-not-exist');
    const failed = await until(({ deployments }) =>
      deployments.some(({ rolloutState }) => rolloutState === 'FAILED'),
    );
    expect(failed.deployments.find(({ rolloutState }) => rolloutState === 'FAILED')).toMatchObject({
      failedTasks: 3,
      taskDefinition: two,
      rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
    });
    expect(failed.events.map(({ message }) => message)).toContainEqual(
      `(service web) (port 80) is unhealthy in (target-group ${TargetGroupArn}) due to (reason Health checks failed with these codes: [404]).`,
    );
    // Those from before went on all the time.
    const still = (await tasks('RUNNING')).filter(({ taskArn }) => before.has(taskArn));
    expect(still).toHaveLength(2);
    const stopped = (await tasks('STOPPED')).find(({ taskDefinitionArn }) => taskDefinitionArn === two);
    expect(stopped).toMatchObject({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: `Task failed ELB health checks in (target-group ${TargetGroupArn})`,
    });
    await checkAt('/');
    expect(await completed()).toMatchObject({ taskDefinition: one, runningCount: 2 });
  });

  test('what fails its checks later is replaced, too, for a while; and serves again when it passes them', async () => {
    const one = await define('web:1');
    await create(one);
    await completed();
    const before = new Set((await tasks('RUNNING')).map(({ taskArn }) => taskArn));
    await checkAt('/does-not-exist');
    await until(({ runningCount }) => runningCount < 2);
    // Nobody waits for ever for what is under way.
    await aws().dump();
    const now = (await tasks('RUNNING')).map(({ taskArn }) => taskArn);
    expect(now).toHaveLength(2);
    expect(now.filter((arn) => before.has(arn))).toEqual([]);
    await checkAt('/');
    const again = await until(({ deployments }) => deployments[0]?.failedTasks === 0);
    expect(again.deployments[0]).toMatchObject({ rolloutState: 'COMPLETED', runningCount: 2 });
  });
}
