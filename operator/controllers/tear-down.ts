import { FORCE_DELETE_ANNOTATION } from '../api/annotations.ts';
import { Waiting } from '../errors.ts';
import { buildGraph } from '../graph/graph.ts';
import type { Plan } from '../graph/plan.ts';
import { planRetention } from '../graph/retention.ts';
import { timestamp } from '../kube/conditions.ts';
import { awaitApproval, type Held } from './approvals.ts';
import { conclude } from './conclude.ts';
import { dismissalOf } from './dismissal.ts';
import { execute } from './execute.ts';
import { locate, read } from './locate.ts';
import { leave, release, writeStatus, type Pass, type PassResult, type ResourceDeps } from './pass.ts';
import { makePlan, observe, refuseUntagged, retains, unconfirmed } from './planning.ts';
import { refuseWhileUsed } from './remaining-users.ts';
import { memoryOf, ownerOf, type GraphObject } from './resource-status.ts';
import { refuseProtected } from './store-deletion.ts';
import { findSurvivors } from './survivors.ts';
import type { Target } from './target.ts';

/**
 * Takes down what an object that is to go has on its target, or leaves it where its spec says so, and lets the object go when a full
 * listing shows nothing more of it.
 */
export async function tearDown<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
): Promise<PassResult> {
  if (pass.object.status.target === undefined) {
    await leave(deps, pass, { reason: 'Deleted', message: 'nothing was made of it' });
    return { verdict: undefined, waitsFor: [], target: undefined };
  }
  const { account, target, where } = await locate(deps, pass, true);
  await read(deps, pass, target);
  const owner = ownerOf(pass.object);
  const parting = isForced(pass.object)
    ? pass.kind.on[target.type].parting?.(pass.object, target.world)
    : undefined;
  const retaining = retains(pass.object, target);
  const nothing = buildGraph(owner, parting ?? []);
  const survivors = await observe(target, () => findSurvivors(target, pass.object, deps.installation));
  refuseUntagged(survivors);
  const scope = { target, graph: nothing, account, survivors };
  if (!retaining && !parting) {
    const dismissal = dismissalOf(deps, pass, scope);
    const held = await awaitApproval(deps, pass, { planned: dismissal.planned, target });
    if (held) return hold(deps, pass, held, target);
    await execute(deps, pass, { account, target, where, drift: undefined, ...dismissal });
    refuseWhileUsed(deps, pass, target);
  }
  if (!retaining) refuseProtected(pass, target);
  const remaining = (): Plan =>
    retaining
      ? planRetention({
          owner: nothing.owner,
          kinds: target.kinds,
          world: target.world,
          time: timestamp(deps.clock.date()),
        })
      : makePlan(deps, pass, scope);
  const planned = remaining();
  const held = await awaitApproval(deps, pass, { planned, target });
  if (held) return hold(deps, pass, held, target);
  const outcomes = await execute(deps, pass, {
    account,
    target,
    graph: nothing,
    planned,
    where,
    drift: undefined,
  });
  const failed = outcomes.some((outcome) => outcome.result !== 'done');
  if (!failed) {
    // Only a listing that began after the last write shows what another process may have made meanwhile.
    await observe(target, () =>
      target.world.refreshAll(pass.kind.on[target.type].nodeKinds, deps.clock.now()),
    );
    const left = remaining();
    if (left.actions.length === 0) {
      if (unconfirmed(deps, pass.object.status))
        throw new Waiting(
          'WaitingForIntent',
          'a create may have been made just before a crash; looking for it once more before letting go',
        );
      await release(deps, pass, left.standing, target);
      return { verdict: undefined, waitsFor: [], target };
    }
  }
  const memory = memoryOf(pass.object.status);
  const left = remaining();
  return conclude(deps, pass, { target, where, graph: nothing, outcomes, memory, left, drift: undefined });
}

/** Says for whom the deletion waits. */
async function hold<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  held: Held,
  target: Target,
): Promise<PassResult> {
  await writeStatus(deps, pass, held);
  return { verdict: held.verdict, waitsFor: [], target };
}

function isForced({ metadata }: GraphObject): boolean {
  return metadata.annotations?.[FORCE_DELETE_ANNOTATION] !== undefined;
}
