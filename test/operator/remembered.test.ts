import { describe, expect, it } from 'vitest';
import { remembered } from '../../operator/remembered.ts';
import { createFakeClock } from '../support/fake-clock.ts';

function scene() {
  const clock = createFakeClock();
  const reads: { answer: (value: string) => void; fail: (error: Error) => void }[] = [];
  const ask = remembered(
    clock,
    1000,
    () => new Promise<string>((answer, fail) => void reads.push({ answer, fail })),
  );
  return { clock, reads, ask };
}

describe('remembered', () => {
  it('reads once for all who ask while it is under way and until it is too old', async () => {
    const { clock, reads, ask } = scene();
    const early = [ask(), ask()];
    reads[0]?.answer('one');
    expect(await Promise.all(early)).toEqual(['one', 'one']);
    await clock.advance(999);
    expect(await ask()).toBe('one');
    expect(reads).toHaveLength(1);
    await clock.advance(1);
    const late = ask();
    reads[1]?.answer('two');
    expect(await late).toBe('two');
  });

  it('a failure reaches all who share it, and the next who asks reads anew', async () => {
    const { reads, ask } = scene();
    const both = [ask(), ask()];
    reads[0]?.fail(new Error('no answer'));
    for (const one of both) await expect(one).rejects.toThrow('no answer');
    const again = ask();
    reads[1]?.answer('there');
    expect(await again).toBe('there');
    expect(reads).toHaveLength(2);
  });

  it('a read that fails late does not take a younger answer along', async () => {
    const { clock, reads, ask } = scene();
    const slow = ask();
    await clock.advance(1000);
    const young = ask();
    reads[1]?.answer('young');
    expect(await young).toBe('young');
    reads[0]?.fail(new Error('late'));
    await expect(slow).rejects.toThrow('late');
    expect(await ask()).toBe('young');
  });
});
