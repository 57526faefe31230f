import { fullAurora, fullMysql, fullRedis, orders, store } from './store-manifests.ts';
import type { Manifest } from './world.ts';

/** A change of a spec: fields of its engine, or of all stores. */
interface Edit {
  readonly what: string;
  readonly engine?: object;
  readonly common?: object;
}

/** A store, and what happens to its spec, one thing after the other. */
export interface EditedStore {
  readonly made: Manifest;
  readonly engine: string;
  readonly edits: readonly Edit[];
}

const tags = { what: 'tags', common: { tags: { stage: 'second', team: 'data' } } };
const otherTags = { what: 'other tags', common: { tags: { stage: 'third' } } };

const byDay = { name: 'by-day', partitionKey: { name: 'day', type: 'String' }, projection: 'KeysOnly' };
const byRegion = {
  name: 'by-region',
  partitionKey: { name: 'region', type: 'String' },
  projection: 'All',
  readUnits: 2,
  writeUnits: 1,
};

const table: EditedStore = {
  made: store('orders', { dynamodb: orders }),
  engine: 'dynamodb',
  edits: [
    { what: 'units', engine: { billing: { mode: 'Provisioned', readUnits: 5, writeUnits: 3 } } },
    { what: 'another index in place of one', engine: { globalIndexes: [byDay] } },
    { what: 'an index more, with units of its own', engine: { globalIndexes: [byDay, byRegion] } },
    { what: 'other units', engine: { billing: { mode: 'Provisioned', readUnits: 6, writeUnits: 3 } } },
    tags,
    {
      what: 'items end otherwise, and it is backed up',
      engine: { timeToLive: { attribute: 'until' } },
      common: { backup: { retentionDays: 14 } },
    },
    {
      what: 'a shorter recovery, backups at night',
      engine: { recoveryPeriodDays: 7 },
      common: { backup: { retentionDays: 7, schedule: 'cron(0 2 * * ? *)' } },
    },
    {
      what: 'another stream, another class',
      engine: { stream: 'KeysOnly', tableClass: 'StandardInfrequentAccess' },
    },
    otherTags,
    {
      what: 'no stream, no recovery',
      engine: { stream: undefined, pointInTimeRecovery: 'Disabled', recoveryPeriodDays: undefined },
    },
    {
      what: 'protected, no longer backed up',
      engine: { deletionProtection: 'Enabled' },
      common: { backup: undefined },
    },
    {
      what: 'paid by requests, one index',
      engine: { billing: { mode: 'OnDemand' }, globalIndexes: [byDay] },
    },
  ],
};

const mysql: EditedStore = {
  made: fullMysql,
  engine: 'mysql',
  edits: [
    { what: 'another backup', engine: { backup: { retentionDays: 6, window: '02:00-02:30' } } },
    { what: 'another class', engine: { instanceClass: 'db.t3.large' } },
    { what: 'a larger volume', engine: { storageGiB: 500 } },
    { what: 'a faster volume', engine: { iops: 14_000 } },
    tags,
    { what: 'other parameters', engine: { parameters: [{ name: 'max_connections', value: '200' }] } },
    { what: 'one zone', engine: { multiAz: 'Disabled' } },
    {
      what: 'other logs, no IAM',
      engine: { logExports: ['error', 'slowquery'], iamAuthentication: 'Disabled' },
    },
    otherTags,
    { what: 'insights', engine: { performanceInsights: { retentionDays: 62 } } },
    {
      what: 'another maintenance window, protected',
      engine: { maintenanceWindow: 'mon:04:00-mon:05:00', deletionProtection: 'Enabled' },
    },
    { what: 'a major upgrade', engine: { engineVersion: '8.4', allowMajorVersionUpgrade: true } },
  ],
};

const aurora: EditedStore = {
  made: fullAurora,
  engine: 'auroraPostgresql',
  edits: [
    { what: 'a member more', engine: { instances: 3 } },
    { what: 'another backup', engine: { backup: { retentionDays: 6, window: '02:00-02:30' } } },
    { what: 'other capacity', engine: { serverlessV2: { minCapacityUnits: 1, maxCapacityUnits: 8 } } },
    { what: 'other parameters', engine: { parameters: [{ name: 'work_mem', value: '131072' }] } },
    tags,
    { what: 'other logs, no IAM', engine: { logExports: [], iamAuthentication: 'Disabled' } },
    { what: 'one member', engine: { instances: 1 } },
    { what: 'a class', engine: { serverlessV2: undefined, instanceClass: 'db.t3.large' } },
    otherTags,
    { what: 'insights', engine: { performanceInsights: { retentionDays: 62 } } },
    { what: 'protected', engine: { deletionProtection: 'Enabled' } },
    { what: 'a major upgrade', engine: { engineVersion: '16', allowMajorVersionUpgrade: true } },
  ],
};

const redis: EditedStore = {
  made: fullRedis,
  engine: 'redis',
  edits: [
    { what: 'one node', engine: { nodes: 1 } },
    { what: 'another size', engine: { nodeType: 'cache.t3.medium' } },
    {
      what: 'other parameters',
      engine: { parameters: [{ name: 'maxmemory-policy', value: 'allkeys-lru' }] },
    },
    { what: 'another snapshot', engine: { snapshotRetentionDays: 4, snapshotWindow: '02:00-03:00' } },
    tags,
    { what: 'a replica', engine: { nodes: 2 } },
    { what: 'a newer version', engine: { engineVersion: '7.1' } },
    { what: 'another window', engine: { maintenanceWindow: 'mon:05:00-mon:06:00' } },
    otherTags,
    { what: 'no snapshots', engine: { snapshotRetentionDays: 0 } },
    { what: 'more of all', engine: { nodes: 4, snapshotRetentionDays: 1 } },
    { what: 'Valkey', engine: { engine: 'Valkey', engineVersion: '8.0', allowMajorVersionUpgrade: true } },
  ],
};

/** One store of each engine. */
export const EDITED_STORES: readonly EditedStore[] = [table, mysql, aurora, redis];

/** The object as it is after an edit. What is undefined is no more. */
export function edited(now: Manifest, { engine }: EditedStore, edit: Edit): Manifest {
  const spec = now.spec as Readonly<Record<string, object>>;
  const after = { ...spec, ...edit.common, [engine]: { ...spec[engine], ...edit.engine } };
  return { ...now, spec: JSON.parse(JSON.stringify(after)) as object };
}
