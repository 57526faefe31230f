import { afterAll, beforeAll } from 'vitest';
import { proveDrift } from '../support/drift-suite.ts';
import { Standing } from '../support/standing.ts';
import { storeNetwork } from '../support/store-manifests.ts';
import { actionsOfRedis, anotherRedis, passingRedis, REDIS_PROVOCATIONS } from '../support/withheld-redis.ts';
import { proveContract } from '../support/withheld-suite.ts';

let standing: Standing;

beforeAll(async () => {
  standing = await Standing.start(passingRedis, {
    setting: [storeNetwork],
    awsEnv: { LANDFALL_AWS_CACHE_SECONDS: '0.1' },
  });
});
afterAll(() => standing?.stop());

proveDrift(
  [
    'CacheSubnetGroup',
    'CacheParameterGroup',
    'CacheParameters',
    'ReplicationGroup',
    'Secret',
    'SecretRotation',
    'SecretValue',
    'AuthToken',
  ],
  () => standing,
);

proveContract({
  standing: () => standing,
  another: () => anotherRedis,
  actions: await actionsOfRedis(),
  provocations: REDIS_PROVOCATIONS,
  share: 2,
});
