import {
  DeleteSecretCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Subject } from './crash-subjects.ts';
import { BY_HAND } from './former-stores.ts';
import { LastCopies } from './last-copies.ts';
import { portal } from './manifests.ts';
import { fullAurora, fullMysql, fullRedis, storeNetwork } from './store-manifests.ts';
import type { Manifest, World } from './world.ts';

const setting = [portal.namespace, portal.account, storeNetwork];

/** The object with other fields of its engine, beside other tags. */
export function editedAs(made: Manifest, engine: string, fields: object): Manifest {
  const spec = made.spec as Readonly<Record<string, object>>;
  return { ...made, spec: { ...spec, [engine]: { ...spec[engine], ...fields }, tags: { stage: 'second' } } };
}

export const tagged = (made: Manifest): Manifest => ({
  ...made,
  spec: { ...(made.spec as object), tags: { stage: 'first', gone: 'soon' } },
});

/** Last copies are left on purpose but for those of which restored stores are made, and so is the password of what has one: its name is free a moment after it is gone. */
export async function forgetStores(world: World): Promise<void> {
  const copies = new LastCopies(world);
  const secrets = new SecretsManagerClient(world.clientOptions());
  try {
    await copies.delete(BY_HAND);
    const { SecretList = [] } = await secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }));
    for (const { ARN: SecretId } of SecretList)
      await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  } finally {
    copies.destroy();
    secrets.destroy();
  }
}

/** A database of MySQL; edited, it grows, is of another class and another major version, and most else of it changes. */
export const aMysql: Subject = {
  name: 'mysql',
  setting,
  made: tagged(fullMysql),
  edited: editedAs(fullMysql, 'mysql', {
    engineVersion: '8.4',
    allowMajorVersionUpgrade: true,
    instanceClass: 'db.t3.large',
    storageGiB: 500,
    iops: 13_000,
    multiAz: 'Disabled',
    parameters: [
      { name: 'wait_timeout', value: '300' },
      { name: 'performance_schema', value: '1' },
    ],
    backup: { retentionDays: 6, window: '02:00-02:30' },
    iamAuthentication: 'Disabled',
    logExports: ['error'],
  }),
  forget: forgetStores,
};

/** A cluster with two members; edited, it has three of a size, another major version, and most else of it changes. */
export const anAurora: Subject = {
  name: 'aurora',
  setting,
  made: tagged(fullAurora),
  edited: editedAs(fullAurora, 'auroraPostgresql', {
    engineVersion: '16',
    allowMajorVersionUpgrade: true,
    instances: 3,
    serverlessV2: undefined,
    instanceClass: 'db.t3.large',
    parameters: [{ name: 'work_mem', value: '131072' }],
    backup: { retentionDays: 6, window: '02:00-02:30' },
    iamAuthentication: 'Disabled',
    performanceInsights: { retentionDays: 7 },
  }),
  forget: forgetStores,
};

/** A cache with two replicas; edited, it is one node of another size, of Valkey, and most else of it changes. */
export const aRedis: Subject = {
  name: 'redis',
  setting,
  made: tagged(fullRedis),
  edited: editedAs(fullRedis, 'redis', {
    engine: 'Valkey',
    engineVersion: '8.0',
    allowMajorVersionUpgrade: true,
    nodeType: 'cache.t3.micro',
    nodes: 1,
    parameters: [{ name: 'maxmemory-policy', value: 'allkeys-lru' }],
    snapshotRetentionDays: 4,
    snapshotWindow: '02:00-03:00',
  }),
  forget: forgetStores,
};
