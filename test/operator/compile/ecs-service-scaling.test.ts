import { describe, expect, it } from 'vitest';
import type { EcsService } from '../../../operator/api/ecs-service.ts';
import { formatIssue, parseManifest } from '../../../operator/api/parse.ts';
import type { ScalableTargetInputs } from '../../../operator/aws/application-autoscaling/scalable-target.ts';
import type { ScalingPoliciesInputs } from '../../../operator/aws/application-autoscaling/scaling-policies.ts';
import type { ScheduledActionsInputs } from '../../../operator/aws/application-autoscaling/scheduled-actions.ts';
import type { AlarmInputs } from '../../../operator/aws/cloudwatch/alarm-settings.ts';
import type { EcsServiceInputs } from '../../../operator/aws/ecs/service-settings.ts';
import type { TaskDefinitionInputs } from '../../../operator/aws/ecs/task-definition-inputs.ts';
import type { RolePoliciesInputs } from '../../../operator/aws/iam/role-policies.ts';
import { compileEcsService } from '../../../operator/compile/ecs-service/ecs-service.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { smallService } from '../../support/manifests.ts';
import { account, FACTS, inputsOf, refusal, secureVpc } from './fixtures.ts';

const network = secureVpc(
  { tiers: [{ name: 'private' }], securityGroups: { ecs: {} } },
  { metadata: { name: 'net', namespace: 'web' } },
);

function compile(spec: object, grants: object[] = []) {
  const parsed = parseManifest('EcsService', smallService('shop', 'web', 'net', spec));
  if (!parsed.ok) throw new Error(parsed.issues.map(formatIssue).join('; '));
  const object: EcsService = parsed.value;
  return compileEcsService({
    object,
    installation: 'test',
    account: account({ grants }),
    facts: FACTS,
    references: { find: () => network as never, advice: 'make it' },
  });
}
const scaled = (autoscaling: object, service: object = {}) =>
  compile({ service: { autoscaling: { minCount: 2, maxCount: 10, ...autoscaling }, ...service } });

describe('autoscaling', () => {
  it('leaves the count of the service alone, and begins with one within its bounds', () => {
    const count = (graph: ReturnType<typeof compile>) => {
      const { desiredCount, initialCount } = inputsOf<EcsServiceInputs>(graph, 'service');
      return { desiredCount, initialCount };
    };
    const cpu = { cpuPercent: 60 };
    // The environment says one.
    expect(count(scaled(cpu))).toEqual({ initialCount: 2 });
    expect(count(scaled(cpu, { desiredCount: 5 }))).toEqual({ initialCount: 5 });
    expect(count(scaled(cpu, { desiredCount: 50 }))).toEqual({ initialCount: 10 });
    expect(count(compile({ service: { desiredCount: 5 } }))).toEqual({ desiredCount: 5 });
    expect(compile({}).nodes.has('scalable-target')).toBe(false);
  });

  it('tracks what it is told to', () => {
    const graph = scaled({ cpuPercent: 60, memoryPercent: 70, scaleOutCooldownSeconds: 30 });
    expect(printable(inputsOf<ScalableTargetInputs>(graph, 'scalable-target'))).toEqual({
      resource: '${service.arn}',
      capacity: 'tasks',
      minCapacity: 2,
      maxCapacity: 10,
      scheduled: [],
    });
    const { policies } = inputsOf<ScalingPoliciesInputs>(graph, 'scaling-policies');
    const cooldowns = { scaleOutCooldownSeconds: 30, scaleInCooldownSeconds: 300 };
    expect(policies).toEqual({
      cpu: { metric: 'ECSServiceAverageCPUUtilization', targetValue: 60, ...cooldowns },
      memory: { metric: 'ECSServiceAverageMemoryUtilization', targetValue: 70, ...cooldowns },
    });
    expect(inputsOf<ScheduledActionsInputs>(graph, 'scheduled-actions').actions).toEqual({});
  });

  it('knows what its schedules will set', () => {
    const graph = scaled({
      schedules: [
        {
          name: 'night',
          schedule: 'cron(0 20 * * ? *)',
          timeZone: 'Europe/Berlin',
          minCount: 0,
          maxCount: 1,
        },
        { name: 'day', schedule: 'cron(0 6 * * ? *)', minCount: 3 },
      ],
    });
    expect(inputsOf<ScalableTargetInputs>(graph, 'scalable-target').scheduled).toEqual([
      { minCapacity: 0, maxCapacity: 1 },
      { minCapacity: 3 },
    ]);
    expect(inputsOf<ScheduledActionsInputs>(graph, 'scheduled-actions').actions).toEqual({
      night: { schedule: 'cron(0 20 * * ? *)', timeZone: 'Europe/Berlin', minCapacity: 0, maxCapacity: 1 },
      day: { schedule: 'cron(0 6 * * ? *)', timeZone: 'Etc/UTC', minCapacity: 3 },
    });
  });
});

