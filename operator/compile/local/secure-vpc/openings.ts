import type { SecureVpc } from '../../../api/secure-vpc.ts';
import type { SecurityGroupName } from '../../../api/security-groups.ts';
import { type Flow, flowsOf, namedLists, type Peer } from '../../flows.ts';
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

/**
 * What the security group `ecs` opens to and from the pods of services, of what there is in a cluster. Load balancers stand for whoever
 * comes from outside, since there is none but the cluster's own way in. The group `data` has no pods: a DataStore has a group of its own,
 * in AWS as here. VPC endpoints, gateways, prefix lists and jump hosts there are none, and of protocols policies know TCP and UDP. Throws
 * Terminal (`InvalidSpec`) for rules that no group can have, as for AWS.
 */
export function networkOpenings(network: SecureVpc, facts: ClusterFacts): Openings {
  const flows = localFlowsOf(network);
  return {
    ingress: flows
      .filter(({ to }) => isGroup(to, 'ecs'))
      .flatMap((flow) => opened(senderOf(network, flow.from, facts), portsOf(flow))),
    egress: flows
      .filter(({ from }) => isGroup(from, 'ecs'))
      .flatMap((flow) => opened(receiverOf(network, flow.to, facts), portsFor(flow))),
  };
}

/** Every connection that the groups of a network allow, as for AWS. */
export function localFlowsOf({ spec }: SecureVpc): Flow[] {
  return flowsOf(spec, { prefixLists: namedLists(spec) });
}

/** The pods of services of a network, in the namespaces whose objects may stand in it. */
export function podsOfServices({ metadata, spec }: SecureVpc): PolicyPeer {
  const own = namespaceOf(metadata);
  const namespaces = [...new Set([own, ...spec.allowReferencesFrom])].sort();
  return podsIn(namespaces, placeLabels(networkKeyOf({ metadata }, { name: metadata.name }), 'ecs'));
}

/** Who opens a connection: behind a load balancer anybody outside. */
function senderOf(network: SecureVpc, peer: Peer, facts: ClusterFacts): PolicyPeer | undefined {
  if ('cidr' in peer) return addresses(peer.cidr, facts);
  if (isGroup(peer, 'ecs')) return podsOfServices(network);
  return isGroup(peer, 'alb') ? addresses(EVERYWHERE, facts) : undefined;
}

/** Whom a connection is opened to: a load balancer is the services behind it. */
function receiverOf(network: SecureVpc, peer: Peer, facts: ClusterFacts): PolicyPeer | undefined {
  return isGroup(peer, 'alb') ? podsOfServices(network) : senderOf(network, peer, facts);
}

function opened(peer: PolicyPeer | undefined, ports: readonly PolicyPort[] | 'all'): Opening[] {
  return peer ? [{ peers: [peer], ...(ports !== 'all' && { ports }) }] : [];
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
