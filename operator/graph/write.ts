import { contextFor, NameTaken } from './attempt.ts';
import { NO_EXPORTS, type ExportsOf } from './exports.ts';
import { givingWay } from './giving-way.ts';
import { isMemberwise, textOf, kindOf, type ActionContext, type AnyKind, type Change } from './kind.ts';
import type { ApplyInput, Outcome } from './outcome.ts';
import { isOwned, TAG } from './ownership.ts';
import type { Action } from './plan.ts';
import { isUnresolved, nodesIn, printable, referencesIn, resolve } from './ref.ts';

export type Writing = Action & { verb: 'create' | 'update' | 'adopt' };
/** What is known of each node that stands, by its key. */
export type Outputs = Map<string, Readonly<Record<string, string>>>;

/** Makes, changes or takes over what an action is about. */
export async function write<S>(
  input: ApplyInput<S>,
  action: Writing,
  outputs: Outputs,
): Promise<Partial<Outcome>> {
  const kind = kindOf(input.kinds, action.type);
  const inputs = inputsOf(input, action, outputs);
  if (isUnresolved(inputs) && !isMemberwise(kind, inputs)) return notThere(inputs);
  const { awaits, notYet } = input.graph.nodes.get(action.node) ?? {};
  if (action.verb === 'create' && notYet !== undefined)
    return { result: 'waiting', reason: 'DependencyNotReady', message: notYet };
  const awaited = awaits?.find((key) => !isReady(input, key, outputs));
  if (awaited !== undefined)
    return { result: 'skipped', reason: 'Blocked', message: `waits for ${awaited} to be usable` };
  const leaving = givingWay(input, action.node, outputs);
  if (leaving !== undefined)
    return { result: 'skipped', reason: 'Blocked', message: `waits for what takes the place of ${leaving}` };
  const context = contextFor(input, action);
  if (action.verb === 'create') {
    const record = await createOnce(input, kind, context, inputs);
    const id = kind.collection.id(record);
    input.wrote(kind.collection, id, (listed) => listed ?? record);
    outputs.set(action.node, kind.outputs(record));
    const settings = kind.diff(inputs, record);
    if (settings.length > 0) await kind.update(context, inputs, record, settings);
    return { id };
  }
  if (action.verb === 'adopt') layFound(input, action.node);
  const record = recordOf(input, kind, action, inputs);
  if (!record && isUnresolved(inputs)) return notThere(inputs);
  const changes = changesFor(kind, action, inputs, record);
  const possible = changes.filter((change) => !isUnresolved(change));
  for (const part of action.verb === 'adopt' ? tagsFirst(possible) : [possible])
    if (part.length > 0) await kind.update(context, inputs, record ?? {}, part);
  if (possible.length < changes.length)
    return {
      ...blocked(changes.filter((change) => isUnresolved(change))),
      ...(record && { id: kind.collection.id(record) }),
      ...(possible.length > 0 && { written: possible }),
    };
  const now = recordOf(input, kind, action, inputs);
  if (now) outputs.set(action.node, kind.outputs(now));
  return record ? { id: kind.collection.id(record) } : {};
}

/** Makes the late changes of an action, as far as what was done before them left any to make. */
export async function finish<S>(
  input: ApplyInput<S>,
  action: Writing,
  outputs: Outputs,
): Promise<Partial<Outcome>> {
  const kind = kindOf(input.kinds, action.type);
  const inputs = inputsOf(input, action, outputs);
  const record = recordOf(input, kind, action, inputs);
  if (!record) return {};
  const changes = kind.diff(inputs, record).filter((change) => change.late === true);
  if (changes.length > 0) await kind.update(contextFor(input, action), inputs, record, changes);
  return { id: kind.collection.id(record) };
}

/** With what is known by now in place of references. */
function inputsOf<S>(input: ApplyInput<S>, action: Writing, outputs: Outputs): object {
  const exportsOf = exportsFor(input, action);
  return resolve(
    action.inputs,
    ({ owner, node, output }) => (owner === undefined ? outputs : exportsOf(owner)).get(node)?.[output],
  );
}

/** Whether all that an action takes from other resources is there by now. */
export function isTimely<S>(input: ApplyInput<S>, action: Writing): boolean {
  const exportsOf = exportsFor(input, action);
  return referencesIn(action.inputs).every(
    ({ owner, node, output }) => owner === undefined || exportsOf(owner).get(node)?.[output] !== undefined,
  );
}

/**
 * What others have made meanwhile goes into what is made, and into facets. A thing that changes does so as planned: what it is
 * changed to decides whether another has to take its place.
 */
