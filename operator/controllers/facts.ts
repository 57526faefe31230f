import { readServiceZones } from '../aws/ec2/service-zones.ts';
import { isNoSuchService } from '../aws/errors.ts';
import { readRegionFacts, type AwsRegionFacts } from '../aws/region-facts.ts';
import type { AwsSession } from '../aws/session.ts';
import type { Clock } from '../clock.ts';
import { remembered } from '../remembered.ts';

/** How long facts are believed, in milliseconds: AWS opens zones and services, but not every hour. */
const FACTS_MS = 3_600_000;

/** Facts of a region, and of the endpoint services of other accounts that were named. */
export interface Facts extends AwsRegionFacts {
  /** Names of their zones by the name of the service; one that AWS does not show to the account is missing. */
  readonly providedServices: ReadonlyMap<string, readonly string[]>;
}

/** Reads facts when they are first asked for, and again after an hour; a service that AWS does not show yet, each time. */
export function factsReader(
  session: AwsSession,
  clock: Clock,
): (services?: readonly string[]) => Promise<Facts> {
  const ofRegion = remembered(clock, FACTS_MS, () => readRegionFacts(session));
  const known = new Map<string, () => Promise<readonly string[]>>();
  const zonesOf = (service: string) => {
    const ask = known.get(service) ?? remembered(clock, FACTS_MS, () => readServiceZones(session, service));
    known.set(service, ask);
    return ask();
  };
  const shown = async (service: string) => {
    try {
      return [[service, await zonesOf(service)] as const];
    } catch (error) {
      if (isNoSuchService(error)) return [];
      throw error;
    }
  };
  return async (services = []) => {
    const [facts, ...found] = await Promise.all([ofRegion(), ...services.map(shown)]);
    return { ...facts, providedServices: new Map(found.flat()) };
  };
}
