import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Binaries } from './binaries.ts';
import { resolveBinaries } from './binaries.ts';
import { layout, prepareCredentials, writeKubeconfig } from './credentials.ts';
import { startGuard } from './guard.ts';
import type { KubectlOptions } from './kubectl.ts';
import { kubectlWith } from './kubectl.ts';
import { freePorts } from './ports.ts';
import { waitReady } from './ready.ts';
import type { Finished } from './run.ts';
import type { Server } from './server.ts';
import { apiServerArgs, etcdArgs } from './server-args.ts';
import { startServer } from './server.ts';

/** How to start a control plane; everything has a default. */
export interface ControlPlaneOptions {
  /** Folder of its state. Kept by `stop`, and continued by a later start. Default: a new one, removed by `stop`. */
  readonly dir?: string;
  /** Port of the API server on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** The programs to run. Default: those that `resolveBinaries` finds or makes. */
  readonly binaries?: Binaries;
  /** Gets a line while programs are downloaded or built. Default: standard error. */
  readonly progress?: (line: string) => void;
  /** Gets a line when a server starts or stops. Default: nothing. The servers' own logs are files in the folder. */
  readonly log?: (line: string) => void;
}

/** A running etcd and kube-apiserver. They end with this process, however it ends, unless detached. */
export interface ControlPlane {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  readonly dir: string;
  /** The admin's: group system:masters. */
  readonly kubeconfigPath: string;
  /** PEM bundle that verifies the API server. */
  readonly caPath: string;
  readonly adminToken: string;
  /** Kubernetes version with a leading v. */
  readonly version: string;
  /** Process ids of what runs now; the API server's changes with each start. */
  pids(): { readonly etcd: number; readonly kubeApiserver?: number };
  /** Runs kubectl to its end; a failing one resolves, with its exit code. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<Finished>;
  /** Makes a token by TokenRequest (one hour) and writes a kubeconfig for it; returns its path. */
  kubeconfigForServiceAccount(namespace: string, name: string): Promise<string>;
  /** Ends the API server alone; SIGKILL makes it a crash. Data, port, certificate and tokens stay. */
  stopApiServer(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again and waits until it is ready. */
  startApiServer(): Promise<void>;
  /** Ends both, and removes the folder unless the caller named it. May be called twice. */
  stop(): Promise<void>;
  /** Lets both live on after this process; who calls it must end them by their ids. */
  detach(): Promise<void>;
}

const loopback = { address: '127.0.0.1', serviceCidr: '10.96.0.0/16', authorization: 'RBAC' };

const inUse = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('address already in use');

/** Starts a control plane with real RBAC and waits until it is ready (2 to 5 s with the programs at hand). */
export const startControlPlane = async (options: ControlPlaneOptions = {}): Promise<ControlPlane> => {
  const { progress } = options;
  const binaries = options.binaries ?? (await resolveBinaries(progress ? { progress } : {}));
  const log = options.log ?? (() => undefined);
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'landfall-')));
  const temporary = options.dir === undefined;
  const files = layout(dir);
  const adminToken = await prepareCredentials(dir);
  const guard = startGuard();
  if (temporary) guard.removeFolder(dir);

  const startOn = async (etcdPort: number, peerPort: number, port: number) => {
    const url = `https://127.0.0.1:${port}`;
    const started: Server[] = [];
    const startApi = async (etcd: Server) => {
      const since = Date.now();
      const args = [
        ...apiServerArgs(files, { ...loopback, etcdPort, port }),
        // A loopback address is not allowed in Endpoints, and nobody is there to reach the API server by its Service.
        '--endpoint-reconciler-type=none',
      ];
      const api = await startServer(binaries.kubeApiserver, args, files.apiServerLog, guard);
      started.push(api);
      await waitReady({ url, caFile: files.ca, token: adminToken }, [api, etcd]);
      log(`kube-apiserver ${binaries.version} ready at ${url} after ${Date.now() - since} ms`);
      return api;
    };
    try {
      const etcd = await startServer(
        binaries.etcd,
        etcdArgs(files, etcdPort, peerPort),
        files.etcdLog,
        guard,
      );
      started.push(etcd);
      return { url, etcd, api: await startApi(etcd), startApi };
    } catch (error) {
      await Promise.all(started.map((server) => server.stop('SIGKILL')));
      throw error;
    }
  };

  const start = async () => {
    for (let tries = 1; ; tries += 1) {
      const [etcdPort = 0, peerPort = 0, free = 0] = await freePorts(3);
      try {
        return await startOn(etcdPort, peerPort, options.port ?? free);
      } catch (error) {
        if (!inUse(error) || tries === 3) throw error;
        log('a port was taken by another process; trying others');
      }
    }
  };

  const end = async () => {
    await guard.release();
    if (temporary) await rm(dir, { recursive: true, force: true });
  };

  let running: Awaited<ReturnType<typeof start>>;
  try {
    running = await start();
    const ca = await readFile(files.ca, 'utf8');
    await writeKubeconfig(files.kubeconfig, { url: running.url, ca, token: adminToken, user: 'admin' });
  } catch (error) {
    await end();
    throw error;
  }
  const { url, etcd, startApi } = running;
  let api: Server | undefined = running.api;
  let stopped: Promise<void> | undefined;

  const kubectl = kubectlWith(binaries.kubectl, files);

  const stopApiServer = async (signal: NodeJS.Signals = 'SIGTERM') => {
    const stopping = api;
    api = undefined;
    await stopping?.stop(signal);
    log('kube-apiserver stopped');
  };

  return {
    url,
    dir,
    kubeconfigPath: files.kubeconfig,
    caPath: files.ca,
    adminToken,
    version: binaries.version,
    pids: () => ({ etcd: etcd.pid, ...(api ? { kubeApiserver: api.pid } : {}) }),
    kubectl,
    kubeconfigForServiceAccount: async (namespace, name) => {
      const made = await kubectl(['create', 'token', name, '--namespace', namespace, '--duration=1h']);
      if (made.code !== 0) throw new Error(`no token for ${namespace}/${name}: ${made.stderr.trim()}`);
      const file = join(dir, `kubeconfig-${namespace}-${name}`);
      const user = `system:serviceaccount:${namespace}:${name}`;
      const ca = await readFile(files.ca, 'utf8');
      await writeKubeconfig(file, { url, ca, token: made.stdout.trim(), user, namespace });
      return file;
    },
    stopApiServer,
    startApiServer: async () => {
      if (api && !api.exited()) return;
      api = await startApi(etcd);
    },
    stop: () => {
      stopped ??= (async () => {
        // A temporary one has nothing to save.
        await stopApiServer(temporary ? 'SIGKILL' : 'SIGTERM');
        await etcd.stop(temporary ? 'SIGKILL' : 'SIGTERM');
        await end();
      })();
      return stopped;
    },
    detach: () => guard.release(),
  };
};
