import { describe, expect, it } from 'vitest';
import type { Adoption, Adoptions } from '../../../operator/graph/adoption.ts';
import { buildGraph, type GraphNode } from '../../../operator/graph/graph.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { ref } from '../../../operator/graph/ref.ts';
import {
  boxes,
  boxNode,
  fakeLoop,
  lidNode,
  OWNER,
  Refused,
  type Box,
  type FakeProvider,
} from './fake-provider.ts';

const graphOf = (...nodes: GraphNode[]) => buildGraph(OWNER, nodes);
const ROOT = boxNode('root', {}, { Name: 'one-root', team: 'ours' });
const LEAF = boxNode('leaf', { uses: [ref('root')] });
const LID = lidNode('lid', { boxId: ref('root'), lid: 'red' });
const NETWORK = graphOf(ROOT, LEAF, LID);

const theirs: Box = {
  id: 'box-7',
  shape: 'cube',
  size: 3,
  uses: [],
  lid: 'green',
  tags: { Name: 'old-root', cost: '7' },
};

/** A provider in which a box of nobody stands, and what the spec says of it. */
function standing(box: Box = theirs) {
  const loop = fakeLoop();
  loop.provider.boxes.set(box.id, box);
  const found = [{ collection: boxes, record: box }] as unknown as Adoption<FakeProvider>['found'];
  const adoptions: Adoptions<FakeProvider> = new Map([['root', { id: box.id, found }]]);
  return { ...loop, adoptions };
}
const verbs = (actions: readonly { verb: string; node: string }[]) =>
  actions.map(({ verb, node }) => `${verb} ${node}`);

describe('taking over', () => {
  it('plans the tags that are added and every other change, of its parts too', () => {
    const { plan, adoptions } = standing();
    const made = plan(NETWORK, { adoptions });
    expect(verbs(made.actions)).toEqual(['adopt root', 'create leaf', 'update lid']);
    expect(made.actions[0]).toMatchObject({
      id: 'box-7',
      changes: [
        { path: `tags.${TAG.installation}`, to: 'test' },
        { path: `tags.${TAG.owner}`, to: OWNER },
        { path: `tags.${TAG.node}`, to: 'root' },
        { path: 'tags.team', to: 'ours' },
        { path: `tags.${TAG.adopted}`, to: 'true' },
        { path: 'size', from: 3, to: 1 },
      ],
    });
    expect(made.actions[2]?.changes).toEqual([{ path: 'lid', from: 'green', to: 'red' }]);
    expect(made.standing, 'it is nobody’s so far').toEqual([]);
  });

  it('writes the tags first, then the other changes, and makes nothing in its place', async () => {
    const { pass, plan, provider, adoptions } = standing();
    const { outcomes } = await pass(NETWORK, { adoptions });
    expect(outcomes.map(({ result }) => result)).toEqual(['done', 'done', 'done']);
    expect(provider.calls.filter((call) => call.includes('box-7'))).toEqual([
      `update box-7 tags.${TAG.installation} tags.${TAG.owner} tags.${TAG.node} tags.team tags.${TAG.adopted}`,
      'update box-7 size',
      'lid box-7 red',
      'update box-1 size uses[box-7]',
    ]);
    expect(provider.boxes.get('box-7')?.tags).toMatchObject({ Name: 'old-root', cost: '7', team: 'ours' });
    expect(plan(NETWORK, { adoptions }).actions).toEqual([]);
    expect(plan(NETWORK).actions, 'with the entry taken out of the spec').toEqual([]);
  });

  it('goes on where it was torn apart', async () => {
    const { pass, plan, provider, adoptions } = standing();
    provider.fault = (call, when) => {
      if (call === 'update box-7 size' && when === 'before') throw new Refused('unclear', 'killed');
    };
    await pass(NETWORK, { adoptions });
    provider.fault = () => {};
    provider.refresh();
    expect(verbs(plan(NETWORK, { adoptions }).actions)).toEqual(['update root', 'create leaf', 'update lid']);
    await pass(NETWORK, { adoptions });
    expect(provider.boxes.size).toBe(2);
  });

  it('puts the mark back when only that is gone', async () => {
    const { pass, plan, provider, adoptions } = standing();
    await pass(NETWORK, { adoptions });
    const { [TAG.adopted]: _, ...tags } = provider.boxes.get('box-7')?.tags ?? {};
    provider.boxes.set('box-7', { ...theirs, size: 1, lid: 'red', tags });
    provider.refresh();
    expect(plan(NETWORK, { adoptions }).actions.map(({ changes }) => changes)).toEqual([
      [{ path: `tags.${TAG.adopted}`, to: 'true' }],
    ]);
  });

  it('takes the mark of retention away, and no tag of others', async () => {
    const { pass, plan, provider, adoptions } = standing();
    await pass(NETWORK, { adoptions });
    const kept = provider.boxes.get('box-7');
    if (!kept) throw new Error('no box');
    provider.boxes.set('box-7', { ...kept, tags: { ...kept.tags, [TAG.retained]: 'now', new: 'x' } });
    provider.refresh();
    expect(plan(NETWORK, { adoptions }).actions.map(({ changes }) => changes)).toEqual([
      [{ path: `tags.${TAG.retained}`, from: 'now' }],
    ]);
  });
});

