import type { Outcome } from '../graph/apply.ts';
import type { Plan, Standing } from '../graph/plan.ts';

/** Where a resource stands after a pass, for its conditions and for when to look again. */
export type Verdict =
  | { readonly kind: 'ready'; readonly message: string }
  | { readonly kind: 'reconciling' | 'stalled'; readonly reason: string; readonly message: string };

/** How many causes a message names before it only counts. */
const NAMED_MAX = 3;

/**
 * Sums up a pass: anything that needs a person wins over anything that waits, which wins over being done.
 * `left` is the plan as it is after the pass.
 */
export function verdictOf(outcomes: readonly Outcome[], left: Plan): Verdict {
  const stalled = outcomes.filter((outcome) => outcome.result === 'stalled');
  const broken = left.standing.filter((standing) => standing.state.phase === 'failed');
  if (stalled.length + broken.length > 0) {
    return sentence('stalled', [...stalled.map(causeOf), ...broken.map(stateCause)]);
  }
  const waiting = outcomes.filter((outcome) => outcome.result === 'waiting');
  const pending = left.standing.filter((standing) => standing.state.phase !== 'ready');
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
