import type { AwsAccount } from '../api/account.ts';
import type { AwsEndpointServices, AwsRegionFacts } from '../aws/region-facts.ts';
import type { References, Surroundings } from './references.ts';

/** What AWS says of a region for one account, read beforehand, so that compiling stays pure; or what is assumed of it. */
export interface RegionFacts extends Omit<AwsRegionFacts, 'endpointServices'> {
  /** Undefined where AWS was not asked: every service is then taken to be offered everywhere. */
  readonly endpointServices: AwsEndpointServices | undefined;
  /**
   * Endpoint services of other accounts that the object names: names of their zones by name of the service. AWS does not show the
   * account one that is missing. Undefined where AWS was not asked.
   */
  readonly providedServices?: ReadonlyMap<string, readonly string[]>;
}

/** All that a compiler may look at. */
export interface CompileInput<T> {
  readonly object: T;
  /** The installation id, as in the ownership tags. */
  readonly installation: string;
  readonly account: AwsAccount;
  readonly facts: RegionFacts;
  /** The objects that this one refers to. */
  readonly references: References;
  /** Default: nothing is known. */
  readonly surroundings?: Surroundings;
}
