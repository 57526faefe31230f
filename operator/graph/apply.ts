import type { Adoptions } from './adoption.ts';
import { dependenciesOf, type Graph } from './graph.ts';
import {
  kindOf,
  textOf,
  type ActionContext,
  type AnyKind,
  type Change,
  type Kinds,
  type World,
  type Wrote,
} from './kind.ts';
import { isOwned, shortHash, TAG } from './ownership.ts';
import type { Action, Plan } from './plan.ts';
import { isUnresolved, printable, referencesIn, resolve } from './ref.ts';
import { runTasks, type Task, type TaskResult } from './tasks.ts';

/** What an error of the provider means for the plan. */
export type Verdict =
  /** It will pass by itself: eventual consistency, something still in use, throttling. */
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  /** A person has to do something: denied, quota, refused by the provider. */
  | { readonly kind: 'stalled'; readonly reason: string; readonly message: string }
  /** A thing of that name, CIDR or token exists already. */
  | { readonly kind: 'exists'; readonly reason: string; readonly message: string }
  /** Something else still uses it. */
  | { readonly kind: 'inUse'; readonly reason: string; readonly message: string }
  /** No answer came: the call may or may not have had its effect. */
  | { readonly kind: 'unclear'; readonly reason: string; readonly message: string };

/** The result of one action. `clear` is false where a create may have happened without our seeing its answer. */
export interface Outcome {
  readonly action: Action;
  readonly result: 'done' | 'waiting' | 'stalled' | 'skipped';
  readonly id?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly clear: boolean;
  /** Of a set that is written member by member: what was written although the rest waits. */
  readonly written?: readonly Change[];
}

export interface ApplyInput<S> {
  readonly plan: Plan;
  readonly graph: Graph;
  readonly kinds: Kinds<S>;
  readonly world: World<S>;
  /** Those that the plan was made with; default none. */
  readonly adoptions?: Adoptions<S>;
  readonly session: S;
  /** The uid of the Kubernetes object: part of every client token, so that a new object of the same name never reuses one. */
  readonly uid: string;
  /** Actions under way at once. */
  readonly concurrency: number;
  readonly wrote: Wrote<S>;
  readonly interpret: (error: unknown) => Verdict;
  /** Called after each action, for events and logs. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** True as soon as nothing more may be started: shutting down, or no longer the leader. */
  readonly stopping: () => boolean;
}

/**
 * Executes a plan: each action as soon as what it refers to is there, deletes after everything else, and late
 * changes when all of that is done. An action that waits or fails holds back only those that need it. Never
 * throws for what the provider answers.
 */
