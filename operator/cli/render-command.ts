import { dependenciesOf } from '../graph/graph.ts';
import { printable } from '../graph/ref.ts';
import { compile, type Compiled, type CompileOptions } from './compiled.ts';
import { DONE } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Prints the graphs of the objects as one JSON document; docs/cli.md describes it. */
export async function renderCommand(options: CompileOptions, terminal: Terminal): Promise<number> {
  const compiled = await compile(options, terminal);
  terminal.out(JSON.stringify({ version: 1, graphs: compiled.map(graphDocument) }, undefined, 2));
  return DONE;
}

/** A graph as plain data; references read `${node.output}`. An edge leads from a node to one that it needs. */
function graphDocument({ owner, accountId, region, graph }: Compiled): object {
  const nodes = [...graph.nodes.values()];
  return {
    owner,
    accountId,
    region,
    nodes: nodes.map(({ key, type, inputs, tags }) => ({ key, type, inputs: printable(inputs), tags })),
    edges: nodes.flatMap((node) => [...dependenciesOf(node)].sort().map((to) => ({ from: node.key, to }))),
  };
}
