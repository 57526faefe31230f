import { describe, expect, it } from 'vitest';
import { askedFor, isCovered, planHash } from '../../../operator/graph/approval.ts';
import { buildGraph, type GraphNode } from '../../../operator/graph/graph.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { ref } from '../../../operator/graph/ref.ts';
import { boxNode, fakeLoop, lidNode, OWNER, Refused } from './fake-provider.ts';

const graphOf = (...nodes: GraphNode[]) => buildGraph(OWNER, nodes);
const ROOT = boxNode('root');
const LEAF = boxNode('leaf', { uses: [ref('root')] });
const LID = lidNode('lid', { boxId: ref('leaf'), lid: 'red' });
const ALL = graphOf(ROOT, LEAF, LID);

async function standing(graph = ALL) {
  const loop = fakeLoop();
  await loop.pass(graph);
  loop.provider.refresh();
  return loop;
}

describe('what is left of an approved plan', () => {
  it.each(['create root', 'update box-1 size', 'create leaf', 'lid box-2 red'])(
    'is covered after the operator died at %s, whatever ids are known by then',
    async (call) => {
      for (const when of ['before', 'after'] as const) {
        const loop = fakeLoop();
        const approved = new Set(askedFor(loop.plan(ALL)));
        loop.provider.fault = (at, now) => {
          if (at === call && now === when) throw new Refused('unclear', 'died');
        };
        await loop.pass(ALL);
        loop.provider.refresh();
        expect(isCovered(approved, loop.plan(ALL, { mayRepeat: () => true })), when).toBe(true);
      }
    },
  );

  it('is covered where something that stands is to refer to something new', async () => {
    const loop = await standing(graphOf(ROOT));
    const wider = graphOf(boxNode('root', { uses: [ref('other')] }), boxNode('other'));
    const approved = new Set(askedFor(loop.plan(wider)));
    loop.provider.fault = (call, when) => {
      if (call.startsWith('update box-1') && when === 'before') throw new Refused('waiting', 'too fast');
    };
    await loop.pass(wider);
    loop.provider.refresh();
    const left = loop.plan(wider);
    expect(left.actions).toMatchObject([
      { verb: 'update', node: 'root', changes: [{ path: 'uses[box-2]' }] },
    ]);
    expect(isCovered(approved, left)).toBe(true);
  });

  it.each<[string, GraphNode[]]>([
    ['another thing is wanted', [ROOT, LEAF, LID, boxNode('more')]],
    ['a thing is wanted otherwise', [ROOT, boxNode('leaf', { uses: [ref('root')], size: 7 }), LID]],
    ['a thing has another tag', [ROOT, boxNode('leaf', { uses: [ref('root')] }, { team: 'x' }), LID]],
    ['a facet is wanted otherwise', [ROOT, LEAF, lidNode('lid', { boxId: ref('leaf'), lid: 'blue' })]],
  ])('is not covered where %s', (_, nodes) => {
    const loop = fakeLoop();
    const approved = new Set(askedFor(loop.plan(ALL)));
    expect(isCovered(approved, loop.plan(graphOf(...nodes)))).toBe(false);
    expect(planHash(loop.plan(graphOf(...nodes)))).not.toBe(planHash(loop.plan(ALL)));
  });

  it('is not covered where the world moved: another value to change from, another thing to delete', async () => {
    const loop = await standing();
    const bigger = graphOf(boxNode('root', { size: 9 }), LEAF, LID);
    const approved = new Set(askedFor(loop.plan(bigger)));
    const root = loop.provider.boxes.get('box-1');
    if (!root) throw new Error('no box');
    loop.provider.boxes.set('box-1', { ...root, size: 5 });
    loop.provider.refresh();
    expect(isCovered(approved, loop.plan(bigger))).toBe(false);

    const smaller = graphOf(ROOT);
    const deletion = new Set(askedFor(loop.plan(smaller)));
    const leaf = loop.provider.boxes.get('box-2');
    if (leaf) loop.provider.boxes.set('box-9', { ...leaf, id: 'box-9' });
    loop.provider.refresh();
    expect(isCovered(deletion, loop.plan(smaller))).toBe(false);
  });

  it('is covered while some of the deletes are done', async () => {
    const loop = await standing();
    const nothing = graphOf();
    const approved = new Set(askedFor(loop.plan(nothing)));
    loop.provider.boxes.delete('box-2');
    loop.provider.refresh();
    expect(loop.plan(nothing).actions).toHaveLength(1);
    expect(isCovered(approved, loop.plan(nothing))).toBe(true);
  });
});

describe('what is asked for', () => {
  it('is nothing where only the uid of the object is noted, and the hash does not know it', async () => {
    const loop = await standing(graphOf(boxNode('root', {}, { [TAG.uid]: 'one' })));
    const again = graphOf(boxNode('root', {}, { [TAG.uid]: 'two' }));
    expect(loop.plan(again).actions).toHaveLength(1);
    expect(askedFor(loop.plan(again))).toEqual([]);
    const uid = (text: string) =>
      planHash(fakeLoop().plan(graphOf(boxNode('root', {}, { [TAG.uid]: text }))));
    expect(uid('one')).toBe(uid('two'));
  });

  it('is the same whenever something is left behind, though the tag says when', async () => {
    const loop = await standing();
    const [first, later] = ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'].map((time) =>
      planHash(loop.retention(time)),
    );
    expect(first).toBe(later);
  });
});