describe('behind a load balancer', () => {
  const behind = (type: string, more: object) =>
    compile({
      task: { containers: [{ name: 'app', image: 'app:1', ports: [{ port: 80 }] }] },
      loadBalancer: {
        type,
        scheme: 'Internal',
        listeners: [{ port: 80, protocol: type === 'Network' ? 'TCP' : 'HTTP' }],
      },
      ...more,
    });

  it('requests of each task may be what it is scaled by', () => {
    const graph = behind('Application', {
      service: { autoscaling: { minCount: 1, maxCount: 4, requestsPerTarget: 600 } },
    });
    expect(printable(inputsOf<ScalingPoliciesInputs>(graph, 'scaling-policies').policies)).toEqual({
      requests: {
        metric: 'ALBRequestCountPerTarget',
        resourceLabel: '${load-balancer.metricName}/${target-group.metricName}',
        targetValue: 600,
        scaleOutCooldownSeconds: 300,
        scaleInCooldownSeconds: 300,
      },
    });
    // What the label names has to be there, and the service behind it.
    expect(graph.nodes.get('scaling-policies')?.dependsOn).toEqual(['service', 'listener/80']);
  });

  it.each([
    ['Application', 'AWS/ApplicationELB'],
    ['Network', 'AWS/NetworkELB'],
  ])('failed health checks of a %s one may be watched', (type, namespace) => {
    const graph = behind(type, { alarms: [{ name: 'health', metric: 'UnhealthyTargets' }] });
    expect(printable(inputsOf<AlarmInputs>(graph, 'alarm/health'))).toMatchObject({
      namespace,
      metricName: 'UnHealthyHostCount',
      threshold: 0,
      dimensions: {
        LoadBalancer: '${load-balancer.metricName}',
        TargetGroup: '${target-group.metricName}',
      },
    });
  });
});

it('a service behind a load balancer that may come to no tasks is not waited for to be healthy', () => {
  const balanced = (autoscaling: object) =>
    compile({
      task: { containers: [{ name: 'app', image: 'app:1', ports: [{ port: 80 }] }] },
      loadBalancer: { type: 'Network', scheme: 'Internal', listeners: [{ port: 80, protocol: 'TCP' }] },
      service: { autoscaling: { minCount: 1, maxCount: 4, cpuPercent: 60, ...autoscaling } },
    }).nodes.has('target-health');
  expect(balanced({})).toBe(true);
  const night = { name: 'night', schedule: 'cron(0 20 * * ? *)', minCount: 0, maxCount: 0 };
  expect(balanced({ schedules: [night] })).toBe(false);
  expect(balanced({ minCount: 0 })).toBe(false);
});

