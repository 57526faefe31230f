import type { TargetStatus } from '../api/common.ts';
import type { Graph } from '../graph/graph.ts';
import type { Plan } from '../graph/plan.ts';
import { keyOf } from '../kube/types.ts';
import {
  leave,
  thingsOf,
  writeStatus,
  type Pass,
  type PassResult,
  type ResourceDeps,
  type StatusChange,
} from './pass.ts';
import { summaryOf, waitsOf } from './planning.ts';
import { formerOf, resourcesOf, type GraphObject } from './resource-status.ts';
import type { Drift } from './status.ts';
import type { Target } from './target.ts';
import { tell } from './tell.ts';
import { verdictOfObserved, type Paused, type Verdict } from './verdict.ts';

/** What a resource lets the operator do: `Manage` unless it says something else. */
export function managementOf({ spec }: GraphObject): string {
  return spec.management ?? 'Manage';
}

/** Whether the resource, as it is by now, still lets the operator change anything. */
export function isManaged<T extends GraphObject>({ informer, object }: Pass<T>): boolean {
  const newest = informer.get(keyOf(object)) ?? object;
  return managementOf(newest) === 'Manage';
}

/** Looks at nothing and does nothing but say so. One that is to go waits: to let go is a decision of its own. */
export async function pause<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>): Promise<PassResult> {
  const { metadata, status } = pass.object;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const known =
    ready?.observedGeneration === undefined
      ? 'nothing was looked at yet'
      : `Ready is as it was last found, of generation ${ready.observedGeneration}`;
  const verdict: Paused =
    metadata.deletionTimestamp === undefined
      ? {
          kind: 'paused',
          reason: 'PausedBySpec',
          message: `spec.management is Pause: what is there is neither read nor changed; ${known}`,
        }
      : {
          kind: 'paused',
          reason: 'DeletionWaits',
          message:
            'spec.management is Pause: the object is to go, and waits. Set Manage, and spec.deletionPolicy is carried out; or Observe, and it goes while what is there is left as it is',
        };
  await writeStatus(deps, pass, { verdict });
  return { verdict, waitsFor: [], target: undefined };
}

interface Seen {
  readonly target: Target;
  readonly where: TargetStatus;
  readonly graph: Graph;
  readonly planned: Plan;
}

/** Says what a plan would do, and does none of it. */
export async function report<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  seen: Seen,
): Promise<PassResult> {
  const { planned } = seen;
  const verdict = verdictOfObserved(planned);
  const differs = planned.actions.some(({ verb }) => verb !== 'wait');
  const drift: Drift = differs ? { found: summaryOf(planned), repaired: false } : undefined;
  noteDrift(deps, pass.object, drift, seen.target);
  return show(deps, pass, seen, { verdict, drift, observed: true, fields: { plan: undefined } });
}

/** Writes what a pass saw that did nothing. */
export async function show<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  { target, where, graph, planned }: Seen,
  change: StatusChange & { readonly verdict: Verdict },
): Promise<PassResult> {
  const { object } = pass;
  const resources = resourcesOf(planned.standing, object.status.resources ?? [], (node) =>
    graph.nodes.has(node),
  );
  await writeStatus(deps, pass, {
    ...change,
    fields: {
      ...change.fields,
      target: where,
      resources,
      former: formerOf(object.status, resources),
      ...pass.kind.on[target.type].outputs([...planned.standing, ...planned.facets], graph),
    },
  });
  return { verdict: change.verdict, target, waitsFor: waitsOf(target, [], planned) };
}

/** Lets an observed resource go that once owned something: nothing is even read. */
export async function letGo<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>): Promise<PassResult> {
  const { resources: left = [], pending = [] } = pass.object.status;
  const things = left.length === 0 ? 'nothing that is known of' : thingsOf(left);
  await leave(deps, pass, {
    reason: 'LeftAsObserved',
    message: `spec.management is Observe: left as it is, and found again by the same manifest: ${things}`,
  });
  pass.log.info({ left, pending }, 'only observed: left as it is, finalizer removed');
  return { verdict: undefined, waitsFor: [], target: undefined };
}

/** One event for each difference that is new; a repair tells of itself. */
function noteDrift(
  deps: ResourceDeps,
  object: GraphObject,
  drift: Drift,
  { place }: Pick<Target, 'place'>,
): void {
  const told = object.status.conditions?.find(({ type, status }) => type === 'Drifted' && status === 'True');
  if (!drift || told?.message === drift.found) return;
  tell(deps.events, object, {
    reason: 'DriftDetected',
    action: 'Observe',
    message: `what is in ${place.name} differs from the spec and is only observed; to match it would take: ${drift.found}`,
  });
}
