import { apiVersionOf, pathOf, type Resource } from './kind.ts';
import type { Manifest } from './manifest.ts';
import type { Answered, Fields, KubeRecord } from './record.ts';
import type { LocalSession } from './session.ts';

/** Holds the count of pods between us, who set it, and whoever sets it from now on. */
export const COUNT_HOLDER = 'landfall-handover';

/**
 * Keeps the count of pods as it is where we are about to leave it to an autoscaler: what is given up and nobody else has, goes back to
 * its default, and that is one pod. An autoscaler has it only once it scales.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 */
export async function handOverCount(
  session: LocalSession,
  resource: Resource,
  manifest: Manifest,
  { metadata, owned }: KubeRecord,
): Promise<void> {
  const wanted = manifest['spec'] as Fields | undefined;
  if (wanted?.['replicas'] !== undefined || owned['f:spec']?.['f:replicas'] === undefined) return;
  const at = pathOf(resource, metadata);
  const live = await session.get<Answered>(at);
  const { replicas } = (live?.['spec'] ?? {}) as { readonly replicas?: number };
  if (!live || live.metadata.uid !== metadata.uid || replicas === undefined) return;
  const { name, namespace, uid } = metadata;
  await session.apply(
    at,
    {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: { name, namespace, uid },
      spec: { replicas },
    },
    // Whoever scales at this moment has it, and then this is refused.
    { force: false, as: COUNT_HOLDER },
  );
}
