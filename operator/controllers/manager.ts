import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Account } from '../api/account.ts';
import type { CallGuard } from '../aws/guard.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { ownerOfKey } from '../compile/references.ts';
import { ownerTag } from '../graph/ownership.ts';
import { isAtIt } from '../graph/place.ts';
import type { KubeClient } from '../kube/client.ts';
import { clusterUid } from '../kube/cluster.ts';
import type { EventRecorder } from '../kube/events.ts';
import { createQueue, type KeyQueue, type WorkOutcome } from '../kube/queue.ts';
import { openLocalSession } from '../local/session.ts';
import type { Metrics } from '../metrics.ts';
import { remembered } from '../remembered.ts';
import { reconcileAccount } from './account.ts';
import { Claims, type Cluster } from './claims.ts';
import { Dependents } from './dependents.ts';
import { graphKindOf, isAbout, providersOf } from './graph-kinds.ts';
import { managementOf } from './management.ts';
import { type ObjectChange, Objects, type Watched } from './objects.ts';
import type { AnyGraphKind, PassResult, ResourceDeps } from './pass.ts';
import { ownerOf, type GraphObject } from './resource-status.ts';
import { reconcileResource } from './resource.ts';
import { Retries, type Trouble } from './retries.ts';
import { Targets } from './targets.ts';
import { Wakes } from './wakes.ts';

/** A person's change goes before drift, and drift before what is only looked at again, which has none. */
const PRIORITY = { change: 100, drift: 50 } as const;
/** While AWS works, listings wake the resource; this is only the safety net, and the longest delay after a refusal. Milliseconds. */
const SAFETY_NET_MS = 30_000;
/** What the log says, at level debug, where AWS took a write that no reading has shown within the grace time. */
export const UNSHOWN = 'a write of ours shows in no reading';
/** The longest delay while something is awaited that comes by itself. Milliseconds. */
const WAIT_MAX_MS = 60_000;

interface ManagerDeps {
  readonly client: KubeClient;
  readonly callGuard: CallGuard;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  readonly assertLeading: () => void;
  readonly isLeading: () => boolean;
  /** Which objects are worked on, by key as `SecureVpc/portal/portal`; default all. */
  readonly only?: (key: string) => boolean;
  /** From 0 to 1, for the jitter of retries; default Math.random. */
  readonly random?: () => number;
}

/** Watches the resources, queues their keys, and runs the one reconcile loop. */
export class Manager {
  readonly #deps: ManagerDeps;
  readonly #objects: Objects;
  /** Keys of what approvals are of, by the approval's key: one that is gone says no more. */
  readonly #approved = new Map<string, string>();
  readonly #queue: KeyQueue;
  readonly #targets: Targets;
  readonly #cluster: () => Promise<Cluster>;
  readonly #claims: Claims;
  /** Owner tags of what is being reconciled, to find the key when AWS changed. */
  readonly #keys = new Map<string, string>();
  readonly #dependents = new Dependents();
  readonly #wakes = new Wakes();
  readonly #retries: Retries;
  /** What resources see of each Account. */
  readonly #offers = new Map<string, string>();
  /** Logs of the passes under way, by key; the queue tells of one that failed. */
  readonly #passes = new Map<string, Logger>();
  #stopping = false;

