import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isNode, removeNode, remainsIn } from '../node/ending.ts';
import { loadImage } from '../node/load-image.ts';
import { startLocalCluster } from '../node/local-cluster.ts';
import { refusal } from '../node/machine.ts';
import type { Provider, ProviderContext } from './provider.ts';

const nodeFolder = ({ folder }: ProviderContext): string => join(folder, 'node');

/** The cluster of `k8s-local/node`: programs built from Go modules, for machines that reach no image registry. */
export const source: Provider = {
  metrics: true,
  lacks: async () => refusal(),
  up: async (context) => {
    const { env, progress, kubeconfig } = context;
    const cluster = await startLocalCluster({ dir: nodeFolder(context), env, progress });
    await copyFile(cluster.kubeconfigPath, kubeconfig);
    await cluster.detach();
  },
  down: (context) => removeNode(nodeFolder(context)),
  loadImage: async (context, archiveOrImage) => {
    const dir = nodeFolder(context);
    const remains = await remainsIn(dir);
    if (!remains || !(await isNode(remains.pid, dir))) throw new Error('the node does not run any more');
    await loadImage(remains.pid, archiveOrImage, context.env);
  },
};
