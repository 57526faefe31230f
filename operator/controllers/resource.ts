import { isDeepStrictEqual } from 'node:util';
import type { AwsAccount } from '../api/account.ts';
import { FORCE_DELETE_ANNOTATION } from '../api/annotations.ts';
import { GROUP, VERSION, type PlanStatus, type TargetStatus } from '../api/common.ts';
import { interpret } from '../aws/errors.ts';
import { awsKinds } from '../aws/kinds.ts';
import type { AwsSession } from '../aws/session.ts';
import { ownerOfKey } from '../compile/references.ts';
import { Terminal, Waiting } from '../errors.ts';
import type { Outcome } from '../graph/outcome.ts';
import { apply } from '../graph/apply.ts';
import type { Adoptions } from '../graph/adoption.ts';
import type { ExportsOf } from '../graph/exports.ts';
import { buildGraph, type Graph } from '../graph/graph.ts';
import { kindOf } from '../graph/kind.ts';
import { planHash } from '../graph/approval.ts';
import { describePlan, type Action, type Memory, type Plan, type Standing } from '../graph/plan.ts';
import { planRetention } from '../graph/retention.ts';
import { timestamp } from '../kube/conditions.ts';
import { hasFinalizer } from '../kube/finalizer.ts';
import type { Informer } from '../kube/informer.ts';
import { NotLeader } from '../kube/leader.ts';
import { resourcePath } from '../kube/path.ts';
import { requireAccount } from './account-access.ts';
import { findAdoptions, refuseAdoptions } from './adoption.ts';
import { approvalAfter, awaitApproval } from './approvals.ts';
import { graphKindOf, providersOf } from './graph-kinds.ts';
import { meetNeighbours, type Place } from './neighbours.ts';
import { decideOnLost } from './lost-stores.ts';
import { isManaged, letGo, managementOf, pause, report, show } from './management.ts';
import { noteBroken, noteOutcome, noteRefused } from './notes.ts';
import {
  ensureFinalizer,
  FINALIZER,
  release,
  writeStatus,
  type GraphKind,
  type Pass,
  type PassResult,
  type ResourceDeps,
} from './pass.ts';
import {
  driftIn,
  isFirstPass,
  makePlan,
  makeSurePlan,
  observe,
  reasonFor,
  refuseUntagged,
  retains,
  summaryOf,
  unconfirmed,
  waitsForMade,
  waitsOf,
  type PlanScope,
} from './planning.ts';
import {
  formerOf,
  memoryOf,
  ownerOf,
  pendingOf,
  resourcesOf,
  settle,
  type GraphObject,
} from './resource-status.ts';
import type { Drift } from './status.ts';
import { confirmLoss, refuseProtected } from './store-deletion.ts';
import { findSurvivors } from './survivors.ts';
import type { Target } from './targets.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** Actions of one resource under way at once. */
const CONCURRENCY = 12;
/** How many users of an object that is to go a message names before it only counts. */
const USERS_NAMED_MAX = 5;

/** Reconciles one resource once: fetch, finalizer, compile, observe, plan, apply, status. */
export async function reconcileResource<T extends GraphObject>(
  deps: ResourceDeps,
  kind: GraphKind<T>,
  informer: Informer<T>,
  key: string,
): Promise<PassResult> {
  const object = informer.get(key);
  if (!object) return { verdict: undefined, waitsFor: [], target: undefined };
  const { namespace, name } = object.metadata;
  const path = resourcePath({ group: GROUP, version: VERSION, plural: kind.plural, namespace, name });
  const log = deps.log.child({ generation: object.metadata.generation });
  const pass: Pass<T> = { kind, informer, path, log, seen: object, object };
  const deleting = object.metadata.deletionTimestamp !== undefined;
  if (deleting && !hasFinalizer(object, FINALIZER))
    return { verdict: undefined, waitsFor: [], target: undefined };
  try {
    const management = managementOf(object);
    if (management === 'Pause') return await pause(deps, pass);
    if (deleting && management === 'Observe') return await letGo(deps, pass);
    return await (deleting ? tearDown(deps, pass) : bringUp(deps, pass));
  } catch (error) {
    if (error instanceof NotLeader) throw error;
    const verdict = verdictOfError(error);
    log.info({ verdict }, 'pass ended early');
    if (verdict.kind === 'stalled') noteRefused(deps.events, pass.object, verdict);
    await writeStatus(deps, pass, { verdict });
    if (verdict.reason === 'InternalError') throw error;
    return { verdict, waitsFor: [], target: undefined };
  }
}

