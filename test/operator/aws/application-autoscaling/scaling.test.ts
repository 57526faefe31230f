import { describe, expect, it } from 'vitest';
import {
  scalableTargetKind,
  scalableTargets,
} from '../../../../operator/aws/application-autoscaling/scalable-target.ts';
import {
  scalingPolicies as policiesCollection,
  scalingPoliciesKind,
} from '../../../../operator/aws/application-autoscaling/scaling-policies.ts';
import {
  scheduledActions as actionsCollection,
  scheduledActionsKind,
} from '../../../../operator/aws/application-autoscaling/scheduled-actions.ts';
import { interpret } from '../../../../operator/aws/errors.ts';
import { linesOf } from '../changes.ts';
import { contextOf, fakeSession, listed, nominating, OWN, refusal } from '../ecs/fake-session.ts';
import {
  described,
  RESOURCE,
  scalableTarget,
  scalingPolicies,
  scheduledActions,
  TARGET_ARN,
} from '../scaling-cases.ts';

const OF = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount', ResourceId: RESOURCE };

describe('a scalable target', () => {
  it('is listed with the tags that the tagging API has, and those of others are left out', async () => {
    const other = { ...described, ResourceId: 'service/web/other', ScalableTargetARN: `${TARGET_ARN}0` };
    const { session, actions } = fakeSession({
      GetResources: nominating([TARGET_ARN, `${TARGET_ARN}-gone`]),
      DescribeScalableTargets: ({ ServiceNamespace }) => ({
        ScalableTargets: ServiceNamespace === 'ecs' ? [described, other] : [],
      }),
    });
    const found = await listed(scalableTargets.list(session, 'test'));
    expect(found).toEqual([{ ...described, tags: OWN }]);
    // One that is gone might have been a table's.
    expect(actions()).toEqual(['GetResources', 'DescribeScalableTargets', 'DescribeScalableTargets']);
  });

  it('of services alone takes one call more', async () => {
    const { session, actions } = fakeSession({
      GetResources: nominating([TARGET_ARN]),
      DescribeScalableTargets: () => ({ ScalableTargets: [described] }),
    });
    expect(await listed(scalableTargets.list(session, 'test'))).toHaveLength(1);
    expect(actions()).toEqual(['GetResources', 'DescribeScalableTargets']);
  });

  it('is read by nobody where the tagging API knows none', async () => {
    const { session, actions } = fakeSession();
    expect(await listed(scalableTargets.list(session, 'test'))).toEqual([]);
    expect(actions()).toEqual(['GetResources']);
  });

  it('is registered with its tags, and forgets what a former one of the service had', async () => {
    const { session, sent } = fakeSession({
      RegisterScalableTarget: () => ({ ScalableTargetARN: TARGET_ARN }),
    });
    const { context, laidOver } = contextOf(session);
    const made = await scalableTargetKind.create?.(context, scalableTarget);
    expect(sent).toEqual([['RegisterScalableTarget', { ...OF, MinCapacity: 2, MaxCapacity: 10, Tags: OWN }]]);
    expect(made).toMatchObject({ ResourceId: RESOURCE, tags: OWN });
    expect(laidOver({ resourceId: RESOURCE, policies: scalingPolicies.policies })).toEqual({
      resourceId: RESOURCE,
      actions: {},
    });
  });

  it.each([
    ['The scalable target that you tried to tag already exists. To update tags on …', 'exists'],
    [`ECS service doesn't exist: ${RESOURCE}`, 'waiting'],
    ['Unable to assume IAM role: arn:aws:iam::1:role/aws-service-role/…', 'waiting'],
    ['Maximum capacity cannot be less than minimum capacity', 'stalled'],
  ])('“%s” means %s', (message, kind) => {
    expect(interpret(refusal('ValidationException', message)).kind).toBe(kind);
  });

  it('is changed in what differs alone', async () => {
    const { session, sent } = fakeSession();
    const { context } = contextOf(session);
    const inputs = { ...scalableTarget, maxCapacity: 20 };
    const changes = scalableTargetKind.diff(inputs, described);
    await scalableTargetKind.update(context, inputs, described, changes);
    expect(sent).toEqual([['RegisterScalableTarget', { ...OF, MaxCapacity: 20 }]]);
  });

  it('is left as its schedules have set it, and as nobody else has', () => {
    const lines = (MinCapacity: number, MaxCapacity: number) =>
      linesOf(scalableTargetKind.diff(scalableTarget, { ...described, MinCapacity, MaxCapacity }));
    expect(lines(1, 3)).toEqual([]);
    expect(lines(4, 10)).toEqual([]);
    expect(lines(5, 3)).toEqual(['minCapacity: 5 -> 2']);
    const plain = { ...scalableTarget, scheduled: [] };
    expect(linesOf(scalableTargetKind.diff(plain, { ...described, MinCapacity: 1 }))).toEqual([
      'minCapacity: 1 -> 2',
    ]);
  });

  it('that went with its service is gone', async () => {
    const gone = refusal('ObjectNotFoundException', 'No scalable target found');
    const { session } = fakeSession({ DeregisterScalableTarget: () => gone });
    const { context } = contextOf(session);
    expect(await scalableTargetKind.delete?.(context, described)).toBeUndefined();
  });
});

