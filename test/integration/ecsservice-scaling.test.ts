import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import { DescribeTaskDefinitionCommand, ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EcsService } from '../../operator/api/ecs-service.ts';
import { eventually } from '../support/eventually.ts';
import { bounded, type LeastPrivilege, leastPrivilege } from '../support/least-privilege.ts';
import { account, namespace, smallNetwork, smallService } from '../support/manifests.ts';
import { plainCall, putParameter } from '../support/plain-call.ts';
import { conditionOf, World } from '../support/world.ts';

/** Autoscaling, alarms and secrets of one service, under the least policy and the boundary. */

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:on-call';
const PARAMETER = 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/url';
const OF_SERVICE = {
  ServiceNamespace: 'ecs',
  ScalableDimension: 'ecs:service:DesiredCount',
  ResourceId: 'service/shop-dev-cluster/shop-dev-service',
} as const;
/** What a listing of each lane calls. */
const LISTINGS = ['DescribeServices', 'DescribeScalableTargets', 'DescribeScalingPolicies', 'DescribeAlarms'];

let world: World;
let least: LeastPrivilege;
let empty: string;
let scaling: ApplicationAutoScalingClient;
let cloudwatch: CloudWatchClient;
let ecs: ECSClient;
let secret: string;
let versionId: string;
let key: string;

const network = smallNetwork('net', 'web', { securityGroups: { ecs: {} } });
const scaled = {
  minCount: 2,
  maxCount: 6,
  cpuPercent: 60,
  memoryPercent: 70,
  schedules: [
    { name: 'night', schedule: 'cron(0 20 * * ? *)', timeZone: 'Europe/Berlin', minCount: 1, maxCount: 3 },
  ],
};
const serviceOf = (container: object) =>
  smallService('shop', 'web', 'net', {
    service: { autoscaling: scaled },
    alarms: [{ name: 'cpu', metric: 'CpuPercent', topicArns: [TOPIC] }],
    task: { containers: [{ name: 'app', image: 'shop:1', ...container }] },
  });
const accountWith = (grants: object[]) => bounded(account('main', ['web'], { grants }));

const statusOf = async () => {
  const { status } = await world.ready(service());
  return status as unknown as EcsService['status'];
};
const service = () =>
  serviceOf({
    secrets: [
      { name: 'PASSWORD', valueFrom: secret, key: 'password', versionId },
      { name: 'URL', valueFrom: PARAMETER },
    ],
  });
/** Names of what the operator wrote since a mark. */
const deeds = async (mark: number) =>
  (await world.writes(mark))
    .filter(({ caller }) => caller?.includes(':assumed-role/landfall-least/'))
    .map(({ action }) => action ?? '');
const target = async () => {
  const answer = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }));
  return answer.ScalableTargets?.[0];
};
const policies = async () => {
  const answer = await scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs' }));
  return (answer.ScalingPolicies ?? []).map(({ PolicyName = '' }) => PolicyName).sort();
};
const actions = async () => {
  const answer = await scaling.send(new DescribeScheduledActionsCommand({ ServiceNamespace: 'ecs' }));
  return answer.ScheduledActions ?? [];
};
const alarms = async () => (await cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms ?? [];

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  const made = await plainCall(world, 'kms', 'TrentService.CreateKey', {});
  key = (made['KeyMetadata'] as { Arn: string }).Arn;
  const stored = await plainCall(world, 'secretsmanager', 'secretsmanager.CreateSecret', {
    Name: 'shop/db',
    SecretString: '{"password":"only for tests"}',
    KmsKeyId: key,
  });
  secret = stored['ARN'] as string;
  versionId = stored['VersionId'] as string;
  await putParameter(world, PARAMETER);
  least = await leastPrivilege(world, [accountWith(granted()), network, service()]);
  empty = await world.aws.dump();
  scaling = new ApplicationAutoScalingClient(world.clientOptions());
  cloudwatch = new CloudWatchClient(world.clientOptions());
  ecs = new ECSClient(world.clientOptions());
  world.operator();
  await world.apply([namespace('web'), accountWith([]), network]);
  await world.ready(network);
});
afterAll(async () => {
  for (const client of [scaling, cloudwatch, ecs]) client?.destroy();
  least?.close();
  await world?.stop();
});

const granted = () => [
  {
    name: 'shop',
    namespaces: ['web'],
    arns: ['arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/*', key],
  },
  { name: 'config', namespaces: ['web'], arns: [PARAMETER, TOPIC] },
];

it('names nothing that nobody has granted, and goes on by itself when it is', async () => {
  const mark = await world.mark();
  await world.apply([service()]);
  await world.condition(service(), 'Stalled', {
    reason: 'NotGranted',
    message: /secrets\[PASSWORD\].valueFrom names arn:aws:secretsmanager.*namespace web/,
  });
  expect(await deeds(mark)).toEqual([]);
  await world.apply([accountWith(granted())]);
  const status = await statusOf();
  // The environment says one; the bounds say two.
  expect(status).toMatchObject({ desiredCount: 2, runningCount: 2 });
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: status.taskDefinitionArn }),
  );
  expect(taskDefinition?.containerDefinitions?.[0]?.secrets).toEqual([
    { name: 'PASSWORD', valueFrom: `${secret}:password::${versionId}` },
    { name: 'URL', valueFrom: PARAMETER },
  ]);
  expect(await target()).toMatchObject({ MinCapacity: 2, MaxCapacity: 6 });
  expect(await policies()).toEqual(['cpu', 'memory']);
  expect(await actions()).toMatchObject([{ ScheduledActionName: 'night', Timezone: 'Europe/Berlin' }]);
  const ours = (await alarms()).filter(({ AlarmName }) => AlarmName?.startsWith('TargetTracking-') === false);
  expect(ours).toMatchObject([
    { AlarmName: 'shop-dev-cpu', AlarmActions: [TOPIC], StateValue: 'INSUFFICIENT_DATA', Threshold: 80 },
  ]);
  expect(await least.refusals()).toEqual([]);
});

