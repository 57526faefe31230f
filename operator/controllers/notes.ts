import type { Logger } from 'pino';
import type { Outcome } from '../graph/apply.ts';
import { isRetention } from '../graph/retention.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Metrics } from '../metrics.ts';
import { refOf, type GraphObject } from './resource-status.ts';

const DONE = {
  adopt: 'Adopted',
  create: 'Created',
  update: 'Updated',
  delete: 'Deleted',
  wait: 'Waiting',
  refuse: 'Refused',
} as const;

/** Tells people and machines of one action: an event, a log line, and a count where drift was repaired. */
export function noteOutcome(
  to: { readonly events: EventRecorder; readonly metrics: Metrics },
  object: GraphObject,
  log: Logger,
  outcome: Outcome,
  drift: boolean,
): void {
  const { action, result, reason, message } = outcome;
  const id = outcome.id ?? action.id;
  const fields = { node: action.node, type: action.type, verb: action.verb, id, result, reason };
  if (result === 'done') {
    log.info(fields, 'done');
    // One event says at the end what was left.
    if (isRetention(action)) return;
    if (drift) to.metrics.driftRepairs.inc({ kind: object.kind, type: action.type });
    const what = `${action.type} ${id ?? ''} (${action.node})`;
    const paths =
      action.verb === 'update' ? `: ${action.changes.map((change) => change.path).join(', ')}` : '';
    to.events.record(refOf(object), {
      type: drift ? 'Warning' : 'Normal',
      reason: drift ? 'DriftRepaired' : DONE[action.verb],
      action: action.verb,
      message: drift
        ? `somebody changed ${what} outside Git; put back${paths}`
        : `${DONE[action.verb].toLowerCase()} ${what}${paths}`,
    });
    return;
  }
  if (result === 'skipped' || reason === 'WaitingForAws') {
    // AWS is at it, or an earlier step is: nothing that a person should look into.
    log.info({ ...fields, message }, 'waiting');
    if (result === 'skipped' || action.verb !== 'delete') return;
    const deleting = `AWS is deleting ${action.type} ${id ?? ''} (${action.node})`;
    to.events.record(refOf(object), {
      type: 'Normal',
      reason: DONE.delete,
      action: 'delete',
      message: deleting,
    });
    return;
  }
  log.warn({ ...fields, message }, 'not done');
  to.events.record(refOf(object), {
    type: 'Warning',
    reason: reason ?? 'Failed',
    action: action.verb,
    message: `${action.verb} ${action.type} (${action.node}): ${message ?? 'no reason given'}`,
  });
}