describe('a scalable target of a table', () => {
  const of = (
    ScalableDimension: 'dynamodb:index:ReadCapacityUnits' | 'dynamodb:index:WriteCapacityUnits',
  ) => ({
    ...described,
    ServiceNamespace: 'dynamodb' as const,
    ResourceId: 'table/shop/index/by-state',
    ScalableDimension,
    ScalableTargetARN: `${TARGET_ARN}-${ScalableDimension}`,
  });
  const [read, write] = [of('dynamodb:index:ReadCapacityUnits'), of('dynamodb:index:WriteCapacityUnits')];
  const resource = 'arn:aws:dynamodb:eu-central-1:111111111111:table/shop/index/by-state';
  const NAMED = {
    ServiceNamespace: 'dynamodb',
    ResourceId: 'table/shop/index/by-state',
    ScalableDimension: 'dynamodb:index:WriteCapacityUnits',
  };

  it('is listed after those of services, where there are more of ours than these', async () => {
    const { session, sent } = fakeSession({
      GetResources: nominating([TARGET_ARN, write.ScalableTargetARN]),
      DescribeScalableTargets: ({ ServiceNamespace }) => ({
        ScalableTargets: ServiceNamespace === 'ecs' ? [described] : [read, write],
      }),
    });
    const found = await listed(scalableTargets.list(session, 'test'));
    expect(found.map((target) => scalableTargets.id(target))).toEqual([
      RESOURCE,
      'table/shop/index/by-state#write',
    ]);
    expect(sent.slice(1).map(([, input]) => input)).toMatchObject([
      { ServiceNamespace: 'ecs' },
      { ServiceNamespace: 'dynamodb' },
    ]);
  });

  it('is one of two of the same table, of which each is read by itself', async () => {
    const { session, actions } = fakeSession({
      DescribeScalableTargets: () => ({ ScalableTargets: [read, write] }),
      ListTagsForResource: () => ({ Tags: OWN }),
    });
    const found = await scalableTargets.get(session, ['table/shop/index/by-state#write']);
    expect(found).toEqual([{ ...write, tags: OWN }]);
    expect(actions()).toEqual(['DescribeScalableTargets', 'ListTagsForResource']);
    expect(scalableTargetKind.needs(found[0] ?? expect.fail())).toEqual([
      'arn:aws:dynamodb:eu-central-1:111111111111:table/shop',
    ]);
  });

  it('is registered, tracked and taken away by its dimension', async () => {
    const { session, sent } = fakeSession({
      RegisterScalableTarget: () => ({ ScalableTargetARN: TARGET_ARN }),
    });
    const { context } = contextOf(session);
    const made = await scalableTargetKind.create?.(context, {
      resource,
      capacity: 'write',
      minCapacity: 5,
      maxCapacity: 50,
      scheduled: [],
    });
    const id = scalableTargets.id((made as typeof write | undefined) ?? expect.fail());
    const utilization = {
      metric: 'DynamoDBWriteCapacityUtilization' as const,
      targetValue: 70,
      scaleOutCooldownSeconds: 0,
      scaleInCooldownSeconds: 0,
    };
    const inputs = { scalableTargetId: id, policies: { utilization } };
    const none = { resourceId: id, policies: {} };
    await scalingPoliciesKind.update(context, inputs, none, scalingPoliciesKind.diff(inputs, none));
    await scalableTargetKind.delete?.(context, write);
    expect(sent).toMatchObject([
      ['RegisterScalableTarget', { ...NAMED, MinCapacity: 5, MaxCapacity: 50, Tags: OWN }],
      ['PutScalingPolicy', { ...NAMED, PolicyName: 'utilization' }],
      ['DeregisterScalableTarget', NAMED],
    ]);
  });

  it('does not wait between two steps unless told to, as AWS does not', async () => {
    const policy = {
      ...NAMED,
      PolicyName: 'utilization',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 70,
        PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBWriteCapacityUtilization' },
      },
    };
    const { session } = fakeSession({ DescribeScalingPolicies: () => ({ ScalingPolicies: [policy] }) });
    const [record] = await policiesCollection.get(session, ['table/shop/index/by-state#write']);
    expect(record?.policies['utilization']).toMatchObject({
      scaleOutCooldownSeconds: 0,
      scaleInCooldownSeconds: 0,
    });
  });

  it.each(['table/shop', 'table/shop/index/by-state'])('of %s that is not there yet is waited for', (id) => {
    const what = id.includes('index') ? 'index' : 'table';
    const error = refusal('ValidationException', `DynamoDB ${what} does not exist: ${id}`);
    expect(interpret(error).kind).toBe('waiting');
  });
});

