import { plainVerb, type PlainVerb } from '../graph/plain-verb.ts';
import type { Action } from '../graph/plan.ts';

/** What a step of a plan is to who reads it. What would be deleted, and a copy needs still, is kept. */
export type Step = PlainVerb | 'keep';

/** Why what a plan would delete is left, in words for people, by its id. */
export type Needed = ReadonlyMap<string, string>;

/** Of an action, with what AWS says of what is needed still. */
export function stepOf(action: Action, needed: Needed): Step {
  return neededFor(action, needed) === undefined ? plainVerb(action) : 'keep';
}

/** Why the thing that an action deletes is left; undefined where it is not, or nothing is deleted. */
export function neededFor(action: Action, needed: Needed): string | undefined {
  return action.verb === 'delete' ? needed.get(action.id) : undefined;
}
