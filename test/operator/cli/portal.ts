import { join, resolve } from 'node:path';
import { compileResources } from '../../../operator/cli/assumed.ts';
import { readManifests } from '../../../operator/cli/manifests.ts';
import type { Graph } from '../../../operator/graph/graph.ts';

/** The repository's folder. */
export const root = resolve(import.meta.dirname, '../../..');

/** The portal's network as the command line compiles it without AWS. */
export function portalGraph(): Promise<Graph> {
  return exampleGraph('portal');
}

/** That of the platform's provider account, which is attached to a transit gateway. */
export function providerGraph(): Promise<Graph> {
  return exampleGraph('accounts', 'platform/provider-network.yaml');
}

async function exampleGraph(...paths: string[]): Promise<Graph> {
  const manifests = await readManifests(paths.map((path) => join(root, 'manifests/examples', path)));
  const { compiled, failures } = compileResources('default', manifests);
  const [network] = compiled;
  if (!network) throw new Error(failures.map(({ message }) => message).join('\n'));
  return network.graph;
}
