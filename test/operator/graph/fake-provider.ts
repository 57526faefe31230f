import { AWS } from '../../../operator/graph/place.ts';
import type { ApplyInput, Outcome, Verdict } from '../../../operator/graph/outcome.ts';
import { apply } from '../../../operator/graph/apply.ts';
import { exportsIn } from '../../../operator/graph/exports.ts';
import type { Graph, GraphNode } from '../../../operator/graph/graph.ts';
import {
  kindRegistry,
  READY,
  type AnyKind,
  type Change,
  type Collection,
  type Kinds,
  type NodeKind,
  type World,
  type Wrote,
} from '../../../operator/graph/kind.ts';
import { TAG } from '../../../operator/graph/ownership.ts';
import { NO_MEMORY, plan, type Plan, type PlanInput } from '../../../operator/graph/plan.ts';
import { planRetention } from '../../../operator/graph/retention.ts';
import { tagWrites } from '../../../operator/graph/tags.ts';

/** A thing of the fake provider. `shape` is fixed, `size`, `uses` and `lid` can be changed. */
export interface Box {
  readonly id: string;
  readonly shape: string;
  readonly size: number;
  readonly uses: readonly string[];
  readonly lid: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly leaving?: true;
}

export interface BoxInputs {
  readonly shape: string;
  readonly size: number;
  /** Ids of other boxes; a box in use cannot be deleted. */
  readonly uses: readonly string[];
}

export interface LidInputs {
  readonly boxId: string;
  readonly lid: string;
}

