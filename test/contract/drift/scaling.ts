import * as scaling from '@aws-sdk/client-application-auto-scaling';
import * as watch from '@aws-sdk/client-cloudwatch';
import { namedBy } from '../../../operator/aws/application-autoscaling/shared.ts';
import { type Case, type Cases, type Deletions, type DriftCase, type DriftContext, id, one } from './case.ts';

/** The nodes of a service that is scaled and watched; the alarm is called `cpu`. */
const TARGET = 'scalable-target';
const POLICIES = 'scaling-policies';
const ACTIONS = 'scheduled-actions';
const ALARM = 'alarm/cpu';

const of = (at: DriftContext, node = TARGET) => namedBy(id(at, node));

/** A node that somebody changes by one call. */
const changed = (node: string, call: (at: DriftContext) => Promise<unknown>): DriftCase => ({
  node,
  drift: async (at) => void (await call(at)),
});

/** ARN of a scalable target, by which it is tagged: that of the service unless told otherwise. */
export async function targetArn(at: DriftContext, node = TARGET): Promise<string> {
  const { ResourceId, ...rest } = of(at, node);
  const found = await at.applicationAutoscaling.send(
    new scaling.DescribeScalableTargetsCommand({ ...rest, ResourceIds: [ResourceId] }),
  );
  return one(found.ScalableTargets, 'scalable target').ScalableTargetARN ?? '';
}

async function alarmOf(at: DriftContext): Promise<watch.MetricAlarm> {
  const AlarmNames = [id(at, ALARM)];
  const found = await at.cloudwatch.send(new watch.DescribeAlarmsCommand({ AlarmNames }));
  return one(found.MetricAlarms, 'alarm');
}

/** A target whose tag is another, or is taken away where that is undefined. */
export async function retagTarget(
  at: DriftContext,
  node: string,
  [key, value]: readonly [string, string | undefined],
): Promise<unknown> {
  const { applicationAutoscaling: client } = at;
  const ResourceARN = await targetArn(at, node);
  return value === undefined
    ? client.send(new scaling.UntagResourceCommand({ ResourceARN, TagKeys: [key] }))
    : client.send(new scaling.TagResourceCommand({ ResourceARN, Tags: { [key]: value } }));
}

const retagged = (node: string, key: string, value: string | undefined): DriftCase =>
  changed(node, async (at) => {
    if (node === TARGET) return retagTarget(at, node, [key, value]);
    const { AlarmArn: ResourceARN } = await alarmOf(at);
    return value === undefined
      ? at.cloudwatch.send(new watch.UntagResourceCommand({ ResourceARN, TagKeys: [key] }))
      : at.cloudwatch.send(new watch.TagResourceCommand({ ResourceARN, Tags: [{ Key: key, Value: value }] }));
  });

const tags = (node: string): Record<string, Case> => ({
  'tags missing': retagged(node, 'project', undefined),
  'tags extra': retagged(node, 'stray', 'yes'),
  'tags changed': retagged(node, 'project', 'somebody-else'),
});

const bounds = (change: Partial<scaling.RegisterScalableTargetRequest>): DriftCase =>
  changed(TARGET, (at) =>
    at.applicationAutoscaling.send(new scaling.RegisterScalableTargetCommand({ ...of(at), ...change })),
  );

const policy = (PolicyName: string): DriftCase =>
  changed(POLICIES, (at) =>
    at.applicationAutoscaling.send(
      new scaling.PutScalingPolicyCommand({
        ...of(at),
        PolicyName,
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 13,
          PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        },
      }),
    ),
  );

const action = (ScheduledActionName: string): DriftCase =>
  changed(ACTIONS, (at) =>
    at.applicationAutoscaling.send(
      new scaling.PutScheduledActionCommand({
        ...of(at),
        ScheduledActionName,
        Schedule: 'cron(13 13 * * ? *)',
        ScalableTargetAction: { MinCapacity: 1 },
      }),
    ),
  );

