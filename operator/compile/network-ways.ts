import type { TierName } from '../api/endpoints.ts';
import type { SecureVpcSpec } from '../api/secure-vpc.ts';
import type { AclEntry } from '../aws/ec2/network-acl-entries.ts';
import { flowsOf } from './flows.ts';
import type { RegionFacts } from './input.ts';
import { networkAclEntries } from './network-acls.ts';
import type { PlannedSubnet } from './subnets.ts';
import { cidrWithin } from '../api/fields.ts';

/** A connection over TCP from the subnets of one tier to those of another. */
interface Way {
  readonly from: TierName;
  readonly to: TierName;
  readonly port: number;
}

/** The tier whose network ACL lets a connection not through, that of its beginning first; undefined where none is in its way. */
export function closedFor(
  spec: SecureVpcSpec,
  facts: RegionFacts,
  subnets: readonly PlannedSubnet[],
  { from, to, port }: Way,
): TierName | undefined {
  const flows = flowsOf(spec, facts);
  const isOpen = (tier: TierName, direction: AclEntry['direction'], peer: TierName) => {
    if (spec.tiers.find(({ name }) => name === tier)?.networkAcl !== 'Strict') return true;
    const entries = networkAclEntries(spec, tier, flows, subnets).filter(
      (entry) => entry.direction === direction && isAbout(entry, port),
    );
    // The lowest number that fits decides.
    return subnets
      .filter((subnet) => subnet.tier === peer)
      .every(({ cidr }) => entries.find((entry) => cidrWithin(entry.cidr, cidr))?.action === 'allow');
  };
  if (!isOpen(from, 'egress', to)) return from;
  return isOpen(to, 'ingress', from) ? undefined : to;
}

function isAbout({ protocol, fromPort, toPort }: AclEntry, port: number): boolean {
  return protocol === 'all' || (protocol === 'tcp' && fromPort <= port && port <= toPort);
}
