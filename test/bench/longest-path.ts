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
import { INSTALLATION, type Subject } from './subjects.ts';

/** A node that something is written for. */
export interface Step {
  /** `Kind/namespace/name` of its object. */
  readonly owner: string;
  readonly node: string;
}

const NOTHING_STANDS: World<AwsSession> = {
  view: () => ({ get: () => undefined, all: () => [], ownedBy: () => [] }),
};

/**
 * The most steps of one of a subject that need one another, in order, over the graphs of all its objects. Each takes a call
 * at the least, and so many calls come one after the other, whatever goes on beside them.
 */
export async function longestPath(subject: Subject): Promise<readonly Step[]> {
  const graphs = await graphsOf(subject);
  const nodes = new Map(
    graphs.flatMap((graph) => {
      const written = writtenIn(graph);
      return [...graph.nodes.values()].map((node) => {
        const step = { owner: graph.owner, node: node.key };
        return [keyOf(step), { step, needs: needsOf(node, graph.owner), isWritten: written.has(node.key) }];
      });
    }),
  );
  const paths = new Map<string, readonly Step[]>();
  const pathTo = (key: string): readonly Step[] => {
    const known = paths.get(key);
    if (known) return known;
    const node = nodes.get(key);
    if (!node) throw new Error(`${key} is needed, and the subject does not have it`);
    const before = longest(node.needs.map(pathTo));
    const path = node.isWritten ? [...before, node.step] : before;
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

function keyOf({ owner, node }: Step): string {
  return `${owner}: ${node}`;
}

function longest(paths: readonly (readonly Step[])[]): readonly Step[] {
  return paths.reduce((longest, path) => (path.length > longest.length ? path : longest), []);
}
