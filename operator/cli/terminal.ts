import pc from 'picocolors';
import { wantsColor } from '../config.ts';

/** Where a command writes: results to `out`, everything about how they came to be to `note`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly note: (text: string) => void;
  readonly paint: Paint;
}

export type Paint = ReturnType<typeof pc.createColors>;

/** No colours: for files, tests and pipes. */
export const PLAIN: Paint = pc.createColors(false);

/** The process's own output. `color` is what `--color` or `--no-color` said; undefined where neither was given. */
export function processTerminal(color: boolean | undefined): Terminal {
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    paint: pc.createColors(color ?? wantsColor(process.stdout.isTTY)),
  };
}
