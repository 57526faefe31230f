import { Readable } from 'node:stream';
import { awsKinds } from '../../operator/aws/kinds.ts';
import type { AwsSession } from '../../operator/aws/session.ts';
import { compileResources } from '../../operator/cli/assumed.ts';
import { readManifests } from '../../operator/cli/manifests.ts';
import { Failures } from '../../operator/cli/usage.ts';
import { dependenciesOf, type Graph, type GraphNode } from '../../operator/graph/graph.ts';
import type { World } from '../../operator/graph/kind.ts';
import { NO_MEMORY, plan } from '../../operator/graph/plan.ts';
import { referencesIn } from '../../operator/graph/ref.ts';
import { AWS } from '../../operator/graph/place.ts';
import { INSTALLATION, type Subject } from './subjects.ts';

/** A call that is made for a node: the write that makes it, or the read that shows that it is usable. */
export interface Step {
  /** `Kind/namespace/name` of its object. */
  readonly owner: string;
  readonly node: string;
  readonly call: 'write' | 'read';
}

/**
 * What AWS makes by and by, with what it is needed for: its create call does not answer that, so a read has to. Sources: the API
 * references of the create calls. Reviewed by hand: nothing here may be derived from the operator, which is measured against it.
 */
const READ_WHEN_MADE: ReadonlySet<string> = new Set([
  // Active: no endpoint service is made on it before.
  'LoadBalancer',
  // Available: no member is made in it before.
  'DbCluster',
  // Available: its address is not told before.
  'DbInstance',
  'ReplicationGroup',
  // Active: nothing is set on it before.
  'DynamoDbTable',
  // Steady: its tasks run.
  'EcsService',
]);

const NOTHING_STANDS: World<AwsSession> = {
  view: () => ({ get: () => undefined, all: () => [], ownedBy: () => [] }),
};

/**
 * The most calls of one of a subject that need one another, in order, over the graphs of all its objects: a write of each node, and
 * a read where its answer does not tell what is needed. So many calls come one after the other, whatever goes on beside them.
 */
export async function longestPath(subject: Subject): Promise<readonly Step[]> {
  const graphs = await graphsOf(subject);
  const nodes = new Map(
    graphs.flatMap((graph) => {
      const written = writtenIn(graph);
      return [...graph.nodes.values()].map((node) => {
        const place = { owner: graph.owner, node: node.key };
        const steps: Step[] = [];
        if (written.has(node.key)) steps.push({ ...place, call: 'write' });
        if (READ_WHEN_MADE.has(node.type)) steps.push({ ...place, call: 'read' });
        return [keyOf(place), { steps, needs: needsOf(node, graph.owner) }];
      });
    }),
  );
  const paths = new Map<string, readonly Step[]>();
  const pathTo = (key: string): readonly Step[] => {
    const known = paths.get(key);
    if (known) return known;
    const node = nodes.get(key);
    if (!node) throw new Error(`${key} is needed, and the subject does not have it`);
    const path = [...longest(node.needs.map(pathTo)), ...node.steps];
    paths.set(key, path);
    return path;
  };
  return longest([...nodes.keys()].map(pathTo));
}

async function graphsOf({ accounts, objects }: Subject): Promise<Graph[]> {
  const documents = [...accounts, ...objects(0)].map((object) => JSON.stringify(object)).join('\n---\n');
  const manifests = await readManifests(['-'], { stdin: Readable.from([documents]) });
  const { compiled, failures } = compileResources(INSTALLATION, manifests);
  if (failures.length > 0) throw new Failures(failures);
  return compiled.map(({ graph }) => graph);
}

/** What a plan has an action for where nothing stands: a facet that AWS makes as it is wanted takes no call. */
function writtenIn(graph: Graph): Set<string> {
  const { actions } = plan<AwsSession>({
    graph,
    kinds: awsKinds,
    place: AWS,
    world: NOTHING_STANDS,
    memory: NO_MEMORY,
    survivors: new Map(),
    ignoredTagKeys: [],
    mayRepeat: () => true,
  });
  return new Set(actions.map(({ node }) => node));
}

/** Keys of the nodes that it needs, of its own object and of others. */
function needsOf(node: GraphNode, own: string): string[] {
  const foreign = referencesIn(node.inputs).filter(({ owner }) => owner !== undefined);
  return [
    ...[...dependenciesOf(node)].map((key) => keyOf({ owner: own, node: key })),
    ...foreign.map(({ owner = own, node: key }) => keyOf({ owner, node: key })),
  ];
}

function keyOf({ owner, node }: Omit<Step, 'call'>): string {
  return `${owner}: ${node}`;
}

function longest(paths: readonly (readonly Step[])[]): readonly Step[] {
  return paths.reduce((longest, path) => (path.length > longest.length ? path : longest), []);
}
