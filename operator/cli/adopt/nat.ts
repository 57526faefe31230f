import type { NatGateway } from '@aws-sdk/client-ec2';
import { natGatewayKind, primaryOf } from '../../aws/ec2/nat-gateway.ts';
import { must } from '../../aws/kind.ts';
import { letterOf } from '../../compile/zones.ts';
import type { VpcSurvey } from './survey.ts';
import { defaultRouteOf, type Placed } from './tiers.ts';
import { nameOf, titled } from './words.ts';

/** A NAT gateway of the VPC with its place in `spec.nat`. */
interface NatMember {
  readonly gateway: NatGateway;
  readonly id: string;
  /** Letter of the zone of its subnet. */
  readonly letter: string;
  readonly allocationId: string;
  /** Whether its address is only named, and not taken over. */
  readonly isGiven: boolean;
}

/** The NAT gateways of a VPC as `spec.nat`. */
export interface NatDraft {
  readonly mode: 'None' | 'Single' | 'PerZone';
  readonly members: readonly NatMember[];
  readonly left: readonly string[];
}

/** Which mode the default routes of the private subnets amount to, and which gateways have no place in it. */
export function natIn(survey: VpcSurvey, placed: readonly Placed[]): NatDraft {
  const unusable: string[] = [];
  const usable = survey.natGateways.flatMap((gateway): NatMember[] => {
    const why = hindrance(gateway, placed);
    if (why !== undefined) unusable.push(sentence(gateway, why));
    const home = homeOf(gateway, placed);
    const { AllocationId: allocationId } = primaryOf(gateway) ?? {};
    if (why !== undefined || !home || allocationId === undefined) return [];
    const id = must(gateway.NatGatewayId, 'NatGatewayId');
    return [{ gateway, id, letter: letterOf(home.zone), allocationId, isGiven: false }];
  });
  const { mode, members } = modeOf(survey, placed, usable);
  const idle =
    mode === 'None'
      ? 'the private subnets go neither all by one gateway nor each by that of its zone'
      : 'no private subnet goes by it';
  return {
    mode,
    members,
    left: [
      ...unusable,
      ...usable.filter((one) => !members.includes(one)).map(({ gateway }) => sentence(gateway, idle)),
      ...members.flatMap(({ gateway }) =>
        (gateway.NatGatewayAddresses ?? [])
          .filter((address) => address !== primaryOf(gateway))
          .map(({ AllocationId, PrivateIp }) =>
            sentence(gateway, `the manifest speaks of one address, and not of ${AllocationId ?? PrivateIp}`),
          ),
      ),
    ],
  };
}

/** Why a gateway can be none of a SecureVpc; undefined where it can. */
function hindrance(gateway: NatGateway, placed: readonly Placed[]): string | undefined {
  if (gateway.State === 'failed') return 'it has failed';
  const implicit = natGatewayKind.implicit?.(gateway);
  if (implicit !== undefined) return implicit;
  if (homeOf(gateway, placed)?.tier !== 'public') return 'it stands in no subnet of tier public';
  if (primaryOf(gateway)?.AllocationId === undefined) return 'it has no address';
  return undefined;
}

function homeOf({ SubnetId }: NatGateway, placed: readonly Placed[]): Placed | undefined {
  return placed.find(({ id }) => id !== undefined && id === SubnetId);
}

function modeOf(
  survey: VpcSurvey,
  placed: readonly Placed[],
  usable: readonly NatMember[],
): Pick<NatDraft, 'mode' | 'members'> {
  const ways = placed.flatMap(({ tier, zone, id }) =>
    tier === 'private' && id !== undefined
      ? [{ letter: letterOf(zone), by: defaultRouteOf(survey, id)?.NatGatewayId }]
      : [],
  );
  const one = usable.find(({ id }) => id === ways[0]?.by);
  if (one && ways.every(({ by }) => by === one.id)) return { mode: 'Single', members: [one] };
  const letters = [...new Set(placed.map(({ zone }) => letterOf(zone)))].sort();
  const own = letters.flatMap((letter) => {
    const by = ways.find((way) => way.letter === letter)?.by;
    return usable.find((member) => member.letter === letter && member.id === by) ?? [];
  });
  if (own.length > 0 && own.length === letters.length) return { mode: 'PerZone', members: own };
  return { mode: 'None', members: [] };
}

function sentence(gateway: NatGateway, why: string): string {
  return `NAT gateway ${titled(gateway.NatGatewayId, nameOf(gateway))}: ${why}`;
}
