import { compileLocalDataStore } from '../../../../operator/compile/local/data-store/data-store.ts';
import { compileLocalEcsService } from '../../../../operator/compile/local/ecs-service/ecs-service.ts';
import type { LocalCompileInput } from '../../../../operator/compile/local/input.ts';
import { compileLocalPrivateLink } from '../../../../operator/compile/local/private-link-endpoint/private-link-endpoint.ts';
import { compileLocalSecureVpc } from '../../../../operator/compile/local/secure-vpc/secure-vpc.ts';
import type { Graph, GraphNode } from '../../../../operator/graph/graph.ts';
import type { KubeInputs } from '../../../../operator/local/inputs.ts';
import type { NetworkPolicy } from '../../../support/network-policies.ts';
import { localInput, type LocalObject } from './examples.ts';

type More = Partial<Omit<LocalCompileInput<never>, 'object'>>;

/** What an object of a set compiles to in the cluster. */
export function compileLocal(
  object: LocalObject,
  objects: readonly LocalObject[] = [object],
  more: More = {},
): Graph {
  switch (object.kind) {
    case 'EcsService':
      return compileLocalEcsService(localInput(object, objects, more));
    case 'PrivateLinkEndpoint':
      return compileLocalPrivateLink(localInput(object, objects, more));
    case 'SecureVpc':
      return compileLocalSecureVpc(localInput(object, objects, more));
    case 'DataStore':
      return compileLocalDataStore(localInput(object, objects, more));
    default:
      return object satisfies never;
  }
}

/** What some objects of a set compile to, or all. */
export function compileAll(
  objects: readonly LocalObject[],
  more: More = {},
  all: readonly LocalObject[] = objects,
): Graph[] {
  return objects.map((object) => compileLocal(object, all, more));
}

/** A node that must be there, as an object of Kubernetes. */
export function inputsAt(graph: Graph, key: string): KubeInputs {
  const node = graph.nodes.get(key);
  if (!node) throw new Error(`no node ${key} among ${[...graph.nodes.keys()].join(', ')}`);
  return node.inputs as KubeInputs;
}

/** The spec of the object that a node is. */
export function specAt<S = Record<string, unknown>>(graph: Graph, key: string): S {
  return inputsAt(graph, key).body['spec'] as S;
}

/** Nodes of a type, of all graphs. */
export function nodesOf(graphs: readonly Graph[], type: string): GraphNode[] {
  return graphs.flatMap(({ nodes }) => [...nodes.values()].filter((node) => node.type === type));
}

/** The policies of all graphs. */
export function policiesOf(graphs: readonly Graph[]): NetworkPolicy[] {
  return nodesOf(graphs, 'NetworkPolicy').map((node) => {
    const { namespace, name, body } = node.inputs as KubeInputs;
    return { metadata: { namespace, name }, spec: body['spec'] as NetworkPolicy['spec'] };
  });
}
