import { refuseUnwanted, worldWith, type Adoptions } from './adoption.ts';
import { planDeletes } from './deletion.ts';
import { NO_EXPORTS, type ExportsOf } from './exports.ts';
import { dependenciesOf, statedInputs, topologicalWaves, type Graph, type GraphNode } from './graph.ts';
import { kindOf, type AnyKind, type Change, type Kinds, type State, type World } from './kind.ts';
import { isAdopted, shortHash, TAG } from './ownership.ts';
import { ownedRecords, recordKey, type Owned } from './owned.ts';
import type { Place } from './place.ts';
import { printable, resolve } from './ref.ts';
import { isLeft, withLeft } from './retention.ts';
import { muted, planFacet, planThing } from './step.ts';
import { isKeptStore, neededBy, refuseLoss, refuseTwin } from './stores.ts';

/** A create that was about to be made when it was written down; the call may or may not have reached AWS. */
export interface Intent {
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** What the resource's status remembers of earlier passes. AWS decides; this only protects against what AWS does not show yet. */
export interface Memory {
  readonly intents: ReadonlyMap<string, Intent>;
  /** Ids by node, as last written to status. */
  readonly ids: ReadonlyMap<string, string>;
  /** The copies that stores were made of, by node; where one was made empty it is not here. */
  readonly copies: ReadonlyMap<string, string>;
}

export const NO_MEMORY: Memory = { intents: new Map(), ids: new Map(), copies: new Map() };

/** A thing that status remembers, that exists, and that no longer carries our tags: never ours to replace or to touch. */
export interface Survivor {
  readonly id: string;
}

interface ActionBase {
  /** The node's key; for something that was removed from the spec, the key in its tag. */
  readonly node: string;
  readonly type: string;
  readonly id?: string;
  readonly changes: readonly Change[];
  /** Hash of all that the node is to be, references as written; absent where the spec has no such node. */
  readonly wants?: string;
}

/** One step of a plan. `inputs` may still hold references to what earlier steps make. */
export type Action =
  | (ActionBase & {
      readonly verb: 'create';
      readonly inputs: object;
      /** The id that status remembers for this node: what is made now comes after it, so its client token differs. */
      readonly former?: string;
      /** Set for a replacement: a hash of its inputs. */
      readonly revision?: string;
      /** A store that was there is gone, and what is made in its place is empty: a person said so. */
      readonly remade?: true;
    })
  | (ActionBase & { readonly verb: 'update'; readonly inputs: object })
  /** A thing that exists and is not ours yet gets our tags, and then the other changes. */
  | (ActionBase & { readonly verb: 'adopt'; readonly id: string; readonly inputs: object })
  | (ActionBase & {
      readonly verb: 'delete';
      readonly id: string;
      readonly record: object;
      readonly waitsFor: readonly string[];
      readonly superseded: boolean;
    })
  | (ActionBase & { readonly verb: 'wait' | 'refuse'; readonly reason: string; readonly message: string });

/** A node and where it stands, for `status.resources`. */
export interface Standing {
  readonly node: string;
  readonly type: string;
  readonly id: string;
  readonly state: State;
  readonly outputs: Readonly<Record<string, string>>;
}

/** What has to be done to make the provider match a graph, in order, and what is there already. */
export interface Plan {
  readonly owner: string;
  readonly actions: readonly Action[];
  readonly standing: readonly Standing[];
  /** Facets, each as far as it is: they are no things, but what they are part of may not serve yet. */
  readonly facets: readonly Standing[];
}

export interface PlanInput<S> {
  readonly graph: Graph;
  readonly kinds: Kinds<S>;
  readonly place: Place;
  readonly world: World<S>;
  readonly memory: Memory;
  readonly survivors: ReadonlyMap<string, Survivor>;
  /** What the spec names to be taken over, by node; default nothing. */
  readonly adoptions?: Adoptions<S>;
  /** Whether what was taken over may be deleted as what was made: only where the object says so. */
  readonly deletesAdopted?: boolean;
  /** The object is to go, and with it what is nowhere else; default false. */
  readonly going?: boolean;
  /** Whether stores that are gone are made anew, and empty; default false: it takes a person. */
  readonly remakes?: boolean;
  /** What stands of other resources that the graph refers to; default nothing. */
  readonly exportsOf?: ExportsOf;
  /** Keys of tags that others may set on our things; may end in `*`. */
  readonly ignoredTagKeys: readonly string[];
  /** Whether a create whose answer was never seen may be made again by now. */
  mayRepeat(intent: Intent, kind: AnyKind<S>): boolean;
}

/** Compares a graph with the inventory. Pure: the same inputs give the same plan, here, in a pull request and in a log. */
export function plan<S>(given: PlanInput<S>): Plan {
  const { adoptions = new Map(), exportsOf = NO_EXPORTS } = given;
  const input = { ...given, adoptions, world: worldWith(given.world, adoptions) };
  const { graph, kinds, world } = input;
  const owned = ownedRecords(graph.owner, kinds, world);
  const used = new Set(owned.flatMap(({ kind, record }) => kind.needs(record)));
  const actions: Action[] = [];
  const standing: Standing[] = [];
  const facets: Standing[] = [];
  const outputs = new Map<string, Readonly<Record<string, string>>>();
  const kept = new Set<string>();
  const superseded = new Set<string>();
  const twins = new Set<string>();
  const coming = new Set<string>();
  const lost = new Set<string>();
  const surplus: Action[] = [];
  const refusedStores = new Set<object>();

  for (const node of topologicalWaves(graph).flat()) {
    const kind = kindOf(kinds, node.type);
    const inputs = resolve(node.inputs, ({ owner, node: key, output }) => {
      const known = owner === undefined ? outputs : exportsOf(owner);
      return known.get(key)?.[output];
    });
    const found = kind.create
      ? planThing({ input, node, kind, inputs, owned, used, coming })
      : planFacet({ input, node, kind, inputs });
    const isBuiltOnLost = [...dependenciesOf(node)].some((key) => lost.has(key));
    const step = isBuiltOnLost ? muted(found) : found;
    if (isBuiltOnLost || isRefused(step.action, 'StoreLost')) lost.add(node.key);
    if (step.record && isRefused(step.action, 'ReplacementNotAllowed')) refusedStores.add(step.record);
    for (const record of step.surplus ?? []) {
      refusedStores.add(record);
      kept.add(recordKey(kind, kind.collection.id(record)));
      surplus.push(
        refuseTwin({ kind, record }, node.key, step.record ? kind.collection.id(step.record) : ''),
      );
    }
    if (step.record) {
      const id = kind.collection.id(step.record);
      const known = kind.outputs(step.record);
      if (!step.replaced) outputs.set(node.key, known);
      // A facet is found where it is now, which may be in a thing that goes: a subnet's association in its former table.
      if (kind.create) kept.add(recordKey(kind, id));
      const state = kind.state(step.record);
      const one = { node: node.key, type: kind.type, id, state, outputs: known };
      if (!kind.create) facets.push(one);
      else if (!step.foreign) standing.push(one);
    }
    for (const id of step.history ?? []) kept.add(recordKey(kind, id));
    for (const id of step.superseded) superseded.add(recordKey(kind, id));
    for (const id of step.twins ?? []) twins.add(recordKey(kind, id));
    if (step.action?.verb === 'create' && isNew(kind, step.action)) coming.add(node.key);
    if (step.action) actions.push({ ...step.action, wants: wantsOf(node) });
  }

  const timely = actions.flatMap((action) =>
    timelyOf(action, graph.nodes.get(action.node)?.lateAwaits ?? [], { actions, standing }),
  );
  const unplanned = owned.filter(({ kind, record }) => {
    const key = recordKey(kind, kind.collection.id(record));
    return superseded.has(key) || !kept.has(key);
  });
  const left = unplanned.filter(isLeft);
  const unneeded = unplanned.filter((entry) => !left.includes(entry));
  const unwantedStores = given.going === true ? [] : unneeded.filter(isKeptStore);
  const staying = [...unwantedStores, ...owned.filter(({ record }) => refusedStores.has(record))];
  const needed = neededBy(staying, owned);
  const doomed = unneeded.filter(
    (entry) =>
      !unwantedStores.includes(entry) &&
      !needed.has(recordKey(entry.kind, entry.kind.collection.id(entry.record))),
  );
  // What leaves although its node is wanted is waited for already; what it uses cannot go before it.
  const leaving = owned.filter(
    (entry) => !doomed.includes(entry) && entry.kind.state(entry.record).phase === 'deleting',
  );
  const isKept = ({ kind, record }: Owned<S>) =>
    given.deletesAdopted !== true &&
    isAdopted(kind.collection.tags(record)) &&
    !superseded.has(recordKey(kind, kind.collection.id(record)));
  const deletes = planDeletes(
    doomed.filter((entry) => !isKept(entry)),
    [...leaving, ...doomed.filter(isKept)],
    new Set([...superseded].filter((key) => !twins.has(key))),
    given.place,
  );
  return {
    owner: graph.owner,
    actions: [
      ...timely,
      ...surplus,
      ...deletes,
      ...doomed.filter(isKept).map(refuseUnwanted),
      ...unwantedStores.map(refuseLoss),
    ],
    standing: withLeft(standing, left),
    facets,
  };
}

function isRefused(action: Action | undefined, reason: string): boolean {
  return action?.verb === 'refuse' && action.reason === reason;
}

/** An action without its late changes, where what they await is on its way and needs nothing of this plan: there is nothing to do yet. */
function timelyOf(
  action: Action,
  awaited: readonly string[],
  { actions, standing }: Pick<Plan, 'actions' | 'standing'>,
): Action[] {
  const comes = awaited.every(
    (key) =>
      standing.some(({ node, state }) => node === key && state.phase === 'ready') ||
      actions.some(({ node }) => node === key),
  );
  if (comes || action.verb !== 'update') return [action];
  const changes = action.changes.filter(({ late }) => late !== true);
  return changes.length === 0 ? [] : [{ ...action, changes }];
}

/** Whether a create gives an id that nothing has had before: one by name may find the former thing, unless it replaces that. */
function isNew<S>(kind: AnyKind<S>, { revision }: { readonly revision?: string }): boolean {
  return kind.idempotency !== 'name' || revision !== undefined;
}

/** Without the uid, which only a cluster knows. */
function wantsOf(node: GraphNode): string {
  const { [TAG.uid]: _, ...known } = node.tags;
  return shortHash(JSON.stringify([statedInputs(node), known]), 12);
}

/** A plan as plain data: for `--json`, for the log line before acting, and for its hash. References read `${node.id}`. */
export function describePlan(made: Plan): { owner: string; actions: object[] } {
  const actions = made.actions.map((action) => {
    const { verb, node, type, id, changes } = action;
    const reason = 'reason' in action ? { reason: action.reason, message: action.message } : {};
    const replaces = action.verb === 'create' && action.revision !== undefined ? { replaces: true } : {};
    return printable({ verb, node, type, ...(id !== undefined && { id }), ...replaces, ...reason, changes });
  });
  return { owner: made.owner, actions };
}