export async function apply<S>(input: ApplyInput<S>): Promise<Outcome[]> {
  const { plan, graph } = input;
  const outputs = new Map(plan.standing.map((standing) => [standing.node, standing.outputs]));
  const writes = plan.actions.filter(
    (action) => action.verb === 'create' || action.verb === 'update' || action.verb === 'adopt',
  );
  const deletes = plan.actions.filter((action) => action.verb === 'delete');
  const idle = plan.actions.filter(isIdle);
  // What leaves after it was replaced holds back nobody: another thing stands in its node's place.
  const stands = (action: Idle) =>
    plan.standing.some(({ node, id }) => node === action.node && id !== action.id);
  const held = new Set(idle.filter((action) => !stands(action)).map((action) => action.node));

  const tasks: Task<Outcome>[] = writes.map((action) => {
    const node = graph.nodes.get(action.node);
    const isMemberwise = kindOf(input.kinds, action.type).memberwise === true;
    return {
      key: action.node,
      after: [...(node ? dependenciesOf(node) : [])],
      ...(isMemberwise &&
        node && { despite: new Set(referencesIn(node.inputs).map(({ node: key }) => key)) }),
      run: () => {
        const early = { ...action, changes: action.changes.filter((change) => change.late !== true) };
        const quiet = action.changes.length > 0 && early.changes.length === 0;
        return report(input, early, () => write(input, early, outputs), { quiet });
      },
    };
  });
  const written = await runTasks(tasks, input.concurrency, {
    held,
    stopping: input.stopping,
  });
  const allWritten = written.every(({ outcome }) => outcome?.result === 'done');

  const kept = heldBack(input, deletes, [...written, ...idle.map(({ node }) => ({ key: node }))]);
  const removable = deletes.filter((action) => (!action.superseded || allWritten) && !kept.has(action.id));
  const released = await releaseAll(input, removable);
  const deleted = await runTasks(
    removable
      .filter((action) => !released.has(action.id))
      .map((action) => ({
        key: action.id,
        after: action.waitsFor,
        run: () => report(input, action, () => remove(input, action)),
      })),
    input.concurrency,
    {
      held: new Set([
        ...released.keys(),
        ...deletes.filter((action) => !removable.includes(action)).map(({ id }) => id),
        ...idle.flatMap((action) => (action.id === undefined ? [] : [action.id])),
      ]),
      stopping: input.stopping,
    },
  );
  const allDeleted =
    deleted.length === deletes.length && deleted.every(({ outcome }) => outcome?.result === 'done');
  const finished =
    allWritten && allDeleted && idle.length === 0 ? await finishAll(input, writes, outputs) : [];
  return [
    ...idle.map((action) => {
      const outcome = idleOutcome(action);
      if (outcome.result === 'stalled') input.onOutcome(outcome);
      return outcome;
    }),
    ...written.map((result) =>
      outcomeOf(
        result,
        writes.find((action) => action.node === result.key),
      ),
    ),
    ...released.values(),
    ...deleted.map((result) =>
      outcomeOf(
        result,
        deletes.find((action) => action.id === result.key),
      ),
    ),
    ...kept.values(),
    ...finished,
  ];
}

/** The deletes that wait for a change which is not made yet and may lead away from what they delete, by id. */
function heldBack<S>(
  input: ApplyInput<S>,
  deletes: readonly (Action & { verb: 'delete' })[],
  written: readonly TaskResult<Outcome>[],
): Map<string, Outcome> {
  const undone = written.filter(({ outcome }) => outcome?.result !== 'done').map(({ key }) => key);
  const held = deletes.flatMap((action): [string, Outcome][] => {
    const { heldBy = [] } = kindOf(input.kinds, action.type);
    const by = undone.find((key) => heldBy.includes(input.graph.nodes.get(key)?.type ?? ''));
    if (by === undefined) return [];
    const message = `is kept until ${by} leads elsewhere`;
    return [
      [action.id, { action, id: action.id, result: 'skipped', reason: 'Blocked', message, clear: true }],
    ];
  });
  return new Map(held);
}

/** Makes the late changes, as far as what was done before them left any to make. */
async function finishAll<S>(
  input: ApplyInput<S>,
  writes: readonly Writing[],
  outputs: Map<string, Readonly<Record<string, string>>>,
): Promise<Outcome[]> {
  const tasks = writes
    .filter((action) => action.verb === 'update')
    .map((action) => ({ ...action, changes: action.changes.filter((change) => change.late === true) }))
    .filter((action) => action.changes.length > 0)
    .map((action) => ({
      key: action.node,
      after: [],
      run: () => report(input, action, () => finish(input, action, outputs)),
    }));
  const results = await runTasks(tasks, input.concurrency, { held: new Set(), stopping: input.stopping });
  return results.flatMap(({ outcome }) => outcome ?? []);
}

async function finish<S>(
  input: ApplyInput<S>,
  action: Writing,
  outputs: Map<string, Readonly<Record<string, string>>>,
): Promise<Partial<Outcome>> {
  const kind = kindOf(input.kinds, action.type);
  const inputs = resolve(action.inputs, ({ node, output }) => outputs.get(node)?.[output]);
  const record = recordOf(input, kind, action, inputs);
  if (!record) return {};
  const changes = kind.diff(inputs, record).filter((change) => change.late === true);
  if (changes.length > 0) await kind.update(contextFor(input, action), inputs, record, changes);
  return { id: kind.collection.id(record) };
}

