import { adoptionOf, wantedTags, worldWith, type Adoptions } from './adoption.ts';
import { askedFor } from './approval.ts';
import { compareTags } from './tags.ts';
import { orderDeletes, type Doomed } from './deletion.ts';
import { topologicalWaves, type Graph, type GraphNode } from './graph.ts';
import { kindOf, textOf, type AnyKind, type Change, type Kinds, type State, type World } from './kind.ts';
import { isAdopted, ownerTag, shortHash, TAG } from './ownership.ts';
import { printable, referencesIn, resolve } from './ref.ts';

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
}

export const NO_MEMORY: Memory = { intents: new Map(), ids: new Map() };

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
}

export interface PlanInput<S> {
  readonly graph: Graph;
  readonly kinds: Kinds<S>;
  readonly world: World<S>;
  readonly memory: Memory;
  readonly survivors: ReadonlyMap<string, Survivor>;
  /** What the spec names to be taken over, by node; default nothing. */
  readonly adoptions?: Adoptions<S>;
  /** Whether what was taken over may be deleted as what was made: only where the object says so. */
  readonly deletesAdopted?: boolean;
  /** Keys of tags that others may set on our things; may end in `*`. */
  readonly ignoredTagKeys: readonly string[];
  /** Whether a create whose answer was never seen may be made again by now. */
  mayRepeat(intent: Intent, kind: AnyKind<S>): boolean;
}

/** Compares a graph with the inventory. Pure: the same inputs give the same plan, here, in a pull request and in a log. */
export function plan<S>(given: PlanInput<S>): Plan {
  const { adoptions = new Map() } = given;
  const input = { ...given, adoptions, world: worldWith(given.world, adoptions) };
  const { graph, kinds, world } = input;
  const owned = ownedRecords(graph.owner, kinds, world);
  const used = new Set(owned.flatMap(({ kind, record }) => kind.needs(record)));
  const actions: Action[] = [];
  const standing: Standing[] = [];
  const outputs = new Map<string, Readonly<Record<string, string>>>();
  const kept = new Set<string>();
  const superseded = new Set<string>();
  const twins = new Set<string>();
  const coming = new Set<string>();

  for (const node of topologicalWaves(graph).flat()) {
    const kind = kindOf(kinds, node.type);
    const inputs = resolve(node.inputs, ({ node: key, output }) => outputs.get(key)?.[output]);
    const step = kind.create
      ? planThing({ input, node, kind, inputs, owned, used, coming })
      : planFacet({ input, node, kind, inputs });
    if (step.record) {
      const id = kind.collection.id(step.record);
      const known = kind.outputs(step.record);
      if (!step.replaced) outputs.set(node.key, known);
      // A facet is found where it is now, which may be in a thing that goes: a subnet's association in its former table.
      if (kind.create) kept.add(recordKey(kind, id));
      if (kind.create && !step.foreign)
        standing.push({
          node: node.key,
          type: kind.type,
          id,
          state: kind.state(step.record),
          outputs: known,
        });
    }
    for (const id of step.superseded) superseded.add(recordKey(kind, id));
    for (const id of step.twins ?? []) twins.add(recordKey(kind, id));
    if (step.action?.verb === 'create' && kind.idempotency !== 'name') coming.add(node.key);
    if (step.action) actions.push({ ...step.action, wants: wantsOf(node) });
  }

  const doomed = owned.filter(({ kind, record }) => {
    const key = recordKey(kind, kind.collection.id(record));
    return superseded.has(key) || !kept.has(key);
  });
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
  );
  return {
    owner: graph.owner,
    actions: [...actions, ...deletes, ...doomed.filter(isKept).map(unwanted)],
    standing,
  };
}

