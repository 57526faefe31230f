import { icmpText } from '../../aws/ec2/icmp.ts';
import type { NatGatewayInputs } from '../../aws/ec2/nat-gateway.ts';
import type { RouteTableAssociationInputs } from '../../aws/ec2/route-table-association.ts';
import type { RoutesInputs } from '../../aws/ec2/routes.ts';
import type { Rule } from '../../aws/ec2/security-group-permissions.ts';
import type { SecurityGroupRulesInputs } from '../../aws/ec2/security-group-rules.ts';
import type { SubnetInputs } from '../../aws/ec2/subnet.ts';
import type { TransitGatewayAttachmentInputs } from '../../aws/ec2/transit-gateway-attachment.ts';
import type { VpcEndpointInputs } from '../../aws/ec2/vpc-endpoint.ts';
import type { VpcCidrsInputs } from '../../aws/ec2/vpc-cidrs.ts';
import type { VpcInputs } from '../../aws/ec2/vpc.ts';
import type { LogGroupInputs } from '../../aws/logs/log-group.ts';
import type { Graph } from '../../graph/graph.ts';
import { referencesIn } from '../../graph/ref.ts';
import { inputsBy, type All } from './nodes.ts';

/** A network as it is drawn, whatever the format: the same facts in every drawing. */
export interface Network {
  readonly owner: string;
  /** Last part of the owner. */
  readonly name: string;
  /** Its blocks, the primary one first. */
  readonly cidr: string;
  readonly zones: readonly string[];
  readonly tiers: readonly Tier[];
  readonly hasGateway: boolean;
  /** NAT gateways with the subnet and the address of each: a node, or the allocation that was given. */
  readonly nats: readonly Nat[];
  /** Where the network is attached to a transit gateway. */
  readonly transit: { readonly node: string; readonly gateway: string; readonly tier: string } | undefined;
  readonly groups: readonly Group[];
  readonly flows: readonly Flow[];
  readonly endpoints: readonly Endpoint[];
  readonly logs: { readonly node: string; readonly group: string; readonly days: number } | undefined;
}

export interface Tier {
  readonly name: string;
  readonly subnets: readonly { readonly node: string; readonly zone: string; readonly cidr: string }[];
  readonly table: string;
  readonly routes: readonly { readonly to: string; readonly via: string }[];
  /** Key of the ACL's node, where the tier has one of its own. */
  readonly acl: string | undefined;
}

export interface Nat {
  readonly node: string;
  readonly subnet: string;
  readonly zone: string;
  readonly address: string;
}

export interface Group {
  readonly node: string;
  readonly name: string;
  /** The tier beside which it is drawn. */
  readonly tier: string;
}

/** Who may open connections to whom: `from` and `to` are names of groups, networks, prefix lists or services. */
export interface Flow {
  readonly from: Party;
  readonly to: Party;
  /** `443`, `32768-65535`, sorted by number; what is not TCP with its protocol, as `udp 53`, `icmp type 8` or `all`. */
  readonly ports: readonly string[];
}

export interface Party {
  readonly kind: 'group' | 'network' | 'service';
  readonly name: string;
  /** Who a network is, in the compiler's words: `outside`, `administrators`, or that it is a prefix list; empty for others. */
  readonly who: string;
}

interface Endpoint {
  readonly node: string;
  readonly service: string;
  readonly type: 'Gateway' | 'Interface';
  readonly tier: string;
}

/** Tiers beside which groups of these names belong, most wanted first; others go to the innermost. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  alb: ['public', 'private', 'data'],
  bastion: ['public', 'private', 'data'],
  ecs: ['private', 'public', 'data'],
  endpoints: ['private', 'data', 'public'],
  data: ['data', 'private', 'public'],
};

/** What a compiled network has to show; `neighbours` are the names of the networks in the same picture by their blocks. */
export function networkOf(graph: Graph, neighbours: ReadonlyMap<string, string> = new Map()): Network {
  const all = inputsBy(graph);
  const tiers = tiersOf(all);
  const names = [...new Set(tiers.map(({ name }) => name))];
  const logGroup = all<LogGroupInputs>('LogGroup').find(({ node }) => node === 'log-group/flow-logs');
  return {
    owner: graph.owner,
    name: graph.owner.split('/').at(-1) ?? graph.owner,
    cidr: [
      all<VpcInputs>('Vpc')[0]?.inputs.cidr ?? '',
      ...all<VpcCidrsInputs>('VpcCidrs').flatMap(({ inputs }) => inputs.cidrs),
    ].join(', '),
    zones: [...new Set(all<SubnetInputs>('Subnet').map(({ inputs }) => inputs.zone))].sort(),
    tiers,
    hasGateway: graph.nodes.has('internet-gateway'),
    nats: all<NatGatewayInputs>('NatGateway').map(({ node, inputs }) => {
      const subnet = referencesIn(inputs.subnetId)[0]?.node ?? '';
      const { zone = '' } = all<SubnetInputs>('Subnet').find((one) => one.node === subnet)?.inputs ?? {};
      const address = referencesIn(inputs.allocationId)[0]?.node ?? inputs.allocationId;
      return { node, subnet, zone, address };
    }),
    transit: all<TransitGatewayAttachmentInputs>('TransitGatewayAttachment').map(({ node, inputs }) => ({
      node,
      gateway: inputs.transitGatewayId,
      tier: tierOfSubnet(referencesIn(inputs.subnetIds)[0]?.node ?? ''),
    }))[0],
    groups: all('SecurityGroup').map(({ node }) => {
      const name = rest(node);
      return { node, name, tier: BESIDE[name]?.find((tier) => names.includes(tier)) ?? names.at(-1) ?? '' };
    }),
    flows: flowsOf(all).map(({ from, to, ports }) => ({
      from: met(from, neighbours),
      to: met(to, neighbours),
      ports,
    })),
    endpoints: all<VpcEndpointInputs>('VpcEndpoint').map(({ node, inputs }) => ({
      node,
      service: rest(node),
      type: inputs.type,
      tier: tierOfSubnet(referencesIn(inputs.subnetIds)[0]?.node ?? ''),
    })),
    logs: logGroup && {
      node: 'flow-log',
      group: logGroup.inputs.name,
      days: logGroup.inputs.retentionDays,
    },
  };
}