function outcomeOf(result: TaskResult<Outcome>, action: Action | undefined): Outcome {
  if (result.outcome) return result.outcome;
  if (!action) throw new Error(`no action for task ${result.key}`);
  return {
    action,
    result: 'skipped',
    reason: 'Blocked',
    message: `waits for ${result.blockedBy ?? 'an earlier step'}`,
    clear: true,
  };
}

type Idle = Extract<Action, { reason: string }>;

/** Whether an action is nothing to carry out. */
export function isIdle(action: Action): action is Idle {
  return action.verb === 'wait' || action.verb === 'refuse';
}

/** The outcome of what nobody carries out: it waits, or a person is needed. */
export function idleOutcome(action: Idle): Outcome {
  const result = action.verb === 'wait' ? 'waiting' : 'stalled';
  return {
    action,
    result,
    ...(action.id !== undefined && { id: action.id }),
    reason: action.reason,
    message: action.message,
    clear: true,
  };
}

function notThere(inputs: object): Partial<Outcome> {
  return { result: 'skipped', reason: 'Blocked', message: `refers to ${missingIn(inputs)}, not there yet` };
}

type Writing = Action & { verb: 'create' | 'update' | 'adopt' };

async function write<S>(
  input: ApplyInput<S>,
  action: Writing,
  outputs: Map<string, Readonly<Record<string, string>>>,
): Promise<Partial<Outcome>> {
  const kind = kindOf(input.kinds, action.type);
  const inputs = resolve(action.inputs, ({ node, output }) => outputs.get(node)?.[output]);
  if (isUnresolved(inputs) && kind.memberwise !== true) return notThere(inputs);
  const awaited = input.graph.nodes.get(action.node)?.awaits?.find((key) => !isReady(input, key, outputs));
  if (awaited !== undefined)
    return { result: 'skipped', reason: 'Blocked', message: `waits for ${awaited} to be usable` };
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

function isReady<S>(
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
  return { result: 'skipped', reason: 'Blocked', message: paths.join(', ') };
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

function missingIn(inputs: object): string {
  return [...new Set(referencesIn(inputs).map(({ node }) => node))].join(', ');
}

/** A facet whose parent was made in this very pass is compared again: what its parent came with is known only now. */
function changesFor<S>(
  kind: AnyKind<S>,
  action: Writing,
  inputs: object,
  record: object | undefined,
): readonly Change[] {
  if (kind.create && !isUnresolved(action.inputs)) return action.changes;
  const tags = action.changes.filter((change) => change.path.startsWith('tags.'));
  const now = kind.diff(inputs, record).filter((change) => change.late !== true);
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
    return await kind.create(context, inputs);
  } catch (error) {
    const verdict = input.interpret(error);
    if (verdict.kind !== 'exists' || !kind.conflicting) throw error;
    const found = await kind.conflicting(input.session, inputs);
    if (!found) throw error;
    const tags = kind.collection.tags(found);
    if (isOwned(tags, context.tags)) return found;
    throw new NameTaken(kind.type, kind.collection.id(found), tags[TAG.owner], verdict.message);
  }
}

/** The name, CIDR or place that a create needs is held by something that is not ours. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
  /** `words`: how the provider refused it. */
  constructor(type: string, id: string, owner: string | undefined, words: string) {
    const holder = owner === undefined ? 'which Landfall does not own' : `which belongs to ${owner}`;
    super(
      `the ${type} to create conflicts with ${id}, ${holder}; delete it, or choose another name or CIDR (${words})`,
    );
  }
}

