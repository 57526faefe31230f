import type { TierName } from '../api/endpoints.ts';
import type { SecureVpc } from '../api/secure-vpc.ts';
import type { SecurityGroupName } from '../api/security-groups.ts';
import { Terminal } from '../errors.ts';
import { foreignRef } from '../graph/ref.ts';
import type { RegionFacts } from './input.ts';
import { ownerOf } from './names.ts';
import { closedFor } from './network-ways.ts';
import { groupsOf } from './security-groups.ts';
import { planSubnets } from './subnets.ts';
import { chooseZones } from './zones.ts';

/** A subnet of a network, as others see it. */
interface ExportedSubnet {
  readonly zone: string;
  /** Stands for its id. */
  readonly id: string;
}

/** What others may use of a network. Every text stands for an id, known as soon as the thing is there. */
export interface NetworkExports {
  /** `SecureVpc/namespace/name`, for messages. */
  readonly owner: string;
  readonly vpcId: string;
  /** Why nothing is to be started in it yet; undefined where it is ready, or paused before anybody has looked at it. */
  readonly notYet: string | undefined;
  /** The subnets of a tier, by zone; none where the network has no such tier. */
  subnets(tier: TierName): readonly ExportedSubnet[];
  /** One of the network's security groups; undefined where it has none of the name. */
  securityGroup(name: SecurityGroupName): string | undefined;
  /** The tier whose network ACL keeps the tasks of services from a port in another tier; undefined where none does. */
  closedFor(tier: TierName, port: number): TierName | undefined;
}

/** What a network offers to others. Throws {@link Terminal} where its spec makes no network. */
export function exportsOfNetwork(network: SecureVpc, facts: RegionFacts): NetworkExports {
  const owner = ownerOf(network);
  try {
    const zones = chooseZones(network.spec.zones, network.status.zones ?? [], facts.zones);
    const subnets = planSubnets(network, zones);
    const groups = groupsOf(network.spec.securityGroups);
    return {
      owner,
      vpcId: foreignRef(owner, 'vpc'),
      notYet: notYetReady(network),
      subnets: (tier) =>
        subnets
          .filter((subnet) => subnet.tier === tier)
          .map(({ zone, key }) => ({ zone, id: foreignRef(owner, `subnet/${key}`) })),
      securityGroup: (name) =>
        groups.includes(name) ? foreignRef(owner, `security-group/${name}`) : undefined,
      closedFor: (tier, port) => closedFor(network.spec, facts, subnets, { from: 'private', to: tier, port }),
    };
  } catch (error) {
    if (!(error instanceof Terminal)) throw error;
    throw new Terminal(error.reason, `${owner}, which is referred to, cannot be made: ${error.message}`, {
      cause: error,
    });
  }
}

/** A network leads to registries and logs only when all of it is there; what starts before fails, and AWS gives it up. */
function notYetReady(network: SecureVpc): string | undefined {
  const ready = network.status.conditions?.find(({ type }) => type === 'Ready');
  if (ready !== undefined && ready.status !== 'False') return undefined;
  const now = ready === undefined ? 'nobody has looked at it yet' : `it is ${ready.reason} now`;
  return `waits for ${ownerOf(network)} to be Ready: what starts in it before that may reach no registry and no log; ${now}`;
}
