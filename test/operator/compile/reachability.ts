import { ipv4Size, maskIpv4, parseIpv4Cidr } from '../../../operator/api/cidr.ts';
import { TIER_NAMES } from '../../../operator/api/endpoints.ts';
import type { AclEntry } from '../../../operator/aws/ec2/network-acl-entries.ts';
import type { NatGatewayInputs } from '../../../operator/aws/ec2/nat-gateway.ts';
import type { RouteTableAssociationInputs } from '../../../operator/aws/ec2/route-table-association.ts';
import type { RoutesInputs } from '../../../operator/aws/ec2/routes.ts';
import type { Rule } from '../../../operator/aws/ec2/security-group-permissions.ts';
import type { SecurityGroupRulesInputs } from '../../../operator/aws/ec2/security-group-rules.ts';
import type { SubnetInputs } from '../../../operator/aws/ec2/subnet.ts';
import type { VpcEndpointInputs } from '../../../operator/aws/ec2/vpc-endpoint.ts';
import type { VpcCidrsInputs } from '../../../operator/aws/ec2/vpc-cidrs.ts';
import type { VpcInputs } from '../../../operator/aws/ec2/vpc.ts';
import type { Graph } from '../../../operator/graph/graph.ts';
import { referencesIn } from '../../../operator/graph/ref.ts';
import { FACTS } from './fixtures.ts';

/** What a packet filter sees of a packet: TCP unless it says otherwise. For ICMP ports are types. */
export interface Sort {
  readonly protocol?: 'tcp' | 'udp' | 'icmp';
  /** Of ICMP; 0 where nothing is said. */
  readonly code?: number;
}

/** A connection as a packet filter sees it; the client's port is one of 1024–65535. */
export interface Connection extends Sort {
  readonly what: string;
  /** Addresses, and the subnet they are in if it is one of the network's. */
  readonly from: Place;
  readonly to: Place;
  readonly ports: readonly number[];
}

export interface Place {
  readonly cidr: string;
  readonly subnet?: string;
  /** Whether a gateway endpoint leads there. */
  readonly behindEndpoint?: true;
}

const CLIENT_PORTS = [1024, 32_768, 65_535];
const EVERYWHERE = '0.0.0.0/0';
const ECHO_REQUEST = 8;

/** Where instances of a group stand by the design: the wished tier, else the next that is there. */
const TIERS: Readonly<Record<string, readonly string[]>> = {
  alb: ['public', 'private', 'data'],
  bastion: ['public', 'private', 'data'],
  ecs: ['private', 'public', 'data'],
  data: ['data', 'private', 'public'],
};

/** Every connection that the security groups of a graph allow, from and to each subnet that a group may stand in. */
export function connectionsOf(graph: Graph): Connection[] {
  return [...graph.nodes.values()]
    .filter((node) => node.type === 'SecurityGroupRules')
    .flatMap((node) => {
      const group = node.key.split('/')[1] ?? '';
      const rules = node.inputs as SecurityGroupRulesInputs;
      const outside = rules.ingress.filter((rule) => groupOf(rule) === undefined);
      return [
        ...outside.flatMap((rule) =>
          connect(`${rule.peer} to ${group}`, [outsideOf(graph, rule)], placesOf(graph, group), rule),
        ),
        ...rules.egress.flatMap((rule) => {
          const peer = groupOf(rule);
          if (peer === undefined)
            return connect(
              `${group} to ${rule.peer}`,
              placesOf(graph, group),
              [outsideOf(graph, rule)],
              rule,
            );
          return acceptedBy(graph, peer, group, rule)
            ? connect(`${group} to ${peer}`, placesOf(graph, group), placesOf(graph, peer), rule)
            : [];
        }),
      ];
    });
}

/**
 * Whether the ACLs on the way let a connection and its answers through. Inside one subnet no ACL is asked. One whose
 * route leads to a NAT gateway is asked about in the gateway's subnet too: as it comes from inside, and as it goes on.
 */