async function bringUp<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>): Promise<PassResult> {
  const observing = managementOf(pass.object) === 'Observe';
  const { account, target, where } = await locate(deps, pass, false);
  const [facts] = await Promise.all([
    observe(() => target.facts(pass.kind.services?.(pass.object))),
    read(deps, pass, target),
  ]);
  const { exportsNow, ...others } = await meetNeighbours({
    kind: pass.kind,
    object: pass.object,
    world: target.world,
    find: deps.find,
    consumersOf: (owner) => deps.usersOf(owner).filter((user) => providersOf(user).includes(owner)),
    accountId: (name) => deps.accounts.get(name)?.spec.aws.accountId,
    open: (object) => placeOf(deps, object),
    advice: 'make it, and this object goes on by itself',
  });
  const graph = pass.kind.compile({
    object: pass.kind.recall(pass.kind.parse(pass.object), target.world),
    installation: deps.installation,
    account,
    facts,
    ...others,
  });
  if (!observing) await ensureFinalizer(deps, pass);

  const { spec, metadata } = pass.object;
  const adoptions = await observe(() =>
    findAdoptions({
      target,
      graph,
      installation: deps.installation,
      adopt: spec.adopt,
      namespace: metadata.namespace ?? '',
      accountRef: spec.accountRef.name,
      account,
    }),
  );
  const survivors = await observe(() => findSurvivors(target, pass.object, deps.installation));
  const scope = { target, graph, account, survivors, adoptions };
  const seen = await makeSurePlan(deps, pass, { ...scope, exportsOf: exportsNow() });
  refuseAdoptions(seen);
  if (observing) return report(deps, pass, { target, where, graph, planned: seen });
  const { planned, remakes, asks } = await decideOnLost(deps, pass, {
    planned: seen,
    target,
    remade: () => makePlan(deps, pass, { ...scope, exportsOf: exportsNow(), remakes: true }),
  });
  const held = await awaitApproval(deps, pass, { planned, target });
  if (held)
    return show(
      deps,
      pass,
      { target, where, graph, planned },
      { ...held, drift: driftIn(pass.object, planned) },
    );
  const drift = driftIn(pass.object, planned);
  const outcomes = await execute(deps, pass, {
    account,
    target,
    graph,
    planned,
    adoptions,
    exportsNow,
    where,
    drift,
  });
  const memory = settle(memoryOf(pass.object.status), outcomes);
  const left = makePlan(deps, pass, { ...scope, exportsOf: exportsNow(), remakes }, memory);
  return conclude(deps, pass, { target, where, graph, outcomes, memory, left, drift, asks });
}

async function tearDown<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>): Promise<PassResult> {
  if (pass.object.status.target === undefined) {
    await release(deps, pass, []);
    return { verdict: undefined, waitsFor: [], target: undefined };
  }
  const { account, target, where } = await locate(deps, pass, true);
  await read(deps, pass, target);
  const owner = ownerOf(pass.object);
  const parting = isForced(pass.object) ? pass.kind.parting?.(pass.object, target.world) : undefined;
  const retaining = retains(pass.object, target);
  const nothing = buildGraph(owner, parting ?? []);
  const survivors = await observe(() => findSurvivors(target, pass.object, deps.installation));
  refuseUntagged(survivors);
  const scope = { target, graph: nothing, account, survivors };
  if (!retaining && !parting) {
    const dismissal = dismissalOf(deps, pass, scope);
    const held = await awaitApproval(deps, pass, { planned: dismissal.planned, target });
    if (held) {
      await writeStatus(deps, pass, held);
      return { verdict: held.verdict, waitsFor: [], target };
    }
    await execute(deps, pass, { account, target, where, drift: undefined, ...dismissal });
    refuseWhileUsed([
      ...usersAmong(pass, deps.usersOf(owner)),
      ...(pass.kind.usedOutside?.(pass.object, target.world) ?? []),
    ]);
  }
  if (!retaining) refuseProtected(pass, target.world);
  const remaining = (): Plan =>
    retaining
      ? planRetention({
          owner: nothing.owner,
          kinds: awsKinds,
          world: target.world,
          time: timestamp(deps.clock.date()),
        })
      : makePlan(deps, pass, scope);
  const planned = remaining();
  const held = await awaitApproval(deps, pass, { planned, target });
  if (held) {
    await writeStatus(deps, pass, held);
    return { verdict: held.verdict, waitsFor: [], target };
  }
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
    await observe(() => target.world.refreshAll(pass.kind.nodeKinds, deps.clock.now()));
    const left = remaining();
    if (left.actions.length === 0) {
      if (unconfirmed(deps, pass.object.status))
        throw new Waiting(
          'WaitingForIntent',
          'a create may have been made just before a crash; looking for it once more before letting go',
        );
      await release(deps, pass, left.standing);
      return { verdict: undefined, waitsFor: [], target };
    }
  }
  const memory = memoryOf(pass.object.status);
  const left = remaining();
  return conclude(deps, pass, { target, where, graph: nothing, outcomes, memory, left, drift: undefined });
}

