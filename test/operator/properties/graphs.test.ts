import * as fc from 'fast-check';
import { describe, expect } from 'vitest';
import { orderDeletes, type Doomed } from '../../../operator/graph/deletion.ts';
import { buildGraph, dependenciesOf, type Graph } from '../../../operator/graph/graph.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { describePlan } from '../../../operator/graph/plan.ts';
import { ref } from '../../../operator/graph/ref.ts';
import { runTasks } from '../../../operator/graph/tasks.ts';
import { boxNode, fakeLoop, lidNode, OWNER, Refused, type Box } from '../graph/fake-provider.ts';
import { property, reportProperties } from './property.ts';

reportProperties();

const EMPTY = buildGraph(OWNER, []);

/** Graphs of a few boxes that use earlier ones or only come after them, some with lids, written in any order. */
const graphs: fc.Arbitrary<Graph> = fc
  .array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      shape: fc.constantFrom('cube', 'ball'),
      size: fc.nat({ max: 2 }),
      uses: fc.array(fc.nat(), { maxLength: 3 }),
      follows: fc.array(fc.nat(), { maxLength: 2 }),
      lid: fc.option(fc.constantFrom('none', 'red', 'green'), { nil: undefined }),
      place: fc.nat(),
    }),
    { maxLength: 7 },
  )
  .map((list) => {
    const unique = [...new Map(list.map((box) => [box.key, box])).values()].sort((a, b) =>
      a.key < b.key ? -1 : 1,
    );
    const nodes = unique.flatMap(({ key, shape, size, uses, follows, lid, place }, index) => {
      const earlier = (picks: number[]) =>
        index === 0 ? [] : [...new Set(picks.map((pick) => unique[pick % index]?.key ?? ''))];
      const box = {
        ...boxNode(key, { shape, size, uses: earlier(uses).map((name) => ref(name)) }),
        dependsOn: earlier(follows),
      };
      const facets = lid === undefined ? [] : [lidNode(`lid-${key}`, { boxId: ref(key), lid })];
      return [box, ...facets].map((node) => ({ node, place }));
    });
    return buildGraph(
      OWNER,
      nodes.sort((a, b) => a.place - b.place).map(({ node }) => node),
    );
  });

const boxesIn = (graph: Graph) => [...graph.nodes.values()].filter(({ type }) => type === 'Box').length;

