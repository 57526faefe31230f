import { afterAll, beforeAll } from 'vitest';
import { proveDrift } from '../support/drift-suite.ts';
import { Standing } from '../support/standing.ts';
import { storeNetwork } from '../support/store-manifests.ts';
import {
  actionsOfBackups,
  anotherKept,
  BACKUP_PROVOCATIONS,
  keptTable,
} from '../support/withheld-backups.ts';
import { proveContract } from '../support/withheld-suite.ts';

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(keptTable, {
    // Refreshes are counted by what a network is listed by.
    setting: [storeNetwork],
    awsEnv: { LANDFALL_AWS_TABLE_SECONDS: '0.1' },
  });
});
afterAll(() => standing?.stop());

proveDrift(['BackupVault', 'BackupPlan', 'BackupSelection'], () => standing);

proveContract({
  standing: () => standing,
  another: () => anotherKept,
  actions: await actionsOfBackups(),
  provocations: BACKUP_PROVOCATIONS,
  share: 2,
});
