import type { AccountSpec } from '../api/account.ts';
import type { ReconcilingReason, StalledReason } from '../api/conditions.ts';
import { Terminal, Waiting } from '../errors.ts';
import type { Adoptions } from '../graph/adoption.ts';
import type { ExportsOf } from '../graph/exports.ts';
import type { Outcome } from '../graph/outcome.ts';
import type { Graph } from '../graph/graph.ts';
import { kindOf, type AnyKind } from '../graph/kind.ts';
import { isAdopted, TAG } from '../graph/ownership.ts';
import { ownedRecords } from '../graph/owned.ts';
import { isAtIt } from '../graph/place.ts';
import { plan, type Intent, type Memory, type Plan, type Survivor } from '../graph/plan.ts';
import type { Wait } from '../inventory/inventory.ts';
import type { Pass, ResourceDeps } from './pass.ts';
import { memoryOf, ownerOf, type GraphObject, type GraphStatus } from './resource-status.ts';
import type { Drift } from './status.ts';
import type { Session, Target } from './target.ts';

/** What a plan compares, and whose tags it leaves alone. */
export interface PlanScope {
  readonly target: Target;
  readonly graph: Graph;
  readonly account: AccountSpec;
  /** Looked up once a pass, since each costs a call; nothing of a pass brings one about. */
  readonly survivors: ReadonlyMap<string, Survivor>;
  readonly adoptions?: Adoptions<Session>;
  readonly exportsOf?: ExportsOf;
  /** Whether stores that are gone are made anew, and empty, as somebody said; default false. */
  readonly remakes?: boolean;
}

/** Compares a graph with what is known of its target, and with what status remembers. Makes no call. */
export function makePlan<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  scope: PlanScope,
  memory: Memory = memoryOf(pass.object.status),
): Plan {
  const { target, graph, account, survivors, adoptions, exportsOf, remakes } = scope;
  return plan<Session>({
    graph,
    kinds: target.kinds,
    place: target.place,
    world: target.world,
    memory,
    survivors,
    ...(adoptions && { adoptions }),
    ...(exportsOf && { exportsOf }),
    deletesAdopted: deletesAdopted(pass.object),
    going: pass.object.metadata.deletionTimestamp !== undefined,
    ...(remakes === true && { remakes }),
    ignoredTagKeys: account.aws?.ignoredTagKeys ?? [],
    mayRepeat: (intent, kind) => mayRepeat(deps, target, intent, kind),
  });
}

/**
 * A plan that is sure of what it replaces. What a spec that was acted on before suddenly wants replaced may be gone, or fit
 * again, in no listing yet: a target group is free as soon as the load balancer is deleted that used it. So it is listed again.
 */
export async function makeSurePlan<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  scope: PlanScope,
): Promise<Plan> {
  const planned = makePlan(deps, pass, scope);
  const replaced = planned.actions.filter(
    (action) => action.verb === 'create' && action.revision !== undefined,
  );
  if (replaced.length === 0 || isFirstPass(pass.object)) return planned;
  const kinds = new Map(replaced.map(({ type }) => [type, kindOf(scope.target.kinds, type)]));
  await observe(scope.target, () => scope.target.world.refreshAll(kinds, deps.clock.now()));
  return makePlan(deps, pass, scope);
}

/** Whether a spec was never acted on as it is. */
export function isFirstPass({ status, metadata }: GraphObject): boolean {
  return status.observedGeneration !== metadata.generation;
}

/** A create may be made again when listings that began a grace time after it still do not show it. */
function mayRepeat(deps: ResourceDeps, target: Target, intent: Intent, kind: AnyKind<Session>): boolean {
  const ageMs = deps.clock.date().getTime() - intent.time;
  const listedAt = target.world.of(kind.collection).listedAt(kind.collection.name);
  const listingAgeMs = listedAt === undefined ? Infinity : deps.clock.now() - listedAt;
  return ageMs - listingAgeMs > deps.graceMs;
}

/** What lost its tags cannot be told from a stranger's: it is neither deleted nor silently left behind. */
export function refuseUntagged(survivors: ReadonlyMap<string, Survivor>): void {
  if (survivors.size === 0) return;
  const named = [...survivors].map(([node, { id }]) => `${id} (${node})`).join(', ');
  const message = `${named} exist without the tags by which Landfall knows its own; put ${TAG.installation}, ${TAG.owner} and ${TAG.node} back, or delete them, and the deletion goes on`;
  throw new Terminal('OwnershipTagsMissing', message);
}

/** A create was begun so recently that no listing can be trusted to show what it made. */
export function unconfirmed(deps: ResourceDeps, status: GraphStatus): boolean {
  const now = deps.clock.date().getTime();
  return (status.pending ?? []).some(({ time }) => now - Date.parse(time) <= deps.graceMs);
}

