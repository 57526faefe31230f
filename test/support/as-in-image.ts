import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const DOCKERFILE = resolve(import.meta.dirname, '../../service/Dockerfile');

/** How the image of the service runs Node. */
export interface AsInImage {
  readonly flags: readonly string[];
  /** What the allocator is told by the environment. */
  readonly allocator: { readonly MALLOC_ARENA_MAX: string };
}

/** Reads it from its Dockerfile. Throws where that runs the service another way than by `CMD`. */
export function asInImage(): AsInImage {
  const dockerfile = readFileSync(DOCKERFILE, 'utf8');
  const command = /^CMD (\[.*"main\.js"\])$/m.exec(dockerfile)?.[1];
  const arenas = /\bMALLOC_ARENA_MAX=(\d+)/.exec(dockerfile)?.[1];
  if (command === undefined || arenas === undefined) throw new Error('service/Dockerfile runs another way');
  return { flags: (JSON.parse(command) as string[]).slice(0, -1), allocator: { MALLOC_ARENA_MAX: arenas } };
}
