import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from './usage.ts';
import { filenameWords, shellWords } from './words.ts';

/** The names under which kustomize looks for what it builds. */
const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Whether a path is a folder that kustomize builds. */
export async function isOverlay(path: string): Promise<boolean> {
  const found = await Promise.all(
    KUSTOMIZATIONS.map((name) => stat(join(path, name)).catch(() => undefined)),
  );
  return found.some((file) => file?.isFile() === true);
}

/** Says that an overlay has to be built before it can be read; the other paths stay as they were given. */
export function unbuilt(
  overlay: string,
  { paths, missing }: { readonly paths: readonly string[]; readonly missing: string },
): UsageError {
  const others = filenameWords(paths.filter((path) => path !== overlay));
  return new UsageError(`no ${missing} in ${overlay}, but a kustomization, from which kubectl builds them`, {
    instead: (command) => `kubectl kustomize ${shellWords([overlay])} | ${command}${others} -f -`,
  });
}
