import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../operator/clock.ts';
import { createQueue, type KeyQueue, type WorkOutcome } from '../../../operator/kube/queue.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

interface Job {
  key: string;
  at: number;
  finish: (outcome?: WorkOutcome) => void;
  fail: (error: Error) => void;
}

/** A queue whose workers finish only when the test says so. */
function manual(concurrency = 1) {
  const clock = createFakeClock();
  const jobs: Job[] = [];
  const errors: { key: string; failures: number; afterMs: number }[] = [];
  const queue: KeyQueue = createQueue({
    concurrency,
    clock,
    backoff: { baseMs: 1_000, maxMs: 8_000 },
    ageingMs: 1_000,
    random: () => 1,
    worker: (key) =>
      new Promise((resolve, reject) => {
        jobs.push({ key, at: clock.now(), finish: resolve, fail: reject });
      }),
    onError: (key, _, { failures, afterMs }) => errors.push({ key, failures, afterMs }),
  });
  queue.start();
  const take = (): Job => {
    const job = jobs.shift();
    if (job === undefined) throw new Error('no worker is running');
    return job;
  };
  return { clock, queue, jobs, errors, take };
}

/** Works off everything one at a time and returns the order. */
async function drain({ clock, jobs }: ReturnType<typeof manual>): Promise<string[]> {
  const order: string[] = [];
  await clock.advance(0);
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    order.push(job.key);
    job.finish();
    await clock.advance(0);
  }
  return order;
}

