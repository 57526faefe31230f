import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Batches } from '../../../operator/aws/batch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Answers each key with itself in capitals, except `missing`, and keeps the questions. */
function asker() {
  const asked: string[][] = [];
  const run = async (keys: readonly string[]) => {
    asked.push([...keys]);
    return new Map(keys.filter((key) => key !== 'missing').map((key) => [key, key.toUpperCase()]));
  };
  return { asked, run };
}

describe('Batches', () => {
  it('joins what is asked within the window, each key once, and gives everybody his own answer', async () => {
    const { asked, run } = asker();
    const batches = new Batches();
    const answers = Promise.all(['a', 'b', 'a', 'missing'].map((key) => batches.ask('acl', key, run)));
    await vi.advanceTimersByTimeAsync(40);
    expect(await answers).toEqual(['A', 'B', 'A', undefined]);
    expect(asked).toEqual([['a', 'b', 'missing']]);
  });

  it('what is asked later is another question', async () => {
    const { asked, run } = asker();
    const batches = new Batches();
    const first = batches.ask('acl', 'a', run);
    await vi.advanceTimersByTimeAsync(40);
    const second = batches.ask('acl', 'b', run);
    await vi.advanceTimersByTimeAsync(40);
    expect([await first, await second]).toEqual(['A', 'B']);
    expect(asked).toEqual([['a'], ['b']]);
  });

  it('questions of different names are not joined', async () => {
    const { asked, run } = asker();
    const batches = new Batches();
    const answers = Promise.all([batches.ask('acl', 'a', run), batches.ask('table', 'a', run)]);
    await vi.advanceTimersByTimeAsync(40);
    await answers;
    expect(asked).toEqual([['a'], ['a']]);
  });

  it('an error reaches everybody who asked, and the next question starts anew', async () => {
    const { run } = asker();
    const batches = new Batches();
    const fail = async () => Promise.reject(new Error('throttled'));
    const answers = Promise.allSettled([batches.ask('acl', 'a', fail), batches.ask('acl', 'b', fail)]);
    await vi.advanceTimersByTimeAsync(40);
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = batches.ask('acl', 'a', run);
    await vi.advanceTimersByTimeAsync(40);
    expect(await next).toBe('A');
  });
});
