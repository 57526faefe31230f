export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** A condition as in `metav1.Condition`. */
export interface Condition {
  type: string;
  status: ConditionStatus;
  /** CamelCase, for programs. */
  reason: string;
  /** For people. */
  message: string;
  observedGeneration?: number | undefined;
  /** RFC 3339, seconds. */
  lastTransitionTime: string;
}

/** metav1.Time has whole seconds. */
export const timestamp = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z');

/**
 * The conditions with this one set: in its old place, or last when new. `lastTransitionTime` stays when
 * the status does.
 */
export function setCondition(
  conditions: readonly Condition[],
  next: Omit<Condition, 'lastTransitionTime'>,
  now: Date,
): Condition[] {
  const old = conditions.find((condition) => condition.type === next.type);
  const lastTransitionTime = old?.status === next.status ? old.lastTransitionTime : timestamp(now);
  const condition = { ...next, lastTransitionTime };
  if (old === undefined) return [...conditions, condition];
  return conditions.map((existing) => (existing === old ? condition : existing));
}
