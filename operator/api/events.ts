import { CONDITIONS, type ReconcilingReason, type StalledReason } from './conditions.ts';

interface EventDoc {
  readonly type: 'Normal' | 'Warning';
  /** What it means. */
  readonly means: string;
  /** What to do about it; absent where nothing needs doing. */
  readonly todo?: string;
}

/**
 * Every event of Landfall's own. Whatever cannot be done comes as a Warning with the reason of the condition that it
 * leads to, and with what to do about it.
 */
export const EVENTS = {
  Created: { type: 'Normal', means: 'A thing was made in AWS; the message gives its kind, id and node.' },
  Adopted: {
    type: 'Normal',
    means:
      'A thing that spec.adopt names was taken over; the message gives its id and each field that changed.',
  },
  Updated: {
    type: 'Normal',
    means:
      'A thing was changed in place; the message gives each field, from what to what. Of a set of routes, those that had not to wait for something.',
  },
  Deleted: {
    type: 'Normal',
    means:
      'A thing was deleted, or its deletion has begun; at the end of an object, that nothing is left of it.',
  },
  DriftRepaired: {
    type: 'Warning',
    means: 'Somebody changed a thing outside Git, and it was put back; the message gives each field.',
    todo: 'Find out who did it (CloudTrail has the calls on the id); make the change in Git if it is wanted.',
  },
  DriftDetected: {
    type: 'Warning',
    means: 'AWS differs from the spec, and spec.management is Observe, so that nothing is changed.',
    todo: 'Change the spec or AWS, or set spec.management to Manage.',
  },
  PlanApproved: {
    type: 'Normal',
    means: 'A plan is being carried out, since a PlanApproval names its hash; the message names both.',
  },
  Retained: {
    type: 'Normal',
    means:
      'Things stay in AWS on purpose: the object is gone and says so, or a snapshot or a secret still needs them; the message names them.',
  },
  BackingUp: {
    type: 'Normal',
    means:
      'A copy of what a store holds is being made, and the store is deleted when it is complete; the message names both.',
  },
  LeftAsObserved: {
    type: 'Normal',
    means: 'The object is gone; it was only observed, so that what is there is left as it is.',
  },
  Claimed: {
    type: 'Normal',
    means: 'The first object that uses the Account has come, and this cluster has claimed the account.',
  },
  TakenOver: {
    type: 'Normal',
    means: 'The account was taken over from another cluster, as `landfall takeover` asked.',
  },
  ClaimLeft: {
    type: 'Warning',
    means: 'The Account is gone, and its claim could not be taken away in AWS; the message says why.',
    todo: 'Nothing, unless another cluster is to act there: that one needs `landfall takeover`.',
  },
  Failed: {
    type: 'Warning',
    means: 'Something could not be done for a reason that Landfall has no word for; the message gives it.',
    todo: 'This is a defect: please report it with the log of the operator.',
  },
} as const satisfies Readonly<Record<string, EventDoc>>;

/** Every reason that an event may have. */
export type EventReason = keyof typeof EVENTS | ReconcilingReason | StalledReason;

/** Whether a word is a reason that the reference lists. */
export function isEventReason(word: string | undefined): word is EventReason {
  const { Reconciling, Stalled } = CONDITIONS;
  return word !== undefined && [EVENTS, Reconciling.reasons, Stalled.reasons].some((table) => word in table);
}

/** Whether an event with this reason is a warning. */
export function eventType(reason: EventReason): 'Normal' | 'Warning' {
  return reason in EVENTS ? EVENTS[reason as keyof typeof EVENTS].type : 'Warning';
}

/** The events with their documentation, in the order of the reference. */
export function eventDocs(): [string, EventDoc][] {
  return Object.entries(EVENTS);
}
