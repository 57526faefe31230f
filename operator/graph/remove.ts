import { contextFor, report } from './attempt.ts';
import { dependenciesOf, topologicalWaves } from './graph.ts';
import { kindOf } from './kind.ts';
import type { ApplyInput, Outcome } from './outcome.ts';
import { TAG } from './ownership.ts';
import type { Action } from './plan.ts';
import { neededSince } from './retention.ts';
import { runTasks, type TaskResult } from './tasks.ts';
import { isReady, type Outputs } from './write.ts';

/** The deletes that wait for a change which is not made yet and may lead away from what they delete, by id. */
export function heldBack<S>(
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

/**
 * Whether what takes the place of others, and all that is built on it, is usable: until then the former ones serve. A load
 * balancer takes minutes to come, and the service behind it some more.
 */
export function areSucceeded<S>(
  input: ApplyInput<S>,
  deletes: readonly (Action & { verb: 'delete' })[],
  outputs: Outputs,
): boolean {
  const built = new Set(deletes.filter(({ superseded }) => superseded).map(({ node }) => node));
  if (built.size === 0) return true;
  for (const node of topologicalWaves(input.graph).flat())
    if ([...dependenciesOf(node)].some((key) => built.has(key))) built.add(node.key);
  const things = [...built].filter((key) => {
    const node = input.graph.nodes.get(key);
    return node !== undefined && kindOf(input.kinds, node.type).create !== undefined;
  });
  return things.every((key) => isReady(input, key, outputs));
}

/** Lets go of everything that is to be deleted before the first delete. Returns those that could not, by id. */
export async function releaseAll<S>(
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

/** Deletes a thing, leaves it on purpose where something needs it still, or says what stands in the way. */
export async function remove<S>(
  input: ApplyInput<S>,
  action: Action & { verb: 'delete' },
): Promise<Partial<Outcome>> {
  const kind = kindOf(input.kinds, action.type);
  if (!kind.delete) throw new Error(`${kind.type} has no delete`);
  try {
    const { keepsCopy = true } = input;
    const reason = await kind.neededStill?.(input.session, action.record, { keepsCopy });
    if (reason !== undefined) {
      const tag = { path: `tags.${TAG.retained}`, to: neededSince(input.time) };
      await kind.update(contextFor(input, action), {}, action.record, [tag]);
      return { id: action.id, retained: reason };
    }
    // A cluster without its members serves nobody, though it holds everything.
    if (kind.stateful === true) await input.confirmLoss?.();
    const left = await kind.delete(contextFor(input, action), action.record);
    // A listing without it says that it is gone, whatever was left of it when the delete was answered; one that
    // shows it further on its way is newer.
    const isLeaving = (record: object) => kind.gone(record) || kind.state(record).phase === 'deleting';
    const uid = (record: object) => kind.collection.uid?.(record);
    input.wrote(kind.collection, action.id, (record) => {
      if (!record || uid(record) !== uid(action.record)) return record;
      return left && (isLeaving(record) ? record : left);
    });
    if (!left || kind.gone(left)) return { id: action.id };
    return {
      id: action.id,
      result: 'waiting',
      reason: input.place.waiting,
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
