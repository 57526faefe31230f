import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../operator/graph/outcome.ts';
import { buildGraph, type Graph, type GraphNode } from '../../../operator/graph/graph.ts';
import {
  kindRegistry,
  READY,
  type ActionContext,
  type Change,
  type Kinds,
  type State,
} from '../../../operator/graph/kind.ts';
import { ref } from '../../../operator/graph/ref.ts';
import {
  type Box,
  type BoxInputs,
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

const OPEN: State = { phase: 'pending', reason: 'WaitingForAws', message: 'it is open' };

/** Boxes are made open and usable once closed; they are kept while a lid is to change, and let go of others last. */
const slowBox = {
  ...boxKind,
  heldBy: ['Lid'],
  state: (box: Box) => (box.lid === 'open' ? OPEN : READY),
  diff: (inputs: BoxInputs, box: Box | undefined) =>
    boxKind
      .diff(inputs, box)
      .map((change) => (change.to === undefined ? { ...change, late: true as const } : change)),
  async create(context: ActionContext<FakeProvider>, inputs: BoxInputs) {
    const made = await boxKind.create?.(context, inputs);
    if (!made) throw new Error('nothing made');
    const open = { ...made, lid: 'open' };
    context.session.boxes.set(open.id, open);
    return open;
  },
};
const kinds: Kinds<FakeProvider> = kindRegistry<FakeProvider>([slowBox, lidKind].map(erased));

interface LinksInputs {
  readonly boxId: string;
  readonly to: readonly string[];
}
const linksOf = (box: Box | undefined) => (box?.lid ?? 'none').split(' ').filter((id) => id !== 'none');
/** Links of a box to others, a set that is written member by member and kept where its lid would be. */
const linksKind = {
  ...lidKind,
  type: 'Links',
  memberwise: true as const,
  diff: ({ to: wanted }: LinksInputs, box: Box | undefined) => [
    ...wanted.filter((id) => !linksOf(box).includes(id)).map((to) => ({ path: `links[${to}]`, to })),
    ...linksOf(box)
      .filter((id) => !wanted.includes(id))
      .map((from) => ({ path: `links[${from}]`, from })),
  ],
  async update(
    context: ActionContext<FakeProvider>,
    { boxId }: LinksInputs,
    box: Box,
    changes: readonly Change[],
  ) {
    const kept = linksOf(box).filter((id) => !changes.some(({ from }) => from === id));
    const links = [...kept, ...changes.flatMap(({ to }) => (typeof to === 'string' ? [to] : []))];
    await lidKind.update(context, { boxId, lid: links.join(' ') || 'none' }, box, []);
  },
};
const linking: Kinds<FakeProvider> = kindRegistry<FakeProvider>([boxKind, linksKind].map(erased));

function loopOf(of = kinds) {
  const loop = fakeLoop();
  const { provider } = loop;
  let outcomes: readonly Outcome[] = [];
  return {
    provider,
    /** Of the last pass. */
    get outcomes() {
      return outcomes;
    },
    close() {
      for (const box of provider.boxes.values()) provider.boxes.set(box.id, { ...box, lid: 'none' });
      provider.refresh();
    },
    async pass(graph: Graph) {
      provider.calls.length = 0;
      outcomes = await loop.apply(graph, loop.plan(graph, { kinds: of }), { kinds: of });
      return outcomes
        .map(({ action, result, message = '' }) =>
          `${action.verb} ${action.node}: ${result} ${message}`.trim(),
        )
        .sort();
    },
  };
}
const graphOf = (...nodes: GraphNode[]) => buildGraph(OWNER, nodes);

describe('a node that awaits another', () => {
  it('is made when that is usable, not only there; the rest goes on', async () => {
    const graph = graphOf(boxNode('source'), { ...boxNode('user'), awaits: ['source'] }, boxNode('other'));
    const loop = loopOf();
    expect(await loop.pass(graph)).toEqual([
      'create other: done',
      'create source: done',
      'create user: skipped waits for source to be usable',
    ]);
    expect(await loop.pass(graph)).toEqual(['create user: skipped waits for source to be usable']);
    loop.close();
    expect(await loop.pass(graph)).toEqual(['create user: done']);
  });
});

describe('a node that is not to be made yet', () => {
  it('waits with what needs it; the rest goes on, and what stands of it is changed all the same', async () => {
    const boxes = (size: object, notYet?: string) =>
      graphOf(
        { ...boxNode('source', size), ...(notYet !== undefined && { notYet }) },
        boxNode('user', { uses: [ref('source')] }),
        boxNode('other'),
      );
    const loop = loopOf();
    expect(await loop.pass(boxes({}, 'waits for a street'))).toEqual([
      'create other: done',
      'create source: waiting waits for a street',
      'create user: skipped waits for source',
    ]);
    expect(await loop.pass(boxes({}))).toEqual(['create source: done', 'create user: done']);
    expect(await loop.pass(boxes({ size: 2 }, 'waits for a street'))).toEqual(['update source: done']);
  });
});

describe('a kind that is held by the changes of another', () => {
  const lid = (lid: string) => lidNode('lid', { boxId: ref('kept'), lid });
  it('is deleted only when these are made, and what it uses after it', async () => {
    const loop = loopOf();
    const before = graphOf(boxNode('kept'), boxNode('used'), boxNode('old', { uses: [ref('used')] }));
    await loop.pass(before);
    loop.close();
    loop.provider.fault = (call, when) => {
      if (call.startsWith('lid') && when === 'before') throw new Refused('waiting', 'not yet');
    };
    const after = graphOf(boxNode('kept'), lid('red'));
    expect(await loop.pass(after)).toEqual([
      'delete old: skipped is kept until lid leads elsewhere',
      'delete used: skipped is kept until lid leads elsewhere',
      'update lid: waiting not yet',
    ]);
    expect(loop.provider.calls).toEqual([]);
    loop.provider.fault = () => {};
    await loop.pass(after);
    expect(loop.provider.calls).toEqual(['lid box-1 red', 'delete box-3', 'delete box-2']);
  });
});

describe('a set that is written member by member', () => {
  const links = (...keys: string[]): GraphNode => ({
    key: 'links',
    type: 'Links',
    inputs: { boxId: ref('hub'), to: keys.map((key) => ref(key)) },
    tags: {},
    dependsOn: [],
  });
  const [hub, a, b] = ['hub', 'a', 'b'].map((key) => boxNode(key)) as [GraphNode, GraphNode, GraphNode];
  const without = (call: string, kind: 'waiting' | 'stalled' = 'waiting') => {
    const loop = loopOf(linking);
    loop.provider.fault = (now, when) => {
      if (now === call && when === 'before') throw new Refused(kind, 'not yet');
    };
    return loop;
  };

  it('gets those that refer to what is there, and tells of them; the others follow', async () => {
    const loop = without('create b');
    const graph = graphOf(hub, a, b, links('a', 'b'));
    expect(await loop.pass(graph)).toEqual([
      'create a: done',
      'create b: waiting not yet',
      'create hub: done',
      'update links: skipped links[${b.id}] waits for ${b.id}',
    ]);
    expect(loop.provider.calls).toContain('lid box-1 box-2');
    expect(loop.outcomes.find(({ action }) => action.node === 'links')).toMatchObject({
      id: 'box-1',
      written: [{ path: 'links[box-2]', to: 'box-2' }],
    });
    loop.provider.fault = () => {};
    expect(await loop.pass(graph)).toEqual(['create b: done', 'update links: done']);
    expect(loop.provider.calls.at(-1)).toBe('lid box-1 box-2 box-4');
  });

  it('tells of none where none could be written', async () => {
    const loop = without('create b', 'stalled');
    expect(await loop.pass(graphOf(hub, b, links('b')))).toContain(
      'update links: skipped links[${b.id}] waits for ${b.id}',
    );
    expect(loop.outcomes.find(({ action }) => action.node === 'links')).not.toHaveProperty('written');
  });

  it('loses what is wanted no more although others wait', async () => {
    const loop = without('create b');
    await loop.pass(graphOf(hub, a, links('a')));
    const after = graphOf(hub, b, links('b'));
    await loop.pass(after);
    expect(loop.provider.calls).toEqual(['lid box-1 none', 'delete box-2']);
    expect(loop.outcomes.find(({ action }) => action.node === 'links')?.written).toEqual([
      { path: 'links[box-2]', from: 'box-2' },
    ]);
  });

  it('waits altogether for its own place', async () => {
    const loop = without('create hub');
    expect(await loop.pass(graphOf(hub, a, links('a')))).toEqual([
      'create a: done',
      'create hub: waiting not yet',
      'update links: skipped refers to hub, not there yet',
    ]);
    expect(loop.provider.calls).not.toContain('lid box-1 box-2');
  });

  it('waits altogether for what it comes after and does not refer to', async () => {
    const loop = without('create b');
    expect(await loop.pass(graphOf(hub, a, b, { ...links('a'), dependsOn: ['b'] }))).toContain(
      'update links: skipped waits for b',
    );
  });

  it('holds back the delete of what was replaced until all of it is written', async () => {
    const loop = without('create b');
    await loop.pass(graphOf(hub, a, links('a')));
    const ball = boxNode('a', { shape: 'ball' });
    expect(await loop.pass(graphOf(hub, ball, b, links('a', 'b')))).toContain(
      'update links: skipped links[${b.id}] waits for ${b.id}',
    );
    expect(loop.provider.calls.filter((call) => call.startsWith('delete'))).toEqual([]);
    loop.provider.fault = () => {};
    await loop.pass(graphOf(hub, ball, b, links('a', 'b')));
    expect(loop.provider.calls.at(-1)).toBe('delete box-2');
  });
});

describe('a late change', () => {
  const before = graphOf(boxNode('a'), boxNode('b'), boxNode('user', { uses: [ref('a')] }));
  const after = graphOf(boxNode('a'), boxNode('user', { size: 2 }), boxNode('new'));

  it('is made after every other write and every delete', async () => {
    const loop = loopOf();
    await loop.pass(before);
    loop.close();
    expect(await loop.pass(after)).toEqual([
      'create new: done',
      'delete b: done',
      'update user: done',
      'update user: done',
    ]);
    expect(loop.provider.calls).toEqual([
      'update box-3 size',
      'create new',
      'update box-4 size',
      'delete box-2',
      'update box-3 uses[box-1]',
    ]);
  });

  it('waits while anything else does', async () => {
    const loop = loopOf();
    await loop.pass(before);
    loop.close();
    loop.provider.fault = (call, when) => {
      if (call.startsWith('delete') && when === 'before') throw new Refused('waiting', 'not yet');
    };
    await loop.pass(after);
    expect(loop.provider.calls).not.toContain('update box-3 uses[box-1]');
    loop.provider.fault = () => {};
    await loop.pass(after);
    expect(loop.provider.calls).toEqual(['delete box-2', 'update box-3 uses[box-1]']);
  });

  it('waits until what it awaits is usable, whichever pass that is in, and is no part of a plan meanwhile', async () => {
    const loop = loopOf();
    const user = (inputs: object) => ({ ...boxNode('user', inputs), lateAwaits: ['new'] });
    const early = graphOf(boxNode('a'), boxNode('new'), user({ uses: [ref('a')] }));
    await loop.pass(early);
    loop.close();
    // Somebody opens it: it stands, but cannot be used.
    const [, opened] = [...loop.provider.boxes.values()];
    if (!opened) throw new Error('no box');
    loop.provider.boxes.set(opened.id, { ...opened, lid: 'open' });
    loop.provider.refresh();
    const narrow = graphOf(boxNode('a'), boxNode('new'), user({}));
    expect(await loop.pass(narrow)).toEqual([]);
    // What comes with it in the same plan is not held.
    expect(await loop.pass(graphOf(boxNode('a'), boxNode('new'), user({ size: 2 })))).toEqual([
      'update user: done',
    ]);
    expect(loop.provider.calls).toEqual(['update box-3 size']);
    loop.close();
    expect(await loop.pass(graphOf(boxNode('a'), boxNode('new'), user({ size: 2 })))).toEqual([
      'update user: done',
      'update user: done',
    ]);
    expect(loop.provider.calls).toEqual(['update box-3 uses[box-1]']);
  });

  it('waits for what its own plan makes, and is made when that is usable', async () => {
    const loop = loopOf();
    await loop.pass(graphOf(boxNode('a'), boxNode('user', { uses: [ref('a')] })));
    loop.close();
    const graph = graphOf(boxNode('a'), boxNode('new'), { ...boxNode('user'), lateAwaits: ['new'] });
    await loop.pass(graph);
    expect(loop.provider.calls).toEqual(['create new', 'update box-3 size']);
    loop.close();
    await loop.pass(graph);
    expect(loop.provider.calls).toEqual(['update box-2 uses[box-1]']);
  });

  it('is not made where a delete took it along', async () => {
    const loop = loopOf();
    const left = graphOf(boxNode('user'));
    await loop.pass(graphOf(boxNode('a'), boxNode('user', { uses: [ref('a')] })));
    loop.close();
    const { provider } = loop;
    const user = provider.boxes.get('box-2');
    if (!user) throw new Error('no user');
    provider.fault = (call, when) => {
      if (call === 'delete box-1' && when === 'after') provider.listed.set('box-2', { ...user, uses: [] });
    };
    provider.boxes.set('box-2', { ...user, uses: [] });
    await loop.pass(left);
    expect(provider.calls).toEqual(['delete box-1']);
  });
});
