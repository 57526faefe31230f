import type { Graph } from '../../graph/graph.ts';

/** A node with its inputs as its kind declares them. */
export interface Entry<I> {
  readonly node: string;
  readonly inputs: I;
}

/** Every node of a type. */
export type All = <I>(type: string) => Entry<I>[];

/** Looks up the nodes of a graph by type. */
export function inputsBy(graph: Graph): All {
  return <I>(type: string) =>
    [...graph.nodes.values()]
      .filter((node) => node.type === type)
      .map(({ key, inputs }) => ({ node: key, inputs: inputs as I }));
}

/** `api` of `EcsService/shop/api` and of `security-group/api`. */
export function lastPart(path: string): string {
  return path.split('/').at(-1) ?? path;
}
