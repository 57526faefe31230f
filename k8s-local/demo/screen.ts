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

type Mark = 'planned' | 'done' | 'waiting';
const MARK: Readonly<Record<Mark, string>> = {
  planned: pc.dim('·'),
  done: pc.green('✓'),
  waiting: pc.yellow('…'),
};

interface Leaf {
  mark: Mark;
  id: string;
}

/**
 * Progress as a tree: one line a sort of thing, its members with their marks. On a terminal it is drawn in
 * place; elsewhere each thing is one line when it is done.
 */
export class Tree {
  readonly #title: string;
  readonly #leaves = new Map<string, Leaf>();
  readonly #began = performance.now();
  #ended = false;

  constructor(title: string) {
    this.#title = title;
  }

  plan(node: string): void {
    if (this.#ended) return;
    if (this.#leaves.get(node)?.mark !== 'done') this.#leaves.set(node, { mark: 'planned', id: '' });
    this.#draw();
  }

  mark(node: string, mark: Mark, id = ''): void {
    if (this.#ended) return;
    const before = this.#leaves.get(node);
    this.#leaves.set(node, { mark, id });
    if (live) this.#draw();
    else if (mark === 'done' && before?.mark !== 'done')
      console.log(`  ✓ ${node}${id === '' ? '' : ` ${id}`}`);
  }

  /** Everything that was waited for has come: marks it so and draws for good. */
  finish(): void {
    for (const [node, leaf] of this.#leaves) this.mark(node, 'done', leaf.id);
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

  #draw(): void {
    if (live) logUpdate(this.#text());
  }

  #text(): string {
    const done = [...this.#leaves.values()].filter((leaf) => leaf.mark === 'done').length;
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1);
    const groups = Map.groupBy(this.#leaves, ([node]) => node.split('/')[0] ?? node);
    const rows = [...groups].map(([group, leaves], index) => {
      const branch = index === groups.size - 1 ? '└─' : '├─';
      const members = leaves.map(
        ([node, leaf]) => `${MARK[leaf.mark]}${node === group ? '' : ` ${node.slice(group.length + 1)}`}`,
      );
      return `  ${pc.dim(branch)} ${group.padEnd(26)} ${members.join('  ')}`;
    });
    return [
      `  ${pc.bold(this.#title)}  ${done} of ${this.#leaves.size}  ${pc.dim(`${seconds} s`)}`,
      ...rows,
    ].join('\n');
  }
}