/** What an object that is to go does for those of its users that go, too: it would else keep them, and they it. */
function dismissalOf<T extends GraphObject>(
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
  const nodes = going.length > 0 ? kind.dismissing?.(object, scope.target.world, going) : [];
  const graph = buildGraph(owner, nodes ?? []);
  const planned = makePlan(deps, pass, { ...scope, graph });
  return { graph, planned: { ...planned, actions: planned.actions.filter(({ verb }) => verb === 'update') } };
}

function isForced({ metadata }: GraphObject): boolean {
  return metadata.annotations?.[FORCE_DELETE_ANNOTATION] !== undefined;
}

/**
 * Those of the objects that refer to another which keep it from going. Who has made nothing uses nothing: to name an object is
 * not enough to keep it. Of two that refer to each other, one that goes and may do so keeps nothing.
 */
function usersAmong<T extends GraphObject>(
  { kind, object }: Pass<T>,
  referring: readonly GraphObject[],
): string[] {
  const owner = ownerOf(object);
  const mayGo = new Set(
    kind.references(object).flatMap((reference) => (reference.mayGo === true ? [ownerOfKey(reference)] : [])),
  );
  return referring
    .filter((user) => user.metadata.deletionTimestamp === undefined || !mayGo.has(ownerOf(user)))
    .filter(({ status }) => status.target !== undefined)
    .filter((user) =>
      graphKindOf(user.kind)
        .references(user)
        .some((reference) => ownerOfKey(reference) === owner && reference.mayGo !== true),
    )
    .map(ownerOf);
}

/** What others still use goes after them: AWS would refuse some of it, and delete the rest under their feet. */
function refuseWhileUsed(users: readonly string[]): void {
  if (users.length === 0) return;
  const named = users.slice(0, USERS_NAMED_MAX).join(', ');
  const rest = users.length - USERS_NAMED_MAX;
  throw new Waiting(
    'InUse',
    `${named}${rest > 0 ? ` and ${rest} more` : ''} still ${users.length === 1 ? 'uses' : 'use'} this object; nothing of it is deleted before: delete ${users.length === 1 ? 'it' : 'them'}, or have ${users.length === 1 ? 'it' : 'them'} refer to another`,
  );
}

/** Where another object stands, read as its own Account lets it be. */
function placeOf(deps: ResourceDeps, { spec, metadata }: GraphObject): Place {
  const accountRef = spec.accountRef.name;
  const account = requireAccount(deps.accounts.get(accountRef), {
    namespace: metadata.namespace ?? '',
    accountRef,
    region: spec.region,
    deleting: false,
  });
  const { world } = deps.targets.open(accountRef, account, spec.region);
  return { accountId: account.accountId, world };
}

/** Reads what was never read, and everything after a pause, in which nobody may have read on. */
async function read<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>, target: Target): Promise<void> {
  const kinds = pass.kind.nodeKinds;
  await observe(() => target.world.load(kinds));
  const paused = pass.object.status.conditions?.some(({ type }) => type === 'Paused') ?? false;
  if (paused) await observe(() => target.world.refreshAll(kinds, deps.clock.now()));
}

/** The target of a resource, checked: allowed, known to AWS by the right account, and the same as before. */
async function locate<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>, deleting: boolean) {
  const { spec, status, metadata } = pass.object;
  const accountRef = spec.accountRef.name;
  const account = requireAccount(deps.accounts.get(accountRef), {
    namespace: metadata.namespace ?? '',
    accountRef,
    region: spec.region,
    deleting,
  });
  const where: TargetStatus = {
    accountId: account.accountId,
    region: spec.region,
    installation: deps.installation,
  };
  const former = status.target;
  if (former && !isDeepStrictEqual({ ...former }, where)) {
    const message = `the things of this object are in account ${former.accountId}, region ${former.region}, installation ${former.installation}, but this operator would act in account ${where.accountId}, region ${where.region}, installation ${where.installation}; run it with the former installation id, or point the Account at the former account`;
    throw new Terminal('TargetChanged', message);
  }
  // Whoever only looks gets in nobody's way.
  if (managementOf(pass.object) === 'Manage') await observe(() => deps.claims.require(accountRef, account));
  return { account, where, target: deps.targets.open(accountRef, account, spec.region) };
}

