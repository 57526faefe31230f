import type { SecureVpcSpec } from '../api/secure-vpc.ts';
import { Terminal } from '../errors.ts';

/**
 * The zones of a network, sorted. Names are taken as given; for a count, zones once chosen (`frozen`, from
 * status or from subnets that exist) stay, and further ones follow in the region's order. A zone in use stays
 * although AWS has closed it to new things. Throws {@link Terminal}.
 */
export function chooseZones(
  wanted: SecureVpcSpec['zones'],
  frozen: readonly string[],
  available: readonly string[],
): string[] {
  if (wanted.names !== undefined) {
    const unknown = wanted.names.find((zone) => !available.includes(zone) && !frozen.includes(zone));
    if (unknown !== undefined) {
      throw new Terminal(
        'InvalidSpec',
        `spec.zones.names: zone ${unknown} is not open to this account; choose among ${available.join(', ')}`,
      );
    }
    return [...wanted.names].sort();
  }
  const count = wanted.count ?? 0;
  const further = [...available].sort().filter((zone) => !frozen.includes(zone));
  const chosen = [...frozen, ...further].slice(0, count);
  if (chosen.length < count) {
    throw new Terminal(
      'InvalidSpec',
      `spec.zones.count is ${count}, but this account has only ${chosen.join(', ')} in the region; lower the count`,
    );
  }
  return chosen.sort();
}

/** The letter of a zone: `a` of `us-east-1a`. */
export function letterOf(zone: string): string {
  return zone.slice(-1);
}