describe('any graph after any other', () => {
  property(
    'is reached in one pass, after which there is nothing to do',
    400,
    fc.record({
      steps: fc.array(graphs, { minLength: 1, maxLength: 3 }),
      concurrency: fc.integer({ min: 1, max: 4 }),
    }),
    async ({ steps, concurrency }) => {
      const loop = fakeLoop();
      for (const graph of [...steps, EMPTY]) {
        const outcomes = await loop.apply(graph, loop.plan(graph), { concurrency });
        expect(outcomes.filter(({ result }) => result !== 'done')).toEqual([]);
        loop.provider.refresh();
        expect(describePlan(loop.plan(graph)).actions).toEqual([]);
        expect(loop.provider.boxes.size).toBe(boxesIn(graph));
      }
    },
  );

  property(
    'is reached in the end where deletes take their time',
    200,
    fc.tuple(graphs, graphs),
    async ([one, two]) => {
      const loop = fakeLoop();
      loop.provider.slowDeletes = true;
      for (const graph of [one, two, one, EMPTY]) {
        for (let pass = 0; pass < 16 && loop.plan(graph).actions.length > 0; pass += 1) {
          await loop.pass(graph);
          if (pass % 2 === 1) loop.provider.settle();
        }
        expect(describePlan(loop.plan(graph)).actions).toEqual([]);
      }
      expect(loop.provider.boxes.size).toBe(0);
    },
  );

  property(
    'is reached in the end although any write may fail before or after it took effect',
    200,
    fc.tuple(graphs, graphs, fc.array(fc.boolean(), { minLength: 4, maxLength: 12 })),
    async ([one, two, luck]) => {
      const loop = fakeLoop();
      let call = 0;
      loop.provider.fault = (_, when) => {
        call += 1;
        if (call < 40 && luck[call % luck.length] && when === (call % 2 === 0 ? 'before' : 'after'))
          throw new Refused('unclear', 'no answer');
      };
      for (const graph of [one, two, EMPTY]) {
        for (let pass = 0; pass < 60 && loop.plan(graph).actions.length > 0; pass += 1) {
          await loop.pass(graph);
          loop.provider.refresh();
        }
        expect(describePlan(loop.plan(graph)).actions).toEqual([]);
        expect(loop.provider.boxes.size).toBe(boxesIn(graph));
      }
    },
  );

  property(
    'leaves boxes of others as they are, whatever tags of ours they carry some of',
    300,
    fc.tuple(
      graphs,
      graphs,
      fc.array(
        fc.record(
          {
            [TAG.installation]: fc.constantFrom('test', 'other'),
            [TAG.owner]: fc.constantFrom(OWNER, 'Boxes/team/two', `${OWNER}2`, 'boxes/team/one'),
            [TAG.node]: fc.constantFrom('a', 'b', 'lid-a', ''),
          },
          { requiredKeys: [] },
        ),
        { minLength: 1, maxLength: 5 },
      ),
    ),
    async ([one, two, tags]) => {
      const loop = fakeLoop();
      const foreign = tags.map((each, index): Box => {
        // With our installation, owner and a node it would be ours.
        const { [TAG.node]: node, ...others } = each;
        const isOurs = each[TAG.owner] === OWNER;
        const kept = isOurs || node === undefined ? others : each;
        return { id: `box-x${index}`, shape: 'cube', size: 9, uses: [], lid: 'red', tags: kept };
      });
      for (const box of foreign) loop.provider.boxes.set(box.id, box);
      loop.provider.refresh();
      for (const graph of [one, two, EMPTY]) {
        await loop.pass(graph);
        loop.provider.refresh();
      }
      expect([...loop.provider.boxes.values()]).toEqual(foreign);
    },
  );

  property('is written in the order of its edges', 300, fc.tuple(graphs, graphs), async ([one, two]) => {
    const loop = fakeLoop();
    for (const graph of [one, two]) {
      const planned = loop.plan(graph);
      const at = new Map(planned.actions.map(({ node, verb }, index) => [`${verb} ${node}`, index]));
      const written = (key: string) => at.get(`create ${key}`) ?? at.get(`update ${key}`);
      for (const node of graph.nodes.values()) {
        const own = written(node.key);
        for (const needed of own === undefined ? [] : dependenciesOf(node))
          expect(written(needed) ?? -1, `${node.key} after ${needed}`).toBeLessThan(own ?? -1);
      }
      await loop.apply(graph, planned);
      loop.provider.refresh();
    }
  });
});

