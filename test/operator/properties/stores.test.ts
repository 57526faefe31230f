import * as fc from 'fast-check';
import { describe, expect } from 'vitest';
import { buildGraph, type Graph } from '../../../operator/graph/graph.ts';
import { NO_MEMORY, type Memory } from '../../../operator/graph/plan.ts';
import { ref } from '../../../operator/graph/ref.ts';
import { boxNode, fakeLoop, lidNode, OWNER, Refused } from '../graph/fake-provider.ts';
import { isStoreBox, kindsOf, store } from '../graph/fake-stores.ts';
import { property, reportProperties } from './property.ts';

reportProperties();

const KINDS = kindsOf();
const EMPTY = buildGraph(OWNER, []);
const STORES = ['store-a', 'store-b'];
const OTHERS = ['group', 'key', 'alarm'];

/** Graphs of stores on groups and keys, with lids, and of what is built on them. */
const graphs: fc.Arbitrary<Graph> = fc
  .record({
    keys: fc.uniqueArray(fc.constantFrom(...OTHERS.slice(0, 2), ...STORES, 'alarm')),
    shapes: fc.array(fc.constantFrom('cube', 'ball'), { minLength: 5, maxLength: 5 }),
    sizes: fc.array(fc.nat({ max: 2 }), { minLength: 5, maxLength: 5 }),
    uses: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    lid: fc.constantFrom('none', 'red'),
  })
  .map(({ keys, shapes, sizes, uses, lid }) => {
    const all = [...OTHERS.slice(0, 2), ...STORES, 'alarm'].filter((key) => keys.includes(key));
    const nodes = all.flatMap((key, index) => {
      const earlier = all.slice(0, index).filter((_, at) => uses[at] === true);
      const inputs = {
        shape: shapes[index] ?? '',
        size: sizes[index] ?? 0,
        uses: earlier.map((name) => ref(name)),
      };
      if (!STORES.includes(key)) return [boxNode(key, inputs)];
      return [store(key, inputs), lidNode(`lid-${key}`, { boxId: ref(key), lid })];
    });
    return buildGraph(OWNER, nodes);
  });

/** What befalls an object between two passes. */
const events = fc.record({
  graph: graphs,
  /** A person deletes a store, restores one with the tags of the first, or leaves it at that. */
  person: fc.constantFrom('nothing', 'nothing', 'delete', 'copy'),
  /** The call after so many is refused, or its answer is lost. */
  fault: fc.option(fc.record({ after: fc.nat({ max: 4 }), when: fc.constantFrom('before', 'after') }), {
    nil: undefined,
  }),
  passes: fc.integer({ min: 1, max: 3 }),
});

describe('whatever becomes of a spec, and of AWS', () => {
  property(
    'no store is deleted or replaced, and none that is gone is made anew',
    600,
    fc.array(events, { minLength: 1, maxLength: 6 }),
    async (story) => {
      const loop = fakeLoop();
      const { provider } = loop;
      const ids = new Map<string, string>();
      const memory = (): Memory => ({ ...NO_MEMORY, ids });
      const taken = new Set<string>();
      const made = new Set<string>();
      for (const { graph, person, fault, passes } of story) {
        const first = [...provider.boxes.values()].find(isStoreBox);
        if (first && person === 'delete') {
          provider.boxes.delete(first.id);
          taken.add(first.id);
        }
        if (first && person === 'copy') {
          const id = provider.id();
          provider.boxes.set(id, { ...first, id, shape: 'copy' });
          made.add(id);
        }
        provider.refresh();
        let calls = 0;
        provider.fault = (_, when) => {
          if (when === 'before') calls += 1;
          if (fault && calls > fault.after && when === fault.when) throw new Refused('waiting', 'not now');
        };
        for (let pass = 0; pass < passes; pass += 1) {
          const planned = loop.plan(graph, { kinds: KINDS, memory: memory(), mayRepeat: () => true });
          const known = new Set(ids.keys());
          provider.calls.length = 0;
          await loop.apply(graph, planned, { kinds: KINDS });
          for (const key of known)
            expect(STORES.includes(key) && provider.calls.includes(`create ${key}`)).toBe(false);
          for (const box of provider.boxes.values()) if (isStoreBox(box)) made.add(box.id);
          const after = loop.plan(graph, { kinds: KINDS, memory: memory() });
          for (const { node, id } of after.standing) ids.set(node, id);
          provider.refresh();
        }
        provider.fault = () => {};
        for (const id of made) expect(provider.boxes.has(id) || taken.has(id), id).toBe(true);
        // What a store uses that stays is there as well.
        for (const box of provider.boxes.values())
          for (const used of isStoreBox(box) ? box.uses : [])
            expect(provider.boxes.has(used) || taken.has(used), used).toBe(true);
      }
      // With the object all of it goes.
      for (let pass = 0; pass < 12 && provider.boxes.size > 0; pass += 1) {
        await loop.apply(EMPTY, loop.plan(EMPTY, { kinds: KINDS, going: true }), { kinds: KINDS });
        provider.refresh();
      }
      expect(provider.boxes.size).toBe(0);
    },
  );
});
