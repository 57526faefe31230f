import { hostname } from 'node:os';
import { createThrottle } from '../aws/throttle.ts';
import { createCallGuard } from '../call-guard.ts';
import { systemClock as clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { Manager } from '../controllers/manager.ts';
import type { KubeClient } from '../kube/client.ts';
import { isNotFound } from '../kube/errors.ts';
import { createEventRecorder } from '../kube/events.ts';
import { createLeaderElection, leaseTimes, type LeaderElection } from '../kube/leader.ts';
import type { KubeObject } from '../kube/types.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';

interface StandInOptions {
  readonly client: KubeClient;
  readonly config: Config;
  /** Which objects it works on, by key as `SecureVpc/portal/portal`. */
  readonly only: (key: string) => boolean;
  /** Told when it begins, and why. */
  readonly onBegin: (why: string) => void;
}

/** Waits to do the operator's work on some objects, in case nobody else does. */
export interface StandIn {
  /** Ends what is under way, and gives the Lease back. */
  stop(): Promise<void>;
}

/**
 * Does what the operator would do with a few objects as soon as no operator leads: with the same code, the caller's
 * credentials, and the operator's Lease, so that never two act. While an operator leads it only waits.
 */
export async function standIn(options: StandInOptions): Promise<StandIn> {
  const { client, config, only, onBegin } = options;
  const log = createLog('silent');
  const name = `landfall-${config.installation}`;
  const namespace = (await leaseNamespace(client, name)) ?? config.namespace;
  const identity = `cli-${hostname()}-${process.pid}`;
  let beginning: Promise<void> | undefined;
  const begin = (why: string): void => {
    onBegin(why);
    // The first lists come before the first pass; what fails is tried again by the informers.
    // They are given up only where all is stopped before they have come.
    beginning = manager.watch().then(
      () => manager.lead(),
      () => {},
    );
  };
  const election = (await canLead(client, namespace))
    ? createLeaderElection({
        client,
        namespace,
        name,
        identity,
        clock,
        log,
        ...leaseTimes(config.leaseMs),
        onStartedLeading: () => begin(`no operator holds the Lease ${namespace}/${name}`),
        onStoppedLeading: () => {},
      })
    : undefined;
  const assertLeading = (): void => election?.assertHeld();
  const manager = managerOf({ client, config, only, election, assertLeading, identity, log });
  if (election) election.start();
  else begin(`namespace ${namespace} is gone or going, in which no operator can hold its Lease`);
  return {
    async stop() {
      if (beginning) await manager.stop();
      await election?.stop({ release: true });
    },
  };
}

interface ManagerOptions extends Pick<StandInOptions, 'client' | 'config' | 'only'> {
  readonly election: LeaderElection | undefined;
  readonly assertLeading: () => void;
  readonly identity: string;
  readonly log: ReturnType<typeof createLog>;
}

function managerOf({
  client,
  config,
  only,
  election,
  assertLeading,
  identity,
  log,
}: ManagerOptions): Manager {
  const metrics = createMetrics();
  return new Manager({
    client,
    callGuard: createCallGuard({
      throttle: createThrottle(clock, config.awsRateScale),
      metrics,
      assertLeading,
    }),
    events: createEventRecorder({ client, component: 'landfall', instance: identity, log, clock }),
    metrics,
    clock,
    config,
    log,
    assertLeading,
    isLeading: () => election?.isLeader() ?? true,
    only,
  });
}

/** Where an operator of the installation keeps its Lease, whatever the overlay called the namespace. */
async function leaseNamespace(client: KubeClient, name: string): Promise<string | undefined> {
  const { items } = await client.list<KubeObject>('/apis/coordination.k8s.io/v1/leases', {
    fieldSelector: `metadata.name=${name}`,
  });
  return items[0]?.metadata.namespace;
}

/** Nothing is made in a namespace that is going, a Lease neither. */
async function canLead(client: KubeClient, namespace: string): Promise<boolean> {
  try {
    const { metadata } = await client.get<KubeObject>(`/api/v1/namespaces/${namespace}`);
    return metadata.deletionTimestamp === undefined;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
