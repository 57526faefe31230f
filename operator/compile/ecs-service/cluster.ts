import type { EcsService } from '../../api/ecs-service.ts';
import { Terminal } from '../../errors.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { foreignRef, ref } from '../../graph/ref.ts';
import { requireGrant } from '../grants.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf, ownerOf } from '../names.ts';
import type { NodeBuilder } from '../nodes.ts';
import { networkKeyOf, ownerOfKey, referredBeside, type Reference, type Referring } from '../references.ts';
import type { ServiceNames } from './names.ts';

/** Where the tasks of a service run. */
export interface ServiceCluster {
  readonly arn: string;
  readonly name: string;
  /** The service whose cluster it is; undefined where it is its own, or nobody's that is known. */
  readonly host?: EcsService;
}

/** The service in whose cluster another one runs; nothing where it is no other's. */
export function hostReferences({ metadata, spec }: EcsService): Reference[] {
  const { ref: host } = spec.cluster;
  const own = namespaceOf(metadata);
  return host ? [{ kind: 'EcsService', namespace: host.namespace ?? own, name: host.name }] : [];
}

/** Whether a service makes the cluster that it runs in. */
export function isClusterOwn({ spec: { cluster } }: Pick<EcsService, 'spec'>): boolean {
  return cluster.ref === undefined && cluster.name === undefined;
}

/** Whether it wants something that its cluster has to offer: instances, or Spot. */
export function asksForCapacity({ spec: { capacity } }: Pick<EcsService, 'spec'>): boolean {
  return capacity.type === 'EC2' || capacity.spotPercent > 0;
}

/** The cluster that a service makes; nothing where it runs in another's. */
export function clusterNodes(build: NodeBuilder, object: EcsService, names: ServiceNames): GraphNode[] {
  if (!isClusterOwn(object)) return [];
  return [
    build.thing('EcsCluster', 'cluster', {
      name: names.cluster,
      containerInsights: object.spec.cluster.create?.containerInsights === 'Enabled' ? 'enabled' : 'disabled',
    }),
  ];
}

/**
 * The cluster of a service. Throws Terminal (`InvalidSpec`, `ReferenceNotAllowed`, `NotGranted`) where the service may not, or
 * cannot, run in the one that it names, and Waiting (`DependencyNotReady`) where that is of no object yet.
 */
export function clusterOf(input: CompileInput<EcsService>): ServiceCluster {
  const { object, facts } = input;
  const { cluster, region } = object.spec;
  if (cluster.name !== undefined) {
    const arn = `arn:${facts.partition}:ecs:${region}:${facts.accountId}:cluster/${cluster.name}`;
    requireGrant(input, 'spec.cluster.name', arn);
    return { arn, name: cluster.name };
  }
  const host = hostOf(input);
  if (!host) return { arn: ref('cluster', 'arn'), name: ref('cluster', 'name') };
  const owner = ownerOf(host);
  const name = foreignRef(owner, 'cluster', 'name');
  // What the cluster has to offer is there when the service of its maker is.
  const arn = asksForCapacity(object)
    ? foreignRef(owner, 'service', 'clusterArn')
    : foreignRef(owner, 'cluster', 'arn');
  return { arn, name, host };
}

/**
 * The service in whose cluster another one runs; undefined where it is no other's. Throws Terminal (`InvalidSpec`,
 * `ReferenceNotAllowed`) where it may not or cannot, and Waiting (`DependencyNotReady`) where there is none of the name yet.
 */
export function hostOf(input: Referring<EcsService>): EcsService | undefined {
  const { ref: reference } = input.object.spec.cluster;
  if (!reference) return undefined;
  const host = referredBeside(input, { kind: 'EcsService', field: 'spec.cluster.ref', reference });
  refuseHost(input.object, host);
  return host;
}

/** Whether the tasks run on the instances of another service. */
export function isGuestOnInstances({ spec }: Pick<EcsService, 'spec'>): boolean {
  return spec.capacity.type === 'EC2' && spec.cluster.ref !== undefined;
}

/** The security group that the tasks of a service have, as another object names it: on instances that of the instances. */
export function tasksGroupOf(service: EcsService): string {
  const [host] = isGuestOnInstances(service) ? hostReferences(service) : [];
  return foreignRef(host ? ownerOfKey(host) : ownerOf(service), 'security-group/tasks');
}

function refuseHost(object: EcsService, host: EcsService): void {
  const [owner, field] = [ownerOf(host), 'spec.cluster.ref'];
  if (owner === ownerOf(object))
    throw new Terminal(
      'InvalidSpec',
      `${field} names this object itself: leave cluster.ref out, and it makes a cluster of its own`,
    );
  if (!isClusterOwn(host))
    throw new Terminal(
      'InvalidSpec',
      `${field}: ${owner} makes no cluster, but runs in another itself: name the one that makes it`,
    );
  const { capacity } = object.spec;
  if (capacity.type === 'EC2') {
    if (host.spec.capacity.type !== 'EC2')
      throw new Terminal(
        'InvalidSpec',
        `${field}: ${owner} has no instances, which spec.capacity.type EC2 wants: name one whose capacity.type is EC2, or take Fargate`,
      );
    refuseOtherNetwork(object, host);
  } else if (capacity.spotPercent > 0 && !offersSpot(host))
    throw new Terminal(
      'InvalidSpec',
      `${field}: the cluster of ${owner} offers no Fargate Spot, which spec.capacity.spotPercent asks for: take it away, or name a service on Fargate that has a spotPercent itself`,
    );
}

/** Whose instances tasks run on, in whose network they are. */
function refuseOtherNetwork(object: EcsService, host: EcsService): void {
  const [own, its] = [object, host].map((one) => networkKeyOf(one, one.spec.networkRef));
  if (own === its) return;
  throw new Terminal(
    'InvalidSpec',
    `spec.cluster.ref: the instances of ${ownerOf(host)} are in network ${its}, but spec.networkRef names ${own}: name the same network in both`,
  );
}

function offersSpot({ spec: { capacity } }: EcsService): boolean {
  return capacity.type === 'Fargate' && capacity.spotPercent > 0;
}
