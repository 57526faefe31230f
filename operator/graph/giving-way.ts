import { dependenciesOf } from './graph.ts';
import { kindOf } from './kind.ts';
import type { ApplyInput } from './outcome.ts';
import { isUnresolved, resolve } from './ref.ts';

/**
 * What has to be replaced, of what a node comes after and that stands. Nobody knew when the plan was made, since what it refers
 * to was still to be made: listings are read one by one, and may still show parts of what is gone. The next plan replaces it.
 * Undefined where all of it stays.
 */
export function givingWay<S>(
  { plan, graph, kinds, world }: ApplyInput<S>,
  key: string,
  outputs: ReadonlyMap<string, Readonly<Record<string, string>>>,
): string | undefined {
  const made = new Set(plan.actions.flatMap(({ verb, node }) => (verb === 'create' ? [node] : [])));
  const hasToGo = (needed: string): boolean => {
    const node = graph.nodes.get(needed);
    if (!node) return false;
    const kind = kindOf(kinds, node.type);
    const record = kind.create && world.view(kind.collection).get(outputs.get(needed)?.['id'] ?? '');
    if (!record) return false;
    const inputs = resolve(node.inputs, ({ owner, node: of, output }) =>
      owner === undefined ? outputs.get(of)?.[output] : undefined,
    );
    return kind.diff(inputs, record).some(({ replace, to }) => replace && !isUnresolved(to));
  };
  const node = made.size > 0 ? graph.nodes.get(key) : undefined;
  return node && [...dependenciesOf(node)].find((needed) => !made.has(needed) && hasToGo(needed));
}
