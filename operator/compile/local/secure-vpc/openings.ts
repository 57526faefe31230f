import type { SecureVpc, SecureVpcSpec } from '../../../api/secure-vpc.ts';
import type { SecurityGroupName } from '../../../api/security-groups.ts';
import { type Flow, flowsOf, type Peer } from '../../flows.ts';
import { namespaceOf } from '../../names.ts';
import { networkKeyOf } from '../../references.ts';
import type { ClusterFacts } from '../input.ts';
import { placeLabels } from '../labels.ts';
import {
  addresses,
  EVERYWHERE,
  type Opening,
  type Openings,
  podsIn,
  type PolicyPeer,
  type PolicyPort,
} from '../network-policy.ts';

/** Tiers in which pods stand: those of services, and those of stores. */
export type PodTier = 'ecs' | 'data';

/**
 * What the security group of a tier opens, of what there is in a cluster. Load balancers stand for whoever comes from outside, since
 * there is none but the cluster's own way in; VPC endpoints, gateways, prefix lists and jump hosts there are none. Of protocols policies
 * know TCP and UDP. Throws Terminal (`InvalidSpec`) for rules that no group can have, as for AWS.
 */
export function openingsOf(network: SecureVpc, tier: PodTier, facts: ClusterFacts): Openings {
  const flows = localFlowsOf(network);
  return {
    ingress: flows
      .filter(({ to }) => isGroup(to, tier))
      .flatMap((flow) => opened(senderOf(network, flow.from, facts), portsOf(flow))),
    egress: flows
      .filter(({ from }) => isGroup(from, tier))
      .flatMap((flow) => opened(receiverOf(network, flow.to, facts), portsFor(flow))),
  };
}

/** Every connection that the groups of a network allow, as for AWS. */
export function localFlowsOf({ spec }: SecureVpc): Flow[] {
  return flowsOf(spec, { prefixLists: namedLists(spec) });
}

function opened(peer: PolicyPeer | undefined, ports: readonly PolicyPort[] | 'all'): Opening[] {
  return peer ? [{ peers: [peer], ...(ports !== 'all' && { ports }) }] : [];
}

/** The pods of a tier, in the namespaces whose objects may stand in the network. */
export function podsOfTier({ metadata, spec }: SecureVpc, tier: PodTier): PolicyPeer {
  const own = namespaceOf(metadata);
  const namespaces = [...new Set([own, ...spec.allowReferencesFrom])].sort();
  return podsIn(namespaces, placeLabels(networkKeyOf({ metadata }, { name: metadata.name }), tier));
}

/** Who opens a connection: behind a load balancer anybody outside. */
export function senderOf(network: SecureVpc, peer: Peer, facts: ClusterFacts): PolicyPeer | undefined {
  if ('cidr' in peer) return addresses(peer.cidr, facts);
  if (!('group' in peer)) return undefined;
  if (peer.group === 'ecs' || peer.group === 'data') return podsOfTier(network, peer.group);
  return peer.group === 'alb' ? addresses(EVERYWHERE, facts) : undefined;
}

/** Whom a connection is opened to: a load balancer is the services behind it. */
function receiverOf(network: SecureVpc, peer: Peer, facts: ClusterFacts): PolicyPeer | undefined {
  return isGroup(peer, 'alb') ? podsOfTier(network, 'ecs') : senderOf(network, peer, facts);
}

function portsOf({ protocol, fromPort, toPort }: Flow): readonly PolicyPort[] | 'all' {
  if (protocol === 'all') return 'all';
  if (protocol === 'icmp') return [];
  const port = { protocol: protocol === 'tcp' ? ('TCP' as const) : ('UDP' as const), port: fromPort };
  return [{ ...port, ...(toPort !== fromPort && { endPort: toPort }) }];
}

/** Behind a load balancer pods have ports of their own, and say themselves who may open them. */
function portsFor(flow: Flow): readonly PolicyPort[] | 'all' {
  return isGroup(flow.to, 'alb') && flow.protocol !== 'icmp' ? 'all' : portsOf(flow);
}

function isGroup(peer: Peer, group: SecurityGroupName): boolean {
  return 'group' in peer && peer.group === group;
}

/** The lists of AWS's own that rules name: which there are, only AWS knows, and here they lead nowhere. */
export function namedLists({ securityGroups }: SecureVpcSpec): Record<string, string> {
  const names = Object.values(securityGroups)
    .flatMap((group) => group?.rules ?? [])
    .flatMap(({ prefixList }) => prefixList ?? [])
    .filter((list) => !list.startsWith('pl-'));
  return Object.fromEntries(names.map((name) => [name, `pl-${name}`]));
}
