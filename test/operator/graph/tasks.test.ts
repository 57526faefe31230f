import { describe, expect, it } from 'vitest';
import { runTasks, type Task } from '../../../operator/graph/tasks.ts';

const OPEN = { held: new Set<string>(), stopping: () => false };
type Result = { readonly result: string };

/** Tasks that note when they begin and end, and end when told to. */
function bench() {
  const log: string[] = [];
  const task = (key: string, after: string[] = [], result = 'done'): Task<Result> => ({
    key,
    after,
    run: async () => {
      log.push(`+${key}`);
      await Promise.resolve();
      log.push(`-${key}`);
      return { result };
    },
  });
  return { log, task };
}

describe('tasks', () => {
  it('run after those that they come after', async () => {
    const { log, task } = bench();
    const results = await runTasks([task('c', ['b']), task('b', ['a']), task('a')], 4, OPEN);
    expect(log).toEqual(['+a', '-a', '+b', '-b', '+c', '-c']);
    expect(results.map(({ key, outcome }) => [key, outcome?.result])).toEqual([
      ['c', 'done'],
      ['b', 'done'],
      ['a', 'done'],
    ]);
  });

  it('run side by side, but never more than allowed', async () => {
    const { log, task } = bench();
    await runTasks(
      ['a', 'b', 'c', 'd', 'e'].map((key) => task(key)),
      2,
      OPEN,
    );
    let [running, most] = [0, 0];
    for (const entry of log) {
      running += entry.startsWith('+') ? 1 : -1;
      most = Math.max(most, running);
    }
    expect(most).toBe(2);
    expect(log).toHaveLength(10);
  });

  it('wait for what comes from elsewhere while others run, and are tried without it when nothing else is left', async () => {
    const { log, task } = bench();
    const isThere = () => log.includes('-b');
    const results = await runTasks(
      [
        { ...task('soon'), isTimely: isThere },
        { ...task('never', [], 'waiting'), isTimely: () => false },
        task('a'),
        task('b', ['a']),
        task('c', ['b']),
        task('after', ['never']),
      ],
      4,
      OPEN,
    );
    expect(log.filter((entry) => entry.startsWith('+'))).toEqual(['+a', '+b', '+soon', '+c', '+never']);
    expect(results.map(({ key, outcome }) => [key, outcome?.result])).toEqual([
      ['soon', 'done'],
      ['never', 'waiting'],
      ['a', 'done'],
      ['b', 'done'],
      ['c', 'done'],
      ['after', undefined],
    ]);
  });

  it('hold back what comes after one that is not done, directly or not, and nothing else', async () => {
    const { log, task } = bench();
    const results = await runTasks(
      [task('bad', [], 'waiting'), task('next', ['bad']), task('last', ['next']), task('free')],
      4,
      OPEN,
    );
    expect(log.filter((entry) => entry.startsWith('+'))).toEqual(['+bad', '+free']);
    expect(results.map(({ key, blockedBy }) => [key, blockedBy])).toEqual([
      ['bad', undefined],
      ['next', 'bad'],
      ['last', 'next'],
      ['free', undefined],
    ]);
  });

  it('are blocked by keys that are held, although these are no tasks', async () => {
    const { log, task } = bench();
    const results = await runTasks([task('a', ['vpc']), task('b')], 4, { ...OPEN, held: new Set(['vpc']) });
    expect(log).toEqual(['+b', '-b']);
    expect(results[0]).toEqual({ key: 'a', blockedBy: 'vpc' });
  });

  it('count keys that are neither tasks nor held as done', async () => {
    const { log, task } = bench();
    await runTasks([task('a', ['there-already'])], 1, OPEN);
    expect(log).toEqual(['+a', '-a']);
  });

  it('start nothing once stopping, and let what runs end', async () => {
    const { log, task } = bench();
    let stopping = false;
    const first: Task<Result> = {
      key: 'first',
      after: [],
      run: async () => {
        stopping = true;
        await Promise.resolve();
        log.push('first ended');
        return { result: 'done' };
      },
    };
    const results = await runTasks([first, task('second', ['first'])], 1, {
      held: new Set(),
      stopping: () => stopping,
    });
    expect(log).toEqual(['first ended']);
    expect(results[1]).toEqual({ key: 'second', blockedBy: 'shutdown' });
  });
});
