import { aws } from './harness.ts';

/**
 * Lets time pass on the local AWS's held clock, 50 ms at a time, until `check` gives something. However slow the
 * machine is, nothing happens between two calls unless time was let pass.
 */
export async function eventually<T>(check: () => Promise<T | undefined>): Promise<T> {
  for (let step = 0; step < 400; step += 1) {
    const found = await check();
    if (found !== undefined) return found;
    await aws().letPass(0.05);
  }
  throw new Error('did not happen within 20 s of the held clock');
}
