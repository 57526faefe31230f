import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { kindName } from './cluster/kind.ts';
import type { Kubectl } from './cluster/kubectl.ts';
import { kubectlWith } from './cluster/kubectl.ts';
import { withLock } from './cluster/lock.ts';
import type { Environment } from './cluster/paths.ts';
import { stateFolder } from './cluster/paths.ts';
import { findKubectl } from './cluster/shell.ts';
import { applyMetricsServer } from './node/addons.ts';
import { chooseProvider, providers } from './providers/choose.ts';
import type { ProviderContext, ProviderName } from './providers/provider.ts';

/** The local cluster of this clone. */
export interface Local {
  readonly provider: ProviderName;
  /** As the provider calls it. */
  readonly name: string;
  readonly kubeconfig: string;
}

/** Everything has a default; tests give their own. */
export interface LocalOptions {
  readonly folder?: string;
  readonly env?: Environment;
  /** Default: standard error. */
  readonly progress?: (line: string) => void;
}

const settle = (options: LocalOptions) => ({
  folder: options.folder ?? join(stateFolder, 'local'),
  env: options.env ?? process.env,
  progress: options.progress ?? ((line: string) => process.stderr.write(`local cluster: ${line}\n`)),
});

const stateFile = (folder: string) => join(folder, 'state.json');

const contextOf = ({ name, kubeconfig }: Local, options: LocalOptions): ProviderContext => ({
  ...settle(options),
  name,
  kubeconfig,
});

const readState = async (folder: string): Promise<Local | undefined> => {
  const text = await readFile(stateFile(folder), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Local);
};

/** kubectl of the local cluster: ours of its version, else the PATH's. */
export const kubectlOf = async ({ kubeconfig }: Local, options: LocalOptions = {}): Promise<Kubectl> => {
  const { env, folder } = settle(options);
  const files = { kubeconfig, kubectlCache: join(folder, 'kubectl-cache') };
  return kubectlWith(await findKubectl({ env }), files);
};

const answers = async (local: Local, options: LocalOptions): Promise<boolean> => {
  const kubectl = await kubectlOf(local, options);
  return (await kubectl(['get', '--raw=/readyz', '--request-timeout=5s'])).code === 0;
};

/** The cluster that is up, if any: one that does not answer counts as down. */
export const status = async (options: LocalOptions = {}): Promise<Local | undefined> => {
  const state = await readState(settle(options).folder);
  return state && (await answers(state, options)) ? state : undefined;
};

/** The cluster that is up; throws where none is. */
export const mustBeUp = async (options: LocalOptions = {}): Promise<Local> => {
  const local = await status(options);
  if (!local) throw new Error('No local cluster is up: bring one up first.');
  return local;
};

const remove = async (options: LocalOptions): Promise<Local | undefined> => {
  const { folder } = settle(options);
  const state = await readState(folder);
  if (state) await providers[state.provider].down(contextOf(state, options));
  await rm(folder, { recursive: true, force: true });
  return state;
};

const create = async (provider: ProviderName, options: LocalOptions): Promise<Local> => {
  const { folder, progress } = settle(options);
  const local: Local = { provider, name: kindName(folder), kubeconfig: join(folder, 'kubeconfig') };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Saved first: an interrupted creation must be found by `down`.
  await writeFile(stateFile(folder), `${JSON.stringify(local, undefined, 2)}\n`, { mode: 0o600 });
  progress(`making a cluster with ${provider}`);
  await providers[provider].up(contextOf(local, options));
  if (!providers[provider].metrics) await applyMetricsServer(await kubectlOf(local, options));
  return local;
};

const locked = <T>(options: LocalOptions, work: () => Promise<T>): Promise<T> => {
  const { folder, progress } = settle(options);
  return withLock(join(dirname(folder), 'local.lock'), work, {
    onWait: () => progress('another process is at it; waiting'),
  });
};

/** Brings up a local cluster and leaves it running. `already` tells that nothing was done. */
export const up = (
  options: LocalOptions & { readonly provider?: string } = {},
): Promise<Local & { readonly already: boolean }> =>
  locked(options, async () => {
    const standing = await status(options);
    if (standing && (options.provider ?? standing.provider) === standing.provider)
      return { ...standing, already: true };
    if (standing) {
      throw new Error(
        `A cluster of ${standing.provider} is up: take it down before another one of ${options.provider}.`,
      );
    }
    const provider = await chooseProvider(options.provider, settle(options).env);
    // What a crash or a restart of the machine left.
    await remove(options);
    try {
      return { ...(await create(provider, options)), already: false };
    } catch (error) {
      await remove(options);
      throw error;
    }
  });

/** Takes down what `up` brought up, whatever state it is in. */
export const down = (options: LocalOptions = {}): Promise<Local | undefined> =>
  locked(options, () => remove(options));

/** Gives the cluster images that Docker has, or those of archives as `docker save` writes them. */
export const loadImages = async (images: readonly string[], options: LocalOptions = {}): Promise<void> => {
  const local = await mustBeUp(options);
  for (const image of images) {
    settle(options).progress(`loading ${image}`);
    await providers[local.provider].loadImage(contextOf(local, options), image);
  }
};
