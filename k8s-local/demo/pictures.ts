import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Example } from './examples.ts';
import { INSTALLATION } from './footprint.ts';

const ROOT = join(import.meta.dirname, '../..');
const exec = promisify(execFile);

/** The drawings of an example as it stands in AWS. */
interface Drawn {
  /** For the terminal. */
  readonly text: string;
  /** The file that was written. */
  readonly svg: string;
}

/** Draws an example: as a picture in the folder, and for the terminal. */
export async function drawPictures(
  { name, paths }: Example,
  { env, folder, signal }: { env: Readonly<Record<string, string>>; folder: string; signal: AbortSignal },
): Promise<Drawn> {
  const graph = async (...args: string[]): Promise<string> => {
    const files = paths.flatMap((path) => ['-f', path]);
    const { stdout } = await exec(
      process.execPath,
      [join(ROOT, 'operator/cli/main.ts'), 'graph', ...files, '--live', ...args],
      {
        cwd: ROOT,
        env: { ...process.env, ...env, LANDFALL_INSTALLATION: INSTALLATION },
        maxBuffer: 1 << 26,
        signal,
      },
    );
    return stdout.trimEnd();
  };
  const svg = join(folder, `${name}.svg`);
  await graph('--format', 'svg', '-o', svg);
  return { text: await graph('--format', 'text'), svg };
}
