import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Account, AwsAccount } from '../api/account.ts';
import type { ReconcilingReason, StalledReason } from '../api/conditions.ts';
import { GROUP, VERSION, type TargetStatus } from '../api/common.ts';
import { interpret } from '../aws/errors.ts';
import { awsKinds } from '../aws/kinds.ts';
import type { AwsSession } from '../aws/session.ts';
import type { Clock } from '../clock.ts';
import type { CompileInput } from '../compile/input.ts';
import { Terminal, Waiting } from '../errors.ts';
import { apply, type Outcome } from '../graph/apply.ts';
import { buildGraph, type Graph } from '../graph/graph.ts';
import { kindOf } from '../graph/kind.ts';
import { TAG } from '../graph/ownership.ts';
import {
  describePlan,
  plan,
  planHash,
  type Action,
  type Intent,
  type Memory,
  type Plan,
  type Standing,
} from '../graph/plan.ts';
import type { KubeClient } from '../kube/client.ts';
import type { EventRecorder } from '../kube/events.ts';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../kube/finalizer.ts';
import { NotLeader } from '../kube/leader.ts';
import type { Informer } from '../kube/informer.ts';
import { resourcePath } from '../kube/path.ts';
import { patchStatus } from '../kube/status.ts';
import { requireAccount } from './account-access.ts';
import { noteOutcome } from './notes.ts';
import type { Metrics } from '../metrics.ts';
import {
  memoryOf,
  ownerOf,
  refOf,
  pendingOf,
  resourcesOf,
  type GraphObject,
  type GraphStatus,
} from './resource-status.ts';
import { conditionsFor, type Drift } from './status.ts';
import { findSurvivors } from './survivors.ts';
import type { Target, Targets } from './targets.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** Held by every resource while it owns anything. */
export const FINALIZER = 'landfall.dev/aws';

/** Actions of one resource under way at once. */
const CONCURRENCY = 12;

/** What differs from kind to kind. */
export interface GraphKind<T extends GraphObject> {
  readonly kind: string;
  readonly plural: string;
  /** Checks the object and fills in defaults, whatever version of the CRD the cluster has. Throws Terminal. */
  readonly parse: (object: T) => T;
  readonly compile: (input: CompileInput<T>) => Graph;
  /** Fields of status that come from what stands: ids, endpoints, the zones that were chosen. */
  readonly outputs: (standing: readonly Standing[], graph: Graph) => object;
}

export interface ResourceDeps {
  readonly client: KubeClient;
  readonly accounts: Pick<Informer<Account>, 'get'>;
  readonly targets: Targets;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly installation: string;
  readonly graceMs: number;
  readonly log: Logger;
  readonly assertLeading: () => void;
  readonly stopping: () => boolean;
}

/** How a pass ended, for the queue. */
export interface PassResult {
  readonly verdict: Verdict | undefined;
  /** Collections in which the resource waits for AWS. */
  readonly waitsIn: readonly string[];
  readonly target: Target | undefined;
}

interface Pass<T extends GraphObject> {
  readonly kind: GraphKind<T>;
  readonly informer: Informer<T>;
  readonly path: string;
  readonly log: Logger;
  object: T;
}

/** Reconciles one resource once: fetch, finalizer, compile, observe, plan, apply, status. */
export async function reconcileResource<T extends GraphObject>(
  deps: ResourceDeps,
  kind: GraphKind<T>,
  informer: Informer<T>,
  key: string,
): Promise<PassResult> {
  const object = informer.get(key);
  if (!object) return { verdict: undefined, waitsIn: [], target: undefined };
  const { namespace, name } = object.metadata;
  const path = resourcePath({ group: GROUP, version: VERSION, plural: kind.plural, namespace, name });
  const log = deps.log.child({ kind: kind.kind, name: key, generation: object.metadata.generation });
  const pass: Pass<T> = { kind, informer, path, log, object };
  const deleting = object.metadata.deletionTimestamp !== undefined;
  if (deleting && !hasFinalizer(object, FINALIZER))
    return { verdict: undefined, waitsIn: [], target: undefined };
  try {
    return await (deleting ? tearDown(deps, pass) : bringUp(deps, pass));
  } catch (error) {
    if (error instanceof NotLeader) throw error;
    const verdict = verdictOfError(error);
    log.info({ verdict }, 'pass ended early');
    await writeStatus(deps, pass, { verdict });
    if (verdict.reason === 'InternalError') throw error;
    return { verdict, waitsIn: [], target: undefined };
  }
}

