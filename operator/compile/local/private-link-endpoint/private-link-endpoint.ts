import type { PrivateLinkEndpoint } from '../../../api/private-link-endpoint.ts';
import { buildGraph, type Graph, type GraphNode } from '../../../graph/graph.ts';
import { ownerOf } from '../../names.ts';
import type { LocalCompileInput } from '../input.ts';
import { localNodeBuilder, type LocalNodeBuilder, type LocalNodeType } from '../nodes.ts';
import { localConsumeNodes } from './consume.ts';
import { localProvideNodes } from './provide.ts';

/** The types of all nodes that either side may have here. */
export const LOCAL_PRIVATE_LINK_NODES: readonly LocalNodeType[] = [
  'Service',
  'AliasEndpoints',
  'NetworkPolicy',
];

/**
 * The graph of one side in the cluster: who may reach the pods of the service that is provided, or another name for its Service. Pure;
 * everything is checked before anything is built. Throws Terminal (`InvalidSpec`, `ReferenceNotAllowed`) and Waiting
 * (`DependencyNotReady`) as its compiler for AWS does.
 */
export function compileLocalPrivateLink(input: LocalCompileInput<PrivateLinkEndpoint>): Graph {
  return buildGraph(ownerOf(input.object), nodesOf(localNodeBuilder(input), input));
}

function nodesOf(build: LocalNodeBuilder, input: LocalCompileInput<PrivateLinkEndpoint>): GraphNode[] {
  const { provide, consume } = input.object.spec;
  if (provide) return localProvideNodes(build, input, provide);
  if (consume) return localConsumeNodes(build, input, consume);
  // A rule of the schema demands one of them.
  throw new Error('a PrivateLinkEndpoint without a side');
}
