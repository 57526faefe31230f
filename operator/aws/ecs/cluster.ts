import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClustersCommand,
  ListServicesCommand,
  ListTasksCommand,
  UpdateClusterCommand,
  type Cluster,
  type ClusterSetting,
} from '@aws-sdk/client-ecs';
import { READY, type Change, type State } from '../../graph/kind.ts';
import { isOwned } from '../../graph/ownership.ts';
import { isNotFound, PartialFailure } from '../errors.ts';
import { must, type AwsCollection, type AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { makes, nameIn, onOwnThings, tagList, tagsOf, updateTags } from './shared.ts';

/** Clusters that one DescribeClusters call may name. */
const DESCRIBED_MAX = 100;

export interface EcsClusterInputs {
  /** Unique among the clusters of account and region; at most 255 letters, digits, hyphens and underscores. */
  readonly name: string;
  readonly containerInsights: 'enabled' | 'enhanced' | 'disabled';
}

/** Clusters, deleted ones among them for a while. */
export const clusters: AwsCollection<Cluster> = {
  name: 'ecs/clusters',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('ecs:DescribeClusters'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const page of nominated(session, 'ecs:cluster', installation))
      yield await describe(session, [...page.keys()]);
  },
  get: describe,
  id: (cluster) => must(cluster.clusterArn, 'clusterArn'),
  tags: tagsOf,
};

/** Where services run. Its capacity providers are no part of it here. */
export const ecsClusterKind: AwsKind<EcsClusterInputs, Cluster> = {
  type: 'EcsCluster',
  collection: clusters,
  idempotency: 'name',
  iam: [
    ...makes('ecs:CreateCluster'),
    // The first cluster of an account makes the role by which ECS works: CreateCluster, API reference.
    {
      action: 'iam:CreateServiceLinkedRole',
      on: 'anything',
      resource: 'iam::{account}:role/aws-service-role/ecs.amazonaws.com/*',
      when: { 'iam:AWSServiceName': ['ecs.amazonaws.com'] },
    },
    ...onOwnThings('ecs:DeleteCluster', 'ecs:UpdateCluster'),
    ...reads('ecs:ListServices', 'ecs:ListTasks'),
  ],
  // AWS keeps a cluster that has instances.
  after: ['AutoScalingGroup'],

  diff(inputs, cluster) {
    if (!cluster) return [];
    const changes: Change[] = [];
    const { clusterName: name, settings = [] } = cluster;
    if (name !== inputs.name) changes.push({ path: 'name', from: name, to: inputs.name, replace: true });
    const from = settings.find((setting) => setting.name === 'containerInsights')?.value ?? 'disabled';
    if (from !== inputs.containerInsights)
      changes.push({ path: 'containerInsights', from, to: inputs.containerInsights });
    return changes;
  },
  state: stateOf,
  outputs: (cluster) => ({
    id: must(cluster.clusterArn, 'clusterArn'),
    arn: must(cluster.clusterArn, 'clusterArn'),
    name: must(cluster.clusterName, 'clusterName'),
  }),
  gone: (cluster) => cluster.status === 'INACTIVE',
  needs: () => [],

  // A second CreateCluster of a name is answered with the first one's cluster and no error, so it is looked for before.
  async create({ session, tags }, inputs) {
    const there = await session.batches.ask('ecs clusters', inputs.name, async (names) => {
      const found = await describe(session, names);
      return new Map(found.map((cluster) => [must(cluster.clusterName, 'clusterName'), cluster]));
    });
    if (there && !ecsClusterKind.gone(there)) throw nameTaken(inputs.name);
    const answer = await session.ecs.send(
      new CreateClusterCommand({
        clusterName: inputs.name,
        settings: settingsOf(inputs),
        tags: tagList(tags),
      }),
    );
    const cluster = must(answer.cluster, 'cluster');
    // Somebody was faster: AWS has not said whose it is.
    if (!isOwned(tagsOf(cluster), tags)) throw nameTaken(inputs.name);
    return cluster;
  },
  async conflicting(session, { name }) {
    const [cluster] = await describe(session, [name]);
    return cluster && !ecsClusterKind.gone(cluster) ? cluster : undefined;
  },
  async update(context, inputs, cluster, changes) {
    const arn = must(cluster.clusterArn, 'clusterArn');
    if (changes.some((change) => change.path === 'containerInsights')) {
      const settings = settingsOf(inputs);
      await context.session.ecs.send(new UpdateClusterCommand({ cluster: arn, settings }));
      context.wrote(clusters, arn, (record) => record && { ...record, settings });
    }
    await updateTags(context, clusters, arn, changes);
  },
  async delete({ session }, cluster) {
    try {
      const answer = await session.ecs.send(new DeleteClusterCommand({ cluster: cluster.clusterArn }));
      return { ...cluster, status: answer.cluster?.status };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  },
  async blockers(session, { clusterArn: cluster }) {
    const [services, tasks] = await Promise.all([
      session.ecs.send(new ListServicesCommand({ cluster, maxResults: 10 })),
      session.ecs.send(new ListTasksCommand({ cluster, maxResults: 10 })),
    ]);
    return [
      ...(services.serviceArns ?? []).map((arn) => `service ${nameIn(arn)}`),
      ...(tasks.taskArns ?? []).map((arn) => `task ${nameIn(arn)}`),
    ];
  },
};

function stateOf({ clusterName: name, status, attachmentsStatus }: Cluster): State {
  const isChanging = status === 'ACTIVE' && attachmentsStatus === 'UPDATE_IN_PROGRESS';
  const message = isChanging
    ? `the capacity providers of cluster ${name} are changing`
    : `cluster ${name} is ${status}`;
  if (status === 'ACTIVE' && !isChanging) return READY;
  if (status === 'INACTIVE' || status === 'DEPROVISIONING')
    return { phase: 'deleting', reason: 'WaitingForAws', message };
  if (status === 'FAILED')
    return {
      phase: 'failed',
      reason: 'AwsRefused',
      message: `cluster ${name} has FAILED to get what its capacity providers need; delete it and Landfall makes a new one`,
    };
  return { phase: 'pending', reason: 'WaitingForAws', message };
}

function settingsOf({ containerInsights }: EcsClusterInputs): ClusterSetting[] {
  return [{ name: 'containerInsights', value: containerInsights }];
}

function nameTaken(name: string): PartialFailure {
  return new PartialFailure(
    'CreateCluster',
    'ResourceAlreadyExistsException',
    `there is a cluster ${name}, with which AWS would answer instead of making one`,
  );
}

/** Clusters by name or ARN; those that do not exist are left out. */
async function describe(session: AwsSession, names: readonly string[]): Promise<Cluster[]> {
  const found: Cluster[] = [];
  for (let start = 0; start < names.length; start += DESCRIBED_MAX) {
    const answer = await session.ecs.send(
      new DescribeClustersCommand({
        clusters: names.slice(start, start + DESCRIBED_MAX),
        include: ['ATTACHMENTS', 'SETTINGS', 'TAGS'],
      }),
    );
    for (const { arn, reason = 'Unknown', detail } of answer.failures ?? [])
      if (reason !== 'MISSING')
        throw new PartialFailure('DescribeClusters', reason, `${arn}: ${detail ?? reason}`);
    found.push(...(answer.clusters ?? []));
  }
  return found;
}