async function bringUp<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>): Promise<PassResult> {
  const { account, target, where } = await locate(deps, pass, false);
  const facts = await observe(() => target.facts());
  await observe(() => target.world.load());
  const graph = pass.kind.compile({
    object: pass.kind.parse(pass.object),
    installation: deps.installation,
    account,
    facts,
  });
  await ensureFinalizer(deps, pass);

  const planned = await makePlan(deps, pass, target, graph, account);
  const drift = driftIn(pass.object, planned);
  const outcomes = await execute(deps, pass, { target, graph, planned, where, drift });
  const left = await makePlan(deps, pass, target, graph, account);
  return conclude(deps, pass, { target, where, graph, outcomes, left, drift });
}

async function tearDown<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>): Promise<PassResult> {
  if (pass.object.status.target === undefined) {
    await release(deps, pass);
    return { verdict: undefined, waitsIn: [], target: undefined };
  }
  const { account, target, where } = await locate(deps, pass, true);
  await observe(() => target.world.load());
  const nothing = buildGraph(ownerOf(pass.object), []);
  await refuseUntagged(deps, pass, target);
  const planned = await makePlan(deps, pass, target, nothing, account);
  const outcomes = await execute(deps, pass, { target, graph: nothing, planned, where, drift: undefined });
  const failed = outcomes.some((outcome) => outcome.result !== 'done');
  if (!failed) {
    // Only a listing that began after the last write shows what another process may have made meanwhile.
    await observe(() => target.world.refreshAll(deps.clock.now()));
    const left = await makePlan(deps, pass, target, nothing, account);
    if (left.actions.length === 0) {
      if (unconfirmed(deps, pass.object.status))
        throw new Waiting(
          'WaitingForIntent',
          'a create may have been made just before a crash; looking for it once more before letting go',
        );
      await release(deps, pass);
      return { verdict: undefined, waitsIn: [], target };
    }
  }
  const left = await makePlan(deps, pass, target, nothing, account);
  return conclude(deps, pass, { target, where, graph: nothing, outcomes, left, drift: undefined });
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
    const message = `the things of this object are in account ${former.accountId}, region ${former.region}, installation ${former.installation}, but this operator would act in account ${where.accountId}, region ${where.region}, installation ${where.installation}`;
    throw new Terminal('TargetChanged', message);
  }
  return { account, where, target: deps.targets.open(accountRef, account, spec.region) };
}

async function makePlan<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  target: Target,
  graph: Graph,
  account: AwsAccount,
): Promise<Plan> {
  const memory = memoryOf(pass.object.status);
  const survivors = await observe(() => findSurvivors(target, pass.object, deps.installation));
  return plan<AwsSession>({
    graph,
    kinds: awsKinds,
    world: target.world,
    memory,
    survivors,
    ignoredTagKeys: account.ignoredTagKeys,
    mayRepeat: (intent, kind) => mayRepeat(deps, target, intent, kind.collection.name),
  });
}

/** What lost its tags cannot be told from a stranger's: it is neither deleted nor silently left behind. */
async function refuseUntagged<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  target: Target,
): Promise<void> {
  const survivors = await observe(() => findSurvivors(target, pass.object, deps.installation));
  if (survivors.size === 0) return;
  const named = [...survivors].map(([node, { id }]) => `${id} (${node})`).join(', ');
  const message = `${named} exist without the tags by which Landfall knows its own; put ${TAG.installation}, ${TAG.owner} and ${TAG.node} back, or delete them, and the deletion goes on`;
  throw new Terminal('OwnershipTagsMissing', message);
}

