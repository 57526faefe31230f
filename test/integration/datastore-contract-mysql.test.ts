import { afterAll, beforeAll } from 'vitest';
import { proveDrift } from '../support/drift-suite.ts';
import { Standing } from '../support/standing.ts';
import { storeNetwork } from '../support/store-manifests.ts';
import { actionsOfMysql, anotherMysql, MYSQL_PROVOCATIONS, passingMysql } from '../support/withheld-mysql.ts';
import { proveContract } from '../support/withheld-suite.ts';

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(passingMysql, {
    setting: [storeNetwork],
    awsEnv: { LANDFALL_AWS_DATABASE_SECONDS: '0.1', LANDFALL_AWS_STORAGE_SECONDS: '0.1' },
  });
});
afterAll(() => standing?.stop());

proveDrift(
  [
    'DbSubnetGroup',
    'DbParameterGroup',
    'DbParameters',
    'DbOptionGroup',
    'DbOptions',
    'DbInstance',
    'Secret',
    'SecretRotation',
    'SecretValue',
  ],
  () => standing,
);

proveContract({
  standing: () => standing,
  another: () => anotherMysql,
  actions: await actionsOfMysql(),
  provocations: MYSQL_PROVOCATIONS,
  share: 2,
});
