import type { EcsService } from '../../../api/ecs-service.ts';
import type { SecureVpc } from '../../../api/secure-vpc.ts';
import { usedEndpoints } from '../../ecs-service/environment.ts';
import { targetOf } from '../../ecs-service/load-balancing.ts';
import type { Flow, Peer } from '../../flows.ts';
import { namespaceOf } from '../../names.ts';
import { endpointTarget } from '../endpoint-address.ts';
import type { LocalCompileInput } from '../input.ts';
import { podSelector, SERVICE_LABEL, STORE_LABEL } from '../labels.ts';
import { addresses, EVERYWHERE, type Opening, type Openings, podsIn, tcp } from '../network-policy.ts';
import { localFlowsOf, podsOfServices } from '../secure-vpc/openings.ts';
import type { LocalStore } from './stores.ts';

/** What a service opens besides its network: its load balancer to whom that lets in, and the way to its stores and endpoints. */
export function serviceOpenings(
  input: LocalCompileInput<EcsService>,
  network: SecureVpc,
  stores: readonly LocalStore[],
): Openings {
  const toStores = stores.map(({ store, port }) => ({
    peers: [podsIn([namespaceOf(store.metadata)], podSelector(STORE_LABEL, store))],
    ports: [tcp(port)],
  }));
  const toEndpoints = usedEndpoints(input).map((endpoint) => {
    const { offered, target } = endpointTarget(input, endpoint);
    return {
      peers: [podsIn([offered.namespace], podSelector(SERVICE_LABEL, offered.service))],
      ports: [tcp(target.targetPort)],
    };
  });
  return { ingress: fromLoadBalancer(input, network), egress: [...toStores, ...toEndpoints] };
}

/**
 * Whoever may connect to a listener reaches the pods behind it. Blocks of addresses stand for everybody outside: behind the ways into
 * a cluster nobody has the address that he has in AWS.
 */
function fromLoadBalancer({ object, facts }: LocalCompileInput<EcsService>, network: SecureVpc): Opening[] {
  const { loadBalancer } = object.spec;
  if (!loadBalancer) return [];
  const groupPeers = localFlowsOf(network)
    .filter((flow) => leadsTo(flow, loadBalancer.listeners))
    .map(({ from }) => from);
  const ownPeers = loadBalancer.ingress.map(({ cidr = '', group, name }): Peer =>
    group ? { group } : { cidr, who: name },
  );
  const all = [...groupPeers, ...ownPeers];
  const outside = all.some((peer) => 'cidr' in peer) ? addresses(EVERYWHERE, facts) : undefined;
  const inside = all.some((peer) => 'group' in peer && peer.group === 'ecs')
    ? podsOfServices(network)
    : undefined;
  return [
    {
      peers: [outside, inside].filter((peer) => peer !== undefined),
      ports: [tcp(targetOf(object.spec).port)],
    },
  ];
}

function leadsTo(
  { to, protocol, fromPort, toPort }: Flow,
  listeners: readonly { readonly port: number }[],
): boolean {
  if (!('group' in to) || to.group !== 'alb') return false;
  return (
    protocol === 'all' ||
    (protocol === 'tcp' && listeners.some(({ port }) => fromPort <= port && port <= toPort))
  );
}
