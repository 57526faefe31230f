import {
  DeleteScalingPolicyCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  type MetricType,
  type ScalingPolicy,
} from '@aws-sdk/client-application-auto-scaling';
import { READY, type Change, type Permission } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { reads } from '../permissions.ts';
import { memberOf, namedBy, onOwnTargets } from './shared.ts';

/** Keeps a metric near a value by scaling what it is of. */
interface TargetTracking {
  readonly metric: MetricType;
  /** `app/NAME/ID/targetgroup/NAME/ID`, of request counts alone. */
  readonly resourceLabel?: string;
  readonly targetValue: number;
  readonly scaleOutCooldownSeconds: number;
  readonly scaleInCooldownSeconds: number;
}

export interface ScalingPoliciesInputs {
  /** The id of the scalable target. */
  readonly scalableTargetId: string;
  /** All policies of the target, by name. */
  readonly policies: Readonly<Record<string, TargetTracking>>;
}

/** A policy of any sort: of one that is not ours all that is known is that it differs. */
type AnyPolicy = TargetTracking | { readonly type: string };

/** The policies of one scalable target. */
export interface TargetPolicies {
  /** Id of the target. */
  readonly resourceId: string;
  readonly policies: Readonly<Record<string, AnyPolicy>>;
}

/** Policies, which AWS lists for one target a call, unless those of others are read as well. */
export const scalingPolicies: AwsCollection<TargetPolicies> = {
  name: 'application-autoscaling/scaling-policies',
  lane: 'slow',
  scope: 'region',
  iam: reads('application-autoscaling:DescribeScalingPolicies'),
  parent: 'application-autoscaling/scalable-targets',
  async *list() {},
  get: (session, ids) =>
    Promise.all(
      ids.map(async (id) => {
        const policies: Record<string, AnyPolicy> = {};
        const all = pages<ScalingPolicy>(async (NextToken) => {
          const answer = await session.applicationAutoscaling.send(
            new DescribeScalingPoliciesCommand({
              ...namedBy(id),
              ...(NextToken !== undefined && { NextToken }),
            }),
          );
          return { items: answer.ScalingPolicies, next: answer.NextToken };
        });
        for await (const page of all)
          for (const policy of page) policies[must(policy.PolicyName, 'PolicyName')] = asInputs(policy);
        return { resourceId: id, policies };
      }),
    ),
  id: (record) => record.resourceId,
  tags: () => ({}),
};

/**
 * Alarms by which AWS tracks a metric. AWS makes and deletes them itself, and asks of whoever writes the policy to be let to:
 * Application Auto Scaling User Guide, "Permissions required for API actions on target services and CloudWatch".
 */
const TRACKED = ['cloudwatch:DeleteAlarms', 'cloudwatch:PutMetricAlarm'].flatMap((action) =>
  ['service', 'table'].map((of): Permission => ({
    action,
    on: 'anything',
    resource: `cloudwatch:{region}:{account}:alarm:TargetTracking-${of}/*`,
  })),
);

/** What scales a service or a table, as an exclusive set: one that somebody adds would scale it as well. They have no tags. */
export const scalingPoliciesKind: AwsKind<ScalingPoliciesInputs, TargetPolicies> = {
  type: 'ScalingPolicies',
  collection: scalingPolicies,
  idempotency: 'natural',
  iam: [...onOwnTargets('DeleteScalingPolicy', 'PutScalingPolicy'), ...TRACKED],
  after: [],

  find: (view, inputs) => view.get(inputs.scalableTargetId),
  diff(inputs, record) {
    const changes: Change[] = [];
    const now = record?.policies ?? {};
    for (const [name, to] of Object.entries(inputs.policies)) {
      const from = now[name];
      if (from === undefined) changes.push({ path: `policies[${name}]`, to: textOf(to) });
      else if (textOf(from) !== textOf(to))
        changes.push({ path: `policies[${name}]`, from: textOf(from), to: textOf(to) });
    }
    for (const [name, from] of Object.entries(now))
      if (!(name in inputs.policies)) changes.push({ path: `policies[${name}]`, from: textOf(from) });
    return changes;
  },
  state: () => READY,
  outputs: (record) => ({ id: record.resourceId }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { scalableTargetId: id, policies }, _record, changes) {
    for (const { path, to } of changes) {
      const PolicyName = memberOf(path);
      const at = { ...namedBy(id), PolicyName };
      const wanted = to === undefined ? undefined : policies[PolicyName];
      if (!wanted) await unlessGone(session.applicationAutoscaling.send(new DeleteScalingPolicyCommand(at)));
      else
        await session.applicationAutoscaling.send(new PutScalingPolicyCommand({ ...at, ...asAws(wanted) }));
      wrote(scalingPolicies, id, (record) => {
        const { [PolicyName]: _, ...others } = record?.policies ?? {};
        return {
          resourceId: id,
          policies: { ...others, ...(wanted && { [PolicyName]: wanted }) },
        };
      });
    }
  },
};

function asAws({ metric, resourceLabel, ...policy }: TargetTracking) {
  return {
    PolicyType: 'TargetTrackingScaling' as const,
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: policy.targetValue,
      PredefinedMetricSpecification: {
        PredefinedMetricType: metric,
        ...(resourceLabel !== undefined && { ResourceLabel: resourceLabel }),
      },
      ScaleOutCooldown: policy.scaleOutCooldownSeconds,
      ScaleInCooldown: policy.scaleInCooldownSeconds,
      DisableScaleIn: false,
    },
  };
}

function asInputs({
  ServiceNamespace,
  PolicyType,
  TargetTrackingScalingPolicyConfiguration: tracking,
}: ScalingPolicy): AnyPolicy {
  const { PredefinedMetricType: metric, ResourceLabel: resourceLabel } =
    tracking?.PredefinedMetricSpecification ?? {};
  if (!tracking || metric === undefined || tracking.DisableScaleIn === true)
    return { type: tracking?.DisableScaleIn === true ? 'scales out alone' : (PolicyType ?? 'unknown') };
  // AWS's defaults: TargetTrackingScalingPolicyConfiguration, API reference.
  const cooldown = ServiceNamespace === 'dynamodb' ? 0 : 300;
  return {
    metric,
    ...(resourceLabel !== undefined && resourceLabel !== '' && { resourceLabel }),
    targetValue: tracking.TargetValue ?? 0,
    scaleOutCooldownSeconds: tracking.ScaleOutCooldown ?? cooldown,
    scaleInCooldownSeconds: tracking.ScaleInCooldown ?? cooldown,
  };
}

/** As a person reads it: `ECSServiceAverageCPUUtilization at 60, cooldown 60 s out, 300 s in`. */
function textOf(policy: AnyPolicy): string {
  if ('type' in policy) return policy.type;
  const { metric, resourceLabel, targetValue, scaleOutCooldownSeconds, scaleInCooldownSeconds } = policy;
  const what = resourceLabel === undefined ? metric : `${metric} of ${resourceLabel}`;
  return `${what} at ${targetValue}, cooldown ${scaleOutCooldownSeconds} s out, ${scaleInCooldownSeconds} s in`;
}
