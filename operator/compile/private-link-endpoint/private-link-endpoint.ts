import type { PrivateLinkEndpoint } from '../../api/private-link-endpoint.ts';
import { buildGraph, type Graph, type GraphNode } from '../../graph/graph.ts';
import { withAdoptions } from '../adoption.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf, ownerOf } from '../names.ts';
import { nodeBuilder, type NodeBuilder, type NodeType } from '../nodes.ts';
import type { Referable, Reference } from '../references.ts';
import { tagger } from '../tags.ts';
import { consumeNodes } from './consume.ts';
import { PRIVATE_NAME_NODES } from './private-name.ts';
import { provideNodes } from './provide.ts';

/** The types of all nodes that either side may have. */
export const PRIVATE_LINK_NODES: readonly NodeType[] = [
  'EndpointService',
  'EndpointServicePermissions',
  'EndpointServiceNotifications',
  'EndpointConnections',
  'SecurityGroup',
  'SecurityGroupRules',
  'VpcEndpoint',
  ...PRIVATE_NAME_NODES,
];

/**
 * The objects that either side refers to. A service whose tasks use an endpoint may go before it: the service, which has the
 * endpoint's name in its environment, may refer to the endpoint in turn.
 */
export function referencesOfPrivateLink({ metadata, spec }: PrivateLinkEndpoint): Reference[] {
  const own = namespaceOf(metadata);
  const to = (
    kind: keyof Referable,
    { name, namespace = own }: { readonly name: string; readonly namespace?: string | undefined },
  ): Reference => ({ kind, namespace, name });
  const { provide, consume } = spec;
  return [
    ...(provide ? [to('EcsService', provide.serviceRef)] : []),
    ...(consume ? [to('SecureVpc', consume.networkRef)] : []),
    ...(consume?.from ? [to('PrivateLinkEndpoint', consume.from)] : []),
    ...(consume?.allowFrom ?? []).map((service) => ({ ...to('EcsService', service), mayGo: true as const })),
  ];
}

/**
 * The graph of one side. Pure; everything is checked before anything is built. Throws Terminal (`InvalidSpec`,
 * `ReferenceNotAllowed`) naming field, value and what to do, and Waiting (`DependencyNotReady`) where something that it refers
 * to is no object yet.
 */
export function compilePrivateLink(input: CompileInput<PrivateLinkEndpoint>): Graph {
  const { object } = input;
  const build = nodeBuilder(tagger(input));
  return withAdoptions(buildGraph(ownerOf(object), nodesOf(build, input)), object.spec.adopt);
}

function nodesOf(build: NodeBuilder, input: CompileInput<PrivateLinkEndpoint>): GraphNode[] {
  const { provide, consume } = input.object.spec;
  if (provide) return provideNodes(build, input, provide);
  if (consume) return consumeNodes(build, input, consume);
  // A rule of the schema demands one of them.
  throw new Error('a PrivateLinkEndpoint without a side');
}