/** What was taken over and is in the spec no more is another's to decide about, who may have lived on it before. */
function unwanted<S>({ kind, record }: Owned<S>): Action {
  const id = kind.collection.id(record);
  const node = kind.collection.tags(record)[TAG.node] ?? id;
  const message = `${kind.type} ${id} was taken over and not made, so it is not deleted although the spec has no ${node} any more; set spec.deletionPolicy to Delete to have it deleted, or take its tags ${TAG.installation}, ${TAG.owner} and ${TAG.node} away to let go of it`;
  return { verb: 'refuse', node, type: kind.type, id, changes: [], reason: 'AdoptedNotInSpec', message };
}

interface Step {
  readonly action?: Action;
  readonly record?: object;
  /** A replacement is planned: the outputs that others see are still to come. */
  readonly replaced?: boolean;
  /** It is not ours yet: others may refer to it, and nobody may take it for something that was made. */
  readonly foreign?: boolean;
  /** Things of the node whose place another takes or has taken: they go when everything else is done. */
  readonly superseded: readonly string[];
  /** Those of them that no replacement left behind: copies, which may stand in the way, and so go as soon as they can. */
  readonly twins?: readonly string[];
}

/** A thing that carries an owner's tags, with its kind. */
export interface Owned<S> {
  readonly kind: AnyKind<S>;
  readonly record: object;
}

function planFacet<S>(at: { input: PlanInput<S>; node: GraphNode; kind: AnyKind<S>; inputs: object }): Step {
  const { input, node, kind, inputs } = at;
  const record = kind.find?.(input.world.view(kind.collection), inputs);
  const changes = kind.diff(inputs, record);
  if (changes.length === 0) return { ...(record && { record }), superseded: [] };
  const id = record && kind.collection.id(record);
  return {
    ...(record && { record }),
    superseded: [],
    action: {
      verb: 'update',
      node: node.key,
      type: kind.type,
      ...(id !== undefined && { id }),
      changes,
      inputs,
    },
  };
}

function planThing<S>(at: {
  input: PlanInput<S>;
  node: GraphNode;
  kind: AnyKind<S>;
  inputs: object;
  owned: readonly Owned<S>[];
  used: ReadonlySet<string>;
  /** Nodes that are to be made, under ids that nothing has had before. */
  coming: ReadonlySet<string>;
}): Step {
  const { input, node, kind, inputs, owned, used, coming } = at;
  const candidates = owned
    .filter(
      (candidate) => candidate.kind === kind && kind.collection.tags(candidate.record)[TAG.node] === node.key,
    )
    .map(({ record }) => record);
  const live = candidates.filter((record) => kind.state(record).phase !== 'deleting');
  const present = new Set(owned.map((one) => one.kind.collection.id(one.record)));
  const ranked = new Map(
    live.map((record) => [record, rank(kind, { record, inputs, used, present, memory: input.memory })]),
  );
  const [chosen, ...others] = live.sort(
    (a, b) => compareRanks(ranked.get(b) ?? [], ranked.get(a) ?? []) || compareIds(kind, a, b),
  );
  const adoption = input.adoptions?.get(node.key);
  const adopting = { node, kind, inputs, ignoredTagKeys: input.ignoredTagKeys };
  if (!chosen) {
    const record = adoption?.found[0]?.record;
    if (!adoption || candidates.length > 0) return planMissing(at, candidates[0]);
    const action = adoptionOf({ ...adopting, adoption });
    return { ...(record && { record }), foreign: true, superseded: [], action };
  }
  if (adoption?.refusal !== undefined)
    return { record: chosen, superseded: [], action: adoptionOf({ ...adopting, adoption }) };

  const id = kind.collection.id(chosen);
  const changes = [
    // What it refers to may come back under the same name: whether it has to be replaced is known only then.
    ...kind
      .diff(inputs, chosen)
      .filter(({ replace, to }) => !replace || referencesIn(to).every((of) => coming.has(of.node))),
    ...compareTags(wantedTags(node, adoption, id), kind.collection.tags(chosen), input.ignoredTagKeys),
  ];
  const revision = (record: object) => kind.collection.tags(record)[TAG.revision];
  const isTwin = (record: object) => revision(record) === revision(chosen);
  const superseded = others.map((record) => kind.collection.id(record));
  const twins = others.filter(isTwin).map((record) => kind.collection.id(record));
  if (changes.length === 0) return { record: chosen, superseded, twins };
  const fixed = changes.find((change) => change.replace);
  if (fixed && input.deletesAdopted !== true && isAdopted(kind.collection.tags(chosen))) {
    const message = `${kind.type} ${id} was taken over and not made, so no other one takes its place: ${fixed.path} cannot change from ${textOf(fixed.from)} to ${textOf(printable(fixed.to))}; take the change back, or set spec.deletionPolicy to Delete to have it replaced`;
    const base = { node: node.key, type: kind.type, id, changes };
    return {
      record: chosen,
      superseded,
      twins,
      action: { ...base, verb: 'refuse', reason: 'ReplacementNeeded', message },
    };
  }
  if (fixed) {
    const open = openIntent(input, node, kind);
    // Until it is known what became of it, the former one stays as it is: others go on using it.
    if (open) return { record: chosen, replaced: true, superseded, twins, action: { ...open, id } };
    const action: Action = {
      verb: 'create',
      node: node.key,
      type: kind.type,
      changes,
      inputs,
      ...formerOf(input.memory, node.key),
      // Of the inputs as compiled, references and all: a retry that knows more ids has to hash the same.
      revision: shortHash(JSON.stringify(node.inputs)),
    };
    return { record: chosen, replaced: true, superseded: [...superseded, id], twins, action };
  }
  return {
    record: chosen,
    superseded,
    twins,
    action: { verb: 'update', node: node.key, type: kind.type, id, changes, inputs },
  };
}

