import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes. */
const LONG =
  /(-crash(-\w+)?|-contract(-\w+)?|-drift|least-privilege|images|plan-equals|claims|local-examples|local-operator)\.test\.ts$/;

/** They come first: vitest goes by size where it has no times, and the longest, of four lines, would come last and alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(LONG.test(b.moduleId)) - Number(LONG.test(a.moduleId)));
  }
}

/** Two projects: `unit` needs nothing but Node; `integration` starts its own API servers and local AWS. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{bench,operator,k8s-local,service}/**/*.test.ts'],
          testTimeout: 20_000,
          // One after the other: vitest refuses to mix projects with different numbers of workers.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/prepare.ts'],
          testTimeout: 300_000,
          hookTimeout: 1_800_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
