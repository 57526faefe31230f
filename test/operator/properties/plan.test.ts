import * as fc from 'fast-check';
import { describe, expect } from 'vitest';
import { buildGraph, dependenciesOf, type Graph } from '../../../operator/graph/graph.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { describePlan, type Plan } from '../../../operator/graph/plan.ts';
import { compile } from '../compile/fixtures.ts';
import { planIn, retag, things } from './account.ts';
import { edits } from './edits.ts';
import { property, reportProperties } from './property.ts';
import { settled, type Records } from './settled.ts';
import { specs } from './specs.ts';

reportProperties();

const OWNER = 'SecureVpc/team/net';
const NOTHING = buildGraph(OWNER, []);

/** What the plan does with each node, in its order. */
const steps = (made: Plan) => made.actions.map(({ verb, node }) => `${verb} ${node}`);

/** The nodes of the second graph that are not in the first, or not the same, and those that the second lost. */
function changedNodes(before: Graph, after: Graph): Set<string> {
  const keys = new Set([...before.nodes.keys(), ...after.nodes.keys()]);
  const text = (graph: Graph, key: string) => JSON.stringify(graph.nodes.get(key));
  return new Set([...keys].filter((key) => text(before, key) !== text(after, key)));
}

/** With every node that refers to one that is replaced: it is told the new id. */
function withUsersOf(replaced: ReadonlySet<string>, graph: Graph): Set<string> {
  return new Set(
    [...graph.nodes.values()]
      .filter((node) => [...dependenciesOf(node)].some((key) => replaced.has(key)))
      .map(({ key }) => key),
  );
}

describe('a plan', () => {
  property('is empty where everything is as a spec wants it', 100, specs, async (spec) => {
    const graph = compile(spec);
    expect(describePlan(await planIn(settled(graph), graph)).actions).toEqual([]);
  });

  property('makes a network with no step before one that it needs', 100, specs, async (spec) => {
    const graph = compile(spec);
    const made = await planIn(settled(NOTHING), graph);
    const done = new Set<string>();
    for (const { node } of made.actions) {
      const wanted = graph.nodes.get(node);
      for (const needed of wanted ? dependenciesOf(wanted) : []) {
        const isPlanned = made.actions.some((action) => action.node === needed);
        expect(!isPlanned || done.has(needed), `${node} needs ${needed}`).toBe(true);
      }
      done.add(node);
    }
    const created = made.actions.filter(({ verb }) => verb === 'create').map(({ node }) => node);
    const wanted = [...graph.nodes.values()].filter(({ tags }) => TAG.node in tags).map(({ key }) => key);
    expect(created.sort()).toEqual(wanted.sort());
  });

  property(
    'of an edit acts on no node that the edit leaves as it was',
    200,
    edits,
    async ({ before, edit }) => {
      const [one, other] = [compile(before), compile(edit.after)];
      const made = await planIn(settled(one), other);
      const changed = changedNodes(one, other);
      const replaced = new Set(
        made.actions.flatMap((action) => (action.verb === 'create' && action.revision ? [action.node] : [])),
      );
      const allowed = new Set([...changed, ...withUsersOf(replaced, other)]);
      expect(
        steps(made).filter((step) => !allowed.has(step.split(' ')[1] ?? '')),
        edit.what,
      ).toEqual([]);
      for (const { node, changes } of edit.retags ? made.actions : []) {
        expect(
          changes.filter(({ path }) => !path.startsWith('tags.')),
          `${edit.what}: ${node}`,
        ).toEqual([]);
      }
    },
  );

  property(
    'of an edit deletes every thing that the edit takes away, at once',
    150,
    edits,
    async ({ before, edit }) => {
      const [one, other] = [compile(before), compile(edit.after)];
      const made = await planIn(settled(one), other);
      const deleted = made.actions.filter((action) => action.verb === 'delete' && !action.superseded);
      const gone = [...one.nodes.values()].filter(
        ({ key, tags }) => TAG.node in tags && !other.nodes.has(key),
      );
      expect(deleted.map(({ node }) => node).sort(), edit.what).toEqual(gone.map(({ key }) => key).sort());
    },
  );
});

