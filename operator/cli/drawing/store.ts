import { awsKinds } from '../../aws/kinds.ts';
import type { Graph } from '../../graph/graph.ts';
import { kindOf } from '../../graph/kind.ts';
import { homeOf } from './marks.ts';
import { lastPart } from './nodes.ts';

/** A store as it is drawn. */
export interface Store {
  /** Key of its node. */
  readonly node: string;
  readonly name: string;
  /** `MySQL`, `DynamoDB`. */
  readonly engine: string;
  /** What it is called in AWS. */
  readonly called: string;
  /** The copy that it is made of, in one line: `of records-final`. None for an empty one. */
  readonly copy: readonly string[];
  /** What else there is of it, with the names that it has in AWS; drawn in a line or not at all. */
  readonly others: readonly { readonly node: string; readonly name: string }[];
}

/** The nodes that are stores, the first that there is. */
const STORES = ['table', 'db-cluster', 'db-instance', 'replication-group'];

/** The engines in AWS's words, and as their makers write them. */
const ENGINES: Readonly<Record<string, string>> = {
  mysql: 'MySQL',
  'aurora-postgresql': 'Aurora PostgreSQL',
  redis: 'Redis',
  valkey: 'Valkey',
};

/** What a compiled store has to show; undefined for any other graph. */
export function storeOf(graph: Graph): Store | undefined {
  const node = STORES.find((key) => graph.nodes.has(key));
  if (node === undefined) return undefined;
  const { engine = '', name = '' } = wordsIn(graph, node);
  return {
    node,
    name: lastPart(graph.owner),
    engine: node === 'table' ? 'DynamoDB' : (ENGINES[engine] ?? engine),
    called: name,
    copy: copyIn(graph, node),
    others: [...graph.nodes.keys()]
      .filter((key) => key !== node && homeOf(key) === key)
      .map((key) => ({ node: key, name: wordsIn(graph, key).name ?? '' })),
  };
}

/** An ARN is told by its last part: the rest is the account's and the region's. */
function copyIn(graph: Graph, key: string): string[] {
  const { type = '', inputs = {} } = graph.nodes.get(key) ?? {};
  const words = kindOf(awsKinds, type).copyOf?.(inputs);
  return words === undefined ? [] : [`of ${words.replace(/^arn:[^ ]*[:/]/, '')}`];
}

/** Of the inputs of a node what is a text. */
function wordsIn(graph: Graph, node: string): Readonly<Record<string, string>> {
  const inputs = Object.entries(graph.nodes.get(node)?.inputs ?? {}) as [string, unknown][];
  return Object.fromEntries(
    inputs.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