describe('alarms', () => {
  const TOPIC = 'arn:aws:sns:us-east-1:123456789012:on-call';
  const alarms = [{ name: 'cpu', metric: 'CpuPercent', topicArns: [TOPIC] }];

  it('are those that are named, above 80 percent for two periods of five minutes unless told otherwise', () => {
    const graph = compile({ alarms }, [{ name: 'on-call', namespaces: ['web'], arns: [TOPIC] }]);
    expect(printable(inputsOf<AlarmInputs>(graph, 'alarm/cpu'))).toEqual({
      name: 'shop-dev-cpu',
      description: 'CpuPercent of EcsService web/shop is above 80',
      namespace: 'AWS/ECS',
      metricName: 'CPUUtilization',
      dimensions: { ClusterName: '${cluster.name}', ServiceName: '${service.name}' },
      statistic: 'Average',
      periodSeconds: 300,
      evaluationPeriods: 2,
      threshold: 80,
      actions: [TOPIC],
    });
    expect([...compile({}).nodes.keys()].filter((key) => key.startsWith('alarm/'))).toEqual([]);
  });

  it('of memory look at what all tasks use', () => {
    const graph = compile({ alarms: [{ name: 'memory', metric: 'MemoryPercent', threshold: 90 }] });
    expect(printable(inputsOf<AlarmInputs>(graph, 'alarm/memory'))).toMatchObject({
      namespace: 'AWS/ECS',
      metricName: 'MemoryUtilization',
      dimensions: { ClusterName: '${cluster.name}', ServiceName: '${service.name}' },
      threshold: 90,
    });
  });

  it('tell no topic that nobody has granted', () => {
    expect(refusal(() => compile({ alarms }))).toMatchObject({
      reason: 'NotGranted',
      message: expect.stringContaining(`spec.alarms[cpu].topicArns names ${TOPIC}`) as string,
    });
  });
});

describe('secrets', () => {
  const stem = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:portal/db-AbCdEf';
  const parameter = 'arn:aws:ssm:us-east-1:123456789012:parameter/portal/url';
  const KEY = 'arn:aws:kms:us-east-1:123456789012:key/1';
  const containers = [
    {
      name: 'app',
      image: 'app:1',
      secrets: [
        { name: 'USER', valueFrom: stem, key: 'user' },
        { name: 'OLD', valueFrom: stem, versionStage: 'AWSPREVIOUS' },
        { name: 'ALL', valueFrom: stem },
        { name: 'URL', valueFrom: parameter },
      ],
    },
  ];
  const granted = [
    { name: 'portal', namespaces: ['web'], arns: ['arn:aws:secretsmanager:*:*:secret:portal/*', KEY] },
    { name: 'urls', namespaces: ['web'], arns: ['arn:aws:ssm:us-east-1:123456789012:parameter/portal/*'] },
    { name: 'others', namespaces: ['web'], arns: ['arn:aws:kms:us-east-1:123456789012:key/2'] },
  ];

  it('are given to the containers by ECS, by what it takes', () => {
    const graph = compile({ task: { containers } }, granted);
    const [container] = inputsOf<TaskDefinitionInputs>(graph, 'task-definition').containerDefinitions;
    expect(container?.secrets).toEqual([
      { name: 'ALL', valueFrom: stem },
      { name: 'OLD', valueFrom: `${stem}::AWSPREVIOUS:` },
      { name: 'URL', valueFrom: parameter },
      { name: 'USER', valueFrom: `${stem}:user::` },
    ]);
    const [plain] = inputsOf<TaskDefinitionInputs>(compile({}), 'task-definition').containerDefinitions;
    // Who has none keeps the revision that he has.
    expect(plain).not.toHaveProperty('secrets');
  });

  it('are read by the execution role: just these, and with the keys of the grants that cover them', () => {
    const graph = compile({ task: { containers } }, granted);
    const { secrets = '' } = inputsOf<RolePoliciesInputs>(graph, 'role-policies/execution').policies;
    const { Statement } = JSON.parse(secrets) as { Statement: object[] };
    expect(Statement).toEqual([
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: [stem] },
      { Effect: 'Allow', Action: 'ssm:GetParameters', Resource: [parameter] },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: [KEY],
        Condition: {
          StringLike: { 'kms:ViaService': ['secretsmanager.*.amazonaws.com*', 'ssm.*.amazonaws.com*'] },
        },
      },
    ]);
    expect(inputsOf<RolePoliciesInputs>(graph, 'role-policies/task').policies).toEqual({});
  });

  it('that nobody has granted are refused, with container, variable, ARN and namespace', () => {
    const { reason, message } = refusal(() => compile({ task: { containers } }, granted.slice(0, 1)));
    expect(reason).toBe('NotGranted');
    expect(message).toBe(
      `spec.task.containers[app].secrets[URL].valueFrom names ${parameter}, which no grant of Account main covers; whoever owns the Account can let namespace web use it, in spec.aws.grants`,
    );
  });
});