interface Execution {
  readonly account: AwsAccount;
  readonly target: Target;
  readonly graph: Graph;
  readonly planned: Plan;
  readonly adoptions?: Adoptions<AwsSession>;
  readonly exportsNow?: () => ExportsOf;
  readonly where: TargetStatus;
  readonly drift: Drift;
}

/** Writes down what cannot be repeated safely, then carries the plan out. */
async function execute<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  execution: Execution,
): Promise<Outcome[]> {
  const { account, target, graph, planned, adoptions, exportsNow, where, drift } = execution;
  if (planned.actions.length === 0) return [];
  pass.log.info({ plan: describePlan(planned), hash: planHash(planned) }, 'plan');
  const creates = planned.actions.filter(needsIntent);
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
  const outcomes = await apply<AwsSession>({
    plan: planned,
    graph,
    kinds: awsKinds,
    world: target.world,
    ...(adoptions && { adoptions }),
    ...(exportsNow && { exportsNow }),
    session: target.session,
    uid: pass.object.metadata.uid ?? '',
    concurrency: CONCURRENCY,
    time: timestamp(deps.clock.date()),
    confirmLoss: () => confirmLoss(deps, pass),
    keepsCopy: pass.seen.spec.deletionPolicy !== 'Delete',
    wrote: target.world.wrote,
    interpret,
    isGone: (action) => isGone(target, action),
    onOutcome: (outcome) => {
      noteOutcome(deps, pass.object, pass.log, outcome, drift !== undefined);
      // Others may need it while the rest of this pass goes on.
      const waits = waitsForMade(target, outcome);
      for (const lanes of target.lanes) lanes.waitForMore(ownerOf(pass.object), waits);
    },
    stopping: () => deps.stopping() || !isManaged(pass) || !deps.claims.held(account),
  });
  deps.assertLeading();
  return outcomes;
}

/** Whether something is to be made or changed that AWS did not take yet. What goes is seen to be gone. */
function isRefused({ action, result }: Outcome): boolean {
  return result === 'waiting' && ['create', 'update', 'adopt'].includes(action.verb);
}

/** Whether what an action is about is gone. Where it cannot be looked for, nobody knows that it is. */
async function isGone(target: Target, { type, id = '' }: Action): Promise<boolean> {
  const { collection } = kindOf(awsKinds, type);
  return target.world
    .of(collection)
    .isGone(collection, id)
    .catch(() => false);
}

function needsIntent(action: Action): boolean {
  return action.verb === 'create' && kindOf(awsKinds, action.type).idempotency === 'none';
}

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

async function conclude<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  conclusion: Conclusion,
): Promise<PassResult> {
  const { target, where, graph, outcomes, memory, left, drift, asks } = conclusion;
  const standing = [...left.standing, ...left.facets];
  const { verdict, told } = await published(deps, pass, {
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
      ...pass.kind.outputs(standing, graph),
      ...told,
    },
  });
  return { verdict, target, waitsFor: waitsOf(outcomes, left), refused: outcomes.some(isRefused) };
}

/** Tells the cluster what stands. That this cannot be done is said where nothing graver is. */
async function published<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  at: { readonly target: Target; readonly standing: readonly Standing[]; readonly verdict: Verdict },
): Promise<{ readonly verdict: Verdict; readonly told?: object }> {
  const { target, standing, verdict } = at;
  const { client, assertLeading } = deps;
  try {
    const told = await pass.kind.publish?.({
      client,
      session: target.session,
      object: pass.object,
      standing,
      assertLeading,
    });
    return { verdict, ...(told && { told }) };
  } catch (error) {
    if (error instanceof NotLeader) throw error;
    const own = interpret(error);
    const kind = own.kind === 'stalled' ? 'stalled' : 'reconciling';
    const { reason, message } = own;
    return { verdict: verdict.kind === 'ready' ? { kind, reason, message } : verdict };
  }
}

function verdictOfError(error: unknown): Exclude<Verdict, { kind: 'ready' }> {
  if (error instanceof Terminal) return { kind: 'stalled', reason: error.reason, message: error.message };
  if (error instanceof Waiting) return { kind: 'reconciling', reason: error.reason, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'reconciling', reason: 'InternalError', message };
}
