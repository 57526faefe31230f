import type { DataStore } from '../../api/data-store.ts';
import { STORE_TIER } from '../../api/data-store/rules.ts';
import { Terminal } from '../../errors.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf } from '../names.ts';
import { exportsOfNetwork } from '../network-exports.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';
import { referredBeside } from '../references.ts';
import { fromServices } from './clients.ts';
import { namesOfStore } from './names.ts';

/** The types of the nodes that every engine in a network has. */
export const STORE_NETWORK_NODES: readonly NodeType[] = ['SecurityGroup', 'SecurityGroupRules'];

/** Where a store stands. Every text of an id stands for it, known as soon as the thing is there. */
export interface StoreNetwork {
  readonly vpcId: string;
  /** Of the subnets of its tier, one a zone. */
  readonly subnetIds: readonly string[];
  /** Names of their zones, in the same order. */
  readonly zones: readonly string[];
  /** Of its own group, which `nodes` make. */
  readonly securityGroupId: string;
  readonly nodes: readonly GraphNode[];
}

/**
 * The subnets of a tier in at least `zonesMin` zones, and a security group that lets in the services that use the store. Throws Terminal
 * (`InvalidSpec`, `ReferenceNotAllowed`) where the network has no such place, and Waiting (`DependencyNotReady`) where it is no object yet.
 */
export function storeNetwork(build: NodeBuilder, input: CompileInput<DataStore>, zonesMin = 1): StoreNetwork {
  const { metadata, spec } = input.object;
  // A rule of the schema demands it.
  if (!spec.networkRef) throw new Error('a store without a network');
  const network = referredBeside(input, {
    kind: 'SecureVpc',
    field: 'spec.networkRef',
    reference: spec.networkRef,
  });
  const exports = exportsOfNetwork(network, input.facts);
  const { owner, vpcId } = exports;
  const { tier = STORE_TIER } = spec;
  const own = exports.subnets(tier);
  if (own.length === 0)
    throw new Terminal(
      'InvalidSpec',
      `spec.tier is ${tier}, which ${owner} does not have: choose one of its spec.tiers, or add the tier there`,
    );
  if (own.length < zonesMin)
    throw new Terminal(
      'InvalidSpec',
      `spec.networkRef: tier ${tier} of ${owner} has subnets in ${own.map(({ zone }) => zone).join(', ')} only, but this store needs them in ${zonesMin} zones: add zones to its spec.zones`,
    );
  return {
    vpcId,
    subnetIds: own.map(({ id }) => id),
    zones: own.map(({ zone }) => zone),
    securityGroupId: ref('security-group/store'),
    nodes: [
      build.thing('SecurityGroup', 'security-group/store', {
        vpcId,
        name: namesOfStore(input.object).securityGroup,
        description: `Store ${namespaceOf(metadata)}/${metadata.name}`,
      }),
      build.facet('SecurityGroupRules', 'security-group-rules/store', {
        groupId: ref('security-group/store'),
        ingress: fromServices(input),
        egress: [],
        patient: true,
      }),
    ],
  };
}