describe('what is refused', () => {
  const message = (box: Box, more: Partial<Adoption<FakeProvider>> = {}) => {
    const { plan, adoptions } = standing(box);
    const entry = adoptions.get('root');
    if (!entry) throw new Error('no entry');
    const [action] = plan(NETWORK, { adoptions: new Map([['root', { ...entry, ...more }]]) }).actions;
    expect(action).toMatchObject({ verb: 'refuse', reason: 'AdoptionRefused', id: 'box-7' });
    return action && 'message' in action ? action.message : '';
  };

  it('a difference that only another thing could mend', () => {
    expect(message({ ...theirs, shape: 'ball' })).toMatch(
      /^Box box-7 cannot become root as it is: shape is ball and would have to be cube, which AWS cannot change, and nothing is made anew/,
    );
  });

  it('tags beyond what AWS allows', () => {
    const tags = Object.fromEntries(Array.from({ length: 46 }, (_, index) => [`key-${index}`, 'x']));
    expect(message({ ...theirs, tags: { ...tags, 'aws:not': 'counted' } })).toMatch(
      /has 46 tags and 6 would be added, but AWS allows 50/,
    );
  });

  it('what somebody else owns', () => {
    expect(message(theirs, { found: [], refusal: 'it is theirs' })).toBe('it is theirs');
  });
});

describe('what was taken over', () => {
  const adopted = async () => {
    const loop = standing();
    await loop.pass(graphOf(ROOT), loop);
    loop.provider.refresh();
    return loop;
  };

  it('is not deleted when the spec has it no more, unless the object says so', async () => {
    const { plan } = await adopted();
    expect(plan(graphOf()).actions).toMatchObject([
      { verb: 'refuse', node: 'root', id: 'box-7', reason: 'AdoptedNotInSpec' },
    ]);
    expect(verbs(plan(graphOf(), { deletesAdopted: true }).actions)).toEqual(['delete root']);
  });

  it('is not replaced either', async () => {
    const { plan } = await adopted();
    const round = graphOf(boxNode('root', { shape: 'ball' }));
    expect(plan(round).actions).toMatchObject([{ verb: 'refuse', id: 'box-7', reason: 'ReplacementNeeded' }]);
    expect(verbs(plan(round, { deletesAdopted: true }).actions)).toEqual(['create root', 'delete root']);
  });

  it('holds back what it uses from being deleted', async () => {
    const { plan, provider } = await adopted();
    const tags = { [TAG.installation]: 'test', [TAG.owner]: OWNER, [TAG.node]: 'below' };
    provider.boxes.set('box-9', { ...theirs, id: 'box-9', tags });
    const box = provider.boxes.get('box-7');
    if (box) provider.boxes.set('box-7', { ...box, uses: ['box-9'] });
    provider.refresh();
    const made = plan(graphOf());
    expect(verbs(made.actions)).toEqual(['delete below', 'refuse root']);
    expect(made.actions[0]).toMatchObject({ waitsFor: ['box-7'] });
  });
});
