import type { ApprovalStatus } from '../api/common.ts';
import type { PlanApproval } from '../api/plan-approval.ts';
import { askedFor, isCovered, isRemade, planHash, unspent } from '../graph/approval.ts';
import type { Plan } from '../graph/plan.ts';
import { timestamp } from '../kube/conditions.ts';
import { activeIn, approvalsOf, markUsed, use, type Asking } from './approval-objects.ts';
import type { Pass, ResourceDeps } from './pass.ts';
import { planStatusOf } from './plan-status.ts';
import type { GraphObject, GraphStatus } from './resource-status.ts';
import { tell } from './tell.ts';
import type { Verdict } from './verdict.ts';

/** Why a plan is not carried out, and what status then says of it. */
export interface Held {
  readonly verdict: Verdict;
  readonly fields: Pick<GraphStatus, 'plan' | 'approval'>;
}

/**
 * Whether a plan has to wait for a person; undefined lets it go on, because nothing asks for approval, or because there
 * is one.
 */
export async function awaitApproval<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  asking: Asking,
): Promise<Held | undefined> {
  const { planned } = asking;
  if (pass.object.spec.approval !== 'Manual' || askedFor(planned).length === 0) return undefined;
  const ended = activeIn(pass.object.status);
  if (await isApproved(deps, pass, asking)) return undefined;
  const unused = approvalsOf(deps, pass.object).filter(({ status }) => status.usedTime === undefined);
  return hold(deps, pass, { planned, hash: planHash(planned), stale: unused.at(-1), ended });
}

/**
 * Whether somebody approved a plan. An approval is written to status before anything is done, and what is left of its plan
 * after a crash, or after a call that was throttled, goes on under it. Anything else that turns up needs one of its own.
 */
export async function isApproved<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  { planned, target }: Asking,
): Promise<boolean> {
  const { object } = pass;
  const active = activeIn(object.status);
  if (active && isCovered(new Set(active.pieces), planned)) {
    await markUsed(deps, object, active);
    return true;
  }
  const hash = planHash(planned);
  for (const approval of approvalsOf(deps, object)) {
    if (approval.status.usedTime !== undefined || approval.spec.planHash !== hash) continue;
    const used = await use(deps, pass, approval, { planned, target });
    if (!used) continue;
    await markUsed(deps, pass.object, used);
    return true;
  }
  return false;
}

/**
 * The approval as status keeps it after a pass: it is done when nothing is left that asks for one, and it lets a store be made
 * anew no second time.
 */
export function approvalAfter(status: GraphStatus, left: Plan): ApprovalStatus | undefined {
  const active = activeIn(status);
  if (!active) return status.approval;
  if (askedFor(left).length === 0) return closed(active, 'Done');
  return { ...active, pieces: unspent(active.pieces ?? [], left.standing) };
}

function closed({ pieces: _, ...approval }: ApprovalStatus, state: 'Done' | 'Ended'): ApprovalStatus {
  return { ...approval, state };
}

/** The plan is published, and what has to happen next is said: once as an event, and as long as it is so in Stalled. */
function hold<T extends GraphObject>(
  deps: ResourceDeps,
  { object }: Pass<T>,
  held: {
    readonly planned: Plan;
    readonly hash: string;
    readonly stale: PlanApproval | undefined;
    readonly ended: ApprovalStatus | undefined;
  },
): Held {
  const { planned, hash, stale, ended } = held;
  const { kind, metadata, status } = object;
  const isNew = status.plan?.hash !== hash;
  const plan = planStatusOf(planned, status.plan, timestamp(deps.clock.date()));
  const remade = planned.actions.filter(isRemade).map(({ node }) => node);
  const summary =
    remade.length === 0
      ? plan.summary
      : `${plan.summary}; ${remade.join(', ')} anew and empty, since what was there is gone`;
  const how = `status.plan tells what it does; to approve it: landfall approve ${kind}/${metadata.namespace}/${metadata.name}, or a PlanApproval with resourceRef ${kind} ${metadata.name} and planHash ${hash}`;
  const going = metadata.deletionTimestamp === undefined ? '' : ' the object is to go:';
  const approved = stale
    ? `PlanApproval ${stale.metadata.name} is of plan ${stale.spec.planHash}`
    : ended
      ? `PlanApproval ${ended.name}, of plan ${ended.planHash}, does not cover what is left to do`
      : undefined;
  const reason = approved === undefined ? 'ApprovalRequired' : 'ApprovalStale';
  const message =
    approved === undefined
      ? `${going} plan ${hash} (${summary}) waits for approval; ${how}`.trim()
      : `${going} ${approved}, but what is there or the spec has changed since, and the plan is now ${hash} (${summary}); nothing was done; ${how}`.trim();
  if (isNew || !status.conditions?.some((condition) => condition.reason === reason))
    tell(deps.events, object, { reason, action: 'Approve', message });
  return {
    verdict: { kind: 'stalled', reason, message },
    fields: { plan, approval: ended ? closed(ended, 'Ended') : status.approval },
  };
}
