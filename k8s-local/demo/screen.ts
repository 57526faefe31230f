import logUpdate from 'log-update';
import pc from 'picocolors';

const live = process.stdout.isTTY;

/** A heading for one step of the demo. */
export function heading(text: string): void {
  console.log(`\n${pc.bold(pc.cyan('▸'))} ${pc.bold(text)}`);
}

/** A line that explains what one sees. */
export function say(text: string): void {
  console.log(`  ${text}`);
}

/** A command that a person could type for the same. */
export function command(text: string): void {
  console.log(`  ${pc.dim('$')} ${pc.dim(text)}`);
}

/** `left`: what would be deleted stays, since something needs it still. */
type Mark = 'planned' | 'done' | 'left' | 'waiting';
const MARK: Readonly<Record<Mark, string>> = {
  planned: pc.dim('·'),
  done: pc.green('✓'),
  left: pc.cyan('='),
  waiting: pc.yellow('…'),
};

function isOver(mark: Mark | undefined): mark is 'done' | 'left' {
  return mark === 'done' || mark === 'left';
}

interface Leaf {
  mark: Mark;
  id: string;
}

/** What is done of one object: one line a sort of thing, its members with their marks. */
class Tree {
  readonly #title: string;
  readonly #leaves = new Map<string, Leaf>();
  readonly #began = performance.now();
  #seconds = 0;

  constructor(title: string) {
    this.#title = title;
  }

  /** True where that is new. */
  mark(node: string, leaf: Leaf): boolean {
    const before = this.#leaves.get(node)?.mark;
    if (leaf.mark === 'planned' && isOver(before)) return false;
    this.#leaves.set(node, leaf);
    this.#seconds = (performance.now() - this.#began) / 1000;
    return before !== leaf.mark;
  }

  finish(): void {
    for (const leaf of this.#leaves.values()) if (!isOver(leaf.mark)) leaf.mark = 'done';
  }

  get #done(): number {
    return [...this.#leaves.values()].filter(({ mark }) => isOver(mark)).length;
  }

  /** Its lines; the first alone where it is folded and everything is done. */
  lines(folded: boolean): string[] {
    const head = `  ${pc.bold(this.#title)}  ${this.#done} of ${this.#leaves.size}  ${pc.dim(`${this.#seconds.toFixed(1)} s`)}`;
    if (folded && this.#done === this.#leaves.size) return [head];
    const groups = Map.groupBy(this.#leaves, ([node]) => node.split('/')[0] ?? node);
    const rows = [...groups].map(([group, leaves], index) => {
      const branch = index === groups.size - 1 ? '└─' : '├─';
      const members = leaves.map(
        ([node, leaf]) => `${MARK[leaf.mark]}${node === group ? '' : ` ${node.slice(group.length + 1)}`}`,
      );
      return `  ${pc.dim(branch)} ${group.padEnd(26)} ${members.join('  ')}`;
    });
    return [head, ...rows];
  }
}

/**
 * Progress of several objects, a tree each. On a terminal they are drawn in place, those that are done as one line;
 * elsewhere each thing is one line when it is done.
 */
export class Forest {
  readonly #trees = new Map<string, Tree>();
  #ended = false;

  mark(title: string, node: string, mark: Mark, id = ''): void {
    if (this.#ended) return;
    const tree = this.#trees.get(title) ?? new Tree(title);
    this.#trees.set(title, tree);
    const isNew = tree.mark(node, { mark, id });
    if (live) logUpdate(this.#text());
    else if (isOver(mark) && isNew)
      console.log(`  ${MARK[mark]} ${node}${id === '' ? '' : ` ${id}`}  ${pc.dim(title)}`);
  }

  /** Everything that was waited for has come: marks it so and draws for good. */
  finish(): void {
    for (const tree of this.#trees.values()) tree.finish();
    this.end();
  }

  /** Draws the last state for good. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!live) return;
    logUpdate(this.#text());
    logUpdate.done();
  }

  #text(): string {
    return [...this.#trees.values()].flatMap((tree) => tree.lines(this.#trees.size > 1)).join('\n');
  }
}
