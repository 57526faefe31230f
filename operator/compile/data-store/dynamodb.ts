import type { DataStore } from '../../api/data-store.ts';
import type { DynamoDb } from '../../api/data-store/dynamodb.ts';
import type { GraphNode } from '../../graph/graph.ts';
import type { CompileInput } from '../input.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';

/** The types of all nodes that a table may have. */
export const DYNAMODB_NODES: readonly NodeType[] = [];

/** A table, with what is set on it. */
export function dynamodbNodes(
  _build: NodeBuilder,
  _input: CompileInput<DataStore>,
  _table: DynamoDb,
): GraphNode[] {
  return [];
}
