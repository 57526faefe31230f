import type { PausedReason } from '../api/conditions.ts';
import { idleOutcome, isIdle, type Outcome } from '../graph/outcome.ts';
import type { Plan, Standing } from '../graph/plan.ts';

/** Where a resource stands after a pass, for its conditions and for when to look again. */
export type Verdict =
  | { readonly kind: 'ready'; readonly message: string }
  | { readonly kind: 'reconciling' | 'stalled'; readonly reason: string; readonly message: string };

/** It was not looked at, since its spec says so. */
export interface Paused {
  readonly kind: 'paused';
  readonly reason: PausedReason;
  readonly message: string;
}

/** How many causes a message names before it only counts. */
const NAMED_MAX = 3;

/**
 * Sums up a pass: anything that needs a person wins over anything that waits, which wins over being done.
 * `left` is the plan as it is after the pass.
 */
export function verdictOf(outcomes: readonly Outcome[], left: Plan): Verdict {
  const stalled = outcomes.filter((outcome) => outcome.result === 'stalled');
  const seen = [...left.standing, ...left.facets];
  const broken = seen.filter((standing) => standing.state.phase === 'failed');
  if (stalled.length + broken.length > 0) {
    return sentence('stalled', [...stalled.map(causeOf), ...broken.map(stateCause)]);
  }
  const waiting = outcomes.filter((outcome) => outcome.result === 'waiting');
  const pending = seen.filter((standing) => standing.state.phase !== 'ready');
  if (waiting.length + pending.length > 0) {
    return sentence('reconciling', [...waiting.map(causeOf), ...pending.map(stateCause)]);
  }
  if (left.actions.length > 0) {
    const next = left.actions.map((action) => ({
      reason: 'Updating',
      message: `${action.verb} ${action.node}`,
    }));
    return sentence('reconciling', next);
  }
  return { kind: 'ready', message: `${left.standing.length} things are as specified` };
}

/**
 * Sums up what was only looked at. What differs does no harm to being ready, as long as everything is there; what is
 * missing needs a person, since nothing is made.
 */
export function verdictOfObserved(seen: Plan): Verdict {
  const idle = seen.actions.filter(isIdle);
  const verdict = verdictOf(idle.map(idleOutcome), { ...seen, actions: [] });
  const missing = seen.actions.filter((action) => action.verb === 'create' && action.revision === undefined);
  if (verdict.kind !== 'stalled' && missing.length > 0) {
    const message = `${namesOf(missing.map(({ node }) => node))} not there, and only observed: with spec.management Manage what is missing is made`;
    return { kind: 'stalled', reason: 'ThingsMissing', message };
  }
  if (verdict.kind !== 'ready') return verdict;
  const differs = seen.actions.length > 0 ? '; what differs from the spec stands in Drifted' : '';
  return { kind: 'ready', message: `${seen.standing.length} things are there and usable${differs}` };
}

function namesOf(names: readonly string[]): string {
  const rest = names.length - NAMED_MAX;
  const named = names.slice(0, NAMED_MAX).join(', ');
  if (rest > 0) return `${named} and ${rest} more are`;
  return `${named} ${names.length === 1 ? 'is' : 'are'}`;
}

interface Cause {
  readonly reason: string;
  readonly message: string;
}

function causeOf(outcome: Outcome): Cause {
  const message = `${outcome.action.node}: ${outcome.message ?? 'no reason given'}`;
  return { reason: outcome.reason ?? 'WaitingForAws', message };
}

function stateCause({ node, state }: Standing): Cause {
  if (state.phase === 'ready') return { reason: 'Succeeded', message: `${node} is ready` };
  return { reason: state.reason, message: `${node}: ${state.message}` };
}

function sentence(kind: 'reconciling' | 'stalled', causes: readonly Cause[]): Verdict {
  const named = causes.slice(0, NAMED_MAX).map((cause) => cause.message);
  const rest = causes.length - named.length;
  return {
    kind,
    reason: causes[0]?.reason ?? 'Progressing',
    message: [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; '),
  };
}
