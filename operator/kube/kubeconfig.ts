import { delimiter } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { UnusableKubeconfig } from './errors.ts';

/**
 * Loads a kubeconfig, or what kubectl would use: `KUBECONFIG`, `~/.kube/config`, then the Pod's service account.
 * `path` is a file or, as in `KUBECONFIG`, several. Throws {@link UnusableKubeconfig} where a file cannot be read
 * or names no cluster, or the context does not exist.
 *
 * This is the only module that loads client-node; with its generated models it costs some 80 MiB unbundled,
 * 35 MiB bundled, so import it only where a cluster is really needed.
 */
export function loadKubeConfig(options: { path?: string | undefined; context?: string } = {}): KubeConfig {
  const config = new KubeConfig();
  if (options.path === undefined) loadDefault(config);
  else loadFiles(config, options.path);
  if (options.context !== undefined) {
    if (config.getContextObject(options.context) === null) {
      const known = config.getContexts().map((context) => context.name);
      throw new UnusableKubeconfig(
        `kubeconfig has no context "${options.context}"; it has: ${known.join(', ')}`,
      );
    }
    config.setCurrentContext(options.context);
  }
  if (config.getCurrentCluster() === null) {
    throw new UnusableKubeconfig(
      `the kubeconfig ${options.path ?? DEFAULT_FILE} names no current cluster: choose one with kubectl config use-context`,
    );
  }
  return config;
}

const DEFAULT_FILE = '~/.kube/config';

function loadFiles(config: KubeConfig, path: string): void {
  path
    .split(delimiter)
    .filter((file) => file !== '')
    .forEach((file, index) => {
      const next = index === 0 ? config : new KubeConfig();
      reading(file, () => next.loadFromFile(file));
      if (next !== config) config.mergeConfig(next);
    });
}

/** Where client-node finds nothing to go by it makes up a server, which nobody would answer for. */
function loadDefault(config: KubeConfig): void {
  reading(DEFAULT_FILE, () => config.loadFromDefault());
  const invented = config.getCurrentContext() === 'loaded-context';
  if (invented && config.getCurrentCluster()?.server === 'http://localhost:8080') {
    throw new UnusableKubeconfig(
      'no cluster: set KUBECONFIG, write ~/.kube/config, or run in a Pod with a service account',
    );
  }
}

function reading(file: string, load: () => void): void {
  try {
    load();
  } catch (cause) {
    const [why] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new UnusableKubeconfig(
      `the kubeconfig ${file} cannot be read (${why}): set KUBECONFIG to a kubeconfig that this user may read`,
      { cause },
    );
  }
}
