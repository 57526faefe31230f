import { afterAll, beforeAll } from 'vitest';
import { proveDrift } from '../support/drift-suite.ts';
import { Standing } from '../support/standing.ts';
import { storeNetwork } from '../support/store-manifests.ts';
import {
  actionsOfTable,
  anotherTable,
  passingTable,
  TABLE_PROVOCATIONS,
} from '../support/withheld-tables.ts';
import { proveContract } from '../support/withheld-suite.ts';

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(passingTable, {
    // Refreshes are counted by what a network is listed by.
    setting: [storeNetwork],
    awsEnv: { LANDFALL_AWS_TABLE_SECONDS: '0.1' },
  });
});
afterAll(() => standing?.stop());

proveDrift(['DynamoDbTable', 'TableSettings', 'TimeToLive', 'ContinuousBackups'], () => standing);

proveContract({
  standing: () => standing,
  another: () => anotherTable,
  actions: await actionsOfTable(),
  provocations: TABLE_PROVOCATIONS,
  share: 2,
});
