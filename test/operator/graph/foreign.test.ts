import { describe, expect, it } from 'vitest';
import { buildGraph, dependenciesOf } from '../../../operator/graph/graph.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { describePlan } from '../../../operator/graph/plan.ts';
import { foreignRef, nodesIn, printable, ref, referencesIn, resolve } from '../../../operator/graph/ref.ts';
import { boxNode, fakeLoop, lidNode, OWNER } from './fake-provider.ts';

const NETWORK = 'Network/team/net';
/** A network with a root, and in it a leaf that is used. */
const network = buildGraph(NETWORK, [
  boxNode('root', {}, { [TAG.owner]: NETWORK }),
  boxNode('leaf', { uses: [ref('root')] }, { [TAG.owner]: NETWORK }),
]);
const service = buildGraph(OWNER, [
  boxNode('mine', { uses: [foreignRef(NETWORK, 'leaf')] }),
  boxNode('other'),
  lidNode('lid', { boxId: ref('mine'), lid: foreignRef(NETWORK, 'root') }),
]);

describe('a reference to a node of another resource', () => {
  const text = foreignRef(NETWORK, 'subnet/private-a', 'id');

  it('keeps owner, node and output, and says so in print', () => {
    expect(referencesIn({ deep: [text] })).toEqual([
      { owner: NETWORK, node: 'subnet/private-a', output: 'id' },
    ]);
    expect(printable(`a ${text}`)).toBe('a ${Network/team/net: subnet/private-a.id}');
  });

  it('is no edge of the graph, though the graph has a node of that key', () => {
    const graph = buildGraph(OWNER, [boxNode('leaf', { uses: [foreignRef(NETWORK, 'leaf')] })]);
    const [leaf] = graph.nodes.values();
    expect(leaf && [...dependenciesOf(leaf)]).toEqual([]);
    expect([...nodesIn([text, ref('leaf')])]).toEqual(['leaf']);
  });

  it('is never taken for one of the own nodes', () => {
    const known = resolve([foreignRef(NETWORK, 'leaf'), ref('leaf')], ({ owner }) =>
      owner === undefined ? 'own' : `of ${owner}`,
    );
    expect(known).toEqual([`of ${NETWORK}`, 'own']);
  });
});

describe('planning and applying with what another resource makes', () => {
  it('prints what is not there yet as a reference, makes what does not need it, and names what it waits for', async () => {
    const loop = fakeLoop();
    const { exportsOf } = loop;
    const { made, outcomes } = await loop.pass(service, { exportsOf });
    expect(describePlan(made).actions[0]).toMatchObject({
      node: 'mine',
      changes: expect.arrayContaining([{ path: 'uses', to: ['${Network/team/net: leaf.id}'] }]),
    });
    expect(loop.provider.calls).toEqual(['create other', 'update box-1 size']);
    expect(outcomes).toMatchObject([
      {
        result: 'waiting',
        reason: 'DependencyNotReady',
        message: 'waits for leaf of Network/team/net, not ready yet',
      },
      { result: 'done' },
      { result: 'skipped', reason: 'Blocked' },
    ]);
  });

  it('uses what stands, whoever made it', async () => {
    const loop = fakeLoop();
    const { exportsOf } = loop;
    await loop.pass(network);
    loop.provider.calls.length = 0;
    await loop.pass(service, { exportsOf });
    expect(loop.provider.calls).toEqual([
      'create mine',
      'create other',
      'update box-3 size uses[box-2]',
      'update box-4 size',
      'lid box-3 box-1',
    ]);
    expect(loop.plan(service, { exportsOf }).actions).toEqual([]);
  });

  it('uses in the same pass what another resource makes meanwhile', async () => {
    const loop = fakeLoop();
    const { exportsOf } = loop;
    const made = loop.plan(service, { exportsOf });
    let others = Promise.resolve();
    const outcomes = await loop.apply(service, made, {
      exportsNow: () => exportsOf,
      onOutcome: ({ action }) => {
        if (action.node === 'other') others = loop.pass(network).then(() => {});
      },
    });
    await others;
    expect(outcomes.map(({ action, result }) => `${action.node} ${result}`)).toEqual([
      'mine waiting',
      'other done',
      'lid skipped',
    ]);
    // A step that is still under way is enough for the others to be there.
    const slow = buildGraph(OWNER, [
      ...service.nodes.values(),
      boxNode('slow'),
      boxNode('slower', { uses: [ref('slow')] }),
    ]);
    const again = fakeLoop();
    const next = await again.apply(slow, again.plan(slow, { exportsOf: again.exportsOf }), {
      exportsNow: () => again.exportsOf,
      onOutcome: ({ action }) => {
        if (action.node === 'other') void again.pass(network);
      },
    });
    expect(next.map(({ action, result }) => `${action.node} ${result}`)).toEqual([
      'mine done',
      'other done',
      'slow done',
      'lid done',
      'slower done',
    ]);
  });

  it('waits, and changes nothing, when what it used is gone', async () => {
    const loop = fakeLoop();
    const { exportsOf } = loop;
    await loop.pass(network);
    await loop.pass(service, { exportsOf });
    loop.provider.boxes.delete('box-2');
    loop.provider.refresh();
    loop.provider.calls.length = 0;
    const { outcomes } = await loop.pass(service, { exportsOf });
    expect(loop.provider.calls).toEqual([]);
    expect(outcomes).toMatchObject([{ result: 'waiting', reason: 'DependencyNotReady' }]);
  });

  it('takes of two things of a node the one that is used, and none that leaves', async () => {
    const loop = fakeLoop();
    await loop.pass(network);
    const [root, leaf] = loop.provider.boxes.values();
    if (!root || !leaf) throw new Error('nothing was made');
    loop.provider.boxes.set('box-0', { ...root, id: 'box-0' });
    loop.provider.boxes.set('box-00', { ...leaf, id: 'box-00', uses: [], leaving: true });
    loop.provider.refresh();
    expect(Object.fromEntries(loop.exportsOf(NETWORK))).toEqual({
      leaf: { id: 'box-2' },
      root: { id: 'box-1' },
    });
  });
});