async function remove<S>(
  input: ApplyInput<S>,
  action: Action & { verb: 'delete' },
): Promise<Partial<Outcome>> {
  const kind = kindOf(input.kinds, action.type);
  if (!kind.delete) throw new Error(`${kind.type} has no delete`);
  try {
    const left = await kind.delete(contextFor(input, action), action.record);
    // A listing without it says that it is gone, whatever was left of it when the delete was answered; one that
    // shows it further on its way is newer.
    const isLeaving = (record: object) => kind.gone(record) || kind.state(record).phase === 'deleting';
    input.wrote(
      kind.collection,
      action.id,
      (record) => record && left && (isLeaving(record) ? record : left),
    );
    if (!left || kind.gone(left)) return { id: action.id };
    return {
      id: action.id,
      result: 'waiting',
      reason: 'WaitingForAws',
      message: `${kind.type} ${action.id} is being deleted`,
    };
  } catch (error) {
    const verdict = input.interpret(error);
    if (verdict.kind !== 'inUse') throw error;
    const blockers = (await kind.blockers?.(input.session, action.record)) ?? [];
    const by = blockers.length > 0 ? ` by ${blockers.join(', ')}` : '';
    const message = `${kind.type} ${action.id} is still in use${by}; it is deleted as soon as that is gone (${verdict.message})`;
    return { id: action.id, result: 'waiting', reason: verdict.reason, message };
  }
}

/** Lets go of everything that is to be deleted before the first delete. Returns those that could not, by id. */
async function releaseAll<S>(
  input: ApplyInput<S>,
  deletes: readonly (Action & { verb: 'delete' })[],
): Promise<Map<string, Outcome>> {
  const results = await runTasks(
    deletes
      .filter((action) => 'release' in kindOf(input.kinds, action.type))
      .map((action) => ({
        key: action.id,
        after: [],
        run: () =>
          report(
            input,
            action,
            async () => {
              await kindOf(input.kinds, action.type).release?.(contextFor(input, action), action.record);
              return { id: action.id };
            },
            { quiet: true },
          ),
      })),
    input.concurrency,
    { held: new Set(), stopping: input.stopping },
  );
  const failed = results.flatMap(({ key, outcome }) =>
    outcome && outcome.result !== 'done' ? [[key, outcome] as const] : [],
  );
  return new Map(failed);
}

async function report<S>(
  input: ApplyInput<S>,
  action: Action,
  act: () => Promise<Partial<Outcome>>,
  options: { quiet?: boolean } = {},
): Promise<Outcome> {
  const outcome = await attempt(input, action, act);
  if (!options.quiet || outcome.result !== 'done') input.onOutcome(outcome);
  return outcome;
}

async function attempt<S>(
  input: ApplyInput<S>,
  action: Action,
  act: () => Promise<Partial<Outcome>>,
): Promise<Outcome> {
  try {
    return { action, result: 'done', clear: true, ...(await act()) };
  } catch (error) {
    if (error instanceof NameTaken)
      return { action, result: 'stalled', reason: 'NameTaken', message: error.message, clear: true };
    const verdict = input.interpret(error);
    const result = verdict.kind === 'stalled' ? 'stalled' : 'waiting';
    return {
      action,
      result,
      reason: verdict.reason,
      message: verdict.message,
      clear: verdict.kind !== 'unclear',
    };
  }
}

function contextFor<S>(input: ApplyInput<S>, action: Action): ActionContext<S> {
  const node = input.graph.nodes.get(action.node);
  const revision = action.verb === 'create' ? action.revision : undefined;
  const former = action.verb === 'create' ? action.former : undefined;
  return {
    session: input.session,
    owner: input.plan.owner,
    node: action.node,
    tags: { ...node?.tags, ...(revision !== undefined && { [TAG.revision]: revision }) },
    token: shortHash([input.uid, input.plan.owner, action.node, former ?? '', revision ?? ''].join('\n'), 32),
    wrote: input.wrote,
  };
}
