import type { LocalAccount } from '../../api/local-account.ts';
import type { References, Surroundings } from '../references.ts';

/** What the cluster says of itself, read beforehand, so that compiling stays pure. */
export interface ClusterFacts {
  /** Blocks that pods have their addresses from; empty where the cluster was not asked, or does not say. */
  readonly podCidrs: readonly string[];
}

/** All that a compiler for the local target may look at. */
export interface LocalCompileInput<T> {
  readonly object: T;
  /** The installation id, as in the ownership tags. */
  readonly installation: string;
  readonly account: LocalAccount;
  /** What an Account of another name says, where it is local as well. Default: nothing is known of any. */
  readonly accountOf?: (name: string) => LocalAccount | undefined;
  readonly facts: ClusterFacts;
  /** The one namespace that everything goes to, whatever that of its object. Default: each to that of its object. */
  readonly into?: string;
  /** The objects that this one refers to. */
  readonly references: References;
  /** Default: nothing is known. */
  readonly surroundings?: Surroundings;
}