  constructor(deps: ManagerDeps) {
    this.#deps = deps;
    const { client, clock, config, log, random = Math.random } = deps;
    this.#retries = new Retries(random);
    this.#queue = createQueue({
      concurrency: config.concurrency,
      clock,
      worker: (key) => this.#work(key),
      random,
      onError: (key, error, retry) => {
        const passLog = this.#passes.get(key) ?? log;
        this.#passes.delete(key);
        passLog.error({ key, err: error, ...retry }, 'pass failed');
      },
    });
    this.#objects = new Objects({
      client,
      clock,
      config,
      log,
      onAccount: (name) => this.#accountChanged(name),
      onResource: (kind, key, change) => this.#resourceChanged(kind, key, change),
      onApproval: (key, change) => this.#approvalChanged(key, change),
    });
    this.#targets = new Targets({
      installation: config.installation,
      cluster: () =>
        openLocalSession({
          client,
          assertLeading: deps.assertLeading,
          onCall: ({ verb, resource }, result) => deps.metrics.clusterCalls.inc({ verb, resource, result }),
        }),
      endpoint: config.awsEndpoint,
      callGuard: deps.callGuard,
      clock,
      times: config,
      graceMs: config.graceMs,
      onChange: (owners) => this.#awsChanged(owners),
      onUnshown: (collection, id) => log.debug({ collection, id }, UNSHOWN),
      active: () => deps.isLeading() && this.#keys.size > 0 && !this.#stopping,
      onError: (error) => log.warn({ err: error }, 'reading what is there failed'),
    });
    this.#cluster = remembered(clock, Infinity, async () => ({
      uid: await clusterUid(client),
      name: config.clusterName,
    }));
    this.#claims = new Claims({
      session: (account, aws) => this.#targets.session(account, aws),
      installation: config.installation,
      cluster: this.#cluster,
      clock,
      checkMs: config.accountCheckMs,
    });
  }

  /** Begins to watch; resolves when the first lists are in. */
  async watch(): Promise<void> {
    // Who only finishes what goes needs no approvals, and their CRD may be gone before the others.
    await this.#objects.watch({ approvals: this.#deps.only === undefined });
  }

  /** Begins to act. Call it when this process leads. */
  lead(): void {
    this.#queue.start();
  }

  /** Starts nothing more, lets every call in flight end, and writes its status. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#queue.stop();
    this.#targets.close();
    await this.#objects.stop();
    await this.#deps.events.flush();
  }

  /** Whether the watches have heard from the API server within the time. */
  isFresh(maxAgeMs: number): boolean {
    return this.#objects.isFresh(maxAgeMs);
  }

  /** Brings gauges up to date; called when metrics are read. */
  measure(): void {
    const { metrics } = this.#deps;
    metrics.queueDepth.set(this.#queue.depth());
    metrics.resources.reset();
    for (const object of [...this.#objects.accounts.list(), ...this.#objects.all()]) {
      const ready =
        object.status.conditions?.find((condition) => condition.type === 'Ready')?.status ?? 'Unknown';
      metrics.resources.inc({ kind: object.kind, ready });
    }
  }

  #resourceChanged(kind: AnyGraphKind, key: string, change: ObjectChange): void {
    const object = this.#objects.of(kind.kind)?.informer.get(key);
    const queueKey = `${kind.kind}/${key}`;
    let woken = false;
    if (change === 'deleted' || !object) {
      this.#keys.delete(ownerTag(queueKey));
      const used = this.#dependents.referencesOf(queueKey);
      this.#dependents.forget(queueKey);
      for (const one of used) {
        const other = this.#objects.find(one);
        // What waits to go until nobody uses it, and what let this one in.
        if (other?.metadata.deletionTimestamp !== undefined || this.#admits(one, kind.kind))
          this.#startAnew(one);
      }
      this.#retries.reset(queueKey);
      this.#queue.forget(queueKey);
      this.#wakes.forget(queueKey);
      this.#targets.forget(queueKey);
    } else {
      // Nothing is read for the sake of what is paused.
      if (managementOf(object) === 'Pause') this.#keys.delete(ownerTag(queueKey));
      else this.#keys.set(ownerTag(queueKey), queueKey);
      this.#noteReferences(kind, queueKey, object);
      woken = this.#wakes.changed(queueKey, object);
      if (woken) for (const one of [queueKey, ...providersOf(object)]) this.#startAnew(one);
    }
    if (woken || change === 'deleted')
      for (const dependent of this.#dependents.of(queueKey)) this.#startAnew(dependent);
    for (const account of this.#objects.accounts.list()) {
      const { name } = account.metadata;
      const toClaim = woken && account.status.claim === undefined && this.#objects.isActedOn(name);
      if (toClaim || account.status.usedBy !== this.#objects.users(name))
        this.#add(`Account/${account.metadata.name}`, PRIORITY.change);
    }
  }

  /** What an object refers to. What let it in, and is referred to no more, hears of it. */
  #noteReferences(kind: AnyGraphKind, queueKey: string, object: GraphObject): void {
    const before = this.#dependents.referencesOf(queueKey);
    const references = kind.references(object).map(ownerOfKey);
    this.#dependents.set(queueKey, references);
    for (const one of before)
      if (!references.includes(one) && this.#admits(one, kind.kind)) this.#startAnew(one);
  }

  /** Whether one of the objects has to let those of a kind in which name it. */
  #admits(queueKey: string, kind: string): boolean {
    const object = this.#objects.find(queueKey);
    return object !== undefined && graphKindOf(object.kind).admits === kind;
  }

  /** What approvals are of is looked at again when one comes or goes; that one was used is our own doing. */
  #approvalChanged(key: string, change: ObjectChange): void {
    const approval = this.#objects.approvals.get(key);
    const { resourceRef } = approval?.spec ?? {};
    const of = resourceRef
      ? `${resourceRef.kind}/${approval?.metadata.namespace ?? ''}/${resourceRef.name}`
      : this.#approved.get(key);
    if (resourceRef && of !== undefined) this.#approved.set(key, of);
    else this.#approved.delete(key);
    if (change === 'updated' || of === undefined || !this.#objects.find(of)) return;
    this.#startAnew(of);
  }

  #accountChanged(name: string): void {
    const account = this.#objects.accounts.get(name);
    const queueKey = `Account/${name}`;
    if (!account) {
      this.#retries.reset(queueKey);
      this.#wakes.forget(queueKey);
    } else if (this.#wakes.changed(queueKey, account)) {
      this.#startAnew(queueKey);
    }
    this.#offer(name, account);
  }

  /** Resources begin anew when an Account that they are about offers something else, whoever changed it: a person or its check. */
  #offer(name: string, account: Account | undefined): void {
    const offer = account && offerOf(account);
    if (offer === this.#offers.get(name)) return;
    if (offer === undefined) this.#offers.delete(name);
    else this.#offers.set(name, offer);
    for (const object of this.#objects.all()) {
      if (isAbout(object, name)) this.#startAnew(ownerOf(object));
    }
  }

  #startAnew(key: string): void {
    this.#retries.reset(key);
    this.#add(key, PRIORITY.change);
  }

  #add(key: string, priority: number): void {
    if (this.#deps.only?.(key) ?? true) this.#queue.add(key, { priority });
  }

  #awsChanged(owners: ReadonlySet<string>): void {
    for (const owner of owners) {
      const key = this.#keys.get(owner);
      if (key === undefined) continue;
      this.#add(key, PRIORITY.drift);
      for (const dependent of this.#dependents.of(key)) this.#add(dependent, PRIORITY.drift);
      const object = this.#objects.find(key);
      for (const provider of object ? providersOf(object) : []) this.#add(provider, PRIORITY.drift);
    }
  }

  async #work(key: string): Promise<WorkOutcome> {
    const [kind = '', ...rest] = key.split('/');
    const name = rest.join('/');
    const end = this.#deps.metrics.reconciles.startTimer({ kind });
    const log = this.#deps.log.child({ kind, name, reconcileId: randomBytes(4).toString('hex') });
    this.#passes.set(key, log);
    log.debug({}, 'pass begins');
    try {
      const resource = this.#objects.of(kind);
      const outcome = resource
        ? await this.#workResource(resource, key, name, log)
        : await this.#workAccount(key, name, log);
      end({ result: 'ok' });
      this.#passes.delete(key);
      return outcome;
    } catch (error) {
      end({ result: 'error' });
      throw error;
    }
  }

  async #workAccount(key: string, name: string, log: Logger): Promise<WorkOutcome> {
    const { client, events, clock, config, assertLeading } = this.#deps;
    const deps = {
      client,
      events,
      targets: this.#targets,
      claims: this.#claims,
      cluster: this.#cluster,
      clock,
      installation: config.installation,
      log,
      assertLeading,
      users: (account: string) => this.#objects.users(account),
      isActedOn: (account: string) => this.#objects.isActedOn(account),
      isShared: (account: Account) => this.#objects.isShared(account),
    };
    const verdict = await reconcileAccount(deps, this.#objects.accounts, name);
    // What we write ourselves the informer does not tell.
    this.#offer(name, this.#objects.accounts.get(name));
    if (!verdict) return {};
    if (verdict.kind !== 'ready') return this.#retry(key, verdict.kind, config.accountCheckMs);
    this.#retries.reset(key);
    return { requeueAfterMs: config.accountCheckMs };
  }

  async #workResource(
    { kind, informer }: Watched,
    key: string,
    name: string,
    log: Logger,
  ): Promise<WorkOutcome> {
    const { client, events, metrics, clock, config, assertLeading } = this.#deps;
    const deps: ResourceDeps = {
      client,
      accounts: this.#objects.accounts,
      approvals: this.#objects.approvals,
      find: (reference) => this.#objects.find(ownerOfKey(reference)),
      usersOf: (owner) => this.#dependents.of(owner).flatMap((user) => this.#objects.find(user) ?? []),
      targets: this.#targets,
      claims: this.#claims,
      events,
      metrics,
      clock,
      installation: config.installation,
      graceMs: config.graceMs,
      log,
      assertLeading,
      stopping: () => this.#stopping || !this.#deps.isLeading(),
    };
    const before = this.#objects.find(key);
    const result = await reconcileResource(deps, kind, informer, name);
    const object = this.#objects.find(key);
    // What this pass made shows in no listing yet; who waits for it need not wait for one. Of a pass that changed nothing
    // nobody hears: two objects that refer to each other, and both wait, would wake each other without end.
    if (object?.metadata.resourceVersion !== before?.metadata.resourceVersion)
      for (const dependent of this.#dependents.of(key))
        if (waitsFor('DependencyNotReady', this.#objects.find(dependent))) this.#startAnew(dependent);
    if (object) {
      this.#noteReferences(kind, key, object);
      if (waitsFor('WaitingForAcceptance', object) || !hasSameThings(before, object))
        for (const provider of providersOf(object)) this.#startAnew(provider);
    }
    return this.#next(key, result);
  }

  /** When to look again: never while all is well, soon while something is awaited, ever more rarely where a person is. */
  #next(key: string, { verdict, waitsFor, refused, target }: PassResult): WorkOutcome {
    for (const lanes of target?.lanes ?? []) lanes.waitFor(key, waitsFor);
    if (verdict?.kind === 'paused') this.#targets.forget(key);
    if (!verdict || verdict.kind === 'ready' || verdict.kind === 'paused') {
      this.#retries.reset(key);
      return {};
    }
    if (isAtIt(verdict.reason))
      return refused === true
        ? this.#retry(key, verdict.kind, SAFETY_NET_MS)
        : { requeueAfterMs: SAFETY_NET_MS };
    return this.#retry(key, verdict.kind, Infinity);
  }

  #retry(key: string, trouble: Trouble, maxMs: number): WorkOutcome {
    const { stalledRetryMs } = this.#deps.config;
    const longest = trouble === 'stalled' ? maxMs : Math.min(WAIT_MAX_MS, maxMs);
    return { requeueAfterMs: this.#retries.next(key, trouble, Math.min(longest, stalledRetryMs)) };
  }
}

/** Whether an object waits for what it refers to, or for its provider to let it in. */
function waitsFor(
  wanted: 'DependencyNotReady' | 'WaitingForAcceptance',
  object: GraphObject | undefined,
): boolean {
  return object?.status.conditions?.some(({ reason }) => reason === wanted) ?? false;
}

/** Whether status lists the same things of an object, each as far as it was. */
function hasSameThings(before: GraphObject | undefined, after: GraphObject): boolean {
  return isDeepStrictEqual(before?.status.resources, after.status.resources);
}

/** All of an Account that decides what a resource may do with it. */
function offerOf({ metadata, spec, status }: Account): string {
  const conditions = status.conditions?.map(({ lastTransitionTime: _, ...condition }) => condition);
  return JSON.stringify([metadata.uid, metadata.generation, spec, conditions, status.claim]);
}
