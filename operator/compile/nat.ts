import type { TierName } from '../api/endpoints.ts';
import type { SecureVpc, SecureVpcSpec } from '../api/secure-vpc.ts';
import { Terminal } from '../errors.ts';
import type { GraphNode } from '../graph/graph.ts';
import { ref } from '../graph/ref.ts';
import type { NodeBuilder } from './nodes.ts';
import { letterOf } from './zones.ts';

/**
 * The zones that have a NAT gateway, sorted. A single one stands where its address was given for, else where it is
 * taken over, else where it stands already, else in the first of the zones that were chosen first: adding zones never
 * moves it. Throws {@link Terminal} for an address in a zone without a gateway.
 */
export function natZones({ spec, status }: SecureVpc, zones: readonly string[]): string[] {
  const { mode, elasticIps } = spec.nat;
  if (mode === 'None') return [];
  for (const tier of ['public', 'private'] as const) refuseWithout(spec, tier);
  const stray = elasticIps.find(({ zone }) => !zones.some((name) => letterOf(name) === zone));
  if (stray) {
    throw new Terminal(
      'InvalidSpec',
      `spec.nat.elasticIps[${stray.zone}] is for a zone that the network does not use (${zones.join(', ')}): add the zone to spec.zones, or take the address away`,
    );
  }
  if (mode === 'PerZone') return [...zones];
  const [given] = elasticIps;
  const known = [...adoptedZones(spec, zones), ...standingZones(status), ...(status.zones ?? [])];
  const zone = given
    ? zones.find((name) => letterOf(name) === given.zone)
    : (known.find((name) => zones.includes(name)) ?? zones[0]);
  return zone === undefined ? [] : [zone];
}

/** Where gateways are, or were to be: first where one stands, then where its address does, so that neither is asked for twice. */
function standingZones({ natGateways = [] }: SecureVpc['status']): string[] {
  const rank = ({ id, publicIp }: (typeof natGateways)[number]) => (id ? 0 : publicIp ? 1 : 2);
  return [...natGateways]
    .sort((one, other) => rank(one) - rank(other) || (one.zone < other.zone ? -1 : 1))
    .map(({ zone }) => zone);
}

/** Where a gateway or its address stands that the network is to take over. */
function adoptedZones({ adopt = [] }: SecureVpcSpec, zones: readonly string[]): string[] {
  return zones.filter((zone) =>
    adopt.some(({ node }) => [natKey(letterOf(zone)), addressKey(letterOf(zone))].includes(node)),
  );
}

/** The addresses that are not given, and the gateways. */
export function natNodes(build: NodeBuilder, { spec }: SecureVpc, zones: readonly string[]): GraphNode[] {
  return zones.map(letterOf).flatMap((letter) => {
    const given = spec.nat.elasticIps.find(({ zone }) => zone === letter);
    return [
      ...(given ? [] : [build.thing('ElasticIp', addressKey(letter), {})]),
      build.thing(
        'NatGateway',
        natKey(letter),
        {
          subnetId: ref(`subnet/public-${letter}`),
          allocationId: given ? given.allocationId : ref(addressKey(letter)),
          isGiven: given !== undefined,
        },
        // A gateway that is made before the way to the internet stands fails.
        {
          dependsOn: [
            'internet-gateway-attachment',
            'routes/public',
            `route-table-association/public-${letter}`,
          ],
        },
      ),
    ];
  });
}

/** A route table of a tier: for one of its zones, or for all. */
export interface PlannedTable {
  /** `public`, `private-a`: part of the keys of the table and its routes. */
  readonly key: string;
  readonly tier: TierName;
  /** Letter of the zone whose subnet alone uses it; undefined where all of the tier do. */
  readonly letter: string | undefined;
  /** Node of the NAT gateway to which its default route leads. */
  readonly nat: string | undefined;
}

/** The route tables of a tier: one, but one a zone where each zone has its own NAT gateway. */
export function tablesOf(
  spec: SecureVpcSpec,
  tier: TierName,
  gateways: readonly string[],
): readonly PlannedTable[] {
  if (tier !== 'private' || spec.nat.mode !== 'PerZone') {
    const [zone] = tier === 'private' ? gateways : [];
    return [
      { key: tier, tier, letter: undefined, nat: zone === undefined ? undefined : natKey(letterOf(zone)) },
    ];
  }
  return gateways
    .map(letterOf)
    .map((letter) => ({ key: `${tier}-${letter}`, tier, letter, nat: natKey(letter) }));
}

function natKey(letter: string): string {
  return `nat-gateway/${letter}`;
}

function addressKey(letter: string): string {
  return `elastic-ip/${letter}`;
}

function refuseWithout(spec: SecureVpcSpec, tier: TierName): void {
  if (spec.tiers.some(({ name }) => name === tier)) return;
  const role = tier === 'public' ? 'puts NAT gateways in' : 'is for';
  throw new Terminal(
    'InvalidSpec',
    `spec.nat.mode ${spec.nat.mode} ${role} the ${tier} tier, which spec.tiers does not have: add the tier ${tier}, or set spec.nat.mode to None`,
  );
}
