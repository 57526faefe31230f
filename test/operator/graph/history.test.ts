import { describe, expect, it } from 'vitest';
import { buildGraph, type GraphNode } from '../../../operator/graph/graph.ts';
import type { Kinds, NodeKind } from '../../../operator/graph/kind.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import {
  boxKind,
  boxNode,
  erased,
  fakeLoop,
  OWNER,
  type Box,
  type BoxInputs,
  type FakeProvider,
} from './fake-provider.ts';

/** Boxes of which the two last ones stay when another has taken their place. */
const kept: NodeKind<BoxInputs, Box, FakeProvider> = {
  ...boxKind,
  keeps: (superseded, isUsed) =>
    [...superseded].sort((a, b) => (a.id < b.id ? 1 : -1)).filter((box, index) => index < 2 || isUsed(box)),
};
const kinds: Kinds<FakeProvider> = new Map([[kept.type, erased(kept)]]);

/** One pass after the other, each with another shape of `root`; more nodes go along. */
async function shaped(shapes: readonly string[], ...more: GraphNode[]) {
  const loop = fakeLoop();
  const pass = async (...nodes: GraphNode[]) => {
    const done = await loop.pass(buildGraph(OWNER, nodes), { kinds });
    loop.provider.refresh();
    return done;
  };
  for (const shape of shapes) await pass(boxNode('root', { shape }), ...more);
  const left = () => [...loop.provider.boxes.values()].map(({ id, shape }) => `${id} ${shape}`);
  return { loop, pass, left };
}

describe('a history that is kept', () => {
  it('has the last ones, and those before them go', async () => {
    const { loop, left } = await shaped(['cube', 'ball', 'cone']);
    expect(left()).toEqual(['box-1 cube', 'box-2 ball', 'box-3 cone']);
    const root = buildGraph(OWNER, [boxNode('root', { shape: 'cone' })]);
    expect(loop.plan(root, { kinds }).actions).toEqual([]);
    expect((await shaped(['cube', 'ball', 'cone', 'disc'])).left()).toEqual([
      'box-2 ball',
      'box-3 cone',
      'box-4 disc',
    ]);
  });

  it('is gone back to: what fits again is not made again', async () => {
    const { loop, pass, left } = await shaped(['cube', 'ball']);
    loop.provider.calls.length = 0;
    const { made } = await pass(boxNode('root', { shape: 'cube' }));
    expect(made.actions).toEqual([]);
    expect(made.standing).toMatchObject([{ node: 'root', id: 'box-1' }]);
    expect(loop.provider.calls).toEqual([]);
    expect(left()).toEqual(['box-1 cube', 'box-2 ball']);
  });

  it('has what is in use, however old it is', async () => {
    // The user was never moved: it goes on with the first.
    const user = boxNode('user', { uses: ['box-1'], shape: 'cart' });
    const { left } = await shaped(['cube', 'ball', 'cone', 'disc', 'ring'], user);
    expect(left().filter((box) => !box.endsWith('cart'))).toEqual([
      'box-1 cube',
      'box-4 cone',
      'box-5 disc',
      'box-6 ring',
    ]);
  });

  it('is left as it is, tags included', async () => {
    const { loop, pass } = await shaped(['cube', 'ball']);
    await pass(boxNode('root', { shape: 'ball', size: 9 }, { team: 'blue' }));
    const [former, now] = [loop.provider.boxes.get('box-1'), loop.provider.boxes.get('box-2')];
    expect([former?.size, former?.tags['team']]).toEqual([1, undefined]);
    expect([now?.size, now?.tags['team']]).toEqual([9, 'blue']);
    expect(now?.tags[TAG.revision]).toBeDefined();
  });

  it('goes with the node', async () => {
    const { pass, left } = await shaped(['cube', 'ball', 'cone']);
    await pass();
    expect(left()).toEqual([]);
  });
});