/** Nothing usable is there: make it, unless it is still going away, was never answered for, or has lost its tags. */
function planMissing<S>(
  at: { input: PlanInput<S>; node: GraphNode; kind: AnyKind<S>; inputs: object },
  leaving: object | undefined,
): Step {
  const { input, node, kind, inputs } = at;
  const base = { node: node.key, type: kind.type, changes: [] };
  if (leaving) {
    const id = kind.collection.id(leaving);
    const message = `the former ${kind.type} ${id} is still being deleted; a new one follows when it is gone`;
    return {
      record: leaving,
      replaced: true,
      superseded: [],
      action: { ...base, verb: 'wait', id, reason: 'WaitingForAws', message },
    };
  }
  const survivor = input.survivors.get(node.key);
  if (survivor) {
    const message = `${kind.type} ${survivor.id} exists but has lost the tags ${TAG.installation}, ${TAG.owner} or ${TAG.node}; put them back, or delete it, and Landfall goes on`;
    return {
      superseded: [],
      action: { ...base, verb: 'refuse', id: survivor.id, reason: 'OwnershipTagsMissing', message },
    };
  }
  const open = openIntent(input, node, kind);
  if (open) return { superseded: [], action: open };
  const changes = describeInputs(inputs);
  return {
    superseded: [],
    action: { ...base, verb: 'create', changes, inputs, ...formerOf(input.memory, node.key) },
  };
}

/** The wait for a create of which nobody knows whether it reached the provider, as long as it must not be repeated. */
function openIntent<S>(
  input: PlanInput<S>,
  node: GraphNode,
  kind: AnyKind<S>,
): (Action & { verb: 'wait' | 'refuse' }) | undefined {
  const intent = input.memory.intents.get(node.key);
  if (!intent || kind.idempotency !== 'none' || input.mayRepeat(intent, kind)) return undefined;
  return {
    verb: 'wait',
    node: node.key,
    type: kind.type,
    changes: [],
    reason: 'WaitingForIntent',
    message: `a ${kind.type} may have been made just before a crash or a lost answer; looking for it before making another; nothing needs doing`,
  };
}

function formerOf(memory: Memory, node: string): { former?: string } {
  const former = memory.ids.get(node);
  return former === undefined ? {} : { former };
}

