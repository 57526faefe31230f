import type { TierName } from '../api/endpoints.ts';
import { cidrWithin } from '../api/fields.ts';
import type { Tier, SecureVpc, SecureVpcSpec } from '../api/secure-vpc.ts';
import { Terminal } from '../errors.ts';
import { buildGraph, type Graph, type GraphNode } from '../graph/graph.ts';
import { ref } from '../graph/ref.ts';
import { withAdoptions } from './adoption.ts';
import { dhcpNodes } from './dhcp-options.ts';
import { endpointNodes } from './endpoints.ts';
import { flowLogNodes } from './flow-logs.ts';
import { type Flow, flowsOf, gatewayServices } from './flows.ts';
import type { CompileInput } from './input.ts';
import { ownerOf } from './names.ts';
import { networkAclEntries } from './network-acls.ts';
import { natNodes, natZones, type PlannedTable, tablesOf } from './nat.ts';
import { type NodeBuilder, nodeBuilder, type NodeType } from './nodes.ts';
import { securityGroupNodes } from './security-groups.ts';
import { type PlannedSubnet, planSubnets, tiersOf } from './subnets.ts';
import { tagger } from './tags.ts';
import { type PlannedRoute, transitGatewayNodes, transitGatewayRoutes } from './transit-gateway.ts';
import { chooseZones, letterOf } from './zones.ts';

/** The types of all nodes that a network may have. */
export const SECURE_VPC_NODES: readonly NodeType[] = [
  'Vpc',
  'VpcAttributes',
  'VpcCidrs',
  'DhcpOptions',
  'DhcpOptionsAssociation',
  'Subnet',
  'InternetGateway',
  'InternetGatewayAttachment',
  'ElasticIp',
  'NatGateway',
  'RouteTable',
  'Routes',
  'RouteTableAssociation',
  'NetworkAcl',
  'NetworkAclEntries',
  'NetworkAclAssociation',
  'SecurityGroup',
  'SecurityGroupRules',
  'VpcEndpoint',
  'TransitGatewayAttachment',
  'LogGroup',
  'Role',
  'RolePolicies',
  'FlowLog',
];

/**
 * The graph of a network. Pure; everything is checked before anything is built, so nothing is created for a
 * spec that cannot finish. Throws Terminal (`InvalidSpec`, `ReplacementNeeded`) naming field, value and what
 * to do.
 */
export function compileSecureVpc(input: CompileInput<SecureVpc>): Graph {
  const { object, facts } = input;
  const { spec } = object;
  const build = nodeBuilder(tagger(input));
  const zones = chooseZones(spec.zones, object.status.zones ?? [], facts.zones);
  const subnets = planSubnets(object, zones);
  const gateways = natZones(object, zones);
  const flows = flowsOf(spec, facts);
  const graph = buildGraph(ownerOf(object), [
    ...vpcNodes(build, object),
    ...dhcpNodes(build, spec, facts),
    ...gatewayNodes(build, object),
    ...tiersOf(spec).flatMap((tier) =>
      tierNodes(build, object, {
        tier,
        flows,
        subnets,
        tables: tablesOf(spec, tier.name, gateways),
      }),
    ),
    ...natNodes(build, object, gateways),
    ...securityGroupNodes(build, object, flows, facts),
    ...endpointNodes(build, spec, { subnets, gateways, facts }),
    ...transitGatewayNodes(build, spec, subnets),
    ...flowLogNodes(build, input),
  ]);
  return withAdoptions(graph, spec.adopt);
}

function vpcNodes(build: NodeBuilder, { spec }: SecureVpc): GraphNode[] {
  return [
    build.thing('Vpc', 'vpc', { cidr: spec.cidr }),
    build.facet('VpcAttributes', 'vpc-attributes', {
      vpcId: ref('vpc'),
      dnsSupport: spec.dns.support === 'Enabled',
      dnsHostnames: spec.dns.hostnames === 'Enabled',
    }),
    build.facet('VpcCidrs', 'vpc-cidrs', { vpcId: ref('vpc'), cidrs: [...spec.secondaryCidrs].sort() }),
  ];
}

function gatewayNodes(build: NodeBuilder, { spec }: SecureVpc): GraphNode[] {
  if (!spec.tiers.some((tier) => tier.name === 'public')) return [];
  return [
    build.thing('InternetGateway', 'internet-gateway', {}),
    build.facet('InternetGatewayAttachment', 'internet-gateway-attachment', {
      internetGatewayId: ref('internet-gateway'),
      vpcId: ref('vpc'),
    }),
  ];
}

