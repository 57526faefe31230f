import { readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { findBinaries } from './binaries.ts';
import { startControlPlane } from './control-plane.ts';
import { layout } from './credentials.ts';
import { createKind, deleteKind, kindName } from './kind.ts';
import { chooseRung, namedCluster } from './ladder.ts';
import { withLock } from './lock.ts';
import type { Environment } from './paths.ts';
import { shellStateFolder } from './paths.ts';
import { commandOf } from './process.ts';
import { isReady } from './ready.ts';
import { onPath } from './run.ts';

/** The shell's cluster, as kept in `state.json` of its folder. */
export interface ShellCluster {
  readonly rung: 'cluster' | 'kind' | 'control-plane';
  readonly kubeconfig: string;
  /** One phrase for people: what it is and where it came from. */
  readonly about: string;
  /** Only of a control plane of ours. */
  readonly servers?: { readonly url: string; readonly token: string; readonly pids: readonly number[] };
  readonly kindName?: string;
}

/** Everything has a default; tests give their own. */
export interface ShellOptions {
  /** A cluster that the user names, used as it is. */
  readonly kubeconfig?: string;
  readonly folder?: string;
  readonly env?: Environment;
  /** Default: standard error. */
  readonly progress?: (line: string) => void;
}

const settle = (options: ShellOptions) => ({
  folder: options.folder ?? shellStateFolder,
  env: options.env ?? process.env,
  progress: options.progress ?? ((line: string) => process.stderr.write(`cluster: ${line}\n`)),
});

const stateFile = (folder: string) => join(folder, 'state.json');

const readState = async (folder: string): Promise<ShellCluster | undefined> => {
  try {
    return JSON.parse(await readFile(stateFile(folder), 'utf8')) as ShellCluster;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** The process is alive and is ours: its arguments name our folder. An id may have been given to another since. */
const isOurs = async (pid: number, folder: string): Promise<boolean> =>
  (await commandOf(pid))?.includes(`${folder}/`) ?? false;

const endServers = async (pids: readonly number[], folder: string): Promise<void> => {
  for (const pid of pids) {
    if (!(await isOurs(pid, folder))) continue;
    // Their data goes too: there is nothing to end in good order for.
    process.kill(pid, 'SIGKILL');
    for (let tries = 0; await isOurs(pid, folder); tries += 1) {
      if (tries === 100) throw new Error(`process ${pid} does not end`);
      await sleep(50);
    }
  }
};

const alive = async (state: ShellCluster, folder: string): Promise<boolean> => {
  if (!state.servers) return true;
  return isReady(state.servers.url, layout(folder).ca, state.servers.token);
};

/** The cluster that is up, if any: a control plane that does not answer counts as down. */
export const status = async (options: ShellOptions = {}): Promise<ShellCluster | undefined> => {
  const { folder } = settle(options);
  const state = await readState(folder);
  return state && (await alive(state, folder)) ? state : undefined;
};

const remove = async (options: ShellOptions): Promise<ShellCluster | undefined> => {
  const { folder, env, progress } = settle(options);
  const state = await readState(folder);
  if (state?.servers) await endServers(state.servers.pids, folder);
  if (state?.kindName !== undefined) {
    await deleteKind({ name: state.kindName, kubeconfig: state.kubeconfig, env, progress });
  }
  await rm(folder, { recursive: true, force: true });
  return state;
};

const create = async (options: ShellOptions): Promise<ShellCluster> => {
  const { folder, env, progress } = settle(options);
  const chosen = await chooseRung({ ...options, env, progress });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const save = async (state: ShellCluster) => {
    await writeFile(stateFile(folder), `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
    return state;
  };
  if (chosen.rung === 'cluster') {
    return save({
      rung: 'cluster',
      kubeconfig: chosen.kubeconfig,
      about: 'the cluster that you named, used as it is',
    });
  }
  if (chosen.rung === 'kind') {
    const name = kindName(folder);
    const kubeconfig = join(folder, 'kubeconfig');
    // Saved first: an interrupted creation must be found by `down`.
    const state = await save({ rung: 'kind', kubeconfig, about: `kind cluster ${name}`, kindName: name });
    await createKind(chosen.kind, { name, kubeconfig, env, progress });
    return state;
  }
  const { binaries } = chosen;
  const plane = await startControlPlane({ dir: folder, binaries, log: progress });
  const { etcd, kubeApiserver } = plane.pids();
  const state = await save({
    rung: 'control-plane',
    kubeconfig: plane.kubeconfigPath,
    about: `kube-apiserver ${plane.version} and etcd (${binaries.source}, ${binaries.dir})`,
    servers: {
      url: plane.url,
      token: plane.adminToken,
      pids: kubeApiserver ? [kubeApiserver, etcd] : [etcd],
    },
  });
  await plane.detach();
  return state;
};

const lockOf = (folder: string) => join(dirname(folder), 'cluster.lock');

/** Brings up the shell's cluster and leaves it running. `already` tells that nothing was done. */
export const up = async (
  options: ShellOptions = {},
): Promise<ShellCluster & { readonly already: boolean }> => {
  const { folder, progress } = settle(options);
  const onWait = () => progress('another process is at it; waiting');
  return withLock(
    lockOf(folder),
    async () => {
      const named = await namedCluster(options);
      const standing = await status(options);
      if (standing && (named === undefined || named === standing.kubeconfig))
        return { ...standing, already: true };
      if (standing && standing.rung !== 'cluster') {
        throw new Error(`${standing.about} is up already: take it down before naming another cluster.`);
      }
      // What a crash or a restart of the machine left.
      await remove(options);
      try {
        return { ...(await create(options)), already: false };
      } catch (error) {
        await remove(options);
        throw error;
      }
    },
    { onWait },
  );
};

/** Takes down what `up` brought up and removes its folder; a cluster that the user named stays as it is. */
export const down = async (options: ShellOptions = {}): Promise<ShellCluster | undefined> => {
  const { folder } = settle(options);
  return withLock(lockOf(folder), () => remove(options));
};

/** kubectl for the shell's cluster: ours, else the PATH's. */
export const findKubectl = async (options: ShellOptions = {}): Promise<string> => {
  const { env } = settle(options);
  const found = (await findBinaries({ env }))?.kubectl ?? (await onPath('kubectl', env));
  if (found === undefined)
    throw new Error('No kubectl: install it, or name a folder that has it by KUBEBUILDER_ASSETS.');
  return found;
};
