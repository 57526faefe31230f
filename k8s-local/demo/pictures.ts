import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

import type { Example } from './examples.ts';
import { INSTALLATION } from './footprint.ts';

const ROOT = join(import.meta.dirname, '../..');
const exec = promisify(execFile);

/** The drawings of an example as it stands in AWS. */
interface Drawn {
  /** For the terminal. */
  readonly text: string;
  /** The files that were written. */
  readonly svg: readonly string[];
}

/** Draws an example: each of its networks as a picture in the folder, and all of it for the terminal. */
export async function drawPictures(
  { accounts, networks, paths }: Example,
  { env, folder, signal }: { env: Readonly<Record<string, string>>; folder: string; signal: AbortSignal },
): Promise<Drawn> {
  const graph = async (files: readonly string[], ...args: string[]): Promise<string> => {
    const { stdout } = await exec(
      process.execPath,
      [
        join(ROOT, 'operator/cli/main.ts'),
        'graph',
        ...files.flatMap((file) => ['-f', file]),
        '--live',
        ...args,
      ],
      {
        cwd: ROOT,
        env: { ...process.env, ...env, LANDFALL_INSTALLATION: INSTALLATION },
        maxBuffer: 1 << 26,
        signal,
      },
    );
    return stdout.trimEnd();
  };
  const svg = await Promise.all(
    networks.map(async (network) => {
      const file = join(folder, `${basename(network, '.yaml')}.svg`);
      await graph([...accounts, network], '--format', 'svg', '-o', file);
      return file;
    }),
  );
  return { text: await graph(paths, '--format', 'text'), svg };
}
