import { KubeConfig } from '@kubernetes/client-node/dist/config.js';

/**
 * Loads a kubeconfig file, or what kubectl would use: `KUBECONFIG`, `~/.kube/config`, then the Pod's service
 * account. Throws when the file or the context does not exist.
 *
 * This is the only module that loads client-node; with its generated models it costs some 80 MiB unbundled,
 * 35 MiB bundled, so import it only where a cluster is really needed.
 */
export function loadKubeConfig(options: { path?: string; context?: string } = {}): KubeConfig {
  const config = new KubeConfig();
  if (options.path === undefined) loadDefault(config);
  else config.loadFromFile(options.path);
  if (options.context !== undefined) {
    if (config.getContextObject(options.context) === null) {
      const known = config.getContexts().map((context) => context.name);
      throw new Error(`kubeconfig has no context "${options.context}"; it has: ${known.join(', ')}`);
    }
    config.setCurrentContext(options.context);
  }
  return config;
}

/** Where client-node finds nothing to go by it makes up a server, which nobody would answer for. */
function loadDefault(config: KubeConfig): void {
  config.loadFromDefault();
  const invented = config.getCurrentContext() === 'loaded-context';
  if (invented && config.getCurrentCluster()?.server === 'http://localhost:8080') {
    throw new Error(
      'no cluster: set KUBECONFIG, write ~/.kube/config, or run in a Pod with a service account',
    );
  }
}
