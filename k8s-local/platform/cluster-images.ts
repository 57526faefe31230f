import type { Kubectl } from '../cluster/kubectl.ts';
import { must } from './install.ts';

/** A node as far as it says which images it has, each by all its names. */
export interface NodeImages {
  readonly status: { readonly images?: readonly { readonly names?: readonly string[] }[] };
}

/** The images of all nodes, as these say. They say it up to ten seconds late. */
export async function imagesOfNodes(kubectl: Kubectl): Promise<readonly NodeImages[]> {
  const listed = JSON.parse(await must(kubectl, ['get', 'nodes', '-o', 'json'])) as { items: NodeImages[] };
  return listed.items;
}

/** Whether each node has one image with all these names. */
export function areOnAll(nodes: readonly NodeImages[], names: readonly string[]): boolean {
  return nodes.every(({ status: { images = [] } }) =>
    images.some(({ names: given = [] }) => names.every((name) => given.some((one) => isNamed(one, name)))),
  );
}

/** Container runtimes write down the registry, too, that a name without one is of. */
function isNamed(given: string, name: string): boolean {
  return given === name || given.endsWith(`/${name}`);
}
