import type { ReconcilingReason, StalledReason } from './api/conditions.ts';

/**
 * The resource cannot go on yet and will by itself. One place maps it to the condition Reconciling with this
 * reason and message, and to an early requeue.
 */
export class Waiting extends Error {
  override readonly name = 'Waiting';
  readonly reason: ReconcilingReason;
  constructor(reason: ReconcilingReason, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}

/**
 * A person has to act. One place maps it to the condition Stalled with this reason and message; it is still
 * tried again ever more rarely. The message names field, value and what to do.
 */
export class Terminal extends Error {
  override readonly name = 'Terminal';
  readonly reason: StalledReason;
  constructor(reason: StalledReason, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}
