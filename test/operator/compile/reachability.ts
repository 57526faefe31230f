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
import type { Graph } from '../../../operator/graph/graph.ts';
import { referencesIn } from '../../../operator/graph/ref.ts';

/** A connection as a packet filter sees it; the client's port is one of 1024–65535. */
export interface Connection {
  readonly what: string;
  /** Addresses, and the subnet they are in if it is one of the network's. */
  readonly from: Place;
  readonly to: Place;
  readonly ports: readonly number[];
}

export interface Place {
  readonly cidr: string;
  readonly subnet?: string;
}

const CLIENT_PORTS = [1024, 32_768, 65_535];
const EVERYWHERE = '0.0.0.0/0';

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
          connect(`${rule.peer} to ${group}`, [{ cidr: rule.peer }], placesOf(graph, group), rule),
        ),
        ...rules.egress.flatMap((rule) => {
          const peer = groupOf(rule);
          // A prefix list's addresses are AWS's to change: any address must do.
          const outside = { cidr: rule.peer.startsWith('pl-') ? EVERYWHERE : rule.peer };
          if (peer === undefined)
            return connect(`${group} to ${rule.peer}`, placesOf(graph, group), [outside], rule);
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
  return (
    admits(graph, from.subnet, 'egress', to.cidr, ports) &&
    admits(graph, from.subnet, 'ingress', to.cidr, CLIENT_PORTS) &&
    // In one subnet with the gateway, what goes to it crosses no ACL.
    (from.subnet === gateway.subnet ||
      (admits(graph, gateway.subnet, 'ingress', from.cidr, ports) &&
        admits(graph, gateway.subnet, 'egress', from.cidr, CLIENT_PORTS))) &&
    passesAcls(graph, { ...connection, from: gateway })
  );
}

/** Where the NAT gateway stands to which the table of the connection's subnet leads; undefined where it leads to none. */
function gatewayFor(graph: Graph, { from, to }: Connection): Place | undefined {
  if (from.subnet === undefined || to.subnet !== undefined) return undefined;
  const association = graph.nodes.get(`route-table-association/${from.subnet}`);
  const table = referencesIn(
    (association?.inputs as RouteTableAssociationInputs | undefined)?.routeTableId,
  )[0];
  const routes = graph.nodes.get(`routes/${table?.node.slice('route-table/'.length)}`);
  const target = (routes?.inputs as RoutesInputs | undefined)?.routes.find(
    ({ destination }) => destination === EVERYWHERE,
  )?.target;
  const gateway = graph.nodes.get(referencesIn(target)[0]?.node ?? '');
  if (gateway?.type !== 'NatGateway') return undefined;
  const subnet = referencesIn((gateway.inputs as NatGatewayInputs).subnetId)[0]?.node ?? '';
  const inputs = graph.nodes.get(subnet)?.inputs as SubnetInputs | undefined;
  return inputs && { cidr: inputs.cidr, subnet: subnet.slice('subnet/'.length) };
}

function passesAcls(graph: Graph, connection: Connection): boolean {
  const { from, to, ports } = connection;
  if (from.subnet !== undefined && from.subnet === to.subnet) return true;
  return (
    admits(graph, from.subnet, 'egress', to.cidr, ports) &&
    admits(graph, to.subnet, 'ingress', from.cidr, ports) &&
    admits(graph, to.subnet, 'egress', from.cidr, CLIENT_PORTS) &&
    admits(graph, from.subnet, 'ingress', to.cidr, CLIENT_PORTS)
  );
}

/** Whether the ACL of a subnet lets packets for or from these ports pass; without an ACL of its own it does. */
export function admits(
  graph: Graph,
  subnet: string | undefined,
  direction: AclEntry['direction'],
  peer: string,
  ports: readonly number[],
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
      const first = entries.find(
        (entry) => contains(entry.cidr, address) && entry.fromPort <= port && port <= entry.toPort,
      );
      return first?.action === 'allow';
    }),
  );
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
      groupOf(accepted) === from && accepted.fromPort <= rule.fromPort && accepted.toPort >= rule.toPort,
  );
}

function connect(what: string, from: readonly Place[], to: readonly Place[], rule: Rule): Connection[] {
  const middle = Math.floor((rule.fromPort + rule.toPort) / 2);
  const ports = [rule.fromPort, middle, rule.toPort];
  return from.flatMap((one) =>
    to.map((other) => ({ what: `${what} ${ports.join()}`, from: one, to: other, ports })),
  );
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
