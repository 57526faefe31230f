import { startControlPlane, type ControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { systemClock } from '../../operator/clock.ts';
import { localNodeBuilder, type LocalNodeBuilder } from '../../operator/compile/local/nodes.ts';
import { apply } from '../../operator/graph/apply.ts';
import { buildGraph, type GraphNode } from '../../operator/graph/graph.ts';
import type { ApplyInput, Outcome } from '../../operator/graph/outcome.ts';
import { describePlan, NO_MEMORY, plan, type Memory, type Plan } from '../../operator/graph/plan.ts';
import { planRetention } from '../../operator/graph/retention.ts';
import { CLUSTER } from '../../operator/graph/place.ts';
import { Inventory } from '../../operator/inventory/inventory.ts';
import { createKubeClient, type KubeClient } from '../../operator/kube/client.ts';
import { loadKubeConfig } from '../../operator/kube/kubeconfig.ts';
import { interpretLocal } from '../../operator/local/errors.ts';
import { localKinds } from '../../operator/local/kinds.ts';
import { openLocalSession, type LocalCall, type LocalSession } from '../../operator/local/session.ts';
import { silent } from './silent-log.ts';

export const INSTALLATION = 'test';

/** A real API server, and what stands between it and the operator that is under test. */
export class LocalCluster {
  readonly plane: ControlPlane;
  /** As the operator. */
  readonly kube: KubeClient;
  /** As anybody else, by another field manager. */
  readonly other: KubeClient;
  #namespaces = 0;

  private constructor(plane: ControlPlane) {
    this.plane = plane;
    const kubeConfig = loadKubeConfig({ path: plane.kubeconfigPath });
    this.kube = createKubeClient({ kubeConfig, log: silent });
    this.other = createKubeClient({ kubeConfig, log: silent, userAgent: 'somebody' });
  }

  static async start(): Promise<LocalCluster> {
    return new LocalCluster(await startControlPlane());
  }

  async stop(): Promise<void> {
    this.kube.close();
    this.other.close();
    await this.plane.stop();
  }

  async namespace(name: string): Promise<string> {
    await this.other.create('/api/v1/namespaces', { metadata: { name } });
    return name;
  }

  /** One that nobody had before: `shop-1`. */
  newNamespace(prefix: string): Promise<string> {
    this.#namespaces += 1;
    return this.namespace(`${prefix}-${this.#namespaces}`);
  }

  /** An object of the API of Landfall, as far as things of it are concerned. */
  owner(namespace: string, name = 'api', kind = 'EcsService'): LocalOwner {
    return new LocalOwner(this, { kind, metadata: { namespace, name, uid: `uid-of-${namespace}-${name}` } });
  }
}

export interface PassOptions {
  readonly memory?: Memory;
  readonly going?: boolean;
  readonly keepsCopy?: boolean;
}

/** What the controllers do for one object, without its custom resource. */
export class LocalOwner {
  readonly key: string;
  readonly build: LocalNodeBuilder;
  readonly session: LocalSession;
  readonly inventory: Inventory<LocalSession>;
  readonly calls: LocalCall[] = [];
  /** Everything that anybody was shown. */
  readonly shown: unknown[] = [];
  leads = true;
  readonly #uid: string;

  constructor(
    cluster: LocalCluster,
    object: { kind: string; metadata: { namespace: string; name: string; uid: string } },
    client: ConstructorParameters<typeof Object>[0] = cluster.kube,
  ) {
    const { kind, metadata } = object;
    this.key = `${kind}/${metadata.namespace}/${metadata.name}`;
    this.#uid = metadata.uid;
    this.build = localNodeBuilder({ object, installation: INSTALLATION });
    this.session = openLocalSession({
      client: client as KubeClient,
      assertLeading: () => {
        if (!this.leads) throw new Error('another process leads');
      },
      onCall: (call) => this.calls.push(call),
    });
    this.inventory = new Inventory({
      session: this.session,
      collections: [...localKinds.values()].map(({ collection }) => collection),
      installation: INSTALLATION,
      clock: systemClock,
      graceMs: 120_000,
      slowLaneMs: 1_800_000,
      onChange: () => undefined,
    });
  }

  async refresh(): Promise<void> {
    await this.inventory.load();
    await this.inventory.refresh(this.inventory.names(), systemClock.now());
  }

  /** The plan by what the cluster lists now. */
  async plan(nodes: readonly GraphNode[], options: PassOptions = {}): Promise<Plan> {
    await this.refresh();
    return this.planAsKnown(nodes, options);
  }

  /** The plan by what is known, our own writes included. */
  planAsKnown(nodes: readonly GraphNode[], options: PassOptions = {}): Plan {
    const made = plan({
      graph: buildGraph(this.key, nodes),
      kinds: localKinds,
      place: CLUSTER,
      world: this.inventory,
      memory: options.memory ?? NO_MEMORY,
      survivors: new Map(),
      ignoredTagKeys: [],
      mayRepeat: () => true,
      ...(options.going !== undefined && { going: options.going }),
    });
    this.shown.push(describePlan(made), made.standing);
    return made;
  }

  async carryOut(made: Plan, nodes: readonly GraphNode[], options: PassOptions = {}): Promise<Outcome[]> {
    const input: ApplyInput<LocalSession> = {
      plan: made,
      graph: buildGraph(this.key, nodes),
      kinds: localKinds,
      place: CLUSTER,
      world: this.inventory,
      session: this.session,
      uid: this.#uid,
      concurrency: 8,
      wrote: this.inventory.wrote,
      time: '2026-01-01T00:00:00Z',
      interpret: interpretLocal,
      onOutcome: () => undefined,
      stopping: () => false,
      ...(options.keepsCopy !== undefined && { keepsCopy: options.keepsCopy }),
    };
    const outcomes = await apply(input);
    this.shown.push(outcomes.map(({ result, id, reason, message }) => ({ result, id, reason, message })));
    return outcomes;
  }

  /** One pass: looks, plans, acts. */
  async pass(nodes: readonly GraphNode[], options: PassOptions = {}): Promise<Outcome[]> {
    return this.carryOut(await this.plan(nodes, options), nodes, options);
  }

  /** The pass over an object that is gone and leaves everything, as with deletionPolicy Retain. */
  async retain(): Promise<Outcome[]> {
    await this.refresh();
    const left = planRetention({
      owner: this.key,
      kinds: localKinds,
      world: this.inventory,
      time: '2026-01-01T00:00:00Z',
    });
    return this.carryOut(left, []);
  }
}

/** What came of each action, by node. */
export function results(outcomes: readonly Outcome[]): string[] {
  return outcomes
    .map(({ action, result, reason }) =>
      [action.verb, action.node, result, ...(reason === undefined ? [] : [reason])].join(' '),
    )
    .sort();
}

/** What a plan does, with the paths of what changes. */
export function steps({ actions }: Plan): string[] {
  return actions.map(({ verb, node, changes }) =>
    [verb, node, ...(verb === 'update' ? changes.map(({ path }) => path) : [])].join(' '),
  );
}
