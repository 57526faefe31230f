import { afterAll, beforeAll } from 'vitest';
import { proveDrift } from '../support/drift-suite.ts';
import { Standing } from '../support/standing.ts';
import { fullAurora, storeNetwork } from '../support/store-manifests.ts';

/** Nothing is kept of it, so that nothing is left. */
const passing = { ...fullAurora, spec: { ...(fullAurora.spec as object), deletionPolicy: 'Delete' } };

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(passing, {
    setting: [storeNetwork],
    awsEnv: { LANDFALL_AWS_DATABASE_SECONDS: '0.1', LANDFALL_AWS_STORAGE_SECONDS: '0.1' },
  });
});
afterAll(() => standing?.stop());

proveDrift(['DbClusterParameterGroup', 'DbClusterParameters', 'DbCluster'], () => standing);
