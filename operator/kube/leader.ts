import { sleep, type Clock } from '../clock.ts';
import type { KubeClient } from './client.ts';
import { isAlreadyExists, isConflict, isNotFound } from './errors.ts';
import { resourcePath } from './path.ts';
import type { KubeObject, Log } from './types.ts';

/** Thrown by `assertHeld`: another process may be leading by now, so nothing may be written. */
export class NotLeader extends Error {
  override readonly name = 'NotLeader';
}

export interface LeaderElectionOptions {
  client: KubeClient;
  /** Where the Lease lives, and its name. */
  namespace: string;
  name: string;
  /** Unique per process: a process that finds its own identity in the Lease takes it as its own. */
  identity: string;
  clock: Clock;
  log: Log;
  /** How long others wait after the last renewal they saw; default 15 000. */
  leaseDurationMs?: number;
  /** Without a renewal for this long the leader gives up; default 10 000. */
  renewDeadlineMs?: number;
  /** Pause between attempts; default 2 000. */
  retryPeriodMs?: number;
  onStartedLeading: () => void;
  /** Leadership was lost, for good: the process should exit. Not called by `stop`. */
  onStoppedLeading: () => void;
}

/** How long a leader that says nothing keeps the Lease, and the other times in the proportion that client-go uses. */
export function leaseTimes(leaseDurationMs: number) {
  return {
    leaseDurationMs,
    renewDeadlineMs: (leaseDurationMs * 2) / 3,
    retryPeriodMs: (leaseDurationMs * 2) / 15,
  };
}

export interface LeaderElection {
  start(): void;
  /** Ends the election; with `release` the Lease is given up so that another need not wait for its end. */
  stop(options: { release: boolean }): Promise<void>;
  isLeader(): boolean;
  /** Throws NotLeader unless the Lease is surely still ours. Call it before every write. */
  assertHeld(): void;
}

interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

type Lease = KubeObject & { spec?: LeaseSpec };

/** A moment on both clocks: the monotonic one stands still while a machine sleeps, the wall clock may be set. */
interface Moment {
  monotonic: number;
  wall: number;
}

/**
 * Leader election on a `coordination.k8s.io/v1` Lease, as client-go does it: others' clocks are never
 * trusted; a Lease has expired when it has not changed for its duration since *we* first saw it so.
 */
