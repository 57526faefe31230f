import type { AwsAccount } from '../api/account.ts';
import type { LocalAccount } from '../api/local-account.ts';
import type { CompileInput, RegionFacts } from '../compile/input.ts';
import type { ClusterFacts } from '../compile/local/input.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import type { Kinds, World } from '../graph/kind.ts';
import type { Standing } from '../graph/plan.ts';
import type { KubeClient } from '../kube/client.ts';
import type { GraphObject } from './resource-status.ts';
import type { Session, TargetType } from './target.ts';

/** What a compiler may look at. The Account and the facts are those of its target; the rest that differs means something to one alone. */
export interface AnyCompileInput<T> extends Omit<CompileInput<T>, 'account' | 'facts'> {
  readonly account: AwsAccount | LocalAccount;
  readonly facts: RegionFacts | ClusterFacts;
  /** What an Account of another name says, where it is local as well. */
  readonly accountOf?: (name: string) => LocalAccount | undefined;
  /** The one namespace that everything goes to in the cluster itself. */
  readonly into?: string;
}

/**
 * How objects of a kind are made on one sort of target. Sessions, worlds and inputs are those of that target: which these are, is
 * said where the kinds are listed.
 */
export interface Making<T extends GraphObject> {
  /** What its compiler may make. Nothing else is read for its sake. */
  readonly nodeKinds: Kinds<Session>;
  /** Fills in what its status would say, where it has none, from what stands. */
  recall(object: T, world: World<Session>): T;
  compile(input: AnyCompileInput<T>): Graph;
  /** Fields of status that come from what stands, things and facets: ids, endpoints, the zones that were chosen. */
  outputs(standing: readonly Standing[], graph: Graph): object;
  /** Who uses the object's things and is no object of this cluster, or not known to be one; in words. */
  usedOutside?(object: T, world: World<Session>): readonly string[];
  /** Nodes whose changes take the object's things away from all who use them; undefined where that cannot be done. */
  parting?(object: T, world: World<Session>): readonly GraphNode[] | undefined;
  /**
   * Nodes whose changes, and no deletes, an object that is to go and still used makes nevertheless: they take away what would keep
   * those of its users from going that go, too. `going` by their keys.
   */
  dismissing?(object: T, world: World<Session>, going: readonly string[]): readonly GraphNode[];
  /**
   * Keeps what the cluster is told of the object, besides its status, in step with what stands. Returns the fields of status that
   * remember it. Throws Terminal and Waiting.
   */
  publish?(at: Publication<T>): Promise<object>;
}

/** How objects of a kind are made, wherever that is. */
export type Makings<T extends GraphObject> = Readonly<Record<TargetType, Making<T>>>;

/** What stands, and how the cluster is told of it. */
export interface Publication<T> {
  readonly client: KubeClient;
  readonly session: Session;
  readonly object: T;
  readonly standing: readonly Standing[];
  /** Called right before a write. Throws where this process may not write any more. */
  readonly assertLeading: () => void;
}
