import type { TestContext } from 'vitest';

/** What tests of this run went through: `scripts/summary.mjs` adds each up over all tests and prints the sums. */
export interface Counted {
  /** Writes at which the operator may die, times the moments at which it may. */
  readonly crashPoints?: number;
  /** Those of them at which it was killed. */
  readonly crashPointsRun?: number;
  readonly invalidManifests?: number;
  readonly kindsUnderContract?: number;
  readonly driftCases?: number;
  readonly policyActions?: number;
  /** Those of them without which the operator was tried. */
  readonly policyActionsWithheld?: number;
  readonly plannedEdits?: number;
  readonly plannedWrites?: number;
}

declare module 'vitest' {
  interface TaskMeta {
    counted?: Counted;
  }
}

/** Notes of a test how much it went through. */
export function counted({ task }: Pick<TestContext, 'task'>, numbers: Counted): void {
  task.meta.counted = numbers;
}