interface TierPlan {
  readonly tier: Tier;
  readonly flows: readonly Flow[];
  /** Those of all tiers. */
  readonly subnets: readonly PlannedSubnet[];
  readonly tables: readonly PlannedTable[];
}

/** A tier: its route tables and routes, its ACL and entries, and its subnets with their associations to both. */
function tierNodes(
  build: NodeBuilder,
  { spec }: SecureVpc,
  { tier, flows, subnets, tables }: TierPlan,
): GraphNode[] {
  const { name } = tier;
  const isStrict = tier.networkAcl === 'Strict';
  const acl = build.thing('NetworkAcl', `network-acl/${name}`, { vpcId: ref('vpc') });
  const entries = build.facet('NetworkAclEntries', `network-acl-entries/${name}`, {
    networkAclId: ref(acl.key),
    entries: isStrict ? networkAclEntries(spec, name, flows, subnets) : [],
  });
  const members = subnets
    .filter((subnet) => subnet.tier === name)
    .flatMap(({ key, cidr, zone }) => [
      build.thing(
        'Subnet',
        `subnet/${key}`,
        { vpcId: ref('vpc'), cidr, zone },
        // AWS makes subnets in a further block when it is associated.
        cidrWithin(spec.cidr, cidr) ? {} : { dependsOn: ['vpc-cidrs'], awaits: ['vpc'] },
      ),
      build.facet(
        'RouteTableAssociation',
        `route-table-association/${key}`,
        {
          subnetId: ref(`subnet/${key}`),
          routeTableId: ref(`route-table/${tableFor(tables, zone).key}`),
        },
        { dependsOn: waysOf(spec, tableFor(tables, zone)) },
      ),
      ...(isStrict
        ? [
            // A new ACL denies everything: a subnet that is in use comes under it when its entries are there.
            build.facet(
              'NetworkAclAssociation',
              `network-acl-association/${key}`,
              { subnetId: ref(`subnet/${key}`), networkAclId: ref(acl.key) },
              { dependsOn: [entries.key] },
            ),
          ]
        : []),
    ]);
  return [
    ...tables.flatMap((table) => tableNodes(build, spec, table)),
    ...(isStrict ? [acl, entries] : []),
    ...members,
  ];
}

function tableNodes(build: NodeBuilder, spec: SecureVpcSpec, { key, tier, nat }: PlannedTable): GraphNode[] {
  const target = tier === 'public' ? 'internet-gateway' : nat;
  return [
    build.thing('RouteTable', `route-table/${key}`, { vpcId: ref('vpc') }),
    build.facet(
      'Routes',
      `routes/${key}`,
      {
        routeTableId: ref(`route-table/${key}`),
        routes: withoutTwins(tier, [
          ...(target === undefined ? [] : [{ destination: '0.0.0.0/0', target: ref(target) }]),
          ...transitGatewayRoutes(spec, tier),
        ]),
      },
      // AWS takes a route only to a gateway that is attached; one to a NAT gateway that is not available leads nowhere.
      {
        dependsOn: tier === 'public' ? ['internet-gateway-attachment'] : [],
        awaits: nat === undefined ? [] : [nat],
      },
    ),
  ];
}

function tableFor(tables: readonly PlannedTable[], zone: string): PlannedTable {
  const table = tables.find(({ letter }) => letter === undefined || letter === letterOf(zone));
  if (!table) throw new Error(`no route table for ${zone}`);
  return table;
}

/** What a private subnet would miss that moves to a table before all its ways stand there. */
function waysOf(spec: SecureVpcSpec, { key, tier }: PlannedTable): string[] {
  if (tier !== 'private') return [];
  return [`routes/${key}`, ...gatewayServices(spec).map((service) => `endpoint/${service}`)];
}

/** A table has one route for a destination. */
function withoutTwins(tier: TierName, routes: readonly PlannedRoute[]): readonly PlannedRoute[] {
  const twin = routes.find(({ destination }, index) =>
    routes.slice(0, index).some((earlier) => earlier.destination === destination),
  );
  if (!twin) return routes;
  throw new Terminal(
    'InvalidSpec',
    `spec.transitGateway.routes[${twin.destination}] is for tier ${tier}, which has another route to ${twin.destination}: give the route other tiers, or take it away`,
  );
}
