import type { SecureVpc } from '../api/secure-vpc.ts';
import type { GraphObject } from '../controllers/resource-status.ts';
import { Terminal } from '../errors.ts';
import { UsageError } from './usage.ts';
import { counted, filenameWords } from './words.ts';

/** The zones to assume, by region. */
export type ZonesByRegion = ReadonlyMap<string, readonly string[]>;

/**
 * Reads `--zones`: names as `us-east-1a` for their region, single letters for every region. Throws
 * {@link UsageError} for what is no zone of any of the regions, and for a region that is left without zones.
 */
export function zonesByRegion(
  given: string,
  objects: readonly GraphObject[],
  paths: readonly string[] | undefined,
): ZonesByRegion {
  const regions = [...new Set(objects.map(({ spec }) => spec.region))].sort();
  const instead = (command: string) => `${command}${filenameWords(paths)} --zones ${exampleOf(regions)}`;
  const names = given.split(',').map((name) => name.trim());
  const stray = names.find((name) => regions.every((region) => zoneIn(region, name) === undefined));
  if (stray !== undefined) {
    throw new UsageError(
      `--zones ${given}: "${stray}" is no zone of ${regions.join(' or ')}, whose zones have its name and a letter`,
      { instead },
    );
  }
  return new Map(
    regions.map((region) => {
      const zones = [...new Set(names.flatMap((name) => zoneIn(region, name) ?? []))];
      if (zones.length === 0)
        throw new UsageError(`--zones ${given} names no zone of ${region}, where a network is to be`, {
          instead,
        });
      return [region, zones];
    }),
  );
}

/**
 * Throws {@link Terminal} where a network needs more zones than `--zones` names. The compiler would refuse it too,
 * but it takes the zones for those that the account has.
 */
export function checkZones({ spec, status }: SecureVpc, zones: readonly string[]): void {
  const usable = new Set([...zones, ...(status.zones ?? [])]);
  const named = `--zones names ${counted(zones.length, 'zone')} of ${spec.region}: ${zones.join(', ')}`;
  const missing = spec.zones.names?.find((zone) => !usable.has(zone));
  if (missing !== undefined) {
    throw new Terminal(
      'InvalidSpec',
      `spec.zones.names has ${missing}, but ${named}; add it there, or leave --zones out`,
    );
  }
  if (usable.size < (spec.zones.count ?? 0)) {
    throw new Terminal(
      'InvalidSpec',
      `spec.zones.count is ${spec.zones.count}, but ${named}; name more, or leave --zones out`,
    );
  }
}

/** The full name of a zone given as such or by its letter; undefined where the region cannot have it. */
function zoneIn(region: string, name: string): string | undefined {
  const zone = name.length === 1 ? `${region}${name}` : name;
  return zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length)) ? zone : undefined;
}

/** Letters hold for several regions. */
function exampleOf(regions: readonly string[]): string {
  const [region = '', ...others] = regions;
  return others.length > 0 ? 'a,b' : `${region}a,${region}b`;
}
