import { writeFile } from 'node:fs/promises';
import { compile, type CompileOptions } from './compiled.ts';
import { DONE } from './exit-codes.ts';
import { formatOf, type Format } from './formats.ts';
import type { Drawable } from './drawing/picture.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage.ts';

export interface GraphOptions extends CompileOptions {
  readonly format?: Format;
  readonly output?: string;
}

/** Draws all objects of the manifests in one picture, with `--live` as they stand. */
export async function graphCommand(options: GraphOptions, terminal: Terminal): Promise<number> {
  const format = formatOf(options);
  const { output } = options;
  const compiled = await compile(options, terminal);
  const text = await DRAW[format](compiled, output === undefined ? terminal : undefined);
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

type Draw = (drawables: readonly Drawable[], terminal: Terminal | undefined) => Promise<string>;

/** Each drawing is loaded when it is wanted: Graphviz alone is a megabyte of WebAssembly. */
const DRAW: Readonly<Record<Format, Draw>> = {
  text: async (drawables, terminal) =>
    (await import('./drawing/text.ts')).drawText(drawables, terminal?.paint),
  mermaid: async (drawables) => (await import('./drawing/mermaid.ts')).drawMermaid(drawables),
  dot: async (drawables) => (await import('./drawing/dot.ts')).drawDot(drawables),
  svg: async (drawables) => (await import('./drawing/svg.ts')).drawSvg(drawables),
};
