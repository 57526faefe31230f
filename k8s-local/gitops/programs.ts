import { join } from 'node:path';

import { cachedPrograms } from '../cluster/cached.ts';
import { goBuild } from '../cluster/go-build.ts';
import type { Environment } from '../cluster/paths.ts';
import { cacheRoot } from '../cluster/paths.ts';

/** Where the program is looked for and built. Everything has a default. */
export interface ProgramOptions {
  /** Gets a line from time to time while it is built. Default: standard error. */
  readonly progress?: (line: string) => void;
  /** Default: `process.env`. */
  readonly env?: Environment;
}

const modules = join(import.meta.dirname, 'modules');

/** Path of the program of `modules/`, from the cache or built. Safe in several processes at once. */
export const resolveGitOpsProgram = async (options: ProgramOptions = {}): Promise<string> => {
  const env = options.env ?? process.env;
  const progress = options.progress ?? ((line: string) => process.stderr.write(`gitops: ${line}\n`));
  const folder = await cachedPrograms({
    name: 'gitops',
    sources: [modules],
    programs: ['gitops'],
    env,
    progress,
    make: async (into, guard) => {
      const cache = cacheRoot(env);
      const about = "building Argo CD's sync engine from Go modules, once: about 5 minutes on two cores";
      await goBuild({ modules, cache, into, guard, env, progress, about, packages: ['.'] });
    },
  });
  return join(folder, 'gitops');
};
