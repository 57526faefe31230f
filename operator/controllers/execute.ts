import type { AccountSpec } from '../api/account.ts';
import type { TargetStatus } from '../api/common.ts';
import type { Adoptions } from '../graph/adoption.ts';
import { apply } from '../graph/apply.ts';
import { planHash } from '../graph/approval.ts';
import type { ExportsOf } from '../graph/exports.ts';
import type { Graph } from '../graph/graph.ts';
import { kindOf } from '../graph/kind.ts';
import type { Outcome } from '../graph/outcome.ts';
import { describePlan, type Action, type Plan } from '../graph/plan.ts';
import { timestamp } from '../kube/conditions.ts';
import { isManaged } from './management.ts';
import { noteOutcome } from './notes.ts';
import { writeStatus, type Pass, type ResourceDeps } from './pass.ts';
import { isFirstPass, reasonFor, summaryOf, waitsForMade } from './planning.ts';
import { memoryOf, ownerOf, pendingOf, type GraphObject } from './resource-status.ts';
import type { Drift } from './status.ts';
import { confirmLoss } from './store-deletion.ts';
import type { Session, Target } from './target.ts';
import type { Verdict } from './verdict.ts';

/** Actions of one resource under way at once. */
const CONCURRENCY = 12;

interface Execution {
  readonly account: AccountSpec;
  readonly target: Target;
  readonly graph: Graph;
  readonly planned: Plan;
  readonly adoptions?: Adoptions<Session>;
  readonly exportsNow?: () => ExportsOf;
  readonly where: TargetStatus;
  readonly drift: Drift;
}

/** Writes down what cannot be repeated safely, then carries the plan out. */
export async function execute<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  execution: Execution,
): Promise<Outcome[]> {
  const { account, target, graph, planned, adoptions, exportsNow, where, drift } = execution;
  if (planned.actions.length === 0) return [];
  pass.log.info({ plan: describePlan(planned), hash: planHash(planned) }, 'plan');
  const creates = planned.actions.filter((action) => needsIntent(target, action));
  if (creates.length > 0 || pass.object.status.target === undefined || isFirstPass(pass.object)) {
    const time = deps.clock.date().getTime();
    const former = memoryOf(pass.object.status).intents;
    const intents = [...former.values(), ...creates.map(({ node }) => ({ node, time }))];
    const verdict: Verdict = {
      kind: 'reconciling',
      reason: reasonFor(planned, pass.object, target),
      message: summaryOf(planned),
    };
    await writeStatus(deps, pass, {
      verdict,
      ...(drift && { drift }),
      fields: {
        target: where,
        pending: pendingOf(new Map(intents.map((intent) => [intent.node, intent])).values()),
      },
    });
  }
  const { deletionTimestamp } = pass.object.metadata;
  const outcomes = await apply<Session>({
    plan: planned,
    graph,
    kinds: target.kinds,
    place: target.place,
    world: target.world,
    ...(adoptions && { adoptions }),
    ...(exportsNow && { exportsNow }),
    session: target.session,
    uid: pass.object.metadata.uid ?? '',
    concurrency: CONCURRENCY,
    time: timestamp(deps.clock.date()),
    confirmLoss: () => confirmLoss(deps, pass),
    keepsCopy: pass.seen.spec.deletionPolicy !== 'Delete',
    ...(deletionTimestamp !== undefined && { goingSince: new Date(deletionTimestamp) }),
    wrote: target.world.wrote,
    interpret: target.interpret,
    isGone: (action) => isGone(target, action),
    onOutcome: (outcome) => {
      noteOutcome({ ...deps, place: target.place }, pass.object, pass.log, outcome, drift !== undefined);
      // Others may need it while the rest of this pass goes on.
      const waits = waitsForMade(target, outcome);
      for (const lanes of target.lanes) lanes.waitForMore(ownerOf(pass.object), waits);
    },
    stopping: () => deps.stopping() || !isManaged(pass) || !isHeld(deps, account),
  });
  deps.assertLeading();
  return outcomes;
}

/** Whether what an action is about is gone. Where it cannot be looked for, nobody knows that it is. */
async function isGone(target: Target, { type, id = '' }: Action): Promise<boolean> {
  const { collection } = kindOf(target.kinds, type);
  return target.world
    .of(collection)
    .isGone(collection, id)
    .catch(() => false);
}

/** Whether this cluster surely still has the account. It always has itself. */
function isHeld({ claims }: Pick<ResourceDeps, 'claims'>, { aws }: AccountSpec): boolean {
  return aws === undefined || claims.held(aws);
}

function needsIntent({ kinds }: Pick<Target, 'kinds'>, action: Action): boolean {
  return action.verb === 'create' && kindOf(kinds, action.type).idempotency === 'none';
}
