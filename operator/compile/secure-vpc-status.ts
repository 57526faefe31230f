import type { SecureVpcStatus } from '../api/secure-vpc.ts';
import type { Graph } from '../graph/graph.ts';
import type { Standing } from '../graph/plan.ts';
import { letterOf } from './zones.ts';

/** The fields of the status that say what was made. */
export type SecureVpcOutputs = Pick<
  SecureVpcStatus,
  | 'zones'
  | 'vpcId'
  | 'secondaryCidrs'
  | 'subnets'
  | 'securityGroups'
  | 'routeTables'
  | 'natGateways'
  | 'endpoints'
  | 'dhcpOptionsId'
  | 'transitGatewayAttachmentId'
>;

/**
 * What was made, from where the nodes stand. Zones come from the graph and not from the subnets that stand: a
 * zone once chosen stays chosen while somebody's deletion of its subnets is being repaired.
 */
export function outputsOfSecureVpc(standing: readonly Standing[], graph: Graph): SecureVpcOutputs {
  const there = standing.filter(({ state }) => state.phase !== 'deleting');
  const vpc = there.find(({ node }) => node === 'vpc');
  const idOf = (key: string) => there.find(({ node }) => node === key)?.id;
  const zones = zonesOf(graph);
  return {
    ...(zones.length > 0 && { zones }),
    ...(vpc && { vpcId: vpc.id }),
    secondaryCidrs: secondaryCidrs(vpc),
    subnets: subnetsByTier(there),
    securityGroups: idsBelow(there, 'security-group/'),
    routeTables: idsBelow(there, 'route-table/'),
    natGateways: natGateways(there, graph, zones),
    endpoints: idsBelow(there, 'endpoint/'),
    dhcpOptionsId: idOf('dhcp-options'),
    transitGatewayAttachmentId: idOf('transit-gateway-attachment'),
  };
}

function secondaryCidrs(vpc: Standing | undefined): SecureVpcOutputs['secondaryCidrs'] {
  const text = vpc?.outputs['secondaryCidrs'] ?? '';
  if (text === '') return undefined;
  return text.split(', ').map((block) => {
    const [cidr = '', state = ''] = block.split(' ');
    return { cidr, state };
  });
}

function zonesOf(graph: Graph): string[] {
  const zones = [...graph.nodes.values()]
    .filter(({ type }) => type === 'Subnet')
    .map(({ inputs }) => (inputs as { readonly zone: string }).zone);
  return [...new Set(zones)].sort();
}

/** Like the zones, that of a single gateway stays chosen while the gateway is being made again. */
function natGateways(
  there: readonly Standing[],
  graph: Graph,
  zones: readonly string[],
): SecureVpcOutputs['natGateways'] {
  const listed = zones
    .filter((zone) => graph.nodes.has(`nat-gateway/${letterOf(zone)}`))
    .map((zone) => {
      const at = (key: string) => there.find(({ node }) => node === `${key}/${letterOf(zone)}`);
      const gateway = at('nat-gateway');
      // Its own address is known before the gateway has it.
      const publicIp = [gateway, at('elastic-ip')].map((thing) => thing?.outputs['publicIp']).find(Boolean);
      return { zone, ...(gateway && { id: gateway.id }), ...(publicIp !== undefined && { publicIp }) };
    });
  return listed.length > 0 ? listed : undefined;
}

function subnetsByTier(standing: readonly Standing[]): NonNullable<SecureVpcOutputs['subnets']> {
  const byTier: NonNullable<SecureVpcOutputs['subnets']> = {};
  for (const { node, id, outputs } of below(standing, 'subnet/')) {
    const tier = node.slice('subnet/'.length).split('-')[0] ?? '';
    (byTier[tier] ??= []).push({ zone: outputs['zone'] ?? '', id, cidr: outputs['cidr'] ?? '' });
  }
  return byTier;
}

function idsBelow(standing: readonly Standing[], prefix: string): Record<string, string> {
  return Object.fromEntries(below(standing, prefix).map(({ node, id }) => [node.slice(prefix.length), id]));
}

function below(standing: readonly Standing[], prefix: string): Standing[] {
  return standing.filter(({ node }) => node.startsWith(prefix)).sort((a, b) => (a.node < b.node ? -1 : 1));
}
