import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Environment } from './cluster/paths.ts';

const root = join(import.meta.dirname, '..');

/** An image of this repository. */
export interface ImageBuild {
  readonly tag: string;
  /** Path from the root of the repository. */
  readonly dockerfile: string;
  /** Another image than the one that the Dockerfile builds on, with Node 24 and npm. */
  readonly base?: string | undefined;
  /** Default: this process's. */
  readonly env?: Environment;
  /** Whether people see how it goes. Without, what the build said is in the error alone. */
  readonly shown?: boolean;
  readonly signal?: AbortSignal;
}

/** Has Docker build an image. Throws where it does not. */
export async function buildImage(image: ImageBuild): Promise<void> {
  const { tag, dockerfile, base, env = process.env, shown = false, signal } = image;
  const child = spawn(
    'docker',
    [
      'build',
      ...(shown ? [] : ['--quiet']),
      '--file',
      dockerfile,
      '--tag',
      tag,
      ...(base === undefined || base === '' ? [] : ['--build-arg', `BASE_IMAGE=${base}`]),
      '.',
    ],
    {
      cwd: root,
      env: { ...env },
      stdio: shown ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      ...(signal && { signal }),
    },
  );
  const said = Promise.all([child.stdout, child.stderr].map(async (stream) => (stream ? text(stream) : '')));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(
      `docker build of ${tag} failed${shown ? ' (above)' : `: ${(await said).join('\n').trim()}`}`,
    );
}
