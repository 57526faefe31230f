import { defineConfig } from 'vitest/config';

/** Two projects: `unit` needs nothing but Node; `integration` starts its own API servers and local AWS. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{bench,operator,k8s-local}/**/*.test.ts'],
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
