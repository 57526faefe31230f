import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { kubectlEnvironment } from '../../k8s-local/cluster/kubectl.ts';
import { nodeLayout } from '../../k8s-local/node/credentials.ts';
import type { LocalCluster } from '../../k8s-local/node/local-cluster.ts';

/** Uses a port of a pod or Service of a cluster, which is at a port of this machine meanwhile. */
export async function forwarded<T>(
  { kubectlPath, dir }: Pick<LocalCluster, 'kubectlPath' | 'dir'>,
  at: { readonly namespace: string; readonly target: string; readonly port: number },
  use: (port: number) => Promise<T>,
): Promise<T> {
  const args = ['port-forward', `--namespace=${at.namespace}`, at.target, `:${at.port}`];
  const child = spawn(kubectlPath, args, {
    env: kubectlEnvironment(nodeLayout(dir)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    const first = once(createInterface(child.stdout), 'line') as Promise<[string]>;
    const [line] = await Promise.race([
      first,
      ended.then(([code]) => [`ended with ${String(code)}`] as const),
    ]);
    const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) throw new Error(`kubectl port-forward ${at.target}: ${line}`);
    return await use(Number(port));
  } finally {
    child.kill();
    await ended;
  }
}
