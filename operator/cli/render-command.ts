import { dependenciesOf } from '../graph/graph.ts';
import { printable } from '../graph/ref.ts';
import { compile, type Compiled, type CompileOptions } from './compiled.ts';
import { objectsText, renderObjects, type RenderObjectsOptions } from './render-objects.ts';
import { DONE } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface RenderOptions extends CompileOptions, RenderObjectsOptions {
  readonly target?: 'local';
}

/**
 * Prints the graphs of the objects as one JSON document, which docs/cli.md describes; with `--target local` what they become in the
 * cluster itself, as YAML for kubectl.
 */
export async function renderCommand(options: RenderOptions, terminal: Terminal): Promise<number> {
  if (options.target === 'local') {
    terminal.out(objectsText(await renderObjects(options, terminal)).trimEnd());
    return DONE;
  }
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
