import type { GraphNode } from '../graph/graph.ts';
import { kindOf } from '../graph/kind.ts';
import { apiVersionOf } from './kind.ts';
import { localKinds } from './kinds.ts';
import { pruned } from './manifest.ts';
import type { KubeInputs } from './inputs.ts';
import type { PlainKind } from './object-kind.ts';
import type { Fields } from './record.ts';

/**
 * A node as the object that a person would apply, without marks of ownership: whoever applies it owns it. Undefined of what only the
 * operator can make, such as passwords.
 */
export function renderedObject({ type, inputs }: GraphNode): object | undefined {
  const { resource } = kindOf(localKinds, type) as Partial<PlainKind>;
  if (!resource) return undefined;
  const { namespace, name, labels, annotations, body } = inputs as KubeInputs;
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
    ...(pruned(body) as Fields),
  };
}
