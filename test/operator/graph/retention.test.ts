import { describe, expect, it } from 'vitest';
import { buildGraph } from '../../../operator/graph/graph.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { isRetention } from '../../../operator/graph/retention.ts';
import { boxNode, fakeLoop, lidNode, OWNER } from './fake-provider.ts';
import { ref } from '../../../operator/graph/ref.ts';

const GRAPH = buildGraph(OWNER, [boxNode('root'), lidNode('lid', { boxId: ref('root'), lid: 'red' })]);
const NOTHING = buildGraph(OWNER, []);
const TIME = '2026-01-02T03:04:05Z';

async function standing() {
  const loop = fakeLoop();
  await loop.pass(GRAPH);
  loop.provider.refresh();
  loop.provider.calls.length = 0;
  return loop;
}

describe('retention', () => {
  it('tags every thing once, and touches nothing else', async () => {
    const loop = await standing();
    const made = loop.retention(TIME);
    expect(made.actions.every(isRetention)).toBe(true);
    await loop.apply(NOTHING, made);
    expect(loop.provider.calls).toEqual([`update box-1 tags.${TAG.retained}`]);
    const box = loop.provider.boxes.get('box-1');
    expect(box).toMatchObject({ lid: 'red', tags: { [TAG.node]: 'root', [TAG.retained]: TIME } });
    const again = loop.retention('2027-01-01T00:00:00Z');
    expect(again).toMatchObject({ actions: [], standing: [{ node: 'root', type: 'Box', id: 'box-1' }] });
  });

  it('is undone by nothing but the same graph, which makes nothing', async () => {
    const loop = await standing();
    await loop.apply(NOTHING, loop.retention(TIME));
    loop.provider.calls.length = 0;
    const { made } = await loop.pass(GRAPH);
    expect(made.actions.some(isRetention)).toBe(false);
    expect(loop.provider.calls).toEqual([`update box-1 tags.${TAG.retained}`]);
    expect(Object.keys(loop.provider.boxes.get('box-1')?.tags ?? {})).not.toContain(TAG.retained);
  });

  it('leaves out what others own and what the provider is deleting', async () => {
    const loop = await standing();
    const [box] = loop.provider.boxes.values();
    if (!box) throw new Error('no box');
    loop.provider.boxes.set('gone', { ...box, id: 'gone', leaving: true });
    loop.provider.boxes.set('theirs', {
      ...box,
      id: 'theirs',
      tags: { ...box.tags, [TAG.owner]: 'Boxes/x/y' },
    });
    loop.provider.refresh();
    expect(loop.retention(TIME).actions.map(({ id }) => id)).toEqual(['box-1']);
  });

  it('tags two things of one node one after the other', async () => {
    const loop = await standing();
    const [box] = loop.provider.boxes.values();
    if (!box) throw new Error('no box');
    loop.provider.boxes.set('twin', { ...box, id: 'twin' });
    loop.provider.refresh();
    for (const pass of [1, 2]) {
      expect(loop.retention(TIME).actions, `pass ${pass}`).toHaveLength(1);
      await loop.apply(NOTHING, loop.retention(TIME));
    }
    expect(loop.retention(TIME).actions).toEqual([]);
  });
});
