import {
  DescribeTargetHealthCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { READY, type State } from '../../graph/kind.ts';
import { isNotFound } from '../errors.ts';
import type { AwsCollection, AwsKind } from '../kind.ts';
import { reads } from '../permissions.ts';

export interface TargetHealthInputs {
  readonly targetGroupId: string;
}

/** What a target group says of its targets, by its ARN. */
export interface GroupHealth {
  readonly arn: string;
  readonly targets: readonly TargetHealthDescription[];
  /** What is asked of targets has changed since: AWS's word is from before. */
  readonly isOld?: boolean;
  /** The group was made a moment ago: nothing comes to it before a service has tasks, of which its listing tells. */
  readonly isNew?: boolean;
}

/** Health in numbers and words, for status. */
export interface HealthSummary {
  /** Targets that are to serve; those that drain are on their way out and do not count. */
  readonly total: number;
  readonly healthy: number;
  /** What AWS says of the others, alike ones as one: `2 initial: Elb.InitialHealthChecking`. */
  readonly reasons: readonly string[];
}

/** The health of targets, which AWS reads for one group a call. */
export const targetHealth: AwsCollection<GroupHealth> = {
  name: 'elbv2/target-health',
  lane: 'slow',
  scope: 'region',
  iam: reads('elasticloadbalancing:DescribeTargetHealth'),
  parent: 'elbv2/target-groups',
  // Targets come and go with the tasks of a service.
  stirredBy: 'ecs/services',
  // Without a listener that forwards to their group they are in no use.
  causedBy: ['elbv2/load-balancers', 'elbv2/listeners'],
  async *list() {},
  async get(session, arns) {
    const found: GroupHealth[] = [];
    for (const arn of arns) {
      try {
        const answer = await session.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }));
        found.push({ arn, targets: answer.TargetHealthDescriptions ?? [] });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    return found;
  },
  id: (record) => record.arn,
  tags: () => ({}),
  settled: (record) => record.isNew === true || (record.isOld !== true && stateOf(record).phase === 'ready'),
};

/** Whether what is behind a target group serves. Nothing is ever changed in it: targets come and go by ECS. */
export const targetHealthKind: AwsKind<TargetHealthInputs, GroupHealth> = {
  type: 'TargetHealth',
  collection: targetHealth,
  idempotency: 'natural',
  iam: [],
  after: [],

  find: (view, inputs) => view.get(inputs.targetGroupId),
  diff: () => [],
  state: stateOf,
  outputs(record) {
    const { total, healthy } = summaryOf(record);
    return { id: record.arn, healthy: String(healthy), unhealthy: String(total - healthy) };
  },
  gone: () => false,
  needs: (record) => [record.arn],
  update: () => Promise.resolve(),
};

/** Counts the targets of a group. */
export function summaryOf({ targets }: GroupHealth): HealthSummary {
  const serving = targets.filter(({ TargetHealth: health }) => health?.State !== 'draining');
  const others = serving.filter(({ TargetHealth: health }) => health?.State !== 'healthy');
  const alike = Map.groupBy(others, reasonOf);
  return {
    total: serving.length,
    healthy: serving.length - others.length,
    reasons: [...alike].map(([reason, those]) => `${those.length} ${reason}`),
  };
}

function stateOf(record: GroupHealth): State {
  const { total, healthy, reasons } = summaryOf(record);
  if (total > 0 && healthy === total) return READY;
  const name = record.arn.split('/').at(-2) ?? record.arn;
  const message =
    total === 0
      ? `target group ${name} has no targets`
      : `${healthy} of ${total} targets of target group ${name} are healthy: ${reasons.join(', ')}`;
  return { phase: 'pending', reason: 'WaitingForAws', message };
}

function reasonOf({ TargetHealth: health }: TargetHealthDescription): string {
  const { State: state = 'unknown', Reason: reason, Description: description } = health ?? {};
  const words = [reason, description].filter((text) => text !== undefined && text !== '');
  return words.length === 0 ? state : `${state}: ${words.join(', ')}`;
}
