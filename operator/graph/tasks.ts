/** Something to do after other things. Keys that are no task here count as done. */
export interface Task<T> {
  readonly key: string;
  readonly after: readonly string[];
  /** Those of `after` that are waited for, and whose failure holds nothing back. */
  readonly despite?: ReadonlySet<string>;
  /** False while it needs something from elsewhere that is not there; default true. It is then tried when nothing else is left to do. */
  isTimely?(): boolean;
  run(): Promise<T>;
}

/** What came of a task: its outcome, or the key that held it back. */
export interface TaskResult<T> {
  readonly key: string;
  readonly outcome?: T;
  readonly blockedBy?: string;
}

interface TaskOptions {
  /** Keys that will not become done in this run: whatever needs them is held back. */
  readonly held: ReadonlySet<string>;
  /** True as soon as nothing more may be started. */
  readonly stopping: () => boolean;
}

/**
 * Runs tasks as soon as those they come after are done, at most `concurrency` at once. A task whose outcome is
 * not `done` holds back whatever comes after it, directly or not; the rest goes on.
 */
export async function runTasks<T extends { readonly result: string }>(
  tasks: readonly Task<T>[],
  concurrency: number,
  options: TaskOptions,
): Promise<TaskResult<T>[]> {
  const waiting = new Map(tasks.map((task) => [task.key, task]));
  const results = new Map<string, TaskResult<T>>();
  const running = new Map<string, Promise<void>>();

  const blockerOf = (task: Task<T>): string | undefined =>
    task.after.find((key) => {
      if (task.despite?.has(key)) return false;
      const result = results.get(key);
      return options.held.has(key) || (result !== undefined && result.outcome?.result !== 'done');
    });
  const isReady = (task: Task<T>): boolean =>
    task.after.every((key) => !waiting.has(key) && !running.has(key));

  const start = (task: Task<T>): void => {
    waiting.delete(task.key);
    const done = task.run().then((outcome) => {
      results.set(task.key, { key: task.key, outcome });
      running.delete(task.key);
    });
    running.set(task.key, done);
  };

  while (waiting.size > 0 || running.size > 0) {
    for (const task of waiting.values()) {
      const blockedBy = options.stopping() ? 'shutdown' : blockerOf(task);
      if (blockedBy !== undefined) {
        waiting.delete(task.key);
        results.set(task.key, { key: task.key, blockedBy });
      } else if (running.size < concurrency && isReady(task) && task.isTimely?.() !== false) {
        start(task);
      }
    }
    if (running.size === 0)
      for (const task of waiting.values()) if (running.size < concurrency && isReady(task)) start(task);
    if (running.size > 0) await Promise.race(running.values());
    else if (![...waiting.values()].some((task) => isReady(task) || blockerOf(task) !== undefined)) break;
  }
  for (const task of waiting.values())
    results.set(task.key, { key: task.key, blockedBy: task.after.join(', ') });
  return tasks.map((task) => results.get(task.key) ?? { key: task.key });
}
