import type { Action } from './plan.ts';

/** What an action is to people. */
export type PlainVerb = 'adopt' | 'create' | 'update' | 'replace' | 'delete' | 'wait' | 'refuse';

/** A replacement is a create in the plan, and the first rules of a group that is still to be made are an update there. */
export function plainVerb(action: Action): PlainVerb {
  if (action.verb === 'create') return action.revision === undefined ? 'create' : 'replace';
  return action.verb === 'update' && action.id === undefined ? 'create' : action.verb;
}