/** A create may be made again when listings that began a grace time after it still do not show it. */
function mayRepeat(deps: ResourceDeps, target: Target, intent: Intent, collection: string): boolean {
  const ageMs = deps.clock.date().getTime() - intent.time;
  const listedAt = target.world.regional.listedAt(collection);
  const listingAgeMs = listedAt === undefined ? Infinity : deps.clock.now() - listedAt;
  return ageMs - listingAgeMs > deps.graceMs;
}

function unconfirmed(deps: ResourceDeps, status: GraphStatus): boolean {
  const now = deps.clock.date().getTime();
  return (status.pending ?? []).some(({ time }) => now - Date.parse(time) <= deps.graceMs);
}

interface Execution {
  readonly target: Target;
  readonly graph: Graph;
  readonly planned: Plan;
  readonly where: TargetStatus;
  readonly drift: Drift;
}

/** Writes down what cannot be repeated safely, then carries the plan out. */
async function execute<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  execution: Execution,
): Promise<Outcome[]> {
  const { target, graph, planned, where, drift } = execution;
  if (planned.actions.length === 0) return [];
  pass.log.info({ plan: describePlan(planned), hash: planHash(planned) }, 'plan');
  const creates = planned.actions.filter(needsIntent);
  if (creates.length > 0 || pass.object.status.target === undefined || isFirstPass(pass.object)) {
    const time = deps.clock.date().getTime();
    const former = memoryOf(pass.object.status).intents;
    const intents = [...former.values(), ...creates.map(({ node }) => ({ node, time }))];
    const verdict: Verdict = {
      kind: 'reconciling',
      reason: reasonFor(planned, pass.object),
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
    session: target.session,
    uid: pass.object.metadata.uid ?? '',
    concurrency: CONCURRENCY,
    wrote: target.world.wrote,
    interpret,
    onOutcome: (outcome) => noteOutcome(deps, pass.object, pass.log, outcome, drift !== undefined),
    stopping: deps.stopping,
  });
  deps.assertLeading();
  return outcomes;
}

function needsIntent(action: Action): boolean {
  return action.verb === 'create' && kindOf(awsKinds, action.type).idempotency === 'none';
}

interface Conclusion {
  readonly target: Target;
  readonly where: TargetStatus;
  readonly graph: Graph;
  readonly outcomes: readonly Outcome[];
  readonly left: Plan;
  readonly drift: Drift;
}

async function conclude<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  conclusion: Conclusion,
): Promise<PassResult> {
  const { target, where, graph, outcomes, left, drift } = conclusion;
  const verdict = verdictOf(outcomes, left);
  const repaired: Drift = drift && { found: drift.found, repaired: verdict.kind === 'ready' };
  const unclear = new Set(outcomes.flatMap((outcome) => (outcome.clear ? [] : [outcome.action.node])));
  const waiting = new Set(
    left.actions.flatMap((action) =>
      'reason' in action && action.reason === 'WaitingForIntent' ? [action.node] : [],
    ),
  );
  const memory: Memory = memoryOf(pass.object.status);
  const intents = [...memory.intents.values()].filter(({ node }) => unclear.has(node) || waiting.has(node));
  await writeStatus(deps, pass, {
    verdict,
    drift: repaired,
    fields: {
      target: where,
      pending: pendingOf(intents),
      resources: resourcesOf(left.standing, pass.object.status.resources ?? [], (node) =>
        graph.nodes.has(node),
      ),
      ...pass.kind.outputs(left.standing, graph),
    },
  });
  return { verdict, target, waitsIn: collectionsWaitedIn(outcomes, left) };
}

