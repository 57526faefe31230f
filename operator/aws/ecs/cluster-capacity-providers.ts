import { PutClusterCapacityProvidersCommand, type Cluster } from '@aws-sdk/client-ecs';
import { READY, textOf, type Change } from '../../graph/kind.ts';
import { must, type AwsKind } from '../kind.ts';
import { onItsWay } from '../on-its-way.ts';
import { clusters } from './cluster.ts';
import { onOwnThings, writable } from './shared.ts';

export interface ClusterCapacityProvidersInputs {
  /** ARN. */
  readonly cluster: string;
  /** Names. */
  readonly providers: readonly string[];
  /** How the names of the capacity providers begin that are of the same node, those whose place another took among them. */
  readonly own: string;
}

/**
 * What capacity a cluster has to offer. A shared set: whoever made the cluster adds what it needs and takes away what was
 * its own, and leaves alone what others have put there.
 */
export const clusterCapacityProvidersKind: AwsKind<ClusterCapacityProvidersInputs, Cluster> = {
  type: 'ClusterCapacityProviders',
  collection: clusters,
  idempotency: 'natural',
  iam: onOwnThings('ecs:PutClusterCapacityProviders'),
  after: [],

  find: (view, inputs) => view.get(inputs.cluster),
  diff({ providers, own }, cluster) {
    const now = cluster?.capacityProviders ?? [];
    const missing = providers.filter((name) => !now.includes(name));
    const extra = now.filter((name) => !providers.includes(name) && isOwn(name, own));
    return [
      ...missing.map((name): Change => ({ path: `providers[${name}]`, to: name })),
      // The service goes on with it until it has another.
      ...extra.map((name): Change => ({ path: `providers[${name}]`, from: name, late: true })),
    ];
  },
  // While they change the cluster itself says so.
  state: () => READY,
  outputs: (cluster) => ({ id: clusters.id(cluster) }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { cluster: arn }, cluster, changes) {
    const { capacityProviders: now = [], defaultCapacityProviderStrategy: strategy = [] } = cluster;
    const gone = new Set(changes.flatMap(({ from, to }) => (to === undefined ? [textOf(from)] : [])));
    const added = changes.flatMap(({ to }) => (to === undefined ? [] : [textOf(to)]));
    const answer = await session.ecs.send(
      new PutClusterCapacityProvidersCommand({
        cluster: arn,
        capacityProviders: [...now.filter((name) => !gone.has(name) && !added.includes(name)), ...added],
        // AWS demands it; what others have set stays.
        defaultCapacityProviderStrategy: writable(strategy),
      }),
    );
    const { capacityProviders, attachmentsStatus } = must(answer.cluster, 'cluster');
    wrote(
      clusters,
      arn,
      (record) =>
        record && onItsWay(record, { capacityProviders }, attachmentsStatus ? { attachmentsStatus } : {}),
    );
  },
};

/** A name of this node's: the base name, or that with the revision of a replacement behind it. */
function isOwn(name: string, own: string): boolean {
  return name === own || new RegExp(`^${own}-[0-9a-f]{8}$`).test(name);
}
