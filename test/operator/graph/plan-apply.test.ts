import { describe, expect, it } from 'vitest';
import { buildGraph, type Graph, type GraphNode } from '../../../operator/graph/graph.ts';
import type { Kinds } from '../../../operator/graph/kind.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { planHash } from '../../../operator/graph/approval.ts';
import { describePlan, NO_MEMORY } from '../../../operator/graph/plan.ts';
import { ref } from '../../../operator/graph/ref.ts';
import {
  type Box,
  boxKind,
  boxNode,
  erased,
  fakeLoop,
  type FakeProvider,
  lidKind,
  lidNode,
  OWNER,
  Refused,
} from './fake-provider.ts';

const graphOf = (...nodes: GraphNode[]): Graph => buildGraph(OWNER, nodes);
const ROOT = boxNode('root');
const LEAF = boxNode('leaf', { uses: [ref('root')] });
const LID = lidNode('lid', { boxId: ref('leaf'), lid: 'red' });
const NETWORK = graphOf(ROOT, LEAF, LID);
const EMPTY = graphOf();

async function made(graph = NETWORK) {
  const loop = fakeLoop();
  await loop.pass(graph);
  loop.provider.refresh();
  loop.provider.calls.length = 0;
  return loop;
}
const verbs = (actions: readonly { verb: string; node: string }[]) =>
  actions.map(({ verb, node }) => `${verb} ${node}`);

describe('refused by the provider', () => {
  const refusedWith = async (graph: Graph, refused: string, isGone: boolean) => {
    const loop = await made();
    loop.provider.fault = (call, when) => {
      if (call.startsWith(refused) && when === 'before') throw new Refused('stalled', 'not allowed');
    };
    const outcomes = await loop.apply(graph, loop.plan(graph), { isGone: () => Promise.resolve(isGone) });
    return outcomes.map(({ action, result, reason }) => [action.node, result, reason]);
  };
  const bigger = graphOf(ROOT, boxNode('leaf', { uses: [ref('root')], size: 2 }), LID);

  it('because it is gone, a change waits for what takes its place', async () => {
    expect(await refusedWith(bigger, 'update', true)).toEqual([['leaf', 'waiting', 'WaitingForAws']]);
    expect(await refusedWith(bigger, 'update', false)).toEqual([['leaf', 'stalled', 'Refused']]);
  });

  it('because it is gone, a delete is done', async () => {
    expect(await refusedWith(graphOf(ROOT), 'delete', true)).toEqual([['leaf', 'done', undefined]]);
    expect(await refusedWith(graphOf(ROOT), 'delete', false)).toEqual([['leaf', 'stalled', 'Refused']]);
  });
});

describe('creating', () => {
  it('makes things in the order of their needs, each with its tags, then their settings and facets', async () => {
    const loop = fakeLoop();
    const { made: first, outcomes } = await loop.pass(NETWORK);
    expect(verbs(first.actions)).toEqual(['create root', 'create leaf', 'update lid']);
    expect(loop.provider.calls).toEqual([
      'create root',
      'update box-1 size',
      'create leaf',
      'update box-2 size uses[box-1]',
      'lid box-2 red',
    ]);
    expect(outcomes.map(({ result }) => result)).toEqual(['done', 'done', 'done']);
    expect(loop.provider.boxes.get('box-2')?.tags).toEqual(LEAF.tags);
    expect(loop.plan(NETWORK).actions).toEqual([]);
  });

  it('prints what is not there yet as a reference', () => {
    expect(describePlan(fakeLoop().plan(graphOf(ROOT, LEAF))).actions[1]).toEqual({
      verb: 'create',
      node: 'leaf',
      type: 'Box',
      changes: [
        { path: 'shape', to: 'cube' },
        { path: 'size', to: 1 },
        { path: 'uses', to: ['${root.id}'] },
      ],
    });
  });

  it('hashes to the same text for the same doings, and to another for others', () => {
    const hash = (graph: Graph) => planHash(fakeLoop().plan(graph));
    expect(hash(NETWORK)).toBe(hash(NETWORK));
    expect(hash(graphOf(ROOT))).not.toBe(hash(NETWORK));
  });

  it('holds back what needs a thing that could not be made, and goes on with the rest', async () => {
    const loop = fakeLoop();
    loop.provider.fault = (call, when) => {
      if (call === 'create root' && when === 'before') throw new Refused('stalled', 'quota');
    };
    const { outcomes } = await loop.pass(graphOf(ROOT, LEAF, boxNode('free')));
    const results = outcomes.map(
      ({ action, result, message }) => `${action.node}: ${result} ${message ?? ''}`,
    );
    expect(results.sort()).toEqual(['free: done ', 'leaf: skipped waits for root', 'root: stalled quota']);
  });

  it('says that an answer was lost, and that is not clear what was done', async () => {
    const loop = fakeLoop();
    loop.provider.fault = (call, when) => {
      if (call === 'create root' && when === 'after') throw new Refused('unclear', 'socket closed');
    };
    const { outcomes } = await loop.pass(graphOf(ROOT));
    expect(outcomes).toMatchObject([{ result: 'waiting', clear: false }]);
  });

  it('starts nothing more once it is stopping', async () => {
    const loop = fakeLoop();
    const outcomes = await loop.apply(NETWORK, loop.plan(NETWORK), {
      stopping: () => loop.provider.calls.some((call) => call === 'create root'),
      concurrency: 1,
    });
    expect(outcomes.map(({ action, result }) => [action.node, result])).toEqual([
      ['root', 'done'],
      ['leaf', 'skipped'],
      ['lid', 'skipped'],
    ]);
  });
});

