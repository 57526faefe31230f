import type { KubeClient } from './client.ts';
import type { KubeObject } from './types.ts';

/**
 * What tells a cluster from every other: the uid of its namespace `kube-system`, which is made with the cluster and
 * never again. A restored etcd snapshot brings the uid of the cluster it was taken from. Rejects with `KubeError`.
 */
export async function clusterUid(client: Pick<KubeClient, 'get'>): Promise<string> {
  const { metadata } = await client.get<KubeObject>('/api/v1/namespaces/kube-system');
  if (metadata.uid === undefined) throw new Error('the namespace kube-system has no uid');
  return metadata.uid;
}
