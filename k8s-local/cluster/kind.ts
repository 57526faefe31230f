import { createHash } from 'node:crypto';

import type { Environment } from './paths.ts';
import { onPath, run } from './run.ts';

/** The name of the kind cluster that belongs to a state folder: two clones do not share one. */
export const kindName = (stateFolder: string): string =>
  `landfall-${createHash('sha256').update(stateFolder).digest('hex').slice(0, 6)}`;

/** Path of kind, where it is installed and a Docker daemon answers. */
export const findKind = async (env: Environment): Promise<string | undefined> => {
  const kind = await onPath('kind', env);
  const docker = await onPath('docker', env);
  if (kind === undefined || docker === undefined) return undefined;
  const info = await run(docker, ['info'], { env, timeoutMs: 5_000 });
  return info.code === 0 ? kind : undefined;
};

const must = async (
  kind: string,
  args: readonly string[],
  env: Environment,
  progress: (line: string) => void,
) => {
  const done = await run(kind, args, { env, onErrorLine: progress });
  if (done.code !== 0) throw new Error(`kind ${args.join(' ')} failed: ${done.stderr.trim()}`);
};

/** Makes a kind cluster and its kubeconfig; the user's own kubeconfig is not touched. Takes a minute or two. */
export const createKind = (
  kind: string,
  about: { name: string; kubeconfig: string; env: Environment; progress: (line: string) => void },
): Promise<void> =>
  must(
    kind,
    ['create', 'cluster', '--name', about.name, '--kubeconfig', about.kubeconfig, '--wait', '120s'],
    about.env,
    about.progress,
  );

/** Removes a kind cluster. */
export const deleteKind = async (about: {
  name: string;
  kubeconfig: string;
  env: Environment;
  progress: (line: string) => void;
}): Promise<void> => {
  const kind = await onPath('kind', about.env);
  if (kind === undefined)
    throw new Error(`kind, which made the cluster ${about.name}, is not on the PATH any more`);
  await must(
    kind,
    ['delete', 'cluster', '--name', about.name, '--kubeconfig', about.kubeconfig],
    about.env,
    about.progress,
  );
};