/** Tasks after any earlier ones or keys that are no tasks; some do not succeed, some keys are held. */
const workloads = fc.record({
  tasks: fc.array(
    fc.record({
      after: fc.array(fc.nat({ max: 40 }), { maxLength: 4 }),
      fails: fc.boolean(),
      fast: fc.nat(),
    }),
    { minLength: 1, maxLength: 14 },
  ),
  held: fc.uniqueArray(fc.integer({ min: 30, max: 40 }), { maxLength: 3 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  scheduler: fc.scheduler(),
});

describe('tasks', () => {
  property(
    'never run before what they come after, nor after what failed; all others run, whatever ends first',
    400,
    workloads,
    async ({ tasks, held, concurrency, scheduler }) => {
      // Numbers from 30 are keys that are no tasks.
      const after = tasks.map((task, index) =>
        task.after.map((pick) => (pick >= 30 || index === 0 ? `k${Math.max(pick, 30)}` : `k${pick % index}`)),
      );
      const heldKeys = new Set(held.map((number) => `k${number}`));
      const blocked = new Set<string>(heldKeys);
      tasks.forEach(({ fails }, index) => {
        if (fails && index % 3 === 0) blocked.add(`k${index}`);
      });
      const fails = new Set(blocked);
      for (const [index, keys] of after.entries())
        if (keys.some((key) => blocked.has(key))) blocked.add(`k${index}`);
      const runnable = tasks
        .map((_, index) => `k${index}`)
        .filter((_, index) => !(after[index] ?? []).some((key) => blocked.has(key)));

      const [begun, ended] = [new Set<string>(), new Set<string>()];
      const running = runTasks(
        tasks.map((_, index) => ({
          key: `k${index}`,
          after: after[index] ?? [],
          run: async () => {
            const key = `k${index}`;
            for (const first of after[index] ?? [])
              expect(ended.has(first) || Number(first.slice(1)) >= 30, `${key} after ${first}`).toBe(true);
            begun.add(key);
            expect(begun.size - ended.size).toBeLessThanOrEqual(concurrency);
            await scheduler.schedule(Promise.resolve(), key);
            ended.add(key);
            return { result: fails.has(key) ? 'waiting' : 'done' };
          },
        })),
        concurrency,
        { held: heldKeys, stopping: () => false },
      );
      const results = await scheduler.waitFor(running);
      expect([...begun].sort()).toEqual(runnable.sort());
      expect(results.map(({ key }) => key)).toEqual(tasks.map((_, index) => `k${index}`));
      for (const { key, outcome, blockedBy } of results)
        expect(begun.has(key) ? outcome !== undefined : blockedBy !== undefined, key).toBe(true);
    },
  );
});

const TYPES = ['Vpc', 'Subnet', 'Group', 'Endpoint'];
/** Things that use earlier ones, or ones that are not there; a kind may have to go after those later in the list. */
const doomed: fc.Arbitrary<Doomed[]> = fc
  .array(
    fc.record({
      type: fc.nat({ max: 3 }),
      needs: fc.array(fc.nat({ max: 20 }), { maxLength: 4 }),
      after: fc.boolean(),
    }),
    { maxLength: 14 },
  )
  .map((list) =>
    [...list]
      .sort((a, b) => a.type - b.type)
      .map(({ type, needs, after }, index) => ({
        id: `id-${index}`,
        type: TYPES[type] ?? '',
        needs: needs.map((need) => (need < index ? `id-${need}` : `gone-${need}`)),
        after: after ? TYPES.slice(type + 1) : [],
      })),
  );

describe('deletes', () => {
  property(
    'keep each thing once, after all that use it and all of the kinds that go first, in any order given',
    400,
    fc.tuple(doomed, fc.array(fc.nat(), { minLength: 1, maxLength: 14 })),
    ([things, order]) => {
      const mixed = things
        .map((thing, index) => ({ thing, at: order[index % order.length] ?? 0 }))
        .sort((a, b) => a.at - b.at)
        .map(({ thing }) => thing);
      const ordered = orderDeletes(mixed);
      expect(ordered).toEqual(orderDeletes(things).map((one) => ({ ...one, waitsFor: expect.any(Array) })));
      const place = new Map(ordered.map(({ id }, index) => [id, index]));
      expect([...place.keys()].sort()).toEqual(things.map(({ id }) => id).sort());
      for (const thing of things) {
        const first = things.filter(
          (other) => other !== thing && (other.needs.includes(thing.id) || thing.after.includes(other.type)),
        );
        const { waitsFor } = ordered[place.get(thing.id) ?? -1] ?? { waitsFor: [] };
        expect([...waitsFor].sort()).toEqual(first.map(({ id }) => id).sort());
        for (const { id } of first) expect(place.get(id)).toBeLessThan(place.get(thing.id) ?? -1);
      }
    },
  );
});