it('a count that autoscaling has set, and bounds that a schedule has set, are never fought', async () => {
  const { ResourceId } = OF_SERVICE;
  const [, cluster, name] = ResourceId.split('/');
  await ecs.send(new UpdateServiceCommand({ cluster, service: name, desiredCount: 4 }));
  // As the scheduled action does at its time.
  await scaling.send(new RegisterScalableTargetCommand({ ...OF_SERVICE, MinCapacity: 1, MaxCapacity: 3 }));
  const mark = await world.mark();
  await world.refreshes(2, LISTINGS);
  await eventually('three tasks', async () => (await statusOf()).runningCount === 3);
  await world.kubectl('scale', '--namespace=web', 'ecss/shop', '--replicas=5');
  await world.ready(service());
  await world.refreshes(2, LISTINGS);
  expect(await deeds(mark)).toEqual([]);
});

it('what somebody else changes is put back, and nothing else is written', async () => {
  await world.refreshes(2, LISTINGS);
  await scaling.send(new RegisterScalableTargetCommand({ ...OF_SERVICE, MaxCapacity: 9 }));
  await scaling.send(new DeleteScalingPolicyCommand({ ...OF_SERVICE, PolicyName: 'cpu' }));
  await scaling.send(
    new PutScheduledActionCommand({ ...OF_SERVICE, ScheduledActionName: 'night', EndTime: new Date() }),
  );
  await scaling.send(
    new PutScheduledActionCommand({
      ...OF_SERVICE,
      ScheduledActionName: 'stray',
      Schedule: 'rate(1 hour)',
      ScalableTargetAction: { MinCapacity: 0 },
    }),
  );
  await cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames: ['shop-dev-cpu'] }));
  const mark = await world.mark();
  const wanted = ['DeleteScheduledAction', 'DeleteScheduledAction', 'PutMetricAlarm', 'PutScalingPolicy'];
  const all = [...wanted, 'PutScheduledAction', 'RegisterScalableTarget'];
  await eventually('all repairs', async () => (await deeds(mark)).length >= all.length, {
    seen: () => deeds(mark),
  });
  const object = await world.condition(service(), 'Drifted', { status: 'False', reason: 'DriftRepaired' });
  expect(conditionOf(object, 'Ready')?.status).toBe('True');
  await world.refreshes(2, LISTINGS);
  expect((await deeds(mark)).sort()).toEqual(all);
  expect(await target()).toMatchObject({ MinCapacity: 1, MaxCapacity: 6 });
  expect(await policies()).toEqual(['cpu', 'memory']);
  expect((await actions()).map(({ EndTime }) => EndTime)).toEqual([undefined]);
});

it('an alarm that is another’s is neither overwritten nor taken', async () => {
  const theirs = { AlarmName: 'shop-dev-memory', MetricName: 'm', Namespace: 'n', Period: 60 };
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      ...theirs,
      EvaluationPeriods: 1,
      Threshold: 1,
      Statistic: 'Sum',
      ComparisonOperator: 'LessThanThreshold',
    }),
  );
  const { alarms: named } = service().spec as { alarms: object[] };
  await world.edit(service(), { alarms: [...named, { name: 'memory', metric: 'MemoryPercent' }] });
  await world.condition(service(), 'Stalled', { reason: 'NameTaken', message: /shop-dev-memory/ });
  await world.edit(service(), { alarms: named });
  await world.ready(service());
  expect((await alarms()).find(({ AlarmName }) => AlarmName === theirs.AlarmName)).toMatchObject(theirs);
  await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [theirs.AlarmName] }));
});

it('autoscaling that is taken away leaves nothing, and the count is set once', async () => {
  await world.refreshes(2, LISTINGS);
  const mark = await world.mark();
  await world.edit(service(), { service: { autoscaling: null } });
  expect(await statusOf()).toMatchObject({ desiredCount: 5, runningCount: 5 });
  await eventually('no target', async () => (await target()) === undefined);
  expect((await alarms()).filter(({ AlarmName }) => AlarmName?.startsWith('TargetTracking-'))).toEqual([]);
  await world.ready(service());
  expect((await deeds(mark)).sort()).toEqual(['DeregisterScalableTarget', 'UpdateService']);
});

it('deletion, autoscaled, leaves nothing', async () => {
  await world.edit(service(), { service: { autoscaling: scaled, desiredCount: null } });
  await world.ready(service());
  await world.remove(service());
  await world.remove(network);
  expect(await least.refusals()).toEqual([]);
  expect(await world.aws.dump()).toBe(empty);
});