describe('its policies', () => {
  const mine = {
    PolicyName: 'cpu',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 60,
      PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      ScaleOutCooldown: 60,
      ScaleInCooldown: 300,
      DisableScaleIn: false,
    },
  };
  const theirs = { PolicyName: 'step', PolicyType: 'StepScaling' };

  it('are read in pages, those of others and of other sorts too', async () => {
    const { session, sent } = fakeSession({
      DescribeScalingPolicies: ({ NextToken }) =>
        NextToken === 'two' ? { ScalingPolicies: [theirs] } : { ScalingPolicies: [mine], NextToken: 'two' },
    });
    const [record] = await policiesCollection.get(session, [RESOURCE]);
    expect(record).toEqual({
      resourceId: RESOURCE,
      policies: { ...scalingPolicies.policies, step: { type: 'StepScaling' } },
    });
    expect(sent).toHaveLength(2);
    expect(linesOf(scalingPoliciesKind.diff(scalingPolicies, record))).toEqual([
      'policies[step]: StepScaling -> (nothing)',
    ]);
  });

  it('are written one by one, and a foreign one goes', async () => {
    const { session, sent } = fakeSession();
    const { context, laidOver } = contextOf(session);
    const record = { resourceId: RESOURCE, policies: { step: { type: 'StepScaling' } } };
    const changes = scalingPoliciesKind.diff(scalingPolicies, record);
    await scalingPoliciesKind.update(context, scalingPolicies, record, changes);
    expect(sent).toEqual([
      ['PutScalingPolicy', { ...OF, ...mine }],
      ['DeleteScalingPolicy', { ...OF, PolicyName: 'step' }],
    ]);
    expect(linesOf(scalingPoliciesKind.diff(scalingPolicies, laidOver(record)))).toEqual([]);
  });

  it('one that is told to scale out alone differs', async () => {
    const one = structuredClone(mine);
    one.TargetTrackingScalingPolicyConfiguration.DisableScaleIn = true;
    const { session } = fakeSession({ DescribeScalingPolicies: () => ({ ScalingPolicies: [one] }) });
    const [record] = await policiesCollection.get(session, [RESOURCE]);
    expect(linesOf(scalingPoliciesKind.diff(scalingPolicies, record))).toEqual([
      expect.stringMatching(/^policies\[cpu\]: scales out alone -> /),
    ]);
  });
});

describe('its scheduled actions', () => {
  const mine = {
    ScheduledActionName: 'night',
    Schedule: 'cron(0 20 * * ? *)',
    Timezone: 'Europe/Berlin',
    ScalableTargetAction: { MinCapacity: 1, MaxCapacity: 3 },
  };

  it('are read and written as they are', async () => {
    const { session, sent } = fakeSession({
      DescribeScheduledActions: () => ({ ScheduledActions: [mine] }),
    });
    const [record] = await actionsCollection.get(session, [RESOURCE]);
    expect(scheduledActionsKind.diff(scheduledActions, record)).toEqual([]);
    const { context, laidOver } = contextOf(session);
    const none = { resourceId: RESOURCE, actions: {} };
    const changes = scheduledActionsKind.diff(scheduledActions, none);
    await scheduledActionsKind.update(context, scheduledActions, none, changes);
    expect(sent.at(-1)).toEqual(['PutScheduledAction', { ...OF, ...mine }]);
    expect(scheduledActionsKind.diff(scheduledActions, laidOver(none))).toEqual([]);
  });

  it('one that somebody had end is made anew, since an update takes no end away', async () => {
    const { session, actions } = fakeSession({
      DescribeScheduledActions: () => ({ ScheduledActions: [{ ...mine, EndTime: new Date(0) }] }),
    });
    const [record] = await actionsCollection.get(session, [RESOURCE]);
    const changes = scheduledActionsKind.diff(scheduledActions, record);
    expect(linesOf(changes)).toEqual([expect.stringMatching(/until 1970-01-01T00:00:00.000Z -> /)]);
    const { context } = contextOf(session);
    await scheduledActionsKind.update(context, scheduledActions, record ?? expect.fail(), changes);
    expect(actions().slice(1)).toEqual(['DeleteScheduledAction', 'PutScheduledAction']);
  });
});
