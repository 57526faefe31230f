import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SecurityGroupRulesInputs } from '../../../operator/aws/ec2/security-group-rules.ts';
import { compileResources } from '../../../operator/cli/assumed.ts';
import { linksOf } from '../../../operator/cli/drawing/links.ts';
import { storeOf } from '../../../operator/cli/drawing/store.ts';
import { readManifests } from '../../../operator/cli/manifests.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { inputsOf } from '../compile/fixtures.ts';

const FOLDER = join(import.meta.dirname, '../../../manifests/examples/service-with-stores');

it('a service and its stores are planned with one another, without a cluster', async () => {
  const { compiled, failures } = compileResources('test', await readManifests([FOLDER]));
  expect(failures).toEqual([]);
  const rulesOf = (owner: string, node: string) => {
    const graph = compiled.find((one) => one.graph.owner === owner)?.graph;
    if (!graph) throw new Error(`no ${owner}`);
    return printable(inputsOf<SecurityGroupRulesInputs>(graph, `security-group-rules/${node}`));
  };
  const text = ({ fromPort, peer }: { fromPort: number; peer: string }) => `${fromPort} ${peer}`;
  const tasks = '${EcsService/baskets/baskets: security-group/tasks.id}';
  expect(rulesOf('DataStore/baskets/orders', 'store').ingress.map(text)).toEqual([`5432 ${tasks}`]);
  expect(rulesOf('DataStore/baskets/sessions', 'store').ingress.map(text)).toEqual([`6379 ${tasks}`]);
  expect(rulesOf('EcsService/baskets/baskets', 'tasks').egress.map(text)).toEqual([
    '5432 ${DataStore/baskets/orders: security-group/store.id}',
    '6379 ${DataStore/baskets/sessions: security-group/store.id}',
  ]);
});

it('a drawing tells the copy that a store is made of', async () => {
  const { compiled } = compileResources('test', await readManifests([FOLDER]));
  const copies = compiled.flatMap(({ graph }) => storeOf(graph)?.copy ?? []);
  expect(copies).toEqual([]);
  const graph = compiled.find((one) => one.graph.owner === 'DataStore/baskets/prices')?.graph;
  const table = graph?.nodes.get('table');
  if (!graph || !table) throw new Error('no table');
  const drawnOf = (restoreFrom: object) =>
    storeOf({ ...graph, nodes: new Map([['table', { ...table, inputs: { ...table.inputs, restoreFrom } }]]) })
      ?.copy;
  const arn = 'arn:aws:dynamodb:us-east-1:123456789012:table/prices';
  expect(drawnOf({ snapshot: `${arn}/backup/0148-73d8` })).toEqual(['of 0148-73d8']);
  expect(drawnOf({ source: arn, time: '2026-03-01T12:00:00Z' })).toEqual([
    'of prices at 2026-03-01T12:00:00Z',
  ]);
});

it('a drawing leads from the tasks to each store, and to none that is not drawn', async () => {
  const { compiled } = compileResources('test', await readManifests([FOLDER]));
  const graphs = compiled.map(({ graph }) => graph);
  const ways = (drawn: typeof graphs) =>
    linksOf(drawn).map(({ from, to, text }) => `${from.owner} ${from.node} -${text}> ${to.owner} ${to.node}`);
  const tasks = 'EcsService/baskets/baskets service';
  expect(ways(graphs)).toEqual([
    `${tasks} -5432> DataStore/baskets/orders db-cluster`,
    `${tasks} -> DataStore/baskets/prices table`,
    `${tasks} -6379> DataStore/baskets/sessions replication-group`,
  ]);
  expect(ways(graphs.filter(({ owner }) => !owner.startsWith('DataStore/')))).toEqual([]);
});
