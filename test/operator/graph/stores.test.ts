import { describe, expect, it } from 'vitest';
import { Waiting } from '../../../operator/errors.ts';
import { isCovered, askedFor, unspent } from '../../../operator/graph/approval.ts';
import { buildGraph, type Graph, type GraphNode } from '../../../operator/graph/graph.ts';
import type { ActionContext } from '../../../operator/graph/kind.ts';
import type { Outcome } from '../../../operator/graph/outcome.ts';
import { NO_MEMORY, type Memory, type Plan } from '../../../operator/graph/plan.ts';
import { ref } from '../../../operator/graph/ref.ts';
import { boxKind, boxNode, fakeLoop, type FakeProvider, lidNode, OWNER } from './fake-provider.ts';
import { type BoxKind, kindsOf, store } from './fake-stores.ts';

const graphOf = (...nodes: GraphNode[]): Graph => buildGraph(OWNER, nodes);

const KINDS = kindsOf();

const ROOT = boxNode('root');
const STORE = store('store', { uses: [ref('root')] });
const LID = lidNode('lid', { boxId: ref('store'), lid: 'red' });
const ALARM = boxNode('alarm', { uses: [ref('store')] });
const ALL = graphOf(ROOT, STORE, LID, ALARM);

async function standing(graph = ALL, kinds = KINDS) {
  const loop = fakeLoop();
  await loop.apply(graph, loop.plan(graph, { kinds }), { kinds });
  loop.provider.refresh();
  loop.provider.calls.length = 0;
  return loop;
}
const told = ({ actions }: Plan) =>
  actions.map((action) =>
    [action.verb, action.node, 'reason' in action ? action.reason : ''].join(' ').trim(),
  );
const results = (outcomes: readonly Outcome[]) =>
  outcomes.map(({ action, result, reason }) => [action.node, result, reason ?? ''].join(' ').trim());
/** What status remembers: the store by an id that is no more. */
const LOST: Memory = { ...NO_MEMORY, ids: new Map([['store', 'box-2']]) };

describe('a store', () => {
  it('is never replaced: the field that cannot change is named', async () => {
    const loop = await standing();
    const round = graphOf(ROOT, store('store', { uses: [ref('root')], shape: 'ball' }), LID, ALARM);
    const made = loop.plan(round, { kinds: KINDS });
    expect(told(made)).toEqual(['refuse store ReplacementNotAllowed']);
    expect(made.actions).toMatchObject([
      {
        id: 'box-2',
        reason: 'ReplacementNotAllowed',
        message:
          'shape of Store box-2 cannot change from cube to ball: another one would take its place, without what it holds; take the change back, or make another object, move what it holds and delete this one',
      },
    ]);
    const outcomes = await loop.apply(round, made, { kinds: KINDS });
    expect(results(outcomes)).toEqual(['store stalled ReplacementNotAllowed']);
    expect(loop.provider.calls).toEqual([]);
  });

  it('whose group is to be replaced under it stays, and so does the group', async () => {
    const loop = await standing(graphOf(ROOT, store('store', { shape: ref('root') })));
    const box = loop.provider.boxes.get('box-2');
    if (box) loop.provider.boxes.set('box-2', { ...box, uses: ['box-1'] });
    loop.provider.refresh();
    const round = graphOf(boxNode('root', { shape: 'ball' }), store('store', { shape: ref('root') }));
    expect(told(loop.plan(round, { kinds: KINDS }))).toEqual([
      'create root',
      'refuse store ReplacementNotAllowed',
    ]);
  });

  it('that the spec has no place for any more stays with all that it uses; what uses it goes', async () => {
    const loop = await standing();
    const made = loop.plan(graphOf(), { kinds: KINDS });
    expect(told(made)).toEqual(['delete alarm', 'refuse store StoreNotInSpec']);
    await loop.apply(graphOf(), made, { kinds: KINDS });
    expect(loop.provider.calls).toEqual(['delete box-3']);
    loop.provider.refresh();
    expect(told(loop.plan(graphOf(), { kinds: KINDS }))).toEqual(['refuse store StoreNotInSpec']);
  });

  it('keeps what may only go after its kind, and what that uses', async () => {
    const kinds = kindsOf({}, { after: ['Store'] });
    const loop = await standing(
      graphOf(ROOT, boxNode('vault', { uses: [ref('root')] }), store('store')),
      kinds,
    );
    expect(told(loop.plan(graphOf(), { kinds }))).toEqual(['refuse store StoreNotInSpec']);
  });

  it('goes with its object, before what it uses', async () => {
    const loop = await standing();
    const made = loop.plan(graphOf(), { kinds: KINDS, going: true });
    expect(told(made)).toEqual(['delete alarm', 'delete store', 'delete root']);
    await loop.apply(graphOf(), made, { kinds: KINDS });
    expect(loop.provider.boxes.size).toBe(0);
  });

  it('that holds nothing of its own comes and goes as the spec says', async () => {
    const holdsNothing: BoxKind['holdsNothing'] = ({ record, inputs }) =>
      (record ?? inputs)?.shape === 'member';
    const kinds = kindsOf({ holdsNothing });
    const loop = await standing(graphOf(store('store', { shape: 'member' })), kinds);
    expect(told(loop.plan(graphOf(), { kinds }))).toEqual(['delete store']);
    expect(told(loop.plan(graphOf(store('store')), { kinds }))).toEqual(['create store', 'delete store']);
    loop.provider.boxes.clear();
    loop.provider.refresh();
    const again = graphOf(store('store', { shape: 'member' }));
    expect(told(loop.plan(again, { kinds, memory: LOST }))).toEqual(['create store']);
  });

  it('of which there are two is left for a person to decide about, and both stay', async () => {
    const loop = await standing();
    const box = loop.provider.boxes.get('box-2');
    if (box) loop.provider.boxes.set('box-9', { ...box, id: 'box-9', shape: 'copy' });
    loop.provider.refresh();
    const made = loop.plan(ALL, { kinds: KINDS });
    expect(told(made)).toEqual(['refuse store StoreNotInSpec']);
    expect(made.actions[0]).toMatchObject({
      id: 'box-9',
      reason: 'StoreNotInSpec',
      message: expect.stringContaining(
        'Store box-9 carries the tags of store, which is box-2; neither is deleted',
      ),
    });
    // It holds nothing else back.
    const bigger = graphOf(ROOT, store('store', { uses: [ref('root')], size: 2 }), LID, ALARM);
    await loop.apply(bigger, loop.plan(bigger, { kinds: KINDS }), { kinds: KINDS });
    expect(loop.provider.calls).toEqual(['update box-2 size']);
  });
});

