import { describe, expect, it } from 'vitest';
import {
  buildGraph,
  dependenciesOf,
  topologicalWaves,
  type GraphNode,
} from '../../../operator/graph/graph.ts';
import { ref } from '../../../operator/graph/ref.ts';

const node = (key: string, needs: readonly string[] = [], dependsOn: readonly string[] = []): GraphNode => ({
  key,
  type: 'Box',
  inputs: { needs: needs.map((needed) => ref(needed)) },
  tags: {},
  dependsOn,
});

describe('a graph', () => {
  it('has its nodes in waves, each of which needs only earlier ones', () => {
    const graph = buildGraph('Net/a/b', [
      node('route', ['table'], ['gateway']),
      node('table', ['vpc']),
      node('vpc'),
      node('gateway'),
    ]);
    expect(topologicalWaves(graph).map((wave) => wave.map(({ key }) => key))).toEqual([
      ['vpc', 'gateway'],
      ['table'],
      ['route'],
    ]);
  });

  it('knows dependencies from references and from dependsOn, each once', () => {
    expect([...dependenciesOf(node('route', ['table', 'table'], ['gateway', 'table']))]).toEqual([
      'table',
      'gateway',
    ]);
  });

  it('prints the path of a cycle, without what only leads to it', () => {
    const nodes = [
      node('start', ['a']),
      node('a', ['b']),
      node('b', [], ['c']),
      node('c', ['a']),
      node('free'),
    ];
    expect(() => buildGraph('Net/a/b', nodes)).toThrow('cycle: a -> b -> c -> a');
    expect(() => buildGraph('Net/a/b', [node('self', ['self'])])).toThrow('cycle: self -> self');
  });

  it('refuses a key twice, and a reference to what is not there', () => {
    expect(() => buildGraph('Net/a/b', [node('vpc'), node('vpc')])).toThrow(
      'node vpc appears twice in Net/a/b',
    );
    expect(() => buildGraph('Net/a/b', [node('table', ['vpc'])])).toThrow(
      'node table refers to vpc, which Net/a/b does not have',
    );
  });
});
