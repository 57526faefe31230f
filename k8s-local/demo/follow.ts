import type { LogLine, OperatorProcess } from '../operator-process.ts';
import { Tree } from './screen.ts';

/** Draws what the operator plans and does for one network, from now until the tree or the signal ends it. */
export function follow(operator: OperatorProcess, title: string, signal: AbortSignal): Tree {
  const tree = new Tree(title);
  signal.addEventListener('abort', () => tree.end(), { once: true });
  const seen = operator.lines.length;
  const take = (line: LogLine): void => {
    const plan = line['plan'] as { actions: { node: string }[] } | undefined;
    for (const action of plan?.actions ?? []) tree.plan(action.node);
    if (line.msg === 'done')
      tree.mark(String(line['node']), 'done', typeof line['id'] === 'string' ? line['id'] : '');
    if (line.msg === 'waiting') tree.mark(String(line['node']), 'waiting');
  };
  void operator
    .line((line) => {
      if (operator.lines.length > seen) take(line);
      return line.msg === 'stopping';
    })
    .catch(() => {});
  return tree;
}