describe('a create of which nobody knows', () => {
  const intents = new Map([['root', { node: 'root', time: 0 }]]);
  const memory = { ...NO_MEMORY, intents };

  it('is waited for and not made again, until it may be repeated', () => {
    const loop = fakeLoop();
    expect(loop.plan(NETWORK, { memory }).actions[0]).toMatchObject({
      verb: 'wait',
      reason: 'WaitingForIntent',
    });
    expect(loop.plan(NETWORK, { memory, mayRepeat: () => true }).actions[0]).toMatchObject({
      verb: 'create',
    });
  });

  it('is waited for as well where it takes the place of another, which stays until then', async () => {
    const loop = await made(NETWORK);
    const reshaped = graphOf(boxNode('root', { shape: 'ball' }), LEAF, LID);
    loop.provider.fault = (call, when) => {
      if (call === 'create root' && when === 'after') throw new Refused('unclear', 'socket closed');
    };
    await loop.pass(reshaped);
    // The listing lags: it shows the former one alone.
    loop.provider.calls.length = 0;
    expect(loop.provider.boxes.size).toBe(3);
    const { outcomes } = await loop.pass(reshaped, { memory });
    expect(outcomes[0]).toMatchObject({ result: 'waiting', reason: 'WaitingForIntent', id: 'box-1' });
    expect(loop.provider.calls).toEqual([]);
    expect(loop.provider.boxes.size).toBe(3);
    loop.provider.refresh();
    loop.provider.fault = () => {};
    await loop.pass(reshaped, { memory });
    expect([...loop.provider.boxes.values()].filter(({ tags }) => tags[TAG.node] === 'root')).toMatchObject([
      { shape: 'ball' },
    ]);
  });

  it('holds back all that needs it', async () => {
    const loop = fakeLoop();
    const { outcomes } = await loop.pass(NETWORK, { memory });
    expect(loop.provider.calls).toEqual([]);
    expect(outcomes.map(({ action, result }) => [action.node, result])).toEqual([
      ['root', 'waiting'],
      ['leaf', 'skipped'],
      ['lid', 'skipped'],
    ]);
  });

  it('is taken over as soon as it is listed', async () => {
    const loop = fakeLoop();
    loop.provider.fault = (call, when) => {
      if (call === 'create root' && when === 'after') throw new Refused('unclear', 'socket closed');
    };
    await loop.pass(graphOf(ROOT));
    loop.provider.refresh();
    expect(verbs(loop.plan(graphOf(ROOT), { memory }).actions)).toEqual(['update root']);
  });
});

describe('names that are taken', () => {
  const exists = (call: string, when: string) => {
    if (call === 'create root' && when === 'before') throw new Refused('exists', 'it exists');
  };

  it('by a thing of our own: it is taken over', async () => {
    const loop = await made(graphOf(ROOT));
    loop.provider.listed.clear();
    loop.provider.fault = exists;
    const { outcomes } = await loop.pass(graphOf(ROOT));
    expect(outcomes).toMatchObject([{ result: 'done', id: 'box-1' }]);
    expect(loop.provider.boxes.size).toBe(1);
  });

  it('by somebody else: it is left alone and named', async () => {
    const loop = fakeLoop();
    const theirs = {
      id: 'box-9',
      shape: 'cube',
      size: 7,
      uses: [],
      lid: 'none',
      tags: { [TAG.owner]: 'Boxes/other/x' },
    };
    loop.provider.boxes.set('box-9', theirs);
    loop.provider.fault = exists;
    const { outcomes } = await loop.pass(graphOf(ROOT));
    expect(outcomes).toMatchObject([{ result: 'stalled', reason: 'NameTaken' }]);
    expect(outcomes[0]?.message).toContain('box-9, which belongs to Boxes/other/x');
    expect([...loop.provider.boxes.values()]).toEqual([theirs]);
  });
});

