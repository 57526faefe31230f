import type { TierName } from '../api/endpoints.ts';
import type { SecureVpcSpec } from '../api/secure-vpc.ts';
import { Terminal } from '../errors.ts';
import type { GraphNode } from '../graph/graph.ts';
import { ref } from '../graph/ref.ts';
import type { NodeBuilder } from './nodes.ts';
import { innerTiers, type PlannedSubnet } from './subnets.ts';

/** A route of one tier's table. */
export interface PlannedRoute {
  readonly destination: string;
  readonly target: string;
}

/** The attachment to the transit gateway, where the spec wants one. */
export function transitGatewayNodes(
  build: NodeBuilder,
  { transitGateway }: SecureVpcSpec,
  subnets: readonly PlannedSubnet[],
): GraphNode[] {
  if (!transitGateway) return [];
  const { id, tier, dnsSupport, applianceMode } = transitGateway;
  if (!subnets.some((subnet) => subnet.tier === tier)) {
    throw new Terminal(
      'InvalidSpec',
      `spec.transitGateway.tier is ${tier}, which spec.tiers does not have: add the tier, or choose another`,
    );
  }
  return [
    build.thing('TransitGatewayAttachment', 'transit-gateway-attachment', {
      transitGatewayId: id,
      vpcId: ref('vpc'),
      subnetIds: subnets
        .filter((subnet) => subnet.tier === tier)
        .map((subnet) => ref(`subnet/${subnet.key}`)),
      dnsSupport: dnsSupport === 'Enabled',
      applianceMode: applianceMode === 'Enabled',
    }),
  ];
}

/**
 * The routes of a tier to the transit gateway, sorted. Their target is known only while the attachment is usable:
 * until then AWS refuses them.
 */
export function transitGatewayRoutes(spec: SecureVpcSpec, tier: TierName): PlannedRoute[] {
  return destinationsOf(spec, tier).map((destination) => ({
    destination,
    target: ref('transit-gateway-attachment', 'transitGatewayId'),
  }));
}

/** The blocks that a tier reaches by the transit gateway, sorted. */
export function destinationsOf(spec: SecureVpcSpec, tier: TierName): string[] {
  return (spec.transitGateway?.routes ?? [])
    .filter(({ tiers = innerTiers(spec) }) => tiers.includes(tier))
    .map(({ destination }) => destination)
    .sort();
}
