import { report } from './attempt.ts';
import { dependenciesOf } from './graph.ts';
import { isMemberwise, kindOf } from './kind.ts';
import { idleOutcome, isIdle, type ApplyInput, type Idle, type Outcome } from './outcome.ts';
import type { Action } from './plan.ts';
import { nodesIn } from './ref.ts';
import { areSucceeded, heldBack, releaseAll, remove } from './remove.ts';
import { runTasks, type Task, type TaskResult } from './tasks.ts';
import { finish, isReady, isTimely, write, type Writing } from './write.ts';

/**
 * Executes a plan: each action as soon as what it refers to is there, be it that another resource makes it meanwhile, deletes after everything else, and late
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
    const memberwise = isMemberwise(kindOf(input.kinds, action.type), action.inputs);
    return {
      key: action.node,
      after: [...(node ? dependenciesOf(node) : [])],
      ...(memberwise && node && { despite: nodesIn(node.inputs) }),
      ...(!memberwise && { isTimely: () => isTimely(input, action) }),
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
  const mayGo = allWritten && areSucceeded(input, deletes, outputs);
  const removable = deletes.filter((action) => (!action.superseded || mayGo) && !kept.has(action.id));
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

/** Makes the late changes, as far as what was done before them left any to make and what they await is usable. */
async function finishAll<S>(
  input: ApplyInput<S>,
  writes: readonly Writing[],
  outputs: Map<string, Readonly<Record<string, string>>>,
): Promise<Outcome[]> {
  const tasks = writes
    .filter((action) => action.verb === 'update')
    .map((action) => ({ ...action, changes: action.changes.filter((change) => change.late === true) }))
    .filter(
      ({ node, changes }) =>
        changes.length > 0 &&
        (input.graph.nodes.get(node)?.lateAwaits ?? []).every((key) => isReady(input, key, outputs)),
    )
    .map((action) => ({
      key: action.node,
      after: [],
      run: () => report(input, action, () => finish(input, action, outputs)),
    }));
  const results = await runTasks(tasks, input.concurrency, { held: new Set(), stopping: input.stopping });
  return results.flatMap(({ outcome }) => outcome ?? []);
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