describe('a store that is gone', () => {
  const lose = async () => {
    const loop = await standing();
    loop.provider.boxes.delete('box-2');
    loop.provider.refresh();
    return loop;
  };

  it('is not made anew unasked, and nothing that is built on it is touched meanwhile', async () => {
    const loop = await lose();
    const made = loop.plan(ALL, { kinds: KINDS, memory: LOST });
    expect(told(made)).toEqual(['refuse store StoreLost']);
    expect(made.actions[0]).toMatchObject({
      id: 'box-2',
      reason: 'StoreLost',
      message: expect.stringMatching(
        /^Store box-2 is not in AWS any more.*landfall approve Boxes\/team\/one$/,
      ),
    });
    expect(made.standing.map(({ node }) => node)).toEqual(['root', 'alarm']);
    const outcomes = await loop.apply(ALL, made, { kinds: KINDS });
    expect(results(outcomes)).toEqual(['store stalled StoreLost']);
    expect(loop.provider.calls).toEqual([]);
  });

  it('is waited for while it goes, and asked about then', async () => {
    const loop = await standing();
    const box = loop.provider.boxes.get('box-2');
    if (box) loop.provider.boxes.set('box-2', { ...box, leaving: true });
    loop.provider.refresh();
    const [wait] = loop.plan(ALL, { kinds: KINDS, memory: LOST }).actions;
    expect(wait).toMatchObject({
      verb: 'wait',
      message: expect.stringContaining('is asked when it is gone'),
    });
  });

  it('is made where a person said so, once for each time that it is lost', async () => {
    const loop = await lose();
    const made = loop.plan(ALL, { kinds: KINDS, memory: LOST, remakes: true });
    expect(told(made)).toEqual(['create store', 'update lid', 'update alarm']);
    const pieces = askedFor(made);
    expect(isCovered(new Set(pieces), made)).toBe(true);
    await loop.apply(ALL, made, { kinds: KINDS });
    loop.provider.refresh();
    const after = loop.plan(ALL, { kinds: KINDS, memory: LOST });
    expect(after.actions).toEqual([]);
    expect(isCovered(new Set(unspent(pieces, after.standing)), made)).toBe(false);
    expect(isCovered(new Set(unspent(pieces, [])), made)).toBe(true);
  });

  it('is made of a copy that is named after the loss, and not once more of that which it was made of', async () => {
    const loop = await lose();
    const named = kindsOf({ copyOf: () => 'copy-2' });
    const copies = (copy: string) => ({ ...LOST, copies: new Map([['store', copy]]) });
    expect(told(loop.plan(ALL, { kinds: named, memory: copies('copy-1') }))[0]).toBe('create store');
    const same = loop.plan(ALL, { kinds: named, memory: copies('copy-2') });
    expect(told(same)).toEqual(['refuse store StoreLost']);
    expect(same.actions[0]).toMatchObject({
      message: expect.stringContaining('name another copy that it is to be made of in spec.restoreFrom'),
    });
    const approved = loop.plan(ALL, { kinds: named, memory: copies('copy-2'), remakes: true });
    expect(approved.actions[0]).toMatchObject({ verb: 'create', remade: true });
  });

  it('is not covered by the approval of a first one', async () => {
    const loop = await lose();
    const first = loop.plan(ALL, { kinds: KINDS });
    const again = loop.plan(ALL, { kinds: KINDS, memory: LOST, remakes: true });
    expect(isCovered(new Set(askedFor(first)), again)).toBe(false);
  });
});

