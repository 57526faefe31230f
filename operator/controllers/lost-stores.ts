import type { PlanStatus } from '../api/common.ts';
import { isRemade } from '../graph/approval.ts';
import type { Plan } from '../graph/plan.ts';
import { timestamp } from '../kube/conditions.ts';
import { isApproved } from './approvals.ts';
import type { Pass, ResourceDeps } from './pass.ts';
import { planStatusOf } from './plan-status.ts';
import type { GraphObject } from './resource-status.ts';
import type { Target } from './target.ts';

/** What becomes of stores that are gone. */
interface Decision {
  readonly planned: Plan;
  /** They are made anew, and empty: somebody said so, or the plan that does it waits for its approval as a whole. */
  readonly remakes: boolean;
  /** Else: the plan that would do so, for whoever wants that. */
  readonly asks?: PlanStatus;
}

/**
 * Whether stores that are gone are made anew: only where somebody approved the plan that does just that, also where nothing else
 * of the object takes an approval. What is not about them goes on in the meantime. `remade` is the plan with them.
 */
export async function decideOnLost<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  at: { readonly planned: Plan; readonly target: Target; remade(): Plan },
): Promise<Decision> {
  const { planned, target } = at;
  if (!planned.actions.some((action) => action.verb === 'refuse' && action.reason === 'StoreLost'))
    return { planned, remakes: false };
  const whole = at.remade();
  if (pass.object.spec.approval === 'Manual') return { planned: whole, remakes: true };
  const asked = { ...whole, actions: whole.actions.filter(isRemade) };
  if (await isApproved(deps, pass, { planned: asked, target })) return { planned: whole, remakes: true };
  const asks = planStatusOf(asked, pass.object.status.plan, timestamp(deps.clock.date()));
  return { planned, remakes: false, asks };
}
