import * as fc from 'fast-check';
import { afterAll, it } from 'vitest';

/** The seed of all properties: `LANDFALL_SEED`, by default the UTC date, so that each day tries other cases. */
export const SEED = seedOf(process.env['LANDFALL_SEED']);
/** `LANDFALL_RUNS` multiplies the runs of every property: for a longer hunt. */
const FACTOR = Number(process.env['LANDFALL_RUNS'] ?? '1');
/** Far more than a property takes: a machine that is busy with other tests must not fail it. */
const TIMEOUT_MS = 120_000 * Math.max(FACTOR, 1);

const done: number[] = [];

/**
 * A test that holds for all values of an arbitrary: its name ends in the number of runs, which
 * `scripts/summary.mjs` adds up. A counterexample is printed shrunk, with the seed that finds it again.
 */
export function property<T>(
  name: string,
  runs: number,
  values: fc.Arbitrary<T>,
  holds: (value: T) => void | Promise<void>,
): void {
  const numRuns = Math.ceil(runs * FACTOR);
  it(
    `${name} (${numRuns} runs)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(values, async (value) => holds(value)),
        { seed: SEED, numRuns },
      );
      done.push(numRuns);
    },
    TIMEOUT_MS,
  );
}

/** Prints how much the file tried; called once at its top. */
export function reportProperties(): void {
  afterAll(() => {
    const runs = done.reduce((sum, each) => sum + each, 0);
    console.log(`${done.length} properties, ${runs} runs, seed ${SEED} (LANDFALL_SEED=${SEED} repeats them)`);
  });
}

function seedOf(given: string | undefined): number {
  const text = given ?? new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const seed = Number(text);
  if (!Number.isInteger(seed)) throw new Error(`LANDFALL_SEED is ${text}, which is no whole number`);
  return seed;
}
