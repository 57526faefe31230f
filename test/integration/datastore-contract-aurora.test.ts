import { afterAll, beforeAll } from 'vitest';
import { membersCases } from '../contract/drift/members.ts';
import { proveDrift } from '../support/drift-suite.ts';
import { Standing } from '../support/standing.ts';
import { storeNetwork } from '../support/store-manifests.ts';
import {
  actionsOfAurora,
  anotherAurora,
  AURORA_PROVOCATIONS,
  passingAurora,
} from '../support/withheld-aurora.ts';
import { proveContract } from '../support/withheld-suite.ts';

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(passingAurora, {
    setting: [storeNetwork],
    awsEnv: { LANDFALL_AWS_DATABASE_SECONDS: '0.1', LANDFALL_AWS_STORAGE_SECONDS: '0.1' },
  });
});
afterAll(() => standing?.stop());

proveDrift(
  ['DbClusterParameterGroup', 'DbClusterParameters', 'DbCluster', 'Secret', 'SecretRotation', 'SecretValue'],
  () => standing,
);
proveDrift(['DbInstance'], () => standing, membersCases);

proveContract({
  standing: () => standing,
  another: () => anotherAurora,
  actions: await actionsOfAurora(),
  provocations: AURORA_PROVOCATIONS,
  share: 2,
});