export function passes(graph: Graph, connection: Connection): boolean {
  const gateway = gatewayFor(graph, connection);
  if (!gateway) return passesAcls(graph, connection);
  const { from, to, ports } = connection;
  const answers = answersTo(connection);
  return (
    admits(graph, from.subnet, 'egress', to.cidr, ports, connection) &&
    admits(graph, from.subnet, 'ingress', to.cidr, answers, connection) &&
    // In one subnet with the gateway, what goes to it crosses no ACL.
    (from.subnet === gateway.subnet ||
      (admits(graph, gateway.subnet, 'ingress', from.cidr, ports, connection) &&
        admits(graph, gateway.subnet, 'egress', from.cidr, answers, connection))) &&
    passesAcls(graph, { ...connection, from: gateway })
  );
}

/** Ports to which answers go, or their types. */
function answersTo({ protocol, ports }: Connection): readonly number[] {
  if (protocol !== 'icmp') return CLIENT_PORTS;
  return ports.includes(ECHO_REQUEST) ? [0] : [];
}

/** A prefix list's addresses are AWS's or its owner's to change: any address must do. */
function outsideOf(graph: Graph, { peer }: Rule): Place {
  if (!peer.startsWith('pl-')) return { cidr: peer };
  const service = Object.keys(FACTS.prefixLists).find((name) => FACTS.prefixLists[name] === peer);
  const endpoint = graph.nodes.get(`endpoint/${service}`)?.inputs as VpcEndpointInputs | undefined;
  return { cidr: EVERYWHERE, ...(endpoint?.type === 'Gateway' && { behindEndpoint: true }) };
}

/** Where the NAT gateway stands to which the table of the connection's subnet leads; undefined where it leads to none. */
function gatewayFor(graph: Graph, { from, to }: Connection): Place | undefined {
  if (from.subnet === undefined || to.subnet !== undefined || to.behindEndpoint) return undefined;
  const association = graph.nodes.get(`route-table-association/${from.subnet}`);
  const table = referencesIn(
    (association?.inputs as RouteTableAssociationInputs | undefined)?.routeTableId,
  )[0];
  const routes = graph.nodes.get(`routes/${table?.node.slice('route-table/'.length)}`);
  const all = (routes?.inputs as RoutesInputs | undefined)?.routes ?? [];
  const nearer = [
    ...vpcBlocks(graph),
    ...all.map(({ destination }) => destination).filter((destination) => destination !== EVERYWHERE),
  ];
  if (nearer.some((block) => edgesOf(to.cidr).every((address) => contains(block, address)))) return undefined;
  const target = all.find(({ destination }) => destination === EVERYWHERE)?.target;
  const gateway = graph.nodes.get(referencesIn(target)[0]?.node ?? '');
  if (gateway?.type !== 'NatGateway') return undefined;
  const subnet = referencesIn((gateway.inputs as NatGatewayInputs).subnetId)[0]?.node ?? '';
  const inputs = graph.nodes.get(subnet)?.inputs as SubnetInputs | undefined;
  return inputs && { cidr: inputs.cidr, subnet: subnet.slice('subnet/'.length) };
}

function vpcBlocks(graph: Graph): string[] {
  const vpc = graph.nodes.get('vpc')?.inputs as VpcInputs | undefined;
  const more = graph.nodes.get('vpc-cidrs')?.inputs as VpcCidrsInputs | undefined;
  return [...(vpc ? [vpc.cidr] : []), ...(more?.cidrs ?? [])];
}

function passesAcls(graph: Graph, connection: Connection): boolean {
  const { from, to, ports } = connection;
  const answers = answersTo(connection);
  if (from.subnet !== undefined && from.subnet === to.subnet) return true;
  return (
    admits(graph, from.subnet, 'egress', to.cidr, ports, connection) &&
    admits(graph, to.subnet, 'ingress', from.cidr, ports, connection) &&
    admits(graph, to.subnet, 'egress', from.cidr, answers, connection) &&
    admits(graph, from.subnet, 'ingress', to.cidr, answers, connection)
  );
}

/** Whether the ACL of a subnet lets packets for or from these ports pass; without an ACL of its own it does. */
export function admits(
  graph: Graph,
  subnet: string | undefined,
  direction: AclEntry['direction'],
  peer: string,
  ports: readonly number[],
  sort: Sort = {},
): boolean {
  if (subnet === undefined) return true;
  const tier = subnet.split('-')[0];
  const node = graph.nodes.get(`network-acl-entries/${tier}`);
  if (!node) return true;
  const entries = (node.inputs as { entries: readonly AclEntry[] }).entries
    .filter((entry) => entry.direction === direction)
    .sort((a, b) => a.ruleNumber - b.ruleNumber);
  return ports.every((port) =>
    edgesOf(peer).every((address) => {
      const first = entries.find((entry) => contains(entry.cidr, address) && isAbout(entry, port, sort));
      return first?.action === 'allow';
    }),
  );
}

