import { buildGraph, type Graph } from '../graph/graph.ts';
import type { Plan } from '../graph/plan.ts';
import type { Pass, ResourceDeps } from './pass.ts';
import { makePlan, type PlanScope } from './planning.ts';
import { ownerOf, type GraphObject } from './resource-status.ts';

/** What an object that is to go does for those of its users that go, too: it would else keep them, and they it. */
export function dismissalOf<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  scope: Omit<PlanScope, 'graph'>,
): { readonly graph: Graph; readonly planned: Plan } {
  const { kind, object } = pass;
  const owner = ownerOf(object);
  const going = deps
    .usersOf(owner)
    .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    .map(ownerOf);
  const nodes =
    going.length > 0 ? kind.on[scope.target.type].dismissing?.(object, scope.target.world, going) : [];
  const graph = buildGraph(owner, nodes ?? []);
  const planned = makePlan(deps, pass, { ...scope, graph });
  return { graph, planned: { ...planned, actions: planned.actions.filter(({ verb }) => verb === 'update') } };
}
