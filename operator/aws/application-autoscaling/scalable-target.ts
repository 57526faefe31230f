import {
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  ListTagsForResourceCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import { READY, type ActionContext, type Change } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import { isNotFound, unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { scalingPolicies } from './scaling-policies.ts';
import { scheduledActions } from './scheduled-actions.ts';
import { OF_SERVICES, onOwnTargets, TARGETS } from './shared.ts';

/** Targets that one DescribeScalableTargets call names or answers. */
const DESCRIBED_MAX = 50;

/** How many tasks there may be; what is left out stays as it is. */
interface Capacity {
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
}

export interface ScalableTargetInputs {
  /** ARN of the service. */
  readonly service: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  /** What its scheduled actions set when their time has come: then AWS has changed it, and nobody else. */
  readonly scheduled: readonly Capacity[];
}

/** A scalable target with the tags that a second service lists. */
export interface TaggedTarget extends ScalableTarget {
  readonly tags: Readonly<Record<string, string>>;
}

/** Scalable targets of services, by resource id. Their ARNs do not name it, so all are read and the tagging API chooses. */
export const scalableTargets: AwsCollection<TaggedTarget> = {
  name: 'application-autoscaling/scalable-targets',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('application-autoscaling:DescribeScalableTargets'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const ours of nominated(session, 'application-autoscaling:scalable-target', installation))
      for await (const page of described(session))
        yield page.flatMap((target) => {
          const tags = ours.get(arnOf(target));
          return tags ? [{ ...target, tags }] : [];
        });
  },
  async get(session, ids) {
    const found: TaggedTarget[] = [];
    for (let start = 0; start < ids.length; start += DESCRIBED_MAX)
      for await (const page of described(session, ids.slice(start, start + DESCRIBED_MAX)))
        found.push(...(await Promise.all(page.map((target) => withTags(session, target)))));
    return found;
  },
  id: (target) => must(target.ResourceId, 'ResourceId'),
  tags: (target) => target.tags,
};

/**
 * Has a service's count of tasks set by AWS, within bounds. As long as there is one, nobody else sets it. AWS takes it away
 * together with its service, and with it what scales it.
 */
export const scalableTargetKind: AwsKind<ScalableTargetInputs, TaggedTarget> = {
  type: 'ScalableTarget',
  collection: scalableTargets,
  idempotency: 'name',
  iam: [
    { action: 'application-autoscaling:RegisterScalableTarget', on: 'new', resource: TARGETS },
    { action: 'application-autoscaling:TagResource', on: 'untagged', resource: TARGETS },
    // The first one of an account makes the role by which AWS scales services: Application Auto Scaling User Guide,
    // "Service-linked roles".
    {
      action: 'iam:CreateServiceLinkedRole',
      on: 'anything',
      resource: 'iam::{account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/*',
      when: { 'iam:AWSServiceName': ['ecs.application-autoscaling.amazonaws.com'] },
    },
    ...onOwnTargets('DeregisterScalableTarget', 'RegisterScalableTarget', 'TagResource', 'UntagResource'),
    ...reads('application-autoscaling:ListTagsForResource'),
  ],
  after: [],

  diff(inputs, target) {
    if (!target) return [];
    const changes: Change[] = [];
    const { ResourceId: from } = target;
    const to = resourceIdOf(inputs.service);
    if (from !== to) changes.push({ path: 'service', from, to, replace: true });
    for (const [path, now] of [
      ['minCapacity', target.MinCapacity ?? 0],
      ['maxCapacity', target.MaxCapacity ?? 0],
    ] as const) {
      const isScheduled = inputs.scheduled.some((capacity) => capacity[path] === now);
      if (now !== inputs[path] && !isScheduled) changes.push({ path, from: now, to: inputs[path] });
    }
    return changes;
  },
  state: () => READY,
  outputs: (target) => ({ id: must(target.ResourceId, 'ResourceId'), arn: arnOf(target) }),
  gone: () => false,
  needs: (target) => {
    const [, partition, , region, accountId] = arnOf(target).split(':');
    return [`arn:${partition}:ecs:${region}:${accountId}:${target.ResourceId}`];
  },

  // One that is there is not tagged: AWS says then that it "already exists".
  async create({ session, tags, wrote }, inputs) {
    const ResourceId = resourceIdOf(inputs.service);
    const bounds = { MinCapacity: inputs.minCapacity, MaxCapacity: inputs.maxCapacity };
    const answer = await session.applicationAutoscaling.send(
      new RegisterScalableTargetCommand({ ...OF_SERVICES, ResourceId, ...bounds, Tags: { ...tags } }),
    );
    // What a former one of the same service had went with it.
    wrote(scalingPolicies, ResourceId, () => ({ resourceId: ResourceId, policies: {} }));
    wrote(scheduledActions, ResourceId, () => ({ resourceId: ResourceId, actions: {} }));
    const ScalableTargetARN = must(answer.ScalableTargetARN, 'ScalableTargetARN');
    return { ...OF_SERVICES, ResourceId, ...bounds, ScalableTargetARN, tags } as TaggedTarget;
  },
  async conflicting(session, { service }) {
    const [target] = await scalableTargets.get(session, [resourceIdOf(service)]);
    return target;
  },
  async update(context, inputs, target, changes) {
    const ResourceId = must(target.ResourceId, 'ResourceId');
    await updateTags(context, target, changes);
    const changed = (path: string) => changes.some((change) => change.path === path);
    // What is not named stays as it is: RegisterScalableTarget, API reference.
    const bounds = {
      ...(changed('minCapacity') && { MinCapacity: inputs.minCapacity }),
      ...(changed('maxCapacity') && { MaxCapacity: inputs.maxCapacity }),
    };
    if (Object.keys(bounds).length === 0) return;
    await context.session.applicationAutoscaling.send(
      new RegisterScalableTargetCommand({ ...OF_SERVICES, ResourceId, ...bounds }),
    );
    context.wrote(scalableTargets, ResourceId, (record) => record && { ...record, ...bounds });
  },
  // Its policies and scheduled actions go with it: DeregisterScalableTarget, API reference.
  async delete({ session }, { ResourceId }) {
    await unlessGone(
      session.applicationAutoscaling.send(
        new DeregisterScalableTargetCommand({ ...OF_SERVICES, ResourceId }),
      ),
    );
    return undefined;
  },
};

/** `service/CLUSTER/NAME`, the last part of the ARN. */
function resourceIdOf(service: string): string {
  return service.slice(service.lastIndexOf(':') + 1);
}

function arnOf(target: ScalableTarget): string {
  return must(target.ScalableTargetARN, 'ScalableTargetARN');
}

/** Targets with these resource ids, or all; those that do not exist are left out. */
function described(session: AwsSession, ids?: readonly string[]) {
  return pages<ScalableTarget>(async (NextToken) => {
    const answer = await session.applicationAutoscaling.send(
      new DescribeScalableTargetsCommand({
        ...OF_SERVICES,
        MaxResults: DESCRIBED_MAX,
        ...(ids && { ResourceIds: [...ids] }),
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    return { items: answer.ScalableTargets, next: answer.NextToken };
  });
}

async function withTags(session: AwsSession, target: ScalableTarget): Promise<TaggedTarget> {
  try {
    const ResourceARN = arnOf(target);
    const answer = await session.applicationAutoscaling.send(new ListTagsForResourceCommand({ ResourceARN }));
    return { ...target, tags: answer.Tags ?? {} };
  } catch (error) {
    if (isNotFound(error)) return { ...target, tags: {} };
    throw error;
  }
}

async function updateTags(
  { session, wrote }: ActionContext<AwsSession>,
  target: TaggedTarget,
  changes: readonly Change[],
): Promise<void> {
  const { set, unset } = tagWrites(changes);
  const ResourceARN = arnOf(target);
  const { applicationAutoscaling: client } = session;
  if (Object.keys(set).length > 0) await client.send(new TagResourceCommand({ ResourceARN, Tags: set }));
  if (unset.length > 0) await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: unset }));
  if (Object.keys(set).length + unset.length === 0) return;
  wrote(scalableTargets, must(target.ResourceId, 'ResourceId'), (record) => {
    const kept = Object.entries(record?.tags ?? {}).filter(([key]) => !unset.includes(key));
    return record && { ...record, tags: { ...Object.fromEntries(kept), ...set } };
  });
}
