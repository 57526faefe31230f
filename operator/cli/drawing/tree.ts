import type { Paint } from '../terminal.ts';
import { MARK_LOOK } from './look.ts';
import type { Mark, Marks } from './marks.ts';

/** A branch of the tree: a line and what hangs below it. */
export interface Branch {
  readonly line: string;
  readonly below?: readonly Branch[];
}

/** How the things of an object stand, and the colours that say so. */
interface Draw {
  readonly marks: Marks;
  readonly paint: Paint;
}

/** What hangs below something, as lines. */
export function treeLines(branches: readonly Branch[], indent = ''): string[] {
  return branches.flatMap(({ line, below = [] }, index) => {
    const isLast = index === branches.length - 1;
    return [
      `${indent}${isLast ? '└─' : '├─'} ${line}`,
      ...treeLines(below, `${indent}${isLast ? '   ' : '│  '}`),
    ];
  });
}

/** A thing in words, with its mark before and its id behind. */
export function labelOf({ marks, paint }: Draw, node: string, text: string, mark = marks.of(node)): string {
  const id = marks.id(node);
  return `${mark === undefined ? '' : signOf(mark, paint)}${text.trimEnd()}${id === undefined ? '' : `  ${paint.cyan(id)}`}`;
}

/** What stands and is to go. */
export function leavingBranches({ marks, paint }: Draw): Branch[] {
  if (marks.leaving.length === 0) return [];
  const below = marks.leaving.map(({ node, id }) => ({
    line: `${signOf('delete', paint)}${node}  ${paint.cyan(id)}`,
  }));
  return [{ line: paint.bold('to delete'), below }];
}

/** The sign of a mark, in its colour. */
export function signOf(mark: Mark, paint: Paint): string {
  const colors: Record<Mark, (text: string) => string> = {
    exists: paint.green,
    create: paint.blue,
    change: paint.yellow,
    replace: paint.magenta,
    delete: paint.red,
    wait: paint.gray,
  };
  return `${colors[mark](MARK_LOOK[mark].sign)} `;
}