function exportsFor<S>({ kinds, exportsNow }: ApplyInput<S>, { verb, type }: Writing): ExportsOf {
  const isOpen = verb === 'create' || !kindOf(kinds, type).create;
  return (isOpen ? exportsNow?.() : undefined) ?? NO_EXPORTS;
}

/** What this plan makes comes by itself; what another resource makes is waited for, and named. */
function notThere(inputs: object): Partial<Outcome> {
  return (
    foreignMissing(inputs) ?? {
      result: 'skipped',
      reason: 'Blocked',
      message: `refers to ${[...nodesIn(inputs)].join(', ')}, not there yet`,
    }
  );
}

function foreignMissing(value: unknown): Partial<Outcome> | undefined {
  const missing = referencesIn(value).flatMap(({ owner, node }) =>
    owner === undefined ? [] : [`${node} of ${owner}`],
  );
  if (missing.length === 0) return undefined;
  const message = `waits for ${[...new Set(missing)].join(', ')}, not ready yet`;
  return { result: 'waiting', reason: 'DependencyNotReady', message };
}

/** What is there of an action's thing, or of the thing whose facet it changes. */
function recordOf<S>(
  { world }: ApplyInput<S>,
  kind: AnyKind<S>,
  action: Writing,
  inputs: object,
): object | undefined {
  const view = world.view(kind.collection);
  return kind.find ? kind.find(view, inputs) : view.get(action.id ?? '');
}

/** Whether what is known of a node stands and is usable. */
export function isReady<S>(
  { graph, kinds, world }: ApplyInput<S>,
  key: string,
  outputs: ReadonlyMap<string, Readonly<Record<string, string>>>,
): boolean {
  const kind = kindOf(kinds, graph.nodes.get(key)?.type ?? '');
  const record = world.view(kind.collection).get(outputs.get(key)?.['id'] ?? '');
  return record !== undefined && kind.state(record).phase === 'ready';
}

/** Some members of a set refer to what is not there, or not usable, yet. */
function blocked(changes: readonly Change[]): Partial<Outcome> {
  const paths = changes.map(({ path, to }) => `${printable(path)} waits for ${textOf(printable(to))}`);
  return foreignMissing(changes) ?? { result: 'skipped', reason: 'Blocked', message: paths.join(', ') };
}

/** What is taken over is in no listing before it carries our tags. */
function layFound<S>(input: ApplyInput<S>, node: string): void {
  for (const { collection, record } of input.adoptions?.get(node)?.found ?? [])
    input.wrote(collection, collection.id(record), (listed) => listed ?? record);
}

/** Nothing of a thing is changed before it is ours. */
function tagsFirst(changes: readonly Change[]): (readonly Change[])[] {
  const isTag = ({ path }: Change) => path.startsWith('tags.');
  return [changes.filter(isTag), changes.filter((change) => !isTag(change))];
}

/**
 * A facet whose parent was made in this very pass is compared again: what its parent came with is known only now. So is what a
 * thing refers to; where another has to take its place, the next plan says so.
 */
function changesFor<S>(
  kind: AnyKind<S>,
  action: Writing,
  inputs: object,
  record: object | undefined,
): readonly Change[] {
  if (kind.create && !isUnresolved(action.inputs)) return action.changes;
  const tags = action.changes.filter((change) => change.path.startsWith('tags.'));
  const now = kind.diff(inputs, record).filter(({ late, replace }) => late !== true && replace !== true);
  return [...now, ...tags];
}

async function createOnce<S>(
  input: ApplyInput<S>,
  kind: AnyKind<S>,
  context: ActionContext<S>,
  inputs: object,
): Promise<object> {
  if (!kind.create) throw new Error(`${kind.type} is a facet and cannot be created`);
  try {
    const made = await kind.create(context, inputs);
    // A create by name may answer with what has the name already.
    if (kind.idempotency === 'name') requireOurs(kind, context, made, 'it has the same name and settings');
    return made;
  } catch (error) {
    const verdict = input.interpret(error);
    if (verdict.kind !== 'exists' || !kind.conflicting) throw error;
    const found = await kind.conflicting(input.session, inputs, context.revision);
    if (!found) throw error;
    requireOurs(kind, context, found, verdict.message);
    return found;
  }
}

function requireOurs<S>(kind: AnyKind<S>, context: ActionContext<S>, record: object, words: string): void {
  const tags = kind.collection.tags(record);
  if (!isOwned(tags, context.tags))
    throw new NameTaken(kind.type, kind.collection.id(record), tags[TAG.owner], words);
}
