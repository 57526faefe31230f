import { adoptionOf, wantedTags } from './adoption.ts';
import { compareTags } from './tags.ts';
import { statedInputs, type GraphNode } from './graph.ts';
import { isStore, textOf, type AnyKind, type Change } from './kind.ts';
import { isAdopted, shortHash, TAG } from './ownership.ts';
import type { Owned } from './owned.ts';
import type { Action, Memory, PlanInput } from './plan.ts';
import { compareIds, compareRanks, rank } from './rank.ts';
import { printable, referencesIn, type Reference } from './ref.ts';
import { refuseRemake, refuseReplacement } from './stores.ts';

/** What one node needs done, and what there is of it. */
export interface Step {
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
  /** Things of the node whose place another has taken, and that stay as its history. */
  readonly history?: readonly string[];
  /** Further stores of the node: which of them counts, nobody here knows. */
  readonly surplus?: readonly object[];
}

/** Nothing is done to what is built on a store that is gone: what of it stands stays as it is. */
export function muted({
  action: _,
  replaced: __,
  superseded,
  twins: ___,
  history = [],
  ...step
}: Step): Step {
  return { ...step, superseded: [], history: [...history, ...superseded] };
}

/** What a facet needs: only differences. */
export function planFacet<S>(at: {
  input: PlanInput<S>;
  node: GraphNode;
  kind: AnyKind<S>;
  inputs: object;
}): Step {
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

/** What a thing needs: to be made, changed, replaced, taken over or waited for. */
export function planThing<S>(at: {
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
  const [chosen, ...rest] = live.sort(
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
      .filter(({ replace, to }) => !replace || referencesIn(to).every((of) => isComing(of, coming))),
    ...compareTags(wantedTags(node, adoption, id), kind.collection.tags(chosen), input.ignoredTagKeys),
  ];
  const revision = (record: object) => kind.collection.tags(record)[TAG.revision];
  const isTwin = (record: object) => revision(record) === revision(chosen);
  const fixed = changes.find((change) => change.replace);
  const isUsed = (record: object) => used.has(kind.collection.id(record));
  const surplus = rest.filter((record) => isStore(kind, { record }));
  const others = rest.filter((record) => !surplus.includes(record));
  const kept = new Set(kind.keeps?.(fixed ? [chosen, ...others] : others, isUsed));
  const idsOf = (records: readonly object[]) => records.map((record) => kind.collection.id(record));
  const superseded = idsOf(others.filter((record) => !kept.has(record)));
  const twins = idsOf(others.filter((record) => isTwin(record) && !kept.has(record)));
  const history = idsOf([...kept].filter((record) => record !== chosen));
  const past = { superseded, twins, history, surplus };
  if (changes.length === 0) return { record: chosen, ...past };
  if (fixed && isStore(kind, { record: chosen }))
    return {
      record: chosen,
      ...past,
      action: refuseReplacement(kind, { node: node.key, id, changes, fixed }),
    };
  if (fixed && input.deletesAdopted !== true && isAdopted(kind.collection.tags(chosen))) {
    const message = `${kind.type} ${id} was taken over and not made, so no other one takes its place: ${fixed.path} cannot change from ${textOf(fixed.from)} to ${textOf(printable(fixed.to))}; take the change back, or set spec.deletionPolicy to Delete to have it replaced`;
    const base = { node: node.key, type: kind.type, id, changes };
    return {
      record: chosen,
      ...past,
      action: { ...base, verb: 'refuse', reason: 'ReplacementNeeded', message },
    };
  }
  if (fixed) {
    const open = openIntent(input, node, kind);
    // Until it is known what became of it, the former one stays as it is: others go on using it.
    if (open) return { record: chosen, replaced: true, ...past, action: { ...open, id } };
    const action: Action = {
      verb: 'create',
      node: node.key,
      type: kind.type,
      changes,
      inputs,
      ...formerOf(input.memory, node.key),
      // Of the inputs as compiled, references and all: a retry that knows more ids has to hash the same.
      revision: shortHash(JSON.stringify(statedInputs(node))),
    };
    const leaving = kept.has(chosen) ? superseded : [...superseded, id];
    return { record: chosen, replaced: true, ...past, superseded: leaving, action };
  }
  return {
    record: chosen,
    ...past,
    action: { verb: 'update', node: node.key, type: kind.type, id, changes, inputs },
  };
}

/** Whether what is referred to is to be made by this very plan; when another resource makes it, nobody knows. */
function isComing({ owner, node }: Reference, coming: ReadonlySet<string>): boolean {
  return owner === undefined && coming.has(node);
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
    const next = isStore(kind, { record: leaving })
      ? 'whether a new and empty one takes its place is asked when it is gone'
      : 'a new one follows when it is gone';
    const message = `the former ${kind.type} ${id} is still being deleted; ${next}`;
    return {
      record: leaving,
      replaced: true,
      superseded: [],
      action: { ...base, verb: 'wait', id, reason: input.place.waiting, message },
    };
  }
  const copy = kind.copyOf?.(inputs);
  // Whoever names a copy after the loss wants the store back as it is there. That which it was made of once is no such word.
  const isNamed = copy !== undefined && copy !== input.memory.copies.get(node.key);
  const isRestored = isNamed || (copy !== undefined && input.remakes === true);
  const survivor = input.survivors.get(node.key);
  // What is made of a copy may have its tags only when it is there: whether it is that, its create tells.
  if (survivor && !isRestored) {
    const message = `${kind.type} ${survivor.id} exists but has lost the tags ${TAG.installation}, ${TAG.owner} or ${TAG.node}; put them back, or delete it, and Landfall goes on`;
    return {
      superseded: [],
      action: { ...base, verb: 'refuse', id: survivor.id, reason: 'OwnershipTagsMissing', message },
    };
  }
  const open = openIntent(input, node, kind);
  if (open) return { superseded: [], action: open };
  const former = input.memory.ids.get(node.key);
  const lost = isStore(kind, { inputs }) ? former : undefined;
  if (lost !== undefined && !isNamed && input.remakes !== true) {
    const at = { node: node.key, id: lost, owner: input.graph.owner, copy };
    return { superseded: [], action: refuseRemake(kind, { ...at, place: input.place }) };
  }
  const changes = describeInputs(inputs);
  const action: Action = {
    ...base,
    verb: 'create',
    changes,
    inputs,
    ...(former !== undefined && { former }),
    ...(lost !== undefined && !isNamed && { remade: true }),
  };
  return { superseded: [], action };
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

function describeInputs(inputs: object): Change[] {
  return Object.entries(inputs)
    .filter(([, value]) => value !== undefined)
    .map(([path, to]) => ({ path, to }));
}
