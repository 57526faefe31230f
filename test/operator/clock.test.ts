import { expect, test } from 'vitest';
import { sleep, systemClock } from '../../operator/clock.ts';
import { createFakeClock } from '../support/fake-clock.ts';

test('sleep ends when its time is over, or at once when aborted, and leaves no timer', async () => {
  const clock = createFakeClock();
  const stop = new AbortController();
  const ended: string[] = [];
  void sleep(clock, 100).then(() => ended.push('over'));
  void sleep(clock, 10_000, stop.signal).then(() => ended.push('aborted'));
  await clock.advance(99);
  expect(ended).toEqual([]);
  await clock.advance(1);
  expect(ended).toEqual(['over']);
  stop.abort();
  await clock.advance(0);
  expect(ended).toEqual(['over', 'aborted']);
  expect(clock.pending()).toBe(0);
  await sleep(clock, 10_000, stop.signal);
});

test('a delay beyond what Node can count does not fire at once', async () => {
  let fired = false;
  const handle = systemClock.setTimeout(() => {
    fired = true;
  }, Number.MAX_SAFE_INTEGER);
  await new Promise((resolve) => setTimeout(resolve, 20));
  systemClock.clearTimeout(handle);
  expect(fired).toBe(false);
});