/** What may have become of the tags of a thing. */
const FATES = {
  ours: (tags: Tags) => tags,
  'ours for a node that is no more': (tags: Tags) => ({ ...tags, [TAG.node]: 'subnet/former-z' }),
  "another installation's": (tags: Tags) => ({ ...tags, [TAG.installation]: 'other' }),
  "another object's": (tags: Tags) => ({ ...tags, [TAG.owner]: 'SecureVpc/team/net2' }),
  "another namespace's": (tags: Tags) => ({ ...tags, [TAG.owner]: 'SecureVpc/other/net' }),
  'without an installation': (tags: Tags) => without(tags, TAG.installation),
  'without an owner': (tags: Tags) => without(tags, TAG.owner),
  'without a node': (tags: Tags) => without(tags, TAG.node),
  'with an empty node': (tags: Tags) => ({ ...tags, [TAG.node]: '' }),
  "a person's": (tags: Tags) => ({ Name: tags['Name'] ?? 'x' }),
  untagged: () => ({}),
} satisfies Record<string, (tags: Tags) => Tags>;
type Tags = Readonly<Record<string, string>>;

function without(tags: Tags, key: string): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => name !== key));
}

const fate = fc.oneof(
  { weight: 2, arbitrary: fc.constant('ours' as const) },
  { weight: 3, arbitrary: fc.constantFrom(...(Object.keys(FATES) as (keyof typeof FATES)[])) },
);
/** A network that is made, what became of the tags of each thing in it, endpoints that are leaving, and another wish. */
const accounts = fc.record({
  spec: specs,
  fates: fc.array(fate, { minLength: 40, maxLength: 90 }),
  leaving: fc.array(fc.boolean(), { minLength: 3, maxLength: 7 }),
  wish: fc.option(specs, { nil: undefined }),
});

describe('in an account that is not ours alone', () => {
  property(
    'a plan deletes and changes only what carries installation, owner and node of ours',
    200,
    accounts,
    async ({ spec, fates, leaving, wish }) => {
      const records = settled(compile(spec));
      const isOurs = spoil(records, fates, leaving);
      const made = await planIn(records, wish ? compile(wish) : NOTHING);
      const foreign = [...isOurs].filter(([, ours]) => !ours).map(([id]) => id);
      const known = new Set(things(records).map(({ id, kind }) => `${kind.type} ${id}`));
      for (const action of made.actions) {
        if (action.id !== undefined && known.has(`${action.type} ${action.id}`))
          expect(isOurs.get(action.id), `${action.verb} ${action.type} ${action.id}`).toBe(true);
        if (action.verb !== 'update') continue;
        const named = JSON.stringify(action.inputs);
        expect(
          foreign.filter((id) => named.includes(`"${id}"`)),
          `${action.verb} ${action.node}`,
        ).toEqual([]);
      }
      for (const { id } of made.standing) expect(isOurs.get(id), `standing ${id}`).toBe(true);
    },
  );

  property(
    'deletes go after all that uses a thing and after the kinds named first',
    150,
    accounts,
    async (at) => {
      const records = settled(compile(at.spec));
      spoil(records, at.fates, at.leaving);
      const held = new Map(things(records).map((one) => [one.id, one]));
      const made = await planIn(records, at.wish ? compile(at.wish) : NOTHING);
      const leavers = made.actions.filter(
        ({ verb, id }) => id !== undefined && (verb === 'delete' || verb === 'wait'),
      );
      const gone = new Set<string>();
      for (const action of leavers) {
        const { id = '' } = action;
        const first = leavers.filter((other) => {
          const using = held.get(other.id ?? '');
          const kind = held.get(id)?.kind;
          const uses = using?.kind.needs(using.record).includes(id) === true;
          return other.id !== id && (uses || kind?.after.includes(other.type) === true);
        });
        for (const other of first) expect(gone.has(other.id ?? ''), `${other.id} before ${id}`).toBe(true);
        if (action.verb === 'delete')
          expect([...action.waitsFor].sort()).toEqual(first.map(({ id: other = '' }) => other).sort());
        gone.add(id);
      }
    },
  );
});

/** Gives each thing its fate. Returns whether it is ours, by id. */
function spoil(
  records: Records,
  fates: readonly (keyof typeof FATES)[],
  leaving: readonly boolean[],
): Map<string, boolean> {
  const isOurs = new Map<string, boolean>();
  for (const [index, { id, kind, record }] of things(records).entries()) {
    const chosen = fates[index % fates.length] ?? 'ours';
    retag(record, FATES[chosen](kind.collection.tags(record)));
    isOurs.set(id, chosen.startsWith('ours'));
    if (kind.type === 'VpcEndpoint' && leaving[index % leaving.length])
      Object.assign(record, { State: 'deleting' });
  }
  return isOurs;
}
