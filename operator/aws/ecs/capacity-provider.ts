import {
  CreateCapacityProviderCommand,
  DeleteCapacityProviderCommand,
  DescribeCapacityProvidersCommand,
  UpdateCapacityProviderCommand,
  type AutoScalingGroupProvider,
  type CapacityProvider,
} from '@aws-sdk/client-ecs';
import { READY, type Change, type State } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { isNotFound, PartialFailure } from '../errors.ts';
import { must, type AwsCollection, type AwsKind } from '../kind.ts';
import { generationName } from '../names.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { makes, onOwnThings, tagList, tagsOf, updateTags } from './shared.ts';

/** One DescribeCapacityProviders call may name 100 capacity providers, and answers 10 of them and a token. */
const DESCRIBED_MAX = 10;
const NAME_MAX = 255;

export interface CapacityProviderInputs {
  /**
   * Unique in account and region; at most 255 letters, digits, hyphens and underscores, and not beginning with `aws`,
   * `ecs` or `fargate`.
   */
  readonly name: string;
  /** A group serves one capacity provider, and a capacity provider keeps its group. */
  readonly autoScalingGroupArn: string;
  /** How full the instances are to be, in percent. */
  readonly targetCapacityPercent: number;
}

/** Capacity providers, deleted ones among them for a while. */
export const capacityProviders: AwsCollection<CapacityProvider> = {
  name: 'ecs/capacity-providers',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('ecs:DescribeCapacityProviders'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const page of nominated(session, 'ecs:capacity-provider', installation))
      yield await describe(session, [...page.keys()]);
  },
  get: describe,
  id: arnOf,
  tags: tagsOf,
};

/** By which ECS scales an Auto Scaling group with the tasks that want room, and ends no instance that has tasks. */
export const capacityProviderKind: AwsKind<CapacityProviderInputs, CapacityProvider> = {
  type: 'CapacityProvider',
  collection: capacityProviders,
  idempotency: 'name',
  iam: [
    ...makes('ecs:CreateCapacityProvider'),
    ...onOwnThings('ecs:DeleteCapacityProvider', 'ecs:UpdateCapacityProvider'),
  ],
  // A cluster lets go of it by its own deletion, which waits for the instances of the group.
  after: ['EcsCluster', 'EcsService'],
  heldBy: ['ClusterCapacityProviders', 'EcsService'],

  diff(inputs, provider) {
    if (!provider) return [];
    const changes: Change[] = [];
    const { name, autoScalingGroupProvider: of } = provider;
    const wanted = generationName(inputs.name, NAME_MAX, tagsOf(provider)[TAG.revision]);
    if (name !== wanted) changes.push({ path: 'name', from: name, to: inputs.name, replace: true });
    const group = of?.autoScalingGroupArn;
    if (group !== inputs.autoScalingGroupArn)
      changes.push({
        path: 'autoScalingGroupArn',
        from: group,
        to: inputs.autoScalingGroupArn,
        replace: true,
      });
    const compare = (path: string, from: unknown, to: unknown) => {
      if (from !== to) changes.push({ path, ...(from !== undefined && { from }), to });
    };
    compare('targetCapacityPercent', of?.managedScaling?.targetCapacity, inputs.targetCapacityPercent);
    compare('managedScaling', of?.managedScaling?.status, 'ENABLED');
    compare('terminationProtection', of?.managedTerminationProtection, 'ENABLED');
    compare('draining', of?.managedDraining, 'ENABLED');
    return changes;
  },
  state: stateOf,
  outputs: (provider) => ({
    id: arnOf(provider),
    arn: arnOf(provider),
    name: must(provider.name, 'name'),
  }),
  gone: ({ status }) => status === 'INACTIVE',
  // Not its group: that goes first, and with it the instances that would keep the cluster.
  needs: () => [],

  async create({ session, tags, revision }, inputs) {
    const answer = await session.ecs.send(
      new CreateCapacityProviderCommand({
        name: generationName(inputs.name, NAME_MAX, revision),
        autoScalingGroupProvider: {
          autoScalingGroupArn: inputs.autoScalingGroupArn,
          ...settingsOf(inputs),
        },
        tags: tagList(tags),
      }),
    );
    const provider = must(answer.capacityProvider, 'capacityProvider');
    return { ...provider, tags: tagList(tags) };
  },
  async conflicting(session, { name }, revision) {
    const [provider] = await describe(session, [generationName(name, NAME_MAX, revision)]);
    return provider && !capacityProviderKind.gone(provider) ? provider : undefined;
  },
  async update(context, inputs, provider, changes) {
    const arn = arnOf(provider);
    await updateTags(context, capacityProviders, arn, changes);
    if (changes.every(({ path }) => path.startsWith('tags.'))) return;
    const answer = await context.session.ecs.send(
      new UpdateCapacityProviderCommand({
        name: must(provider.name, 'name'),
        autoScalingGroupProvider: settingsOf(inputs),
      }),
    );
    const { autoScalingGroupProvider } = must(answer.capacityProvider, 'capacityProvider');
    context.wrote(
      capacityProviders,
      arn,
      (record) => record && { ...record, ...(autoScalingGroupProvider && { autoScalingGroupProvider }) },
    );
  },
  // One that a cluster still has is kept, with a successful answer that says so.
  async delete({ session }, provider) {
    try {
      const answer = await session.ecs.send(
        new DeleteCapacityProviderCommand({ capacityProvider: arnOf(provider) }),
      );
      const left = { ...provider, ...answer.capacityProvider };
      if (left.updateStatus === 'DELETE_FAILED')
        throw new PartialFailure(
          'DeleteCapacityProvider',
          'ResourceInUseException',
          left.updateStatusReason ?? 'AWS gives no reason',
        );
      return { ...left, updateStatus: 'DELETE_IN_PROGRESS' as const };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  },
};

function settingsOf({
  targetCapacityPercent: targetCapacity,
}: CapacityProviderInputs): Omit<AutoScalingGroupProvider, 'autoScalingGroupArn'> {
  return {
    managedScaling: { status: 'ENABLED', targetCapacity },
    managedTerminationProtection: 'ENABLED',
    managedDraining: 'ENABLED',
  };
}

function stateOf({ name, status, updateStatus }: CapacityProvider): State {
  if (status === 'INACTIVE' || updateStatus === 'DELETE_IN_PROGRESS')
    return {
      phase: 'deleting',
      reason: 'WaitingForAws',
      message: `capacity provider ${name} is being deleted`,
    };
  return READY;
}

function arnOf(provider: CapacityProvider): string {
  return must(provider.capacityProviderArn, 'capacityProviderArn');
}

/** Capacity providers by name or ARN; those that do not exist are left out. */
async function describe(session: AwsSession, names: readonly string[]): Promise<CapacityProvider[]> {
  const found: CapacityProvider[] = [];
  for (let start = 0; start < names.length; start += DESCRIBED_MAX) {
    const answer = await session.ecs.send(
      new DescribeCapacityProvidersCommand({
        capacityProviders: names.slice(start, start + DESCRIBED_MAX),
        include: ['TAGS'],
      }),
    );
    for (const { arn, reason = 'Unknown', detail } of answer.failures ?? [])
      if (reason !== 'MISSING')
        throw new PartialFailure('DescribeCapacityProviders', reason, `${arn}: ${detail ?? reason}`);
    found.push(...(answer.capacityProviders ?? []));
  }
  return found;
}