/** The alarm as somebody writes it anew. */
const alarm = (change: Partial<watch.PutMetricAlarmInput>): DriftCase =>
  changed(ALARM, async (at) => {
    const now = await alarmOf(at);
    const { AlarmName, EvaluationPeriods, ComparisonOperator } = now;
    const { MetricName, Namespace, Dimensions, Statistic, Period, Threshold } = now;
    const { AlarmDescription, AlarmActions, OKActions } = now;
    return at.cloudwatch.send(
      new watch.PutMetricAlarmCommand({
        AlarmName,
        EvaluationPeriods,
        ComparisonOperator,
        MetricName,
        Namespace,
        Dimensions,
        Statistic,
        Period,
        Threshold,
        AlarmDescription,
        AlarmActions,
        OKActions,
        ...change,
      }),
    );
  });

const deregistered = (node: string): DriftCase => ({
  ...changed(node, (at) =>
    at.applicationAutoscaling.send(new scaling.DeregisterScalableTargetCommand(of(at, node))),
  ),
  // It is also looked for by its id before it is made anew.
  refreshes: 4,
  // What was read of its policies after it had gone, and before that was listed, looks as if they were missing.
  interrupts: true,
});
const alarmDeleted = (node: string): DriftCase => ({
  ...changed(node, (at) => at.cloudwatch.send(new watch.DeleteAlarmsCommand({ AlarmNames: [id(at, node)] }))),
  // It is also looked for by its name before it is made anew.
  refreshes: 4,
});

/** For the kinds that scale and watch a service with `cpuPercent` and a schedule `night`, as `driftCases` has them for a network's. */
export const scalingCases: Cases = {
  ScalableTarget: {
    ...tags(TARGET),
    'minCapacity changed': bounds({ MinCapacity: 0 }),
    'maxCapacity changed': bounds({ MaxCapacity: 99 }),
    deleted: deregistered(TARGET),
  },
  ScalingPolicies: {
    'policies[*] missing': changed(POLICIES, (at) =>
      at.applicationAutoscaling.send(
        new scaling.DeleteScalingPolicyCommand({ ...of(at), PolicyName: 'cpu' }),
      ),
    ),
    'policies[*] extra (of somebody)': policy('stray'),
    'policies[*] changed': policy('cpu'),
  },
  ScheduledActions: {
    'actions[*] missing': changed(ACTIONS, (at) =>
      at.applicationAutoscaling.send(
        new scaling.DeleteScheduledActionCommand({ ...of(at), ScheduledActionName: 'night' }),
      ),
    ),
    'actions[*] extra (of somebody)': action('stray'),
    'actions[*] changed': action('night'),
  },
  Alarm: {
    ...tags(ALARM),
    'description changed': alarm({ AlarmDescription: 'mine' }),
    'metric changed': alarm({ MetricName: 'MemoryUtilization' }),
    'dimensions changed': alarm({ Dimensions: [] }),
    'statistic changed': alarm({ Statistic: 'Maximum' }),
    'periodSeconds changed': alarm({ Period: 60 }),
    'evaluationPeriods changed': alarm({ EvaluationPeriods: 5 }),
    'threshold changed': alarm({ Threshold: 99 }),
    'comparison changed': alarm({ ComparisonOperator: 'LessThanThreshold' }),
    'treatMissingData changed': alarm({ TreatMissingData: 'breaching' }),
    'actionsEnabled changed': changed(ALARM, (at) =>
      at.cloudwatch.send(new watch.DisableAlarmActionsCommand({ AlarmNames: [id(at, ALARM)] })),
    ),
    'actions changed': alarm({ AlarmActions: [] }),
    deleted: alarmDeleted(ALARM),
  },
};

/** For each kind, how any node of it is lost. */
export const scalingDeletions: Deletions = {
  ScalableTarget: (node) => ({ deleted: deregistered(node) }),
  Alarm: (node) => ({ deleted: alarmDeleted(node) }),
};