function collectionsWaitedIn(outcomes: readonly Outcome[], left: Plan): string[] {
  const types = [
    ...outcomes.filter((outcome) => outcome.result === 'waiting').map((outcome) => outcome.action.type),
    ...left.standing.filter((standing) => standing.state.phase !== 'ready').map((standing) => standing.type),
    ...left.actions.filter((action) => action.verb === 'wait').map((action) => action.type),
  ];
  return [...new Set(types.map((type) => kindOf(awsKinds, type).collection.name))];
}

interface StatusChange {
  readonly verdict: Verdict;
  readonly drift?: Drift;
  readonly fields?: Partial<GraphStatus>;
}

/** One patch a call, and none where nothing changed. The object that the pass holds is then the one written. */
async function writeStatus<T extends GraphObject>(
  deps: ResourceDeps,
  pass: Pass<T>,
  change: StatusChange,
): Promise<void> {
  const { object } = pass;
  const generation = object.metadata.generation ?? 0;
  const after = {
    ...object.status,
    ...change.fields,
    observedGeneration: generation,
    conditions: conditionsFor({
      before: object.status.conditions ?? [],
      verdict: change.verdict,
      drift: change.drift,
      generation,
      now: deps.clock.date(),
    }),
  };
  deps.assertLeading();
  const written = await patchStatus<T>(deps.client, pass.path, object.status, after);
  if (written) adopt(pass, written);
}

async function ensureFinalizer<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>): Promise<void> {
  if (hasFinalizer(pass.object, FINALIZER)) return;
  deps.assertLeading();
  adopt(pass, await addFinalizer(deps.client, pass.path, pass.object, FINALIZER));
}

/** Nothing is left in AWS: Kubernetes may forget the object. */
async function release<T extends GraphObject>(deps: ResourceDeps, pass: Pass<T>): Promise<void> {
  deps.assertLeading();
  await removeFinalizer(deps.client, pass.path, pass.object, FINALIZER);
  deps.events.record(refOf(pass.object), {
    type: 'Normal',
    reason: 'Deleted',
    action: 'Delete',
    message: 'nothing is left of it in AWS',
  });
  pass.log.info({}, 'nothing left in AWS, finalizer removed');
}

function adopt<T extends GraphObject>(pass: Pass<T>, written: T): void {
  pass.informer.observe(written, pass.object.metadata.resourceVersion);
  pass.object = written;
}

/** Changes nobody asked for: the object was Ready for this very generation, and yet there is something to do. */
function driftIn(object: GraphObject, planned: Plan): Drift {
  const ready = object.status.conditions?.find((condition) => condition.type === 'Ready');
  const settled = ready?.status === 'True' && object.status.observedGeneration === object.metadata.generation;
  const changes = planned.actions.filter((action) => action.verb !== 'wait');
  if (!settled || changes.length === 0) return undefined;
  return { found: summaryOf(planned), repaired: false };
}

function isFirstPass(object: GraphObject): boolean {
  return object.status.observedGeneration !== object.metadata.generation;
}

function reasonFor(planned: Plan, object: GraphObject): string {
  if (object.metadata.deletionTimestamp !== undefined) return 'Deleting';
  return planned.actions.some((action) => action.verb === 'create') ? 'Creating' : 'Updating';
}

function summaryOf(planned: Plan): string {
  const shown = planned.actions.slice(0, 4).map((action) => {
    const paths =
      action.verb === 'update'
        ? ` (${action.changes
            .slice(0, 3)
            .map((change) => change.path)
            .join(', ')})`
        : '';
    return `${action.verb} ${action.node}${paths}`;
  });
  const rest = planned.actions.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Reads of AWS whose failure says something about credentials or permissions become conditions. */
async function observe<V>(read: () => Promise<V>): Promise<V> {
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

function verdictOfError(error: unknown): Exclude<Verdict, { kind: 'ready' }> {
  if (error instanceof Terminal) return { kind: 'stalled', reason: error.reason, message: error.message };
  if (error instanceof Waiting) return { kind: 'reconciling', reason: error.reason, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'reconciling', reason: 'InternalError', message };
}