/** Changes nobody asked for: the object was Ready for this very generation, and yet there is something to do. */
export function driftIn(object: GraphObject, planned: Plan): Drift {
  const ready = object.status.conditions?.find((condition) => condition.type === 'Ready');
  const settled = ready?.status === 'True' && object.status.observedGeneration === object.metadata.generation;
  // What somebody deletes is waited for before it is made again.
  const changes = planned.actions.filter((action) => action.verb !== 'wait' || isAtIt(action.reason));
  if (!settled || changes.length === 0) return undefined;
  return { found: summaryOf(planned), repaired: false };
}

/** Set by `landfall release`: deleting this object leaves its things in AWS, whatever its spec says. The spec is Git's. */
export const RELEASE_ANNOTATION = 'landfall.dev/release';

/** Whether what was taken over is deleted as what was made. With Snapshot it goes with its object, and leaves a copy. */
function deletesAdopted({ spec, metadata }: GraphObject): boolean {
  const goes = metadata.deletionTimestamp !== undefined && spec.deletionPolicy === 'Snapshot';
  return spec.deletionPolicy === 'Delete' || goes;
}

/** Whether deleting the object leaves its things in AWS: released, else as it says, else where any of them was taken over and not made. */
export function retains(object: GraphObject, target: Pick<Target, 'kinds' | 'world'>): boolean {
  if (object.metadata.annotations?.[RELEASE_ANNOTATION] !== undefined) return true;
  const { adopt = [], deletionPolicy } = object.spec;
  if (deletionPolicy !== undefined) return deletionPolicy === 'Retain';
  return (
    adopt.length > 0 ||
    ownedRecords(ownerOf(object), target.kinds, target.world).some(({ kind, record }) =>
      isAdopted(kind.collection.tags(record)),
    )
  );
}

/** What the coming pass does, as a condition's reason. */
export function reasonFor(
  planned: Plan,
  object: GraphObject,
  target: Pick<Target, 'kinds' | 'world'>,
): string {
  if (object.metadata.deletionTimestamp !== undefined)
    return retains(object, target) ? 'Retaining' : 'Deleting';
  return planned.actions.some((action) => action.verb === 'create') ? 'Creating' : 'Updating';
}

/** The first few actions of a plan, in words. */
export function summaryOf(planned: Plan): string {
  const shown = planned.actions.slice(0, 4).map((action) => {
    if (action.verb === 'refuse') return `leave ${action.node} (${action.reason})`;
    const paths = action.changes.slice(0, 3).map(({ path }) => path);
    const changed = action.verb === 'update' ? ` (${paths.join(', ')})` : '';
    return `${action.verb} ${action.node}${changed}`;
  });
  const rest = planned.actions.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** What of a target a resource waits for. */
export function waitsOf({ kinds }: Pick<Target, 'kinds'>, outcomes: readonly Outcome[], left: Plan): Wait[] {
  const waits = [
    ...outcomes
      // Another object is waited for, which wakes this one when it is there.
      .filter(({ result, reason }) => result === 'waiting' && reason !== 'DependencyNotReady')
      // What was refused may have its reason in any record.
      .map(({ action: { type } }) => ({ type, id: undefined })),
    ...[...left.standing, ...left.facets].filter(({ state }) => state.phase !== 'ready'),
    ...left.actions.filter((action) => action.verb === 'wait'),
  ];
  return waits.map(({ type, id }) => ({
    collection: kindOf(kinds, type).collection.name,
    ...(id !== undefined && { id }),
  }));
}

/** What is waited for as soon as an action has made it, as far as it is not usable yet. */
export function waitsForMade(
  { kinds, world }: Pick<Target, 'kinds' | 'world'>,
  { action, result, id }: Outcome,
): Wait[] {
  if (result !== 'done' || action.verb !== 'create' || id === undefined) return [];
  const kind = kindOf(kinds, action.type);
  const record = world.view(kind.collection).get(id);
  if (!record || kind.state(record).phase === 'ready') return [];
  return [{ collection: kind.collection.name, id }];
}

/** Reads of a target whose failure says something about credentials or permissions become conditions. */
export async function observe<V>(
  { interpret }: Pick<Target, 'interpret'>,
  read: () => Promise<V>,
): Promise<V> {
  try {
    return await read();
  } catch (error) {
    const verdict = interpret(error);
    if (verdict.kind === 'stalled')
      throw new Terminal(verdict.reason as StalledReason, verdict.message, { cause: error });
    if (verdict.reason === 'InternalError') throw error;
    throw new Waiting(verdict.reason as ReconcilingReason, verdict.message, { cause: error });
  }
}
