import { describe, expect, it } from 'vitest';
import { buildGraph, type Graph } from '../../../operator/graph/graph.ts';
import { kindRegistry, type Kinds, type NodeKind } from '../../../operator/graph/kind.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { ref } from '../../../operator/graph/ref.ts';
import {
  type Box,
  boxKind,
  type BoxInputs,
  boxNode,
  erased,
  fakeLoop,
  type FakeProvider,
  OWNER,
  Refused,
} from './fake-provider.ts';

type BoxKind = NodeKind<BoxInputs, Box, FakeProvider>;

const graphOf = (...nodes: ReturnType<typeof boxNode>[]): Graph => buildGraph(OWNER, nodes);
/** Things whose name is unique. */
const named = (more: Partial<BoxKind> = {}): Kinds<FakeProvider> =>
  kindRegistry<FakeProvider>([erased({ ...boxKind, idempotency: 'name', ...more } satisfies BoxKind)]);

/** A loop in which the boxes of a graph stand; each pass is of these kinds. */
async function standing(graph: Graph, kinds = named()) {
  const loop = fakeLoop();
  const pass = async (wanted: Graph) => loop.apply(wanted, loop.plan(wanted, { kinds }), { kinds });
  await pass(graph);
  loop.provider.refresh();
  loop.provider.calls.length = 0;
  return { ...loop, pass };
}
const verbs = (actions: readonly { verb: string; node: string }[]) =>
  actions.map(({ verb, node }) => `${verb} ${node}`);

describe('a thing with a unique name', () => {
  it('that the provider answers a create with although it is another’s is left alone and named', async () => {
    const tags = { [TAG.owner]: 'Boxes/other/x' };
    const theirs: Box = { id: 'box-9', shape: 'cube', size: 1, uses: [], lid: 'none', tags };
    const kinds = named({ create: () => Promise.resolve(theirs) });
    const loop = fakeLoop();
    const graph = graphOf(boxNode('root', { size: 5 }));
    const outcomes = await loop.apply(graph, loop.plan(graph, { kinds }), { kinds });
    expect(outcomes).toMatchObject([{ result: 'stalled', reason: 'NameTaken' }]);
    expect(outcomes[0]?.message).toBe(
      'the Box to create conflicts with box-9, which belongs to Boxes/other/x; delete it, or choose another name or CIDR (it has the same name and settings)',
    );
    expect([loop.provider.calls, loop.provider.listed.size]).toEqual([[], 0]);
  });

  it('is told its revision when it is replaced, and is looked up by it', async () => {
    const told: [string, string | undefined][] = [];
    const kinds = named({
      create: async (context, inputs) => {
        told.push(['create', context.revision]);
        if (context.revision !== undefined) throw new Refused('exists', 'it exists');
        const made = await boxKind.create?.(context, inputs);
        if (!made) throw new Error('no box');
        return made;
      },
      conflicting: (_session, _inputs, revision) => {
        told.push(['conflicting', revision]);
        return Promise.resolve(undefined);
      },
    });
    const { pass, plan } = await standing(graphOf(boxNode('root')), kinds);
    const round = graphOf(boxNode('root', { shape: 'ball' }));
    const [action] = plan(round, { kinds }).actions;
    const revision = action?.verb === 'create' ? action.revision : undefined;
    expect(revision).toMatch(/^[0-9a-f]{8}$/);
    await pass(round);
    expect(told).toEqual([
      ['create', undefined],
      ['create', revision],
      ['conflicting', revision],
    ]);
  });
});

describe('what cannot be changed to refer to a thing that is replaced', () => {
  const BEFORE = graphOf(boxNode('root'), boxNode('leaf', { shape: ref('root') }));
  const AFTER = graphOf(boxNode('root', { shape: 'ball' }), boxNode('leaf', { shape: ref('root') }));

  it('is replaced in the same pass', async () => {
    const { plan, pass } = await standing(BEFORE);
    expect(verbs(plan(AFTER, { kinds: named() }).actions)).toEqual([
      'create root',
      'create leaf',
      'delete root',
      'delete leaf',
    ]);
    await pass(AFTER);
    expect(plan(AFTER, { kinds: named() }).actions).toEqual([]);
  });

  it('waits where that one is only not listed: by its name it may come back', async () => {
    const { plan, provider } = await standing(BEFORE);
    provider.listed.delete('box-1');
    expect(verbs(plan(BEFORE, { kinds: named() }).actions)).toEqual(['create root']);
  });

  it.each(['nothing else is done to it', 'it is changed besides'])(
    'holds back what comes after it where that one turns out to be gone, and is replaced first: %s',
    async (how) => {
      const graph = (size: number) =>
        graphOf(
          boxNode('root'),
          boxNode('leaf', { shape: ref('root'), size }),
          { ...boxNode('after', { uses: [ref('root')] }), dependsOn: ['leaf'] },
          boxNode('beside', { uses: [ref('root')] }),
        );
      const wanted = graph(how === 'it is changed besides' ? 2 : 1);
      const { pass, plan, provider } = await standing(graph(1));
      provider.boxes.delete('box-1');
      provider.listed.delete('box-1');
      const outcomes = await pass(wanted);
      expect(outcomes.filter(({ result }) => result !== 'done')).toMatchObject([
        { action: { node: 'after' }, result: 'skipped', message: 'waits for what takes the place of leaf' },
      ]);
      provider.calls.length = 0;
      await pass(wanted);
      expect(provider.calls).toEqual([
        'create leaf',
        'update box-6 size',
        'update box-4 uses[box-5] uses[box-1]',
        'delete box-2',
      ]);
      expect(plan(wanted, { kinds: named() }).actions).toEqual([]);
    },
  );
});

describe('what is replaced', () => {
  const BEFORE = graphOf(boxNode('root'), boxNode('leaf', { uses: [ref('root')] }));
  const AFTER = graphOf(boxNode('root', { shape: 'ball' }), boxNode('leaf', { uses: [ref('root')] }));

  it.each([
    ['what takes its place is', 'box-3'],
    ['what is built on that is', 'box-2'],
  ])('stays, and so does all else that is to go, until %s usable', async (_, slow) => {
    const state = { isSettled: false };
    const kinds = named({
      state: (box) =>
        box.id === slow && box.uses.join() !== 'box-1' && !state.isSettled
          ? { phase: 'pending', reason: 'WaitingForAws', message: 'not yet' }
          : boxKind.state(box),
    });
    const { pass, provider } = await standing(BEFORE, kinds);
    await pass(AFTER);
    expect(provider.calls.filter((call) => call.startsWith('delete'))).toEqual([]);
    state.isSettled = true;
    await pass(AFTER);
    expect(provider.calls.at(-1)).toBe('delete box-1');
    expect([...provider.boxes.keys()]).toEqual(['box-2', 'box-3']);
  });
});
