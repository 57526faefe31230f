import type { AwsAccount } from '../api/account.ts';
import type { References } from './references.ts';

/** What AWS says of a region for one account; it changes seldom and is read beforehand, so that compiling stays pure. */
export interface RegionFacts {
  readonly accountId: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  /** Names of the zones that are open to the account, sorted. */
  readonly zones: readonly string[];
  /** Ids of AWS's prefix lists by short service name: `s3` → `pl-…`. */
  readonly prefixLists: Readonly<Record<string, string>>;
  /** Ids of the sets of DHCP options that say what AWS's own set of the region says; none where AWS was not asked. */
  readonly dhcpOptions: readonly string[];
  /**
   * Short name of a service → type of endpoint → names of the zones where AWS offers it. Undefined where AWS
   * was not asked: every service is then taken to be offered everywhere.
   */
  readonly endpointServices: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> | undefined;
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
}
