import type { LocalSession } from './session.ts';

interface NodeAsRead {
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
}

/** Reads which blocks the nodes give addresses to pods from; not every cluster says so. */
export async function readClusterFacts({
  pages,
}: Pick<LocalSession, 'pages'>): Promise<{ readonly podCidrs: readonly string[] }> {
  const blocks = new Set<string>();
  for await (const nodes of pages<NodeAsRead>({ version: 'v1', plural: 'nodes' }))
    for (const { spec = {} } of nodes)
      for (const block of spec.podCIDRs ?? [spec.podCIDR]) if (block) blocks.add(block);
  return { podCidrs: [...blocks].sort() };
}
