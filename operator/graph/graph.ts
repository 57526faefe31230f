import { nodesIn } from './ref.ts';

/**
 * One real thing that a resource wants, or one facet of a thing (a group's rules, a table's routes).
 * `key` is stable and made of tier, zone or a name that a person chose, never of an index.
 */
export interface GraphNode {
  readonly key: string;
  /** The node kind's type, as `Subnet`. */
  readonly type: string;
  /** What the node kind needs; ids of other nodes are references until they are known. */
  readonly inputs: object;
  /** Tags that the thing should carry, ownership tags included; empty for facets. */
  readonly tags: Readonly<Record<string, string>>;
  /** Nodes that must exist first although no input refers to them. */
  readonly dependsOn: readonly string[];
  /** Nodes that must be usable first, which some are only minutes after they exist. */
  readonly awaits?: readonly string[];
  /** Nodes that must be usable before the late changes of this one are made: until then they may use what these take away. */
  readonly lateAwaits?: readonly string[];
  /** Why it is not made yet: another resource, which no node stands for, is not usable. What stands of it is looked after all the same. */
  readonly notYet?: string;
  /** Inputs that the provider tells and nobody states: they may be others by the time that a plan is approved or tried again. */
  readonly told?: readonly string[];
}

/** What of the inputs of a node its resource states. */
export function statedInputs({ inputs, told = [] }: GraphNode): object {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !told.includes(name)));
}

/** What one resource compiles to. */
export interface Graph {
  /** `Kind/namespace/name` of the resource. */
  readonly owner: string;
  readonly nodes: ReadonlyMap<string, GraphNode>;
}

/** A graph that cannot be ordered or refers to what is not there: an error in a compiler, never in a manifest. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

/** Builds a graph and checks that keys are unique, that every reference is met, and that there is no cycle. */
export function buildGraph(owner: string, nodes: readonly GraphNode[]): Graph {
  const byKey = new Map<string, GraphNode>();
  for (const node of nodes) {
    if (byKey.has(node.key)) throw new GraphError(`node ${node.key} appears twice in ${owner}`);
    byKey.set(node.key, node);
  }
  const graph: Graph = { owner, nodes: byKey };
  for (const node of nodes) {
    for (const needed of [...dependenciesOf(node), ...(node.lateAwaits ?? [])]) {
      if (!byKey.has(needed))
        throw new GraphError(`node ${node.key} refers to ${needed}, which ${owner} does not have`);
    }
  }
  topologicalWaves(graph);
  return graph;
}

/** The keys of the nodes of the same graph that must exist before this one. */
export function dependenciesOf(node: GraphNode): ReadonlySet<string> {
  return new Set([...nodesIn(node.inputs), ...node.dependsOn, ...(node.awaits ?? [])]);
}

/** Nodes in waves: each wave needs only earlier ones. Throws {@link GraphError} with the path of a cycle. */
export function topologicalWaves(graph: Graph): GraphNode[][] {
  const waves: GraphNode[][] = [];
  const done = new Set<string>();
  let left = [...graph.nodes.values()];
  const needs = new Map(left.map((node) => [node, [...dependenciesOf(node)]]));
  while (left.length > 0) {
    const wave = left.filter((node) => needs.get(node)?.every((key) => done.has(key)));
    if (wave.length === 0) throw new GraphError(`cycle: ${cyclePath(graph, left).join(' -> ')}`);
    for (const node of wave) done.add(node.key);
    left = left.filter((node) => !done.has(node.key));
    waves.push(wave);
  }
  return waves;
}

function cyclePath(graph: Graph, left: readonly GraphNode[]): string[] {
  const stuck = new Set(left.map((node) => node.key));
  const path: string[] = [];
  let key = left[0]?.key;
  while (key !== undefined && !path.includes(key)) {
    path.push(key);
    const node = graph.nodes.get(key);
    key = node && [...dependenciesOf(node)].find((needed) => stuck.has(needed));
  }
  return key === undefined ? path : [...path.slice(path.indexOf(key)), key];
}