function isAbout(entry: AclEntry, port: number, { protocol = 'tcp', code = 0 }: Sort): boolean {
  if (entry.protocol === 'all') return true;
  if (entry.protocol !== protocol) return false;
  if (protocol !== 'icmp') return entry.fromPort <= port && port <= entry.toPort;
  return [-1, port].includes(entry.fromPort) && (entry.fromPort === -1 || [-1, code].includes(entry.toPort));
}

/** Subnets of the network in which members of a group may stand. */
export function placesOf(graph: Graph, group: string): Place[] {
  const subnets = [...graph.nodes.values()]
    .filter((node) => node.type === 'Subnet')
    .map((node) => ({ subnet: node.key.slice('subnet/'.length), cidr: (node.inputs as SubnetInputs).cidr }));
  if (group === 'endpoints') {
    const used = new Set(
      [...graph.nodes.values()]
        .filter((node) => node.type === 'VpcEndpoint')
        .flatMap((node) =>
          referencesIn((node.inputs as VpcEndpointInputs).subnetIds).map(({ node }) => node),
        ),
    );
    return subnets.filter(({ subnet }) => used.has(`subnet/${subnet}`));
  }
  const present = TIER_NAMES.filter((tier) => subnets.some(({ subnet }) => subnet.startsWith(`${tier}-`)));
  const tier = (TIERS[group] ?? []).find((wished) => present.some((name) => name === wished));
  return subnets.filter(({ subnet }) => subnet.startsWith(`${tier}-`));
}

function acceptedBy(graph: Graph, to: string, from: string, rule: Rule): boolean {
  const node = graph.nodes.get(`security-group-rules/${to}`);
  const ingress = (node?.inputs as SecurityGroupRulesInputs | undefined)?.ingress ?? [];
  return ingress.some(
    (accepted) =>
      groupOf(accepted) === from &&
      accepted.protocol === rule.protocol &&
      accepted.fromPort <= rule.fromPort &&
      accepted.toPort >= rule.toPort,
  );
}

function connect(what: string, from: readonly Place[], to: readonly Place[], rule: Rule): Connection[] {
  return packetsOf(rule).flatMap(({ ports, ...sort }) =>
    from.flatMap((one) =>
      to.map((other) => ({
        what: `${what} ${sort.protocol} ${ports.join()}`,
        from: one,
        to: other,
        ports,
        ...sort,
      })),
    ),
  );
}

/** Packets at the edges of what a rule is about. */
function packetsOf({ protocol, fromPort, toPort }: Rule): (Sort & { ports: readonly number[] })[] {
  const ends = (first: number, last: number) => [first, Math.floor((first + last) / 2), last];
  if (protocol === 'tcp' || protocol === 'udp') return [{ protocol, ports: ends(fromPort, toPort) }];
  const icmp = { protocol: 'icmp' as const, ports: [ECHO_REQUEST] };
  if (protocol === 'all')
    return [{ protocol: 'tcp', ports: ends(1, 65_535) }, { protocol: 'udp', ports: ends(1, 65_535) }, icmp];
  if (fromPort === -1) return [icmp, { ...icmp, ports: [3], code: 4 }];
  return [{ ...icmp, ports: [fromPort], code: Math.max(toPort, 0) }];
}

function groupOf(rule: Rule): string | undefined {
  return referencesIn(rule.peer)[0]?.node.slice('security-group/'.length);
}

function edgesOf(cidr: string): number[] {
  const block = maskIpv4(parsed(cidr));
  return [block.base, block.base + Math.floor(ipv4Size(block) / 2), block.base + ipv4Size(block) - 1];
}

function contains(cidr: string, address: number): boolean {
  const block = maskIpv4(parsed(cidr));
  return address >= block.base && address < block.base + ipv4Size(block);
}

function parsed(cidr: string) {
  const block = parseIpv4Cidr(cidr);
  if (!block) throw new Error(`${cidr} is no block`);
  return block;
}
