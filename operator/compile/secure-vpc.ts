import type { TierName } from '../api/endpoints.ts';
import type { Tier, SecureVpc } from '../api/secure-vpc.ts';
import { Terminal } from '../errors.ts';
import { buildGraph, type Graph, type GraphNode } from '../graph/graph.ts';
import { ref } from '../graph/ref.ts';
import { withAdoptions } from './adoption.ts';
import { endpointNodes } from './endpoints.ts';
import { flowLogNodes } from './flow-logs.ts';
import { type Flow, flowsOf } from './flows.ts';
import type { CompileInput } from './input.ts';
import { ownerOf } from './names.ts';
import { networkAclEntries } from './network-acls.ts';
import { type NodeBuilder, nodeBuilder } from './nodes.ts';
import { securityGroupNodes } from './security-groups.ts';
import { type PlannedSubnet, planSubnets, tiersOf } from './subnets.ts';
import { tagger } from './tags.ts';
import { type PlannedRoute, transitGatewayNodes, transitGatewayRoutes } from './transit-gateway.ts';
import { chooseZones } from './zones.ts';

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
  const flows = flowsOf(spec);
  const graph = buildGraph(ownerOf(object), [
    ...vpcNodes(build, object),
    ...gatewayNodes(build, object),
    ...tiersOf(spec).flatMap((tier) => tierNodes(build, object, tier, flows, subnets)),
    ...securityGroupNodes(build, object, flows, facts),
    ...endpointNodes(build, spec, subnets, facts),
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

/** A tier: its route table and routes, its ACL and entries, and its subnets with their associations to both. */
function tierNodes(
  build: NodeBuilder,
  { spec }: SecureVpc,
  tier: Tier,
  flows: readonly Flow[],
  subnets: readonly PlannedSubnet[],
): GraphNode[] {
  const { name } = tier;
  const isPublic = name === 'public';
  const isStrict = tier.networkAcl === 'Strict';
  const table = build.thing('RouteTable', `route-table/${name}`, { vpcId: ref('vpc') });
  const routes = build.facet(
    'Routes',
    `routes/${name}`,
    {
      routeTableId: ref(table.key),
      routes: withoutTwins(name, [
        ...(isPublic ? [{ destination: '0.0.0.0/0', target: ref('internet-gateway') }] : []),
        ...transitGatewayRoutes(spec, name),
      ]),
    },
    // AWS takes a route only to a gateway that is attached.
    { dependsOn: isPublic ? ['internet-gateway-attachment'] : [] },
  );
  const acl = build.thing('NetworkAcl', `network-acl/${name}`, { vpcId: ref('vpc') });
  const entries = build.facet('NetworkAclEntries', `network-acl-entries/${name}`, {
    networkAclId: ref(acl.key),
    entries: isStrict ? networkAclEntries(spec, name, flows, subnets) : [],
  });
  const members = subnets
    .filter((subnet) => subnet.tier === name)
    .flatMap(({ key, cidr, zone }) => [
      build.thing('Subnet', `subnet/${key}`, { vpcId: ref('vpc'), cidr, zone }),
      build.facet('RouteTableAssociation', `route-table-association/${key}`, {
        subnetId: ref(`subnet/${key}`),
        routeTableId: ref(table.key),
      }),
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
  return [table, routes, ...(isStrict ? [acl, entries] : []), ...members];
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
