import type { Logger } from 'pino';
import { isEventReason } from '../api/events.ts';
import type { Outcome } from '../graph/outcome.ts';
import { textOf, type Change } from '../graph/kind.ts';
import { TAG } from '../graph/ownership.ts';
import type { Standing } from '../graph/plan.ts';
import { isAtIt, type Place } from '../graph/place.ts';
import { printable } from '../graph/ref.ts';
import { isRetention } from '../graph/retention.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { KubeObject } from '../kube/types.ts';
import type { Metrics } from '../metrics.ts';
import { advised } from './advice.ts';
import type { GraphObject } from './resource-status.ts';
import { tell } from './tell.ts';

const DONE = { adopt: 'Adopted', create: 'Created', update: 'Updated', delete: 'Deleted' } as const;

/** Reasons for which something waits and nobody has to look. */
const QUIET: ReadonlySet<string> = new Set(['DependencyNotReady', 'BackingUp', 'Deleting']);

/** How many changes an event names before it only counts, and how much of a value it shows. */
const CHANGES_MAX = 6;
const VALUE_MAX = 60;

/** Tells people and machines of one action: an event, a log line, and a count where drift was repaired. */
export function noteOutcome(
  to: { readonly events: EventRecorder; readonly metrics: Metrics; readonly place: Place },
  object: GraphObject,
  log: Logger,
  outcome: Outcome,
  drift: boolean,
): void {
  const { action, result, reason, message, written, retained } = outcome;
  const id = outcome.id ?? action.id;
  const fields = { node: action.node, type: action.type, verb: action.verb, id, result, reason };
  const what = id === undefined ? `${action.type} (${action.node})` : `${action.type} ${id} (${action.node})`;
  if (result === 'done') {
    log.info({ ...fields, retained }, 'done');
    // One event says at the end what was left.
    if (isRetention(action) || action.verb === 'wait' || action.verb === 'refuse') return;
    if (retained !== undefined) {
      const why = `${what} stays in ${to.place.name}, with ${to.place.mark} ${TAG.retained}: ${retained}`;
      tell(to.events, object, { reason: 'Retained', action: 'delete', message: why });
      return;
    }
    if (drift) to.metrics.driftRepairs.inc({ kind: object.kind, type: action.type });
    const changes = action.verb === 'update' || action.verb === 'adopt' ? action.changes : [];
    noteDone(to.events, object, { what, verb: action.verb, changes, drift });
    return;
  }
  if (written) noteDone(to.events, object, { what, verb: 'update', changes: written, drift });
  if (result === 'skipped' || isAtIt(reason) || QUIET.has(reason ?? '')) {
    // The place is at it, or an earlier step or another object is: nothing that a person should look into.
    log.info({ ...fields, message }, 'waiting');
    if (reason === 'BackingUp')
      tell(to.events, object, { reason, action: 'delete', message: `${what}: ${message}` });
    if (result === 'skipped' || action.verb !== 'delete' || !isAtIt(reason)) return;
    tell(to.events, object, {
      reason: 'Deleted',
      action: 'delete',
      message: `${to.place.name} is deleting ${what}`,
    });
    return;
  }
  log.warn({ ...fields, message }, 'not done');
  const why = advised(reason ?? '', message ?? 'no reason given');
  tell(to.events, object, {
    reason: isEventReason(reason) ? reason : 'Failed',
    action: action.verb,
    message: action.verb === 'refuse' ? `${action.node}: ${why}` : `could not ${action.verb} ${what}: ${why}`,
  });
}

interface Done {
  /** The thing: kind, id and node. */
  readonly what: string;
  readonly verb: keyof typeof DONE;
  readonly changes: readonly Change[];
  readonly drift: boolean;
}

/** Tells what was done: all of an action, or of a set those members that did not have to wait. */
function noteDone(events: EventRecorder, object: GraphObject, { what, verb, changes, drift }: Done): void {
  const named = changes.length > 0 ? `: ${changesText(changes)}` : '';
  tell(events, object, {
    reason: drift ? 'DriftRepaired' : DONE[verb],
    action: verb,
    message: drift
      ? `somebody changed ${what} outside Git; put back${named}`
      : `${DONE[verb].toLowerCase()} ${what}${named}`,
  });
}

/** Tells of an object that is refused as a whole, before anything is done for it. */
export function noteRefused(
  events: EventRecorder,
  object: KubeObject & { readonly kind: string },
  { reason, message }: { readonly reason: string; readonly message: string },
): void {
  tell(events, object, {
    reason: isEventReason(reason) ? reason : 'Failed',
    action: 'reconcile',
    message: advised(reason, message),
  });
}

/** Tells of what stands and is broken although nothing is done with it: an endpoint that was rejected. */
export function noteBroken(events: EventRecorder, object: GraphObject, standing: readonly Standing[]): void {
  for (const { node, state } of standing) {
    if (state.phase !== 'failed') continue;
    const reason = isEventReason(state.reason) ? state.reason : 'Failed';
    tell(events, object, {
      reason,
      action: 'observe',
      message: `${node}: ${advised(reason, state.message)}`,
    });
  }
}

/** Changes in words: each field, from what to what. */
function changesText(changes: readonly Change[]): string {
  const named = changes.slice(0, CHANGES_MAX).map(({ path, from, to }) => {
    const [was, is] = [from, to].map((value) => (value === undefined ? 'nothing' : `"${shown(value)}"`));
    return `${printable(path)} from ${was} to ${is}`;
  });
  const rest = changes.length - named.length;
  return `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function shown(value: unknown): string {
  const text = textOf(printable(value));
  return text.length <= VALUE_MAX ? text : `${text.slice(0, VALUE_MAX - 1)}…`;
}