describe('what has lost its tags', () => {
  it('is refused, named, and not made a second time', async () => {
    const loop = fakeLoop();
    const survivors = new Map([['root', { id: 'box-7' }]]);
    const { made: refused, outcomes } = await loop.pass(NETWORK, { survivors });
    expect(refused.actions[0]).toMatchObject({ verb: 'refuse', id: 'box-7', reason: 'OwnershipTagsMissing' });
    expect(outcomes[0]).toMatchObject({ result: 'stalled' });
    expect(loop.provider.calls).toEqual([]);
  });
});

describe('updating', () => {
  it('writes what differs and nothing else', async () => {
    const loop = await made();
    await loop.pass(graphOf(boxNode('root', { size: 5 }), LEAF, LID));
    expect(loop.provider.calls).toEqual(['update box-1 size']);
  });

  it('repairs what somebody changed, facets and tags included', async () => {
    const loop = await made();
    const leaf = loop.provider.boxes.get('box-2');
    if (!leaf) throw new Error('no leaf');
    loop.provider.boxes.set('box-2', { ...leaf, lid: 'green', uses: [], tags: { ...leaf.tags, stray: 'x' } });
    loop.provider.refresh();
    const { made: repair } = await loop.pass(NETWORK);
    expect(repair.actions.map(({ changes }) => changes)).toEqual([
      [
        { path: 'uses[box-1]', to: 'box-1' },
        { path: 'tags.stray', from: 'x' },
      ],
      [{ path: 'lid', from: 'green', to: 'red' }],
    ]);
    expect(loop.plan(NETWORK).actions).toEqual([]);
  });

  it('leaves ignored tags alone', async () => {
    const loop = await made(graphOf(ROOT));
    const root = loop.provider.boxes.get('box-1');
    if (!root) throw new Error('no root');
    loop.provider.listed.set('box-1', { ...root, tags: { ...root.tags, 'cost:center': '7' } });
    expect(loop.plan(graphOf(ROOT), { ignoredTagKeys: ['cost:*'] }).actions).toEqual([]);
    expect(loop.plan(graphOf(ROOT)).actions).toHaveLength(1);
  });

  it('lets a thing refer to one that is made in the same pass', async () => {
    const loop = await made(graphOf(ROOT, LEAF));
    const more = graphOf(ROOT, boxNode('new'), boxNode('leaf', { uses: [ref('root'), ref('new')] }));
    const { outcomes } = await loop.pass(more);
    expect(outcomes.map(({ action, result, message }) => [action.node, result, message])).toEqual([
      ['new', 'done', undefined],
      ['leaf', 'done', undefined],
    ]);
    expect(loop.provider.boxes.get('box-2')?.uses).toEqual(['box-1', 'box-3']);
  });
});

describe('replacing', () => {
  const ROUND = graphOf(boxNode('root', { shape: 'ball' }), LEAF, LID);

  it('makes the new thing, moves its users, then deletes the old one', async () => {
    const loop = await made();
    await loop.pass(ROUND);
    expect(loop.provider.calls).toEqual([
      'create root',
      'update box-3 size',
      'update box-2 uses[box-3] uses[box-1]',
      'delete box-1',
    ]);
    expect(loop.provider.boxes.get('box-3')?.tags[TAG.revision]).toMatch(/^[0-9a-f]{8}$/);
    expect(loop.plan(ROUND).actions).toEqual([]);
  });

  it('keeps the old thing while its users could not be moved', async () => {
    const loop = await made();
    loop.provider.fault = (call, when) => {
      if (call.startsWith('update box-2') && when === 'before') throw new Refused('waiting', 'not now');
    };
    await loop.pass(ROUND);
    expect([...loop.provider.boxes.keys()]).toEqual(['box-1', 'box-2', 'box-3']);
    loop.provider.fault = () => {};
    await loop.pass(ROUND);
    expect([...loop.provider.boxes.keys()]).toEqual(['box-2', 'box-3']);
    expect(loop.plan(ROUND).actions).toEqual([]);
  });

  it('replaces at once what cannot be changed to refer to a thing that is made in the same pass', async () => {
    const loop = await made(graphOf(boxNode('leaf')));
    const after = graphOf(boxNode('new'), boxNode('leaf', { shape: ref('new') }));
    expect(verbs(loop.plan(after).actions)).toEqual(['create new', 'create leaf', 'delete leaf']);
    await loop.pass(after);
    expect(loop.provider.calls.at(-1)).toBe('delete box-1');
    expect(loop.plan(after).actions).toEqual([]);
  });

  it('holds back nobody while the old thing leaves, since the new one stands', async () => {
    const loop = await made();
    loop.provider.slowDeletes = true;
    await loop.pass(ROUND);
    const bigger = graphOf(
      boxNode('root', { shape: 'ball' }),
      boxNode('leaf', { uses: [ref('root')], size: 7 }),
      LID,
    );
    const { outcomes } = await loop.pass(bigger);
    expect(outcomes.map(({ action, result }) => `${action.verb} ${action.node}: ${result}`)).toEqual([
      'wait root: waiting',
      'update leaf: done',
    ]);
  });
});

