import { readConfig, type Config } from '../config.ts';
import { createKubeClient, type KubeClient } from '../kube/client.ts';
import { loadKubeConfig } from '../kube/kubeconfig.ts';
import type { Log } from '../kube/types.ts';

/** Options that every command has which works on a cluster. */
export interface ClusterOptions {
  /** A context of the kubeconfig; default its current one. */
  readonly context?: string;
  readonly installation?: string;
  readonly color?: boolean;
}

const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The cluster of the kubeconfig. Throws UnusableKubeconfig where there is none. */
export function connect(options: ClusterOptions): { readonly client: KubeClient; readonly config: Config } {
  const config = readConfig();
  const { context } = options;
  const kubeConfig = loadKubeConfig({ path: config.kubeconfig, ...(context !== undefined && { context }) });
  const client = createKubeClient({ kubeConfig, log: QUIET, userAgent: 'landfall/cli' });
  return { client, config: { ...config, installation: options.installation ?? config.installation } };
}
