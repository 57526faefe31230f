import type { AdoptedNode } from '../api/common.ts';
import { Terminal } from '../errors.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';

/** What the beginnings of ids say of a thing, where AWS gives ids (Amazon EC2 User Guide, "Resource IDs"). */
const TYPES: Readonly<Record<string, string>> = {
  acl: 'NetworkAcl',
  dopt: 'DhcpOptions',
  eipalloc: 'ElasticIp',
  fl: 'FlowLog',
  igw: 'InternetGateway',
  nat: 'NatGateway',
  rtb: 'RouteTable',
  sg: 'SecurityGroup',
  subnet: 'Subnet',
  'tgw-attach': 'TransitGatewayAttachment',
  vpc: 'Vpc',
  vpce: 'VpcEndpoint',
  'vpce-svc': 'EndpointService',
};

/** What can be taken over; of the rest, what AWS lets a policy allow of things without our tags is not proved. */
const ADOPTABLE: ReadonlySet<string> = new Set([...Object.values(TYPES), 'LogGroup', 'Role']);

/**
 * Checks that what `spec.adopt` names can be meant: nodes that the graph has and that are things, each thing once,
 * each of the node's sort, of a sort that can be taken over. Gives the graph back. Throws {@link Terminal}.
 */
export function withAdoptions(graph: Graph, adopt: readonly AdoptedNode[] = []): Graph {
  const seen = new Map<string, string>();
  for (const { node: key, id } of adopt) {
    const field = `spec.adopt[${key}]`;
    const node = graph.nodes.get(key);
    if (!node) throw invalid(`${field}: ${graph.owner} has no node ${key}; ${alike(graph, key)}`);
    if (!isThing(node))
      throw invalid(
        `${field}: ${key} is no thing of its own, but a part of one, with which it is taken over: take the entry away`,
      );
    if (!ADOPTABLE.has(node.type))
      throw invalid(
        `${field}: ${key} is a ${node.type}, and none of these is taken over: take the entry away, and let one be made under a name of its own`,
      );
    const sort = TYPES[/^([a-z]+(?:-[a-z]+)*)-[0-9a-f]{8,17}$/.exec(id)?.[1] ?? ''];
    if (sort !== undefined && sort !== node.type)
      throw invalid(`${field}.id is ${id}, a ${sort}, but ${key} is a ${node.type}: give the id of one`);
    const thing = `${node.type} ${id}`;
    const first = seen.get(thing);
    if (first !== undefined)
      throw invalid(`${field}.id is ${id}, which is that of ${first} too: a thing can be one node only`);
    seen.set(thing, key);
  }
  return graph;
}

/** Parts of things carry no tags. */
function isThing({ tags }: GraphNode): boolean {
  return Object.keys(tags).length > 0;
}

function alike(graph: Graph, key: string): string {
  const things = [...graph.nodes.values()].filter(isThing).map((node) => node.key);
  const same = things.filter((other) => other.split('/')[0] === key.split('/')[0]);
  return same.length > 0
    ? `there are ${same.join(', ')}`
    : `landfall plan prints those that there are: ${things.slice(0, 8).join(', ')}${things.length > 8 ? ', …' : ''}`;
}

function invalid(message: string): Terminal {
  return new Terminal('InvalidSpec', message);
}