/** What the fake provider answers instead of doing what it is asked. */
export class Refused extends Error {
  readonly kind: Verdict['kind'];
  constructor(kind: Verdict['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * A provider in memory, with an inventory that shows what was listed last and our own writes over it. `calls`
 * names every write; `fault` may throw before or after a write takes effect.
 */
export class FakeProvider {
  readonly boxes = new Map<string, Box>();
  readonly calls: string[] = [];
  readonly listed = new Map<string, Box>();
  fault: (call: string, when: 'before' | 'after') => void = () => {};
  /** Deletes that leave a thing "leaving" until {@link settle}. */
  slowDeletes = false;
  private next = 1;

  id(): string {
    return `box-${this.next++}`;
  }

  act(call: string, effect: () => void): void {
    this.fault(call, 'before');
    this.calls.push(call);
    effect();
    this.fault(call, 'after');
  }

  /** Lists everything again, as a refresh of the inventory does. */
  refresh(): void {
    this.listed.clear();
    for (const [id, box] of this.boxes) this.listed.set(id, box);
  }

  /** Everything that is leaving is gone, and listed so. */
  settle(): void {
    for (const box of this.boxes.values()) if (box.leaving) this.boxes.delete(box.id);
    this.refresh();
  }
}

export const boxes: Collection<Box, FakeProvider> = {
  name: 'fake/boxes',
  lane: 'fast',
  scope: 'region',
  iam: [],
  async *list(provider) {
    yield [...provider.boxes.values()];
  },
  get: async (provider, ids) => ids.flatMap((id) => provider.boxes.get(id) ?? []),
  id: (box) => box.id,
  tags: (box) => box.tags,
};

export const boxKind: NodeKind<BoxInputs, Box, FakeProvider> = {
  type: 'Box',
  collection: boxes,
  idempotency: 'none',
  iam: [],
  after: [],
  diff(inputs, box) {
    if (!box) return [];
    const changes: Change[] = [];
    if (box.shape !== inputs.shape)
      changes.push({ path: 'shape', from: box.shape, to: inputs.shape, replace: true });
    if (box.size !== inputs.size) changes.push({ path: 'size', from: box.size, to: inputs.size });
    changes.push(
      ...inputs.uses
        .filter((id) => !box.uses.includes(id))
        .map((to): Change => ({ path: `uses[${to}]`, to })),
      ...box.uses
        .filter((id) => !inputs.uses.includes(id))
        .map((from): Change => ({ path: `uses[${from}]`, from })),
    );
    return changes;
  },
  state: (box) =>
    box.leaving ? { phase: 'deleting', reason: 'WaitingForAws', message: `${box.id} is leaving` } : READY,
  outputs: (box) => ({ id: box.id }),
  gone: () => false,
  needs: (box) => [...box.uses],

  // Size and users are left to update, as creates of real kinds leave every mutable setting to it.
  async create({ session, tags }, { shape }) {
    const box: Box = { id: session.id(), shape, size: 0, uses: [], lid: 'none', tags };
    session.act(`create ${tags[TAG.node]}`, () => session.boxes.set(box.id, box));
    return box;
  },
  async conflicting(session, { shape }) {
    return [...session.boxes.values()].find((box) => box.shape === shape);
  },
  async update({ session, wrote }, inputs, { id }, changes) {
    const { set, unset } = tagWrites(changes);
    const added = changes.flatMap(({ path, to }) =>
      path.startsWith('uses[') && typeof to === 'string' ? [to] : [],
    );
    const removed = new Set(changes.filter(({ to }) => to === undefined).map(({ path }) => path));
    const missing = added.find((used) => !session.boxes.has(used));
    if (missing !== undefined) throw new Refused('stalled', `there is no box ${missing}`);
    const patch = (box: Box | undefined): Box | undefined =>
      box && {
        ...box,
        ...(changes.some(({ path }) => path === 'size') && { size: inputs.size }),
        uses: [...box.uses.filter((used) => !removed.has(`uses[${used}]`)), ...added],
        tags: {
          ...Object.fromEntries(Object.entries(box.tags).filter(([key]) => !unset.includes(key))),
          ...set,
        },
      };
    session.act(`update ${id} ${changes.map(({ path }) => path).join(' ')}`, () =>
      store(session, patch(session.boxes.get(id))),
    );
    wrote(boxes, id, patch);
  },
  async delete({ session }, { id }) {
    const users = [...session.boxes.values()].filter((box) => box.uses.includes(id));
    if (users.length > 0) throw new Refused('inUse', `${id} is in use`);
    session.act(`delete ${id}`, () => {
      const box = session.boxes.get(id);
      if (session.slowDeletes && box) session.boxes.set(id, { ...box, leaving: true });
      else session.boxes.delete(id);
    });
    return session.boxes.get(id);
  },
  blockers: async (session, { id }) =>
    [...session.boxes.values()].filter((box) => box.uses.includes(id)).map((box) => box.id),
};

export const lidKind: NodeKind<LidInputs, Box, FakeProvider> = {
  type: 'Lid',
  collection: boxes,
  idempotency: 'natural',
  iam: [],
  after: [],
  find: (view, { boxId }) => view.get(boxId),
  diff: ({ lid }, box) => {
    const from = box?.lid ?? 'none';
    return from === lid ? [] : [{ path: 'lid', from, to: lid }];
  },
  state: () => READY,
  outputs: (box) => ({ id: box.id }),
  gone: () => false,
  needs: () => [],
  async update({ session, wrote }, { boxId, lid }) {
    const patch = (box: Box | undefined) => box && { ...box, lid };
    session.act(`lid ${boxId} ${lid}`, () => store(session, patch(session.boxes.get(boxId))));
    wrote(boxes, boxId, patch);
  },
};

function store(provider: FakeProvider, box: Box | undefined): void {
  if (box) provider.boxes.set(box.id, box);
}

const fakeKinds: Kinds<FakeProvider> = kindRegistry<FakeProvider>([boxKind, lidKind].map(erased));

/** A registry holds kinds whose inputs and records only they know. */
export function erased(kind: unknown): AnyKind<FakeProvider> {
  return kind as AnyKind<FakeProvider>;
}

const interpret = (error: unknown): Verdict => {
  if (error instanceof Refused) return { kind: error.kind, reason: 'Refused', message: error.message };
  return { kind: 'unclear', reason: 'InternalError', message: String(error) };
};

/** Plans and applies one graph after the other against one provider. */
export function fakeLoop(provider = new FakeProvider()) {
  const world: World<FakeProvider> = {
    // There is one collection, so every view is of boxes.
    view: <R>() => ({
      get: (id: string) => provider.listed.get(id) as R | undefined,
      all: () => [...provider.listed.values()] as unknown as R[],
      ownedBy: (owner: string) =>
        [...provider.listed.values()].filter((box) => box.tags[TAG.owner] === owner) as unknown as R[],
    }),
  };
  const wrote: Wrote<FakeProvider> = (_collection, id, patch) => {
    const now = (patch as unknown as (box: Box | undefined) => Box | undefined)(provider.listed.get(id));
    if (now) provider.listed.set(id, now);
    else provider.listed.delete(id);
  };
  const planOf = (graph: Graph, more: Partial<PlanInput<FakeProvider>> = {}): Plan =>
    plan({
      graph,
      kinds: fakeKinds,
      place: AWS,
      world,
      memory: NO_MEMORY,
      survivors: new Map(),
      ignoredTagKeys: [],
      mayRepeat: () => false,
      ...more,
    });
  const applyOf = (
    graph: Graph,
    made: Plan,
    more: Partial<ApplyInput<FakeProvider>> = {},
  ): Promise<Outcome[]> =>
    apply({
      plan: made,
      graph,
      kinds: fakeKinds,
      place: AWS,
      world,
      session: provider,
      uid: 'uid-1',
      concurrency: 4,
      time: '2026-01-01T00:00:00Z',
      wrote,
      interpret,
      onOutcome: () => {},
      stopping: () => false,
      ...more,
    });
  return {
    provider,
    plan: planOf,
    apply: applyOf,
    /** What stands of an owner, for others to refer to. */
    exportsOf: (owner: string) => exportsIn(owner, fakeKinds, world),
    /** What leaving everything of {@link OWNER} behind takes. */
    retention: (time: string): Plan => planRetention({ owner: OWNER, kinds: fakeKinds, world, time }),
    /** One pass: plan and apply; answers with the plan made and what came of it. */
    pass: async (graph: Graph, more: Partial<PlanInput<FakeProvider>> = {}) => {
      const made = planOf(graph, more);
      const { adoptions = new Map() } = more;
      return { made, outcomes: await applyOf(graph, made, { adoptions }) };
    },
  };
}

export const OWNER = 'Boxes/team/one';

/** A box as a node. */
export function boxNode(
  key: string,
  inputs: Partial<BoxInputs> = {},
  tags: Record<string, string> = {},
): GraphNode {
  return {
    key,
    type: 'Box',
    inputs: { shape: 'cube', size: 1, uses: [], ...inputs },
    tags: { [TAG.installation]: 'test', [TAG.owner]: OWNER, [TAG.node]: key, ...tags },
    dependsOn: [],
  };
}

/** A lid as a node. */
export function lidNode(key: string, inputs: LidInputs): GraphNode {
  return { key, type: 'Lid', inputs, tags: {}, dependsOn: [] };
}