export function createLeaderElection(options: LeaderElectionOptions): LeaderElection {
  const { client, namespace, name, identity, clock, log } = options;
  const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options;
  if (!(leaseDurationMs > renewDeadlineMs && renewDeadlineMs > retryPeriodMs)) {
    throw new Error('leader election needs leaseDurationMs > renewDeadlineMs > retryPeriodMs');
  }
  const collection = resourcePath({
    group: 'coordination.k8s.io',
    version: 'v1',
    plural: 'leases',
    namespace,
  });
  const path = `${collection}/${name}`;
  const stopping = new AbortController();
  const seconds = Math.ceil(leaseDurationMs / 1000);
  // Two attempts must fit into the renew deadline, or one lost packet costs the leadership.
  const request = { timeoutMs: Math.max(500, renewDeadlineMs / 2.5) };

  let loop: Promise<void> | undefined;
  let lease: Lease | undefined;
  let seen: { record: string; at: number } | undefined;
  let renewed: Moment | undefined;
  let lost: string | undefined;

  const moment = (): Moment => ({ monotonic: clock.now(), wall: clock.date().getTime() });

  /** Milliseconds since the last renewal was sent, by the more pessimistic of the two clocks. */
  function age(): number {
    if (renewed === undefined) return Infinity;
    const now = moment();
    return Math.max(now.monotonic - renewed.monotonic, now.wall - renewed.wall);
  }

  const held = (): boolean => lost === undefined && age() < leaseDurationMs;

  function lose(why: string): void {
    lost ??= why;
  }

  function assertHeld(): void {
    if (renewed === undefined)
      throw new NotLeader(`${identity} does not hold the lease ${namespace}/${name}`);
    // Once it may have been somebody else's, a later renewal does not mend it: work in between was unguarded.
    if (lost === undefined && age() >= leaseDurationMs) lose(`not renewed for ${Math.round(age())} ms`);
    if (lost !== undefined) throw new NotLeader(`${identity} lost the lease ${namespace}/${name}: ${lost}`);
  }

  /** One attempt; true when the Lease is ours after it. `renewed` counts from before the request was sent. */
  async function acquireOrRenew(): Promise<boolean> {
    if (renewed === undefined || lease === undefined) {
      try {
        note(await client.get<Lease>(path, request));
      } catch (error) {
        if (!isNotFound(error)) throw error;
        const at = moment();
        note(await client.create<Lease>(collection, leaseOf(undefined), request));
        renewed = at;
        return true;
      }
      if (!mayTake()) return false;
    }
    const at = moment();
    note(await client.replace<Lease>(path, leaseOf(lease), request));
    renewed = at;
    return true;
  }

  function note(current: Lease): void {
    const record = JSON.stringify(current.spec ?? {});
    if (seen?.record !== record) seen = { record, at: clock.now() };
    lease = current;
  }

  function mayTake(): boolean {
    const { holderIdentity = '', leaseDurationSeconds = seconds } = lease?.spec ?? {};
    if (holderIdentity === '' || holderIdentity === identity) return true;
    return seen !== undefined && clock.now() - seen.at >= leaseDurationSeconds * 1000;
  }

  function leaseOf(current: Lease | undefined): Lease {
    const now = microTime(clock.date());
    const { spec = {} } = current ?? {};
    const ours = spec.holderIdentity === identity;
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: current?.metadata ?? { name, namespace },
      spec: {
        ...spec,
        holderIdentity: identity,
        leaseDurationSeconds: seconds,
        acquireTime: ours ? (spec.acquireTime ?? now) : now,
        renewTime: now,
        leaseTransitions:
          current === undefined || ours ? (spec.leaseTransitions ?? 0) : (spec.leaseTransitions ?? 0) + 1,
      },
    };
  }

  /** Why a failed renewal means the end, if it does. */
  async function afterFailure(error: unknown): Promise<void> {
    log.debug({ err: error, lease: `${namespace}/${name}` }, 'lease attempt failed');
    if (renewed === undefined) return;
    if (isConflict(error) || isNotFound(error)) {
      try {
        note(await client.get<Lease>(path, request));
        const holder = lease?.spec?.holderIdentity;
        if (holder !== identity) lose(`held by ${holder ?? 'nobody'}`);
      } catch (reading) {
        if (isNotFound(reading)) lose('the lease was deleted');
      }
    }
    if (age() >= renewDeadlineMs) lose(`not renewed for ${Math.round(age())} ms`);
  }

  async function run(): Promise<void> {
    let led = false;
    while (!stopping.signal.aborted && lost === undefined) {
      try {
        await acquireOrRenew();
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (!isAlreadyExists(error)) await afterFailure(error);
      }
      if (renewed !== undefined && age() >= leaseDurationMs) lose(`not renewed for ${Math.round(age())} ms`);
      if (lost !== undefined) break;
      if (renewed !== undefined && !led) {
        led = true;
        log.info({ identity, lease: `${namespace}/${name}` }, 'leading');
        options.onStartedLeading();
      }
      await sleep(clock, retryPeriodMs, stopping.signal);
      // A process that was stopped may have slept far longer than it meant to.
      if (renewed !== undefined && age() >= leaseDurationMs) lose(`not renewed for ${Math.round(age())} ms`);
    }
    if (lost === undefined) return;
    log.error({ identity, lease: `${namespace}/${name}`, why: lost }, 'leadership lost');
    options.onStoppedLeading();
  }

  return {
    start() {
      loop ??= run();
    },
    async stop({ release }) {
      const wasHeld = held();
      stopping.abort();
      await loop;
      lose('the election was stopped');
      if (!release || !wasHeld || lease === undefined) return;
      const spec = {
        ...lease.spec,
        holderIdentity: '',
        leaseDurationSeconds: 1,
        renewTime: microTime(clock.date()),
      };
      try {
        await client.replace(path, { ...lease, spec }, { timeoutMs: request.timeoutMs });
      } catch (error) {
        log.debug({ err: error }, 'lease not released');
      }
    },
    isLeader: held,
    assertHeld,
  };
}

/** metav1.MicroTime: exactly six decimals. */
const microTime = (date: Date): string => date.toISOString().replace(/Z$/, '000Z');
