import type { Adoptions } from './adoption.ts';
import type { ExportsOf } from './exports.ts';
import type { Graph } from './graph.ts';
import type { Change, Kinds, World, Wrote } from './kind.ts';
import type { Place } from './place.ts';
import type { Action, Plan } from './plan.ts';

/** What an error of the provider means for the plan. */
export type Verdict =
  /** It will pass by itself: eventual consistency, something still in use, throttling. */
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  /** A person has to do something: denied, quota, refused by the provider. */
  | { readonly kind: 'stalled'; readonly reason: string; readonly message: string }
  /** A thing of that name, CIDR or token exists already. */
  | { readonly kind: 'exists'; readonly reason: string; readonly message: string }
  /** Something else still uses it. */
  | { readonly kind: 'inUse'; readonly reason: string; readonly message: string }
  /** No answer came: the call may or may not have had its effect. */
  | { readonly kind: 'unclear'; readonly reason: string; readonly message: string };

/** The result of one action. `clear` is false where a create may have happened without our seeing its answer. */
export interface Outcome {
  readonly action: Action;
  readonly result: 'done' | 'waiting' | 'stalled' | 'skipped';
  readonly id?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly clear: boolean;
  /** Of a set that is written member by member: what was written although the rest waits. */
  readonly written?: readonly Change[];
  /** Of a delete that left its thing on purpose: why. */
  readonly retained?: string;
}

export interface ApplyInput<S> {
  readonly plan: Plan;
  readonly graph: Graph;
  readonly kinds: Kinds<S>;
  readonly place: Place;
  readonly world: World<S>;
  /** Those that the plan was made with; default none. */
  readonly adoptions?: Adoptions<S>;
  /** Looks up what stands of other resources at this moment: they go on meanwhile. Default: nothing. */
  readonly exportsNow?: () => ExportsOf;
  readonly session: S;
  /** The uid of the Kubernetes object: part of every client token, so that a new object of the same name never reuses one. */
  readonly uid: string;
  /** Actions under way at once. */
  readonly concurrency: number;
  readonly wrote: Wrote<S>;
  /** Whether a copy of what is nowhere else has to be there before it is deleted; default that it has. */
  readonly keepsCopy?: boolean;
  /** Since when the object is to go, as the API server says. */
  readonly goingSince?: Date;
  /** Called right before what is nowhere else is deleted; throws where nobody wants that any more. */
  readonly confirmLoss?: () => Promise<void>;
  /** When it is: the value of the tag of what is left on purpose, RFC 3339. */
  readonly time: string;
  readonly interpret: (error: unknown) => Verdict;
  /** Whether what an action is about is gone, asked where the provider refuses the action; default that it is there. */
  readonly isGone?: (action: Action) => Promise<boolean>;
  /** Called after each action, for events and logs. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** True as soon as nothing more may be started: shutting down, or no longer the leader. */
  readonly stopping: () => boolean;
}

export type Idle = Extract<Action, { reason: string }>;

/** Whether an action is nothing to carry out. */
export function isIdle(action: Action): action is Idle {
  return action.verb === 'wait' || action.verb === 'refuse';
}

/** The outcome of what nobody carries out: it waits, or a person is needed. */
export function idleOutcome(action: Idle): Outcome {
  const result = action.verb === 'wait' ? 'waiting' : 'stalled';
  return {
    action,
    result,
    ...(action.id !== undefined && { id: action.id }),
    reason: action.reason,
    message: action.message,
    clear: true,
  };
}
