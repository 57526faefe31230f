import { access } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Binaries, ResolveOptions } from './binaries.ts';
import { findBinaries, resolveBinaries } from './binaries.ts';
import { findKind } from './kind.ts';

/** What a cluster for the shell will be. */
export type Rung =
  | { readonly rung: 'cluster'; readonly kubeconfig: string }
  | { readonly rung: 'kind'; readonly kind: string }
  | { readonly rung: 'control-plane'; readonly binaries: Binaries };

/** `kubeconfig` names a cluster, and wins over `LANDFALL_KUBECONFIG`. */
export interface LadderOptions extends ResolveOptions {
  readonly kubeconfig?: string;
}

/** The cluster that the user names by a flag or by `LANDFALL_KUBECONFIG`, as an absolute path that exists. */
export const namedCluster = async (options: LadderOptions = {}): Promise<string | undefined> => {
  const env = options.env ?? process.env;
  const named = options.kubeconfig || env['LANDFALL_KUBECONFIG'];
  if (!named) return undefined;
  const by = options.kubeconfig ? '--kubeconfig' : 'LANDFALL_KUBECONFIG';
  const file = resolve(named);
  try {
    await access(file);
  } catch (cause) {
    throw new Error(`${by} names ${file}, which cannot be read.`, { cause });
  }
  return file;
};

/**
 * Picks the cheapest way to a cluster: one that the user names, programs at hand, kind, programs to be downloaded
 * or built. Tests use `resolveBinaries` instead, since each of them wants a cluster of its own.
 */
export const chooseRung = async (options: LadderOptions = {}): Promise<Rung> => {
  const kubeconfig = await namedCluster(options);
  if (kubeconfig !== undefined) return { rung: 'cluster', kubeconfig };
  const found = await findBinaries(options);
  if (found) return { rung: 'control-plane', binaries: found };
  const kind = await findKind(options.env ?? process.env);
  if (kind !== undefined) return { rung: 'kind', kind };
  return { rung: 'control-plane', binaries: await resolveBinaries(options) };
};
