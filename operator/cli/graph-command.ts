import { writeFile } from 'node:fs/promises';
import { compile, type Compiled, type CompileOptions } from './compiled.ts';
import { DONE } from './exit-codes.ts';
import { formatOf, type Format } from './formats.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage.ts';

export interface GraphOptions extends CompileOptions {
  readonly format?: Format;
  readonly output?: string;
}

/** Draws the networks of the manifests, with `--live` as they stand. */
export async function graphCommand(options: GraphOptions, terminal: Terminal): Promise<number> {
  const format = formatOf(options);
  const { output } = options;
  const all = await compile(options, terminal);
  const compiled = all.filter(isNetwork);
  if (compiled.length === 0)
    throw new UsageError('there is no SecureVpc among the manifests, and only networks are drawn', {
      instead: (command) => `${command} -f manifests/`,
    });
  if (compiled.length < all.length) {
    const others = all.filter((one) => !isNetwork(one)).map(({ owner }) => owner);
    terminal.note(
      `landfall: only networks are drawn, not ${others.join(', ')}: landfall plan lists their things`,
    );
  }
  if (format === 'svg' && compiled.length > 1) {
    const owners = compiled.map(({ owner }) => owner).join(', ');
    throw new UsageError(
      `an SVG file holds one drawing, but these manifests have ${owners}: give -f the file of one of them`,
    );
  }
  const drawings = await Promise.all(
    compiled.map((one) => DRAW[format](one, output === undefined ? terminal : undefined)),
  );
  const text = drawings.join('\n\n');
  if (output === undefined) terminal.out(text.trimEnd());
  else {
    await writeFile(output, `${text.trimEnd()}\n`).catch((error: unknown) => {
      throw new UsageError(
        `cannot write ${output}: ${(error as Error).message}: give -o a file in a folder that is there`,
        { cause: error },
      );
    });
    terminal.note(`landfall: wrote ${output}`);
  }
  return DONE;
}

function isNetwork({ owner }: Compiled): boolean {
  return owner.startsWith('SecureVpc/');
}

type Draw = (compiled: Compiled, terminal: Terminal | undefined) => Promise<string>;

/** Each drawing is loaded when it is wanted: Graphviz alone is a megabyte of WebAssembly. */
const DRAW: Readonly<Record<Format, Draw>> = {
  text: async ({ graph, plan }, terminal) =>
    (await import('./drawing/text.ts')).drawText(graph, plan?.standing, {
      actions: plan?.actions ?? [],
      ...(terminal && { paint: terminal.paint }),
    }),
  mermaid: async ({ graph, plan }) =>
    (await import('./drawing/mermaid.ts')).drawMermaid(graph, plan?.standing, plan?.actions),
  dot: async ({ graph, plan }) =>
    (await import('./drawing/dot.ts')).drawDot(graph, plan?.standing, plan?.actions),
  svg: async ({ graph, plan }) =>
    (await import('./drawing/svg.ts')).drawSvg(graph, plan?.standing, plan?.actions),
};