describe('queue', () => {
  test('a key added many times is worked on once', async () => {
    const it = manual();
    for (let n = 0; n < 5; n += 1) it.queue.add('a', { afterMs: 10 });
    expect(it.queue.size()).toBe(1);
    await it.clock.advance(10);
    expect(await drain(it)).toEqual(['a']);
    expect(it.queue.size()).toBe(0);
  });

  test('the earliest due time and the highest priority of a waiting key win', async () => {
    const it = manual();
    it.queue.add('late', { afterMs: 60_000 });
    it.queue.add('late', { afterMs: 500 });
    it.queue.add('late', { afterMs: 90_000, priority: 3 });
    it.queue.add('late', { afterMs: 95_000, priority: 1 });
    it.queue.add('other', { afterMs: 500, priority: 2 });
    await it.clock.advance(499);
    expect(it.jobs).toHaveLength(0);
    await it.clock.advance(1);
    expect(await drain(it)).toEqual(['late', 'other']);
  });

  test('one worker per key: a key added while being worked on runs once more after', async () => {
    const it = manual(4);
    it.queue.add('a');
    await it.clock.advance(0);
    const first = it.take();
    it.queue.add('a');
    it.queue.add('a');
    await it.clock.advance(1_000);
    expect(it.jobs).toHaveLength(0);
    expect(it.queue.size()).toBe(1);
    first.finish();
    await it.clock.advance(0);
    it.take().finish();
    await it.clock.advance(100_000);
    expect(it.jobs).toHaveLength(0);
    expect(it.queue.size()).toBe(0);
  });

  test('runs as many keys at a time as allowed, and no more', async () => {
    const it = manual(2);
    for (const key of ['a', 'b', 'c']) it.queue.add(key);
    await it.clock.advance(0);
    expect(it.jobs.map(({ key }) => key)).toEqual(['a', 'b']);
    expect([it.queue.active(), it.queue.depth(), it.queue.size()]).toEqual([2, 1, 3]);
    it.take().finish();
    await it.clock.advance(0);
    expect(it.jobs.map(({ key }) => key)).toEqual(['b', 'c']);
  });

  test('a failing key comes back after a growing delay, up to the maximum; success resets it', async () => {
    const it = manual();
    it.queue.add('a');
    await it.clock.advance(0);
    const starts: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const job = it.take();
      starts.push(job.at);
      job.fail(new Error('no'));
      await it.clock.advance(8_000);
    }
    expect(it.errors.map(({ afterMs }) => afterMs)).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    expect(it.errors.at(-1)?.failures).toBe(6);
    it.take().finish();
    it.queue.add('a');
    await it.clock.advance(0);
    it.take().fail(new Error('no'));
    await it.clock.advance(0);
    expect(it.errors.at(-1)).toEqual({ key: 'a', failures: 1, afterMs: 1_000 });
  });

  test('a person who changes a failing key is not kept waiting by its backoff', async () => {
    const it = manual();
    it.queue.add('a');
    await it.clock.advance(0);
    it.take().fail(new Error('no'));
    await it.clock.advance(10);
    expect(it.jobs).toHaveLength(0);
    it.queue.add('a', { priority: 10 });
    await it.clock.advance(0);
    expect(it.take().at).toBe(10);
  });

  test('a failing key that is woken again and again in one second still comes back as if it had failed once', async () => {
    const it = manual();
    it.queue.add('a');
    for (let n = 0; n < 7; n += 1) {
      await it.clock.advance(100);
      it.take().fail(new Error('the API server is away'));
      it.queue.add('a', { priority: 50 });
    }
    await it.clock.advance(0);
    it.take().fail(new Error('the API server is away'));
    await it.clock.advance(0);
    expect(it.errors.map(({ afterMs }) => afterMs)).toEqual([1_000, 900, 800, 700, 600, 500, 400, 400]);
    await it.clock.advance(400);
    const second = it.take();
    expect(second.at).toBe(1_100);
    second.fail(new Error('still'));
    await it.clock.advance(0);
    expect(it.errors.at(-1)).toEqual({ key: 'a', failures: 9, afterMs: 2_000 });
  });

  test('jitter spreads the delay over its upper half', async () => {
    const clock = createFakeClock();
    const delays: number[] = [];
    for (const random of [0, 0.5, 1]) {
      const queue = createQueue({
        concurrency: 1,
        clock,
        random: () => random,
        backoff: { baseMs: 1_000, maxMs: 8_000 },
        worker: async () => {
          throw new Error('no');
        },
        onError: (_, __, { afterMs }) => {
          delays.push(afterMs);
          void queue.stop();
        },
      });
      queue.add('a');
      queue.start();
      await clock.advance(0);
    }
    expect(delays).toEqual([500, 750, 1_000]);
  });

  test('a worker may ask to see the key again', async () => {
    const it = manual();
    it.queue.add('a');
    await it.clock.advance(0);
    it.take().finish({ requeueAfterMs: 30_000 });
    await it.clock.advance(29_999);
    expect(it.jobs).toHaveLength(0);
    await it.clock.advance(1);
    expect(it.take().at).toBe(30_000);
  });

  test('aiven-operator#1261: what a person changed goes before a thousand standing keys', async () => {
    const it = manual();
    for (let n = 0; n < 1_000; n += 1) it.queue.add(`standing-${n}`);
    await it.clock.advance(0);
    it.queue.add('new', { priority: 10 });
    it.take().finish();
    await it.clock.advance(0);
    expect(it.take().key).toBe('new');
  });

  test('waiting raises priority, so that periodic work is not starved by a stream of urgent keys', async () => {
    const it = manual();
    it.queue.add('hold');
    await it.clock.advance(0);
    it.queue.add('periodic');
    const order: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      it.queue.add(`urgent-${n}`, { priority: 10 });
      it.queue.add(`urgent-${n}-more`, { priority: 10 });
      await it.clock.advance(1_000);
      const job = it.take();
      order.push(job.key);
      job.finish();
      await it.clock.advance(0);
    }
    expect(order).toContain('periodic');
    expect(order.indexOf('periodic')).toBeGreaterThan(9);
    expect(order.indexOf('periodic')).toBeLessThan(25);
  });

  test('of keys added in one go the most urgent takes the free worker', async () => {
    const it = manual();
    it.queue.add('periodic');
    it.queue.add('urgent', { priority: 10 });
    expect(await drain(it)).toEqual(['urgent', 'periodic']);
  });

  test('keys of equal priority go in the order in which they became due', async () => {
    const it = manual();
    it.queue.add('hold');
    await it.clock.advance(0);
    it.queue.add('second', { afterMs: 20 });
    it.queue.add('first', { afterMs: 10 });
    await it.clock.advance(50);
    it.take().finish();
    await it.clock.advance(0);
    expect(await drain(it)).toEqual(['first', 'second']);
  });

  test('forget drops a waiting key and its failures', async () => {
    const it = manual();
    it.queue.add('a');
    await it.clock.advance(0);
    it.take().fail(new Error('no'));
    await it.clock.advance(0);
    it.queue.forget('a');
    await it.clock.advance(100_000);
    expect(it.jobs).toHaveLength(0);
    it.queue.add('a');
    await it.clock.advance(0);
    it.take().fail(new Error('no'));
    await it.clock.advance(0);
    expect(it.errors.at(-1)?.failures).toBe(1);
  });

  test('stop waits for workers in flight and hands out nothing more', async () => {
    const it = manual();
    it.queue.add('a');
    it.queue.add('b');
    await it.clock.advance(0);
    let stopped = false;
    const stopping = it.queue.stop().then(() => {
      stopped = true;
    });
    await it.clock.advance(1_000);
    expect(stopped).toBe(false);
    it.take().finish({ requeueAfterMs: 1 });
    await stopping;
    await it.clock.advance(100_000);
    expect(it.jobs).toHaveLength(0);
    expect(it.clock.pending()).toBe(0);
  });
});

test('keys that wake each other without end leave others their turn', async () => {
  const MANY = 100_000;
  let [passes, turns] = [0, 0];
  const queue = createQueue({
    concurrency: 1,
    clock: systemClock,
    worker: (key) => {
      passes += 1;
      // Without an end nobody would hear of the failure.
      if (passes < MANY && turns === 0) queue.add(key === 'a' ? 'b' : 'a');
      return Promise.resolve();
    },
    onError: (_, error) => expect.fail(String(error)),
  });
  queue.start();
  queue.add('a');
  await sleep(5);
  turns += 1;
  await queue.stop();
  expect(passes).toBeLessThan(MANY);
});
