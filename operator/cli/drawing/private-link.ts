import type { SecurityGroupRulesInputs } from '../../aws/ec2/security-group-rules.ts';
import type { VpcEndpointInputs } from '../../aws/ec2/vpc-endpoint.ts';
import type { Graph } from '../../graph/graph.ts';
import { referencesIn, type Reference } from '../../graph/ref.ts';
import { inputsBy, lastPart } from './nodes.ts';
import { tierOfSubnet } from './network.ts';

/** An endpoint service, which offers a load balancer to others. */
export interface Provided {
  readonly node: string;
  readonly name: string;
  /** The object whose load balancer it offers. */
  readonly service: string | undefined;
  /** Whether somebody, or something, accepts each connection. */
  readonly isAsked: boolean;
}

/** An interface endpoint to somebody's endpoint service. */
export interface Used {
  readonly node: string;
  readonly name: string;
  readonly tier: string;
  /** Key of its security group. */
  readonly group: string;
  /** The endpoint service, or its name in AWS where it is nobody's among the manifests. */
  readonly leadsTo: Reference | string;
  /** Who may connect. */
  readonly clients: readonly { readonly owner: string; readonly node: string; readonly ports: string }[];
}

/** The providing side of a link; undefined for any other graph. */
export function providedOf(graph: Graph): Provided | undefined {
  const found = inputsBy(graph)<EndpointServiceInputs>('EndpointService')[0];
  return (
    found && {
      node: found.node,
      name: lastPart(graph.owner),
      service: referencesIn(found.inputs.loadBalancerArns)[0]?.owner,
      isAsked: found.inputs.acceptanceRequired,
    }
  );
}

/** The using side of a link; undefined for any other graph, and for a network, whose endpoints lead to AWS. */
export function usedOf(graph: Graph): Used | undefined {
  const all = inputsBy(graph);
  const found = all<VpcEndpointInputs>('VpcEndpoint').find(({ inputs }) => isForeign(inputs.vpcId));
  if (!found) return undefined;
  const [service] = referencesIn(found.inputs.serviceName);
  const ports = new Map<string, { owner: string; node: string; ports: number[] }>();
  for (const { peer, fromPort } of all<SecurityGroupRulesInputs>('SecurityGroupRules').flatMap(
    ({ inputs }) => inputs.ingress,
  )) {
    const owner = referencesIn(peer)[0]?.owner;
    if (owner === undefined) continue;
    const client = ports.get(owner) ?? { owner, node: 'service', ports: [] };
    client.ports.push(fromPort);
    ports.set(owner, client);
  }
  return {
    node: found.node,
    name: lastPart(graph.owner),
    group: all('SecurityGroup')[0]?.node ?? found.node,
    tier: tierOfSubnet(referencesIn(found.inputs.subnetIds)[0]?.node ?? ''),
    leadsTo: service ?? found.inputs.serviceName,
    clients: [...ports.values()].map((client) => ({ ...client, ports: client.ports.join(', ') })),
  };
}

interface EndpointServiceInputs {
  readonly loadBalancerArns: readonly string[];
  readonly acceptanceRequired: boolean;
}

function isForeign(text: string): boolean {
  return referencesIn(text)[0]?.owner !== undefined;
}
