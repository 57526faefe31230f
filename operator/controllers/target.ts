import type { AwsSession } from '../aws/session.ts';
import type { ClusterFacts } from '../compile/local/input.ts';
import type { Kinds } from '../graph/kind.ts';
import type { Place } from '../graph/place.ts';
import type { Verdict } from '../graph/outcome.ts';
import type { Lanes } from '../inventory/lanes.ts';
import type { TargetWorld } from '../inventory/world.ts';
import type { LocalSession } from '../local/session.ts';
import type { Facts } from './facts.ts';

/** The sorts of places in which things are made. */
export type TargetType = 'aws' | 'local';

/** What the node kinds of a target act with. Nobody else looks inside, and those of one target never meet those of the other. */
export type Session = AwsSession | LocalSession;

/** An account of AWS in one region. */
export interface AwsTarget extends Target {
  readonly type: 'aws';
  readonly session: AwsSession;
}

/** One place as an Account reaches it, where things are made: an account of AWS in one region, or the cluster itself. */
export interface Target {
  readonly type: TargetType;
  readonly place: Place;
  /** Every sort of thing that can be made there. */
  readonly kinds: Kinds<Session>;
  readonly session: Session;
  readonly world: TargetWorld<Session>;
  readonly lanes: readonly Lanes<Session>[];
  /** What an error means that its kinds throw. */
  readonly interpret: (error: unknown) => Verdict;
  /** What the place says of itself, and AWS of these endpoint services of other accounts. */
  facts(services?: readonly string[]): Promise<Facts | ClusterFacts>;
}
