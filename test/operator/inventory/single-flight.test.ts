import { describe, expect, it } from 'vitest';
import { SingleFlight } from '../../../operator/inventory/single-flight.ts';
import { createFakeClock, settle } from '../../support/fake-clock.ts';

function scene() {
  const clock = createFakeClock();
  const reads: { at: number; end: () => void; fail: (error: Error) => void }[] = [];
  const flight = new SingleFlight(
    clock,
    () =>
      new Promise<void>((end, fail) => {
        reads.push({ at: clock.now(), end, fail });
      }),
  );
  return { clock, reads, flight };
}

describe('SingleFlight', () => {
  it('whoever is content with the running read joins it', async () => {
    const { clock, reads, flight } = scene();
    const waiting = [flight.run(0), flight.run(0), flight.run(clock.now())];
    reads[0]?.end();
    await Promise.all(waiting);
    expect(reads).toHaveLength(1);
  });

  it('whoever needs a younger one waits for the next, and all latecomers share it', async () => {
    const { clock, reads, flight } = scene();
    const done: string[] = [];
    void flight.run(0).then(() => done.push('first'));
    clock.jump(10);
    for (let index = 0; index < 100; index += 1) void flight.run(5).then(() => done.push('late'));
    await settle();
    expect(reads).toHaveLength(1);
    reads[0]?.end();
    await settle();
    expect(done).toEqual(['first']);
    expect(reads.map(({ at }) => at)).toEqual([0, 10]);
    reads[1]?.end();
    await settle();
    expect(done).toHaveLength(101);
    expect(reads).toHaveLength(2);
  });

  it('two never run at once, whenever somebody asks while one ends and the next begins', async () => {
    for (let turns = 0; turns < 8; turns += 1) {
      const { clock, reads, flight } = scene();
      const first = flight.run(0);
      clock.jump(10);
      const second = flight.run(5);
      reads[0]?.end();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const third = flight.run(5);
      await settle();
      expect(reads, `asked ${turns} turns after the end`).toHaveLength(2);
      reads[1]?.end();
      await Promise.all([first, second, third]);
    }
  });

  it('a read that fails is told to those who waited for it, and the next begins anew', async () => {
    const { clock, reads, flight } = scene();
    const first = flight.run(0);
    const joined = flight.run(0);
    clock.jump(1);
    const next = flight.run(1);
    reads[0]?.fail(new Error('throttled'));
    await expect(first).rejects.toThrow('throttled');
    await expect(joined).rejects.toThrow('throttled');
    await settle();
    reads[1]?.fail(new Error('again'));
    await expect(next).rejects.toThrow('again');
    const last = flight.run(0);
    expect(reads).toHaveLength(3);
    reads[2]?.end();
    await expect(last).resolves.toBeUndefined();
  });

  it('a read is as old as its first call, not as the moment at which it returned a promise', async () => {
    const clock = createFakeClock();
    let reads = 0;
    const flight = new SingleFlight(clock, () => {
      reads += 1;
      // The first call to AWS leaves here; time passes before the promise is returned.
      clock.jump(5);
      return new Promise((resolve) => {
        clock.setTimeout(resolve, 10);
      });
    });
    void flight.run(0);
    const later = flight.run(3);
    await clock.advance(50);
    await later;
    expect(reads).toBe(2);
  });
});