interface Candidate {
  readonly record: object;
  readonly inputs: object;
  /** Ids that things of the owner use. */
  readonly used: ReadonlySet<string>;
  /** Ids of all things of the owner. */
  readonly present: ReadonlySet<string>;
  readonly memory: Memory;
}

/**
 * Of several live things of one node: no replacement needed, then what others use, then what has its place among the
 * others (a VPC takes one internet gateway, a table one endpoint of a service), then what status remembers.
 */
function rank<S>(kind: AnyKind<S>, { record, inputs, used, present, memory }: Candidate): number[] {
  const id = kind.collection.id(record);
  const fits = !kind.diff(inputs, record).some((change) => change.replace);
  const places = kind.needs(record).filter((needed) => present.has(needed)).length;
  const remembered = [...memory.ids.values()].includes(id);
  return [Number(fits), Number(used.has(id)), places, Number(remembered)];
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  return a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

function compareIds<S>(kind: AnyKind<S>, a: object, b: object): number {
  return kind.collection.id(a) < kind.collection.id(b) ? -1 : 1;
}

/** Everything that carries this owner's tags and a node's, and is there. */
export function ownedRecords<S>(owner: string, kinds: Kinds<S>, world: World<S>): Owned<S>[] {
  return [...kinds.values()]
    .filter((kind) => kind.create !== undefined)
    .flatMap((kind) =>
      world
        .view(kind.collection)
        .ownedBy(ownerTag(owner))
        .filter((record) => isOfANode(kind.collection.tags(record)) && !kind.gone(record))
        .map((record) => ({ kind, record })),
    );
}

/** An owner's tag alone may have been copied by a person: without a node's it does not make a thing ours. */
function isOfANode(tags: Readonly<Record<string, string>>): boolean {
  return (tags[TAG.node] ?? '') !== '';
}

/** The deletes of `doomed`, each after those that use it, be they doomed too or `leaving` already. */
function planDeletes<S>(
  doomed: readonly Owned<S>[],
  leaving: readonly Owned<S>[],
  superseded: ReadonlySet<string>,
): Action[] {
  const things: Doomed[] = [...doomed, ...leaving].map(({ kind, record }) => ({
    id: kind.collection.id(record),
    type: kind.type,
    needs: kind.needs(record),
    after: kind.after,
  }));
  const byId = new Map(doomed.map((entry) => [entry.kind.collection.id(entry.record), entry]));
  return orderDeletes(things).flatMap(({ id, type, waitsFor }): Action[] => {
    const entry = byId.get(id);
    if (!entry) return [];
    const { kind, record } = entry;
    const node = kind.collection.tags(record)[TAG.node] ?? id;
    const state = kind.state(record);
    if (state.phase === 'deleting') {
      return [{ verb: 'wait', node, type, id, changes: [], reason: 'WaitingForAws', message: state.message }];
    }
    return [
      {
        verb: 'delete',
        node,
        type,
        id,
        changes: [],
        record,
        waitsFor,
        superseded: superseded.has(recordKey(kind, id)),
      },
    ];
  });
}

function recordKey<S>(kind: AnyKind<S>, id: string): string {
  return `${kind.collection.name} ${id}`;
}

function describeInputs(inputs: object): Change[] {
  return Object.entries(inputs)
    .filter(([, value]) => value !== undefined)
    .map(([path, to]) => ({ path, to }));
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

/** A short hash of what a plan asks for; another plan with the same hash does the same, in a cluster or out of it. */
export function planHash(made: Plan): string {
  // With a letter in front, so that YAML never takes it for a number.
  return `p${shortHash(JSON.stringify([made.owner, ...askedFor(made)]), 16)}`;
}

/** Without the uid, which only a cluster knows. */
function wantsOf({ inputs, tags }: GraphNode): string {
  const { [TAG.uid]: _, ...known } = tags;
  return shortHash(JSON.stringify([inputs, known]), 12);
}
