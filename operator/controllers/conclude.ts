import type { PlanStatus, TargetStatus } from '../api/common.ts';
import type { Graph } from '../graph/graph.ts';
import type { Outcome } from '../graph/outcome.ts';
import type { Memory, Plan } from '../graph/plan.ts';
import { approvalAfter } from './approvals.ts';
import { noteBroken } from './notes.ts';
import { writeStatus, type Pass, type PassResult, type ResourceDeps } from './pass.ts';
import { waitsOf } from './planning.ts';
import { publish } from './publish.ts';
import { formerOf, pendingOf, resourcesOf, type GraphObject } from './resource-status.ts';
import type { Drift } from './status.ts';
import type { Target } from './target.ts';
import { verdictOf } from './verdict.ts';

interface Conclusion {
  readonly target: Target;
  readonly where: TargetStatus;
  readonly graph: Graph;
  readonly outcomes: readonly Outcome[];
  /** What status remembers, less what the pass has settled. */
  readonly memory: Memory;
  readonly left: Plan;
  readonly drift: Drift;
  /** What somebody may approve although nothing of the object waits for it. */
  readonly asks?: PlanStatus | undefined;
}

/** What a pass has come to: what stands is published, and all that is known of the object goes to its status. */
export async function conclude<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  conclusion: Conclusion,
): Promise<PassResult> {
  const { target, where, graph, outcomes, memory, left, drift, asks } = conclusion;
  const standing = [...left.standing, ...left.facets];
  const { verdict, told } = await publish(deps, pass, {
    target,
    standing,
    verdict: verdictOf(outcomes, left),
  });
  noteBroken(deps.events, pass.object, left.standing);
  const repaired: Drift = drift && { found: drift.found, repaired: verdict.kind === 'ready' };
  const unclear = new Set(outcomes.flatMap((outcome) => (outcome.clear ? [] : [outcome.action.node])));
  const waiting = new Set(
    left.actions.flatMap((action) =>
      'reason' in action && action.reason === 'WaitingForIntent' ? [action.node] : [],
    ),
  );
  const intents = [...memory.intents.values()].filter(({ node }) => unclear.has(node) || waiting.has(node));
  const resources = resourcesOf(left.standing, pass.object.status.resources ?? [], (node) =>
    graph.nodes.has(node),
  );
  await writeStatus(deps, pass, {
    verdict,
    drift: repaired,
    fields: {
      target: where,
      pending: pendingOf(intents),
      resources,
      former: formerOf(pass.object.status, resources),
      plan: asks,
      approval: approvalAfter(pass.object.status, left),
      ...pass.kind.on[target.type].outputs(standing, graph),
      ...told,
    },
  });
  return { verdict, target, waitsFor: waitsOf(target, outcomes, left), refused: outcomes.some(isRefused) };
}

/** Whether something is to be made or changed that AWS did not take yet. What goes is seen to be gone. */
function isRefused({ action, result }: Outcome): boolean {
  return result === 'waiting' && ['create', 'update', 'adopt'].includes(action.verb);
}
