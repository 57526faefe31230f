import type { LogLine, OperatorProcess } from '../operator-process.ts';
import { Forest } from './screen.ts';

/** Draws what the operator plans and does for each object, from now until the forest or the signal ends it. */
export function follow(operator: OperatorProcess, signal: AbortSignal): Forest {
  const forest = new Forest();
  signal.addEventListener('abort', () => forest.end(), { once: true });
  const seen = operator.lines.length;
  const take = (line: LogLine): void => {
    const title = `${String(line['kind'])} ${String(line['name'])}`;
    const plan = line['plan'] as { actions: { node: string }[] } | undefined;
    for (const action of plan?.actions ?? []) forest.mark(title, action.node, 'planned');
    if (line.msg === 'done') {
      const { id, retained } = line;
      const mark = retained === undefined ? 'done' : 'left';
      forest.mark(title, String(line['node']), mark, typeof id === 'string' ? id : '');
    }
    if (line.msg === 'waiting') forest.mark(title, String(line['node']), 'waiting');
  };
  void operator
    .line((line) => {
      if (operator.lines.length > seen) take(line);
      return line.msg === 'stopping';
    })
    .catch(() => {});
  return forest;
}