describe('two live things of one node', () => {
  /** Somebody made another with all the tags of one that is there. */
  function copy(
    { provider }: Awaited<ReturnType<typeof made>>,
    id: string,
    as: string,
    change: Partial<Box>,
  ) {
    const box = provider.boxes.get(id);
    if (!box) throw new Error(`no ${id}`);
    provider.boxes.set(as, { ...box, id: as, ...change });
    provider.refresh();
  }
  const remembered = { memory: { ...NO_MEMORY, ids: new Map([['leaf', 'box-2']]) } };

  it('the one that others use is kept', async () => {
    const loop = await made();
    copy(loop, 'box-1', 'box-0', {});
    await loop.pass(NETWORK);
    expect([...loop.provider.boxes.keys()]).toEqual(['box-1', 'box-2']);
  });

  it('the one that has its place among the others is kept, not the one that status remembers', async () => {
    const loop = await made();
    copy(loop, 'box-2', 'box-9', {});
    copy(loop, 'box-2', 'box-2', { uses: [] });
    await loop.pass(NETWORK, remembered);
    expect(loop.provider.calls).toEqual(['delete box-2']);
  });

  it('of two alike the one that status remembers is kept, else the first', async () => {
    for (const [memory, kept] of [
      [remembered, 'box-2'],
      [{}, 'box-0'],
    ] as const) {
      const loop = await made();
      copy(loop, 'box-2', 'box-0', {});
      await loop.pass(NETWORK, memory);
      expect([...loop.provider.boxes.keys()].sort()).toEqual([kept, 'box-1'].sort());
    }
  });

  it('a copy that stands in the way goes although that waits for it', async () => {
    const loop = await made();
    copy(loop, 'box-2', 'box-9', {});
    copy(loop, 'box-2', 'box-2', { size: 7 });
    loop.provider.fault = (call, when) => {
      if (call.startsWith('update box-2') && when === 'before' && loop.provider.boxes.has('box-9'))
        throw new Refused('stalled', 'box-9 has that size');
    };
    const { outcomes } = await loop.pass(NETWORK, remembered);
    expect(outcomes.map(({ action, result }) => `${action.verb} ${action.node}: ${result}`)).toEqual([
      'update leaf: stalled',
      'delete leaf: done',
    ]);
    await loop.pass(NETWORK, remembered);
    expect(loop.provider.calls).toEqual(['delete box-9', 'update box-2 size']);
  });

  it('what a replacement leaves behind waits for everything, a copy of the replacement for nothing', async () => {
    const ROUND = graphOf(boxNode('root', { shape: 'ball' }), LEAF, LID);
    const loop = await made();
    loop.provider.fault = (call, when) => {
      if (call.startsWith('update box-2') && when === 'before') throw new Refused('waiting', 'not now');
    };
    await loop.pass(ROUND);
    copy(loop, 'box-3', 'box-9', {});
    await loop.pass(ROUND);
    expect([...loop.provider.boxes.keys()]).toEqual(['box-1', 'box-2', 'box-3']);
  });
});

