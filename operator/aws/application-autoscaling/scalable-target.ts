import {
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  ListTagsForResourceCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import { READY, type ActionContext, type Change, type Permission } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import { isNotFound, unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { scalingPolicies } from './scaling-policies.ts';
import { scheduledActions } from './scheduled-actions.ts';
import {
  idOfTarget,
  namedBy,
  onOwnTargets,
  type ScaledCapacity,
  type TargetName,
  targetIdOf,
  TARGETS,
} from './shared.ts';

/** Targets that one DescribeScalableTargets call names or answers. */
const DESCRIBED_MAX = 50;

/** How much there may be; what is left out stays as it is. */
interface Capacity {
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
}

export interface ScalableTargetInputs {
  /** ARN of what is scaled: a service, a table, or an index of one. */
  readonly resource: string;
  readonly capacity: ScaledCapacity;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  /** What its scheduled actions set when their time has come: then AWS has changed it, and nobody else. */
  readonly scheduled: readonly Capacity[];
}

/** What is scaled; most of it are services. */
const NAMESPACES = ['ecs', 'dynamodb'] as const;

/** A scalable target with the tags that a second service lists. */
export interface TaggedTarget extends ScalableTarget {
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Scalable targets of services and tables. Their ARNs do not tell what they scale, so all are read and the tagging API chooses;
 * those of tables only where there are more of ours than scale services.
 */
export const scalableTargets: AwsCollection<TaggedTarget> = {
  name: 'application-autoscaling/scalable-targets',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('application-autoscaling:DescribeScalableTargets'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const ours of nominated(session, 'application-autoscaling:scalable-target', installation)) {
      let left = ours.size;
      for (const namespace of NAMESPACES) {
        if (left === 0) return;
        for await (const page of described(session, namespace)) {
          const found = page.flatMap((target) => {
            const tags = ours.get(arnOf(target));
            return tags ? [{ ...target, tags }] : [];
          });
          left -= found.length;
          yield found;
        }
      }
    }
  },
  async get(session, ids) {
    const wanted = new Set(ids);
    const named = Map.groupBy(ids.map(namedBy), ({ ServiceNamespace }) => ServiceNamespace);
    const found: TaggedTarget[] = [];
    for (const [namespace, names] of named) {
      const resources = [...new Set(names.map(({ ResourceId }) => ResourceId))];
      for (let start = 0; start < resources.length; start += DESCRIBED_MAX)
        for await (const page of described(
          session,
          namespace,
          resources.slice(start, start + DESCRIBED_MAX),
        )) {
          const asked = page.filter((target) => wanted.has(idOfTarget(target)));
          found.push(...(await Promise.all(asked.map((target) => withTags(session, target)))));
        }
    }
    return found;
  },
  id: idOfTarget,
  tags: (target) => target.tags,
};

/**
 * Has a service's count of tasks, or a table's units, set by AWS, within bounds. As long as there is one, nobody else sets it.
 * AWS takes it away together with its service, and with it what scales it.
 */
export const scalableTargetKind: AwsKind<ScalableTargetInputs, TaggedTarget> = {
  type: 'ScalableTarget',
  collection: scalableTargets,
  idempotency: 'name',
  iam: [
    { action: 'application-autoscaling:RegisterScalableTarget', on: 'new', resource: TARGETS },
    { action: 'application-autoscaling:TagResource', on: 'untagged', resource: TARGETS },
    // The first one of an account makes the role by which AWS scales: Application Auto Scaling User Guide,
    // "Service-linked roles".
    ...NAMESPACES.map((namespace): Permission => ({
      action: 'iam:CreateServiceLinkedRole',
      on: 'anything',
      resource: `iam::{account}:role/aws-service-role/${namespace}.application-autoscaling.amazonaws.com/*`,
      when: { 'iam:AWSServiceName': [`${namespace}.application-autoscaling.amazonaws.com`] },
    })),
    ...onOwnTargets('DeregisterScalableTarget', 'RegisterScalableTarget', 'TagResource', 'UntagResource'),
    ...reads('application-autoscaling:ListTagsForResource'),
  ],
  after: [],

  diff(inputs, target) {
    if (!target) return [];
    const changes: Change[] = [];
    const from = idOfTarget(target);
    const to = targetIdOf(inputs.resource, inputs.capacity);
    if (from !== to) changes.push({ path: 'resource', from, to, replace: true });
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
  outputs: (target) => ({ id: idOfTarget(target), arn: arnOf(target) }),
  gone: () => false,
  needs: (target) => {
    const [, partition, , region, accountId] = arnOf(target).split(':');
    // An index goes with its table.
    const [resource = ''] = must(target.ResourceId, 'ResourceId').split('/index/');
    return [`arn:${partition}:${target.ServiceNamespace}:${region}:${accountId}:${resource}`];
  },

  // One that is there is not tagged: AWS says then that it "already exists".
  async create({ session, tags, wrote }, inputs) {
    const id = targetIdOf(inputs.resource, inputs.capacity);
    const name = namedBy(id);
    const bounds = { MinCapacity: inputs.minCapacity, MaxCapacity: inputs.maxCapacity };
    const answer = await session.applicationAutoscaling.send(
      new RegisterScalableTargetCommand({ ...name, ...bounds, Tags: { ...tags } }),
    );
    // What a former one of the same service had went with it.
    wrote(scalingPolicies, id, () => ({ resourceId: id, policies: {} }));
    wrote(scheduledActions, id, () => ({ resourceId: id, actions: {} }));
    const ScalableTargetARN = must(answer.ScalableTargetARN, 'ScalableTargetARN');
    return { ...name, ...bounds, ScalableTargetARN, tags } as TaggedTarget;
  },
  async conflicting(session, { resource, capacity }) {
    const [target] = await scalableTargets.get(session, [targetIdOf(resource, capacity)]);
    return target;
  },
  async update(context, inputs, target, changes) {
    const id = idOfTarget(target);
    await updateTags(context, target, changes);
    const changed = (path: string) => changes.some((change) => change.path === path);
    // What is not named stays as it is: RegisterScalableTarget, API reference.
    const bounds = {
      ...(changed('minCapacity') && { MinCapacity: inputs.minCapacity }),
      ...(changed('maxCapacity') && { MaxCapacity: inputs.maxCapacity }),
    };
    if (Object.keys(bounds).length === 0) return;
    await context.session.applicationAutoscaling.send(
      new RegisterScalableTargetCommand({ ...namedBy(id), ...bounds }),
    );
    context.wrote(scalableTargets, id, (record) => record && { ...record, ...bounds });
  },
  // Its policies and scheduled actions go with it: DeregisterScalableTarget, API reference.
  async delete({ session }, target) {
    await unlessGone(
      session.applicationAutoscaling.send(new DeregisterScalableTargetCommand(namedBy(idOfTarget(target)))),
    );
    return undefined;
  },
};

function arnOf(target: ScalableTarget): string {
  return must(target.ScalableTargetARN, 'ScalableTargetARN');
}

/** Targets with these resource ids, or all; those that do not exist are left out. */
function described(
  session: AwsSession,
  ServiceNamespace: TargetName['ServiceNamespace'],
  ids?: readonly string[],
) {
  return pages<ScalableTarget>(async (NextToken) => {
    const answer = await session.applicationAutoscaling.send(
      new DescribeScalableTargetsCommand({
        ServiceNamespace,
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
  wrote(scalableTargets, idOfTarget(target), (record) => {
    const kept = Object.entries(record?.tags ?? {}).filter(([key]) => !unset.includes(key));
    return record && { ...record, tags: { ...Object.fromEntries(kept), ...set } };
  });
}