function tiersOf(all: All): Tier[] {
  const gateways = all<VpcEndpointInputs>('VpcEndpoint').filter(({ inputs }) => inputs.type === 'Gateway');
  const associations = all<RouteTableAssociationInputs>('RouteTableAssociation');
  return all('RouteTable').map(({ node: table }) => {
    // A private tier with a NAT gateway in each zone has a table for each of its subnets.
    const name = tierOfSubnet(table);
    const routes =
      all<RoutesInputs>('Routes').find(({ node }) => rest(node) === rest(table))?.inputs.routes ?? [];
    const uses = (node: string) =>
      associations.some(
        ({ inputs }) =>
          referencesIn(inputs.subnetId)[0]?.node === node &&
          referencesIn(inputs.routeTableId)[0]?.node === table,
      );
    return {
      name,
      table,
      subnets: all<SubnetInputs>('Subnet')
        .filter(({ node }) => uses(node))
        .map(({ node, inputs }) => ({ node, zone: inputs.zone, cidr: inputs.cidr })),
      routes: [
        ...routes.map(({ destination, target }) => ({
          to: destination,
          via: referencesIn(target)[0]?.node ?? target,
        })),
        ...gateways
          .filter(({ inputs }) => referencesIn(inputs.routeTableIds).some((ref) => ref.node === table))
          .map(({ node }) => ({ to: rest(node), via: node })),
      ],
      acl: all('NetworkAcl').find(({ node }) => rest(node) === name)?.node,
    };
  });
}

/** Each connection once: those between groups stand in the rules of both, those to services only in the egress. */
function flowsOf(all: All): Flow[] {
  const flows = new Map<string, { from: Party; to: Party; rules: Rule[] }>();
  const gateways = new Set(
    all<VpcEndpointInputs>('VpcEndpoint').flatMap(({ node, inputs }) =>
      inputs.type === 'Gateway' ? rest(node) : [],
    ),
  );
  const add = (from: Party, to: Party, rule: Rule) => {
    const key = [from.kind, from.name, to.kind, to.name].join(' ');
    const flow = flows.get(key) ?? { from, to, rules: [] };
    flow.rules.push(rule);
    flows.set(key, flow);
  };
  for (const { node, inputs } of all<SecurityGroupRulesInputs>('SecurityGroupRules')) {
    const self: Party = { kind: 'group', name: rest(node), who: '' };
    for (const rule of inputs.ingress) add(partyOf(rule, 'from', gateways), self, rule);
    for (const rule of inputs.egress) {
      const to = partyOf(rule, 'to', gateways);
      if (to.kind !== 'group') add(self, to, rule);
    }
  }
  return [...flows.values()].map(({ from, to, rules }) => ({
    from,
    to,
    ports: [...rules].sort((a, b) => a.fromPort - b.fromPort).map(portsText),
  }));
}

function portsText({ protocol, fromPort, toPort }: Rule): string {
  if (protocol === 'all') return protocol;
  if (protocol === 'icmp') return `icmp${icmpText(fromPort, toPort)}`;
  const ports = fromPort === toPort ? `${fromPort}` : `${fromPort}-${toPort}`;
  return protocol === 'tcp' ? ports : `${protocol} ${ports}`;
}

function partyOf({ peer, description }: Rule, word: 'from' | 'to', gateways: ReadonlySet<string>): Party {
  const group = referencesIn(peer)[0]?.node;
  if (group !== undefined) return { kind: 'group', name: rest(group), who: '' };
  // The id of a prefix list says nothing; the compiler names its service at the end of the description.
  const said = description.split(` ${word} `).at(-1) ?? '';
  if (peer.startsWith('pl-') && gateways.has(said)) return { kind: 'service', name: said, who: '' };
  if (peer.startsWith('pl-')) return { kind: 'network', name: said === '' ? peer : said, who: 'prefix list' };
  return { kind: 'network', name: peer, who: said };
}

/** A block that another network of the picture has is that network's. */
function met(party: Party, neighbours: ReadonlyMap<string, string>): Party {
  const name = party.kind === 'network' ? neighbours.get(party.name) : undefined;
  return name === undefined ? party : { ...party, who: `VPC ${name}` };
}

/** `private` of `subnet/private-a`. */
export function tierOfSubnet(node: string): string {
  return rest(node).replace(/-[a-z]$/, '');
}

function rest(node: string): string {
  return node.slice(node.indexOf('/') + 1);
}