describe('deleting', () => {
  it('plans the delete of a thing although a facet is still found in it', async () => {
    const loop = await made(graphOf(ROOT, LEAF, LID));
    // The lid is wanted on another box, and found where it is.
    const moved: Kinds<FakeProvider> = new Map(
      [boxKind, { ...lidKind, find: () => loop.provider.listed.get('box-2') }].map((kind) => [
        kind.type,
        erased(kind),
      ]),
    );
    const after = graphOf(ROOT, lidNode('lid', { boxId: ref('root'), lid: 'blue' }));
    expect(verbs(loop.plan(after, { kinds: moved }).actions)).toEqual(['update lid', 'delete leaf']);
  });

  it('goes from the users to the used, whatever is in the graph', async () => {
    const loop = await made();
    await loop.pass(EMPTY);
    expect(loop.provider.calls).toEqual(['delete box-2', 'delete box-1']);
    expect(loop.plan(EMPTY).actions).toEqual([]);
  });

  it('touches nothing of another owner', async () => {
    const loop = await made();
    const other = {
      id: 'box-8',
      shape: 'cube',
      size: 1,
      uses: [],
      lid: 'none',
      tags: { [TAG.owner]: 'Boxes/team/two' },
    };
    loop.provider.boxes.set('box-8', other);
    loop.provider.refresh();
    await loop.pass(EMPTY);
    expect([...loop.provider.boxes.keys()]).toEqual(['box-8']);
  });

  it("touches nothing that carries our owner's tag and no node's: a person may have copied it", async () => {
    const loop = await made();
    const tags = { [TAG.installation]: 'test', [TAG.owner]: OWNER };
    const copy = { id: 'box-8', shape: 'cube', size: 1, uses: [], lid: 'none', tags };
    loop.provider.boxes.set('box-8', copy);
    loop.provider.boxes.set('box-9', { ...copy, id: 'box-9', tags: { ...tags, [TAG.node]: '' } });
    loop.provider.refresh();
    await loop.pass(EMPTY);
    expect([...loop.provider.boxes.keys()]).toEqual(['box-8', 'box-9']);
  });

  it('waits for what leaves by itself before it deletes what that uses', async () => {
    const loop = await made();
    const leaf = loop.provider.boxes.get('box-2');
    if (!leaf) throw new Error('no leaf');
    loop.provider.boxes.set('box-2', { ...leaf, leaving: true });
    loop.provider.refresh();
    const { made: planned, outcomes } = await loop.pass(graphOf(boxNode('leaf')));
    expect(verbs(planned.actions)).toEqual(['wait leaf', 'delete root']);
    expect(outcomes.map(({ action, result }) => `${action.node}: ${result}`)).toEqual([
      'leaf: waiting',
      'root: skipped',
    ]);
    loop.provider.settle();
    expect(verbs(loop.plan(graphOf(boxNode('leaf'))).actions)).toEqual(['create leaf', 'delete root']);
  });

  it('waits for what leaves slowly, and is done when it is gone', async () => {
    const loop = await made();
    loop.provider.slowDeletes = true;
    const { outcomes } = await loop.pass(EMPTY);
    expect(outcomes.map(({ id, result, message }) => [id, result, message])).toEqual([
      ['box-2', 'waiting', 'Box box-2 is being deleted'],
      [undefined, 'skipped', 'waits for box-2'],
    ]);
    expect(verbs(loop.plan(EMPTY).actions)).toEqual(['wait leaf', 'delete root']);
    loop.provider.settle();
    expect(verbs(loop.plan(EMPTY).actions)).toEqual(['delete root']);
  });

  it('names what still uses a thing, and goes on when that is gone', async () => {
    const loop = await made(graphOf(ROOT));
    loop.provider.boxes.set('box-8', {
      id: 'box-8',
      shape: 'cube',
      size: 1,
      uses: ['box-1'],
      lid: 'none',
      tags: {},
    });
    const { outcomes } = await loop.pass(EMPTY);
    expect(outcomes).toMatchObject([{ result: 'waiting', reason: 'Refused' }]);
    expect(outcomes[0]?.message).toContain('still in use by box-8');
    loop.provider.boxes.delete('box-8');
    await loop.pass(EMPTY);
    expect(loop.provider.boxes.size).toBe(0);
  });

  it('makes a thing again only when the former one is gone', async () => {
    const loop = await made(graphOf(ROOT));
    loop.provider.slowDeletes = true;
    await loop.pass(EMPTY);
    expect(loop.plan(graphOf(ROOT)).actions).toMatchObject([
      { verb: 'wait', reason: 'WaitingForAws', id: 'box-1' },
    ]);
    loop.provider.settle();
    expect(verbs(loop.plan(graphOf(ROOT)).actions)).toEqual(['create root']);
  });
});
