import * as fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { TaskDefinitionInputs } from '../../../operator/aws/ecs/task-definition-inputs.ts';
import { compileEcsService } from '../../../operator/compile/ecs-service/ecs-service.ts';
import { parsed } from '../../../operator/controllers/pass.ts';
import { recallService } from '../../../operator/controllers/recall-service.ts';
import { buildGraph, dependenciesOf, type Graph } from '../../../operator/graph/graph.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { describePlan, type Plan } from '../../../operator/graph/plan.ts';
import { smallService } from '../../support/manifests.ts';
import { account, compile, FACTS, nodeOf, secureVpc } from '../compile/fixtures.ts';
import { planIn, worldOf } from './account.ts';
import { property, reportProperties } from './property.ts';
import { serviceEdits, serviceEditsOf, serviceSpecs, type ServiceLike } from './service-specs.ts';
import type { RunningService } from './settled-containers.ts';
import { settledBeside, type Records } from './settled.ts';

reportProperties();

const NETWORK = {
  tiers: [{ name: 'private' }],
  securityGroups: { ecs: {} },
  flowLogs: { destination: 'None' },
};
const network = secureVpc(NETWORK);
const networkGraph = compile(NETWORK);

const objectOf = (spec: ServiceLike, more: object = {}) =>
  parsed('EcsService', smallService('shop', 'team', 'net', { ...spec, ...more }));

/** The graph of a service; with `records`, of what runs there. */
async function graphOf(spec: ServiceLike, more: object = {}, records?: Records): Promise<Graph> {
  const object = objectOf(spec, more);
  return compileEcsService({
    object: records ? recallService(object, await worldOf(records)) : object,
    installation: 'test',
    account: account(),
    facts: FACTS,
    references: { find: () => network as never, advice: 'make it' },
  });
}
const standing = (graph: Graph) => settledBeside([networkGraph, graph]);
const steps = (made: Plan) => made.actions.map(({ verb, node }) => `${verb} ${node}`);

/** Somebody's revision with these images, and the service running it. */
function rollOut(records: Records, graph: Graph, image: string): string {
  const services = [...(records.get('ecs/services')?.values() ?? [])] as RunningService[];
  const [service] = services;
  if (!service?.definition) throw new Error('nothing runs');
  const { containerDefinitions = [], ...rest } = service.definition;
  const { family } = nodeOf(graph, 'task-definition').inputs as TaskDefinitionInputs;
  const taskDefinitionArn = `${service.definition.taskDefinitionArn?.replace(/[^/]*$/, '')}${family}:9`;
  service.definition = {
    ...rest,
    taskDefinitionArn,
    containerDefinitions: containerDefinitions.map((container) => ({ ...container, image })),
  };
  service.taskDefinition = taskDefinitionArn;
  return taskDefinitionArn;
}

describe('the plan of a service', () => {
  property('is empty where everything is as a spec wants it', 100, serviceSpecs, async (spec) => {
    const graph = await graphOf(spec);
    expect(describePlan(await planIn(standing(graph), graph)).actions).toEqual([]);
  });

  property('makes all of it, with no step before one that it needs', 60, serviceSpecs, async (spec) => {
    const graph = await graphOf(spec);
    const made = await planIn(standing(buildGraph(graph.owner, [])), graph);
    const order = made.actions.map(({ node }) => node);
    for (const [index, node] of order.entries())
      for (const needed of dependenciesOf(nodeOf(graph, node)))
        expect(order.indexOf(needed), `${node} needs ${needed}`).toBeLessThan(index);
    const things = [...graph.nodes.values()].filter(({ tags }) => TAG.node in tags).map(({ key }) => key);
    expect(made.actions.flatMap(({ verb, node }) => (verb === 'create' ? [node] : [])).sort()).toEqual(
      things.sort(),
    );
  });

  property('of an edit acts on just what the edit is about', 200, serviceEdits, async ({ before, edit }) => {
    const made = await planIn(standing(await graphOf(before)), await graphOf(edit.after));
    expect(made.actions.length, edit.what).toBeGreaterThan(0);
    expect(
      made.actions.filter(({ node }) => !edit.touches.test(node)).map(({ node }) => node),
      edit.what,
    ).toEqual([]);
    expect(
      made.actions.flatMap(({ verb, node }) => (verb === 'delete' ? [node] : [])),
      edit.what,
    ).toEqual([]);
  });

  property('of nothing deletes all of it and none of its network', 60, serviceSpecs, async (spec) => {
    const graph = await graphOf(spec);
    const made = await planIn(standing(graph), buildGraph(graph.owner, []));
    const things = [...graph.nodes.values()].filter(({ tags }) => TAG.node in tags).map(({ key }) => key);
    expect(steps(made).sort()).toEqual(things.map((key) => `delete ${key}`).sort());
  });
});

describe('with images that others choose', () => {
  const External = { imageOwner: 'External' };

  property('nothing is done about an image of theirs', 100, serviceSpecs, async (spec) => {
    const graph = await graphOf(spec, External);
    const records = standing(graph);
    rollOut(records, graph, 'theirs:9');
    expect(describePlan(await planIn(records, await graphOf(spec, External, records))).actions).toEqual([]);
    const back = await planIn(records, await graphOf(spec));
    expect(steps(back)).toEqual(['update service']);
  });

  property(
    'an edit keeps theirs, but for a container that does not run yet',
    150,
    fc.tuple(serviceSpecs, fc.nat()),
    async ([before, pick]) => {
      const some = serviceEditsOf(before);
      const edit = some[pick % some.length];
      if (!edit) return;
      const graph = await graphOf(before, External);
      const records = standing(graph);
      rollOut(records, graph, 'theirs:9');
      const wanted = await graphOf(edit.after, External, records);
      const made = await planIn(records, wanted);
      const revision = made.actions.find(({ node, verb }) => node === 'task-definition' && verb === 'create');
      expect(revision !== undefined, edit.what).toBe(/variable|sidecar|size|shell/.test(edit.what));
      if (revision?.verb !== 'create') return;
      const { containerDefinitions } = revision.inputs as TaskDefinitionInputs;
      expect(
        containerDefinitions.filter(({ image }) => image !== 'theirs:9').map(({ name }) => name),
      ).toEqual(edit.what === 'a sidecar' ? ['late'] : []);
    },
  );
});
