import type { Condition } from '../api/common.ts';
import { setCondition } from '../kube/conditions.ts';
import { advised } from './advice.ts';
import type { Paused, Verdict } from './verdict.ts';

/** What a pass found out about drift: nothing, a difference that is left, or one that it repaired. */
export type Drift = { readonly found: string; readonly repaired: boolean } | undefined;

interface ConditionInput {
  readonly before: readonly Condition[];
  readonly verdict: Verdict | Paused;
  readonly drift: Drift;
  /** What differs is only told of, and not repaired. */
  readonly observed?: boolean;
  readonly generation: number;
  readonly now: Date;
}

/**
 * The one place that writes conditions. Ready is always there; Reconciling and Stalled only while they hold, as
 * kstatus reads them. While drift is repaired Ready stays as it is, and so does all but Paused while that holds.
 */
export function conditionsFor(input: ConditionInput): Condition[] {
  const { verdict, drift, observed = false, generation, now } = input;
  const holds = (type: string) =>
    input.before.some(
      (condition) =>
        condition.type === type && condition.status === 'True' && condition.observedGeneration === generation,
    );
  // A repair may take several passes, and only the first of them finds something to do.
  const repairing = !observed && (drift !== undefined || (holds('Drifted') && holds('Ready')));
  // AWS asks for a pause or cannot be asked: what stands is as it was when last looked at.
  const blind = ['Throttled', 'AwsUnreachable'].includes(
    verdict.kind === 'reconciling' ? verdict.reason : '',
  );
  const keepsReady = verdict.kind === 'reconciling' && (repairing || (blind && holds('Ready')));
  let conditions: readonly Condition[] = input.before.filter(
    ({ type }) =>
      (type !== 'Reconciling' || verdict.kind === 'reconciling') &&
      (type !== 'Stalled' || verdict.kind === 'stalled') &&
      (type !== 'Paused' || verdict.kind === 'paused'),
  );
  const set = (type: string, status: 'True' | 'False' | 'Unknown', reason: string, message: string): void => {
    conditions = setCondition(
      conditions,
      { type, status, reason, message, observedGeneration: generation },
      now,
    );
  };
  if (verdict.kind === 'paused') {
    if (!conditions.some(({ type }) => type === 'Ready'))
      set('Ready', 'Unknown', verdict.reason, 'nothing was looked at yet');
    set('Paused', 'True', verdict.reason, verdict.message);
    return [...conditions];
  }
  if (verdict.kind === 'ready') set('Ready', 'True', 'Succeeded', verdict.message);
  else {
    const message = advised(verdict.reason, verdict.message);
    if (!keepsReady) set('Ready', 'False', verdict.reason, message);
    set(verdict.kind === 'stalled' ? 'Stalled' : 'Reconciling', 'True', verdict.reason, message);
  }
  if (drift) {
    if (drift.repaired) set('Drifted', 'False', 'DriftRepaired', drift.found);
    else set('Drifted', 'True', 'DriftDetected', drift.found);
  } else if (verdict.kind === 'ready') {
    const former = conditions.find(({ type, status }) => type === 'Drifted' && status === 'True');
    if (former) set('Drifted', 'False', 'DriftRepaired', former.message);
  }
  return [...conditions];
}