describe('the delete of a store', () => {
  const removing = async (more: Parameters<ReturnType<typeof fakeLoop>['apply']>[2], kinds = KINDS) => {
    const loop = await standing(graphOf(ROOT, STORE), kinds);
    const made = loop.plan(graphOf(), { kinds, going: true });
    const outcomes = await loop.apply(graphOf(), made, { kinds, ...more });
    return { outcomes: results(outcomes), calls: loop.provider.calls, loop };
  };
  const watched = (seen: boolean[]) =>
    kindsOf({
      delete(context: ActionContext<FakeProvider>, record) {
        seen.push(context.keepsCopy);
        if (context.keepsCopy) throw new Waiting('BackingUp', 'a copy is being made');
        return boxKind.delete?.(context, record) ?? Promise.resolve(undefined);
      },
    });
  const interpret = (error: unknown) =>
    error instanceof Waiting
      ? ({ kind: 'waiting', reason: error.reason, message: error.message } as const)
      : ({ kind: 'unclear', reason: 'InternalError', message: String(error) } as const);

  it('has to keep a copy unless the object says that nothing is kept', async () => {
    const seen: boolean[] = [];
    const waiting = await removing({ interpret }, watched(seen));
    expect(waiting.outcomes).toEqual(['store waiting BackingUp', 'root skipped Blocked']);
    expect(waiting.calls).toEqual([]);
    const gone = await removing({ interpret, keepsCopy: false }, watched(seen));
    expect(gone.calls).toEqual(['delete box-2', 'delete box-1']);
    expect(seen).toEqual([true, false]);
  });

  it('is confirmed right before it is made, and that of nothing else is', async () => {
    let asked = 0;
    const confirmLoss = () => {
      asked += 1;
      return Promise.reject(new Waiting('Deleting', 'the object has changed'));
    };
    const { outcomes, calls } = await removing({ interpret, confirmLoss });
    expect(outcomes).toEqual(['store waiting Deleting', 'root skipped Blocked']);
    expect([asked, calls]).toEqual([1, []]);
  });
});

describe('what a snapshot needs still', () => {
  it('is tagged and left with its object, also where the reason ends; wanted again, it is as ever', async () => {
    const reasons = ['snapshot s-1 is encrypted with it'];
    const kinds = kindsOf({}, { neededStill: () => Promise.resolve(reasons.pop()) });
    const loop = await standing(graphOf(ROOT, STORE), kinds);
    const outcomes = await loop.apply(graphOf(), loop.plan(graphOf(), { kinds, going: true }), { kinds });
    expect(loop.provider.calls).toEqual(['delete box-2', 'update box-1 tags.landfall.dev/retained']);
    expect(outcomes).toMatchObject([
      { result: 'done' },
      { result: 'done', retained: 'snapshot s-1 is encrypted with it' },
    ]);
    loop.provider.refresh();
    const left = loop.plan(graphOf(), { kinds, going: true });
    expect([left.actions, left.standing]).toMatchObject([[], [{ node: 'root', id: 'box-1' }]]);
    expect(told(loop.plan(graphOf(ROOT), { kinds }))).toEqual(['update root']);
  });

  it('is no reason to leave what was tagged while its object said Retain', async () => {
    const kinds = kindsOf({}, { neededStill: () => Promise.resolve(undefined) });
    const loop = await standing(graphOf(ROOT, STORE), kinds);
    await loop.apply(graphOf(), loop.retention('2026-11-28T12:00:00Z'), { kinds });
    loop.provider.refresh();
    loop.provider.calls.length = 0;
    await loop.apply(graphOf(), loop.plan(graphOf(), { kinds, going: true }), { kinds });
    expect(loop.provider.calls).toEqual(['delete box-2', 'delete box-1']);
  });
});
