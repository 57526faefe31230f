import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startGuard } from '../cluster/guard.ts';
import { logTail, startServer } from '../cluster/server.ts';
import type { ProgramOptions } from './programs.ts';
import { resolveGitOpsProgram } from './programs.ts';

/** What to follow, and where to apply it. */
export interface GitOpsAgentOptions extends ProgramOptions {
  /** A Git repository on this machine, bare or not; only commits count. */
  readonly repository: string;
  /** Folder in the repository; every YAML and JSON file below it is applied. */
  readonly path: string;
  /** Branch to follow. Default: what HEAD names. */
  readonly branch?: string;
  /** Names the cluster. */
  readonly kubeconfigPath: string;
  /** For manifests that name no namespace. */
  readonly namespace: string;
  /** Pause between two syncs. Default 1. */
  readonly resyncSeconds?: number;
  /** File with an argocd-cm ConfigMap whose health checks decide when a sync wave is done. */
  readonly settings?: string;
}

/** One sync, as the engine reports it. */
export interface SyncReport {
  readonly time: string;
  /** The commit. */
  readonly revision: string;
  /** Why it did not succeed; absent when it did. */
  readonly error?: string;
  readonly resources: readonly {
    readonly group: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly status: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';
    readonly message: string;
  }[];
}

/** Argo CD's sync engine at work. It ends with this process, however that ends. */
export interface GitOpsAgent {
  readonly pid: number;
  /** What it and Kubernetes said, to be shown when something fails. */
  logs(): Promise<string>;
  /** Every sync so far, oldest first. */
  syncs(): Promise<SyncReport[]>;
  /** Waits for the next sync that began after this call; rejects after `timeoutMs` (default 60 000). */
  nextSync(timeoutMs?: number): Promise<SyncReport>;
  /** Ends it; what it applied stays in the cluster. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Follows a folder of a Git repository with Argo CD's own sync engine: applies, corrects, prunes. Resolves after
 * the first sync, whatever its result; rejects when the engine ends before.
 */
export const startGitOpsAgent = async (options: GitOpsAgentOptions): Promise<GitOpsAgent> => {
  const program = await resolveGitOpsProgram(options);
  const dir = await mkdtemp(join(tmpdir(), 'landfall-gitops-'));
  const guard = startGuard();
  guard.removeFolder(dir);
  const flags: Record<string, string | undefined> = {
    repository: resolve(options.repository),
    branch: options.branch,
    path: options.path,
    kubeconfig: options.kubeconfigPath,
    namespace: options.namespace,
    settings: options.settings,
    resync: `${options.resyncSeconds ?? 1}s`,
  };
  const args = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value}`],
  );
  // The kubeconfig that the engine writes for itself goes where it is removed with everything else.
  const server = await startServer(
    '/usr/bin/env',
    [`TMPDIR=${dir}`, program, 'sync', ...args],
    join(dir, 'log'),
    guard,
  );
  let after: string | undefined;
  const logs = async () => after ?? (await readFile(server.logFile, 'utf8'));
  const syncs = async () =>
    (await logs())
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{"time":'))
      .map((line) => JSON.parse(line) as SyncReport);

  const wait = async (count: number, timeoutMs: number): Promise<SyncReport> => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const report = (await syncs())[count - 1];
      if (report) return report;
      if (server.exited() || after !== undefined)
        throw new Error(`the sync engine ended: ${after?.slice(-500) ?? (await logTail(server.logFile))}`);
      if (Date.now() > deadline)
        throw new Error(`no sync in ${timeoutMs / 1000} s: ${await logTail(server.logFile)}`);
      await sleep(100);
    }
  };

  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await server.stop('SIGTERM');
      after = await readFile(server.logFile, 'utf8');
      await guard.release();
      await rm(dir, { recursive: true, force: true });
    })();
    return stopped;
  };

  try {
    await wait(1, 120_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid: server.pid,
    logs,
    syncs,
    // One sync may be under way and have read the repository already; the one after it has not.
    nextSync: async (timeoutMs = 60_000) => wait((await syncs()).length + 2, timeoutMs),
    stop,
  };
};
