import { join, resolve } from 'node:path';
import { compileNetworks } from '../../../operator/cli/assumed.ts';
import { readManifests } from '../../../operator/cli/manifests.ts';
import type { Graph } from '../../../operator/graph/graph.ts';

/** The repository's folder. */
export const root = resolve(import.meta.dirname, '../../..');

/** The portal's network as the command line compiles it without AWS. */
export async function portalGraph(): Promise<Graph> {
  const manifests = await readManifests([join(root, 'manifests/examples/portal')]);
  const { compiled, failures } = compileNetworks('default', manifests);
  const [portal] = compiled;
  if (!portal) throw new Error(failures.map(({ message }) => message).join('\n'));
  return portal.graph;
}
