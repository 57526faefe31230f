import { smallNetwork } from './manifests.ts';
import type { Manifest } from './world.ts';

/** A network of the portal's namespace and account in which any store can stand. */
export const storeNetwork = smallNetwork('stores', 'portal', {
  accountRef: { name: 'portal' },
  zones: { count: 2 },
  tiers: [{ name: 'data' }],
});

/** One in which services can stand beside stores, with the endpoints that their tasks need and these besides. */
export const networkWithServices = (...services: string[]): Manifest =>
  smallNetwork('shop', 'portal', {
    accountRef: { name: 'portal' },
    zones: { count: 2 },
    tiers: [{ name: 'private' }, { name: 'data' }],
    securityGroups: {
      ecs: {},
      endpoints: {},
      data: {
        ports: [
          { name: 'mysql', port: 3306 },
          { name: 'redis', port: 6379 },
        ],
      },
    },
    endpoints: ['s3', 'ecr.api', 'ecr.dkr', 'logs', ...services].map((service) => ({ service })),
  });

/** A store of the portal's namespace. */
export function store(name: string, spec: object): Manifest {
  return {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'DataStore',
    metadata: { name, namespace: 'portal' },
    spec: { accountRef: { name: 'portal' }, region: 'us-east-1', environment: 'dev', ...spec },
  };
}

/** One that stands in {@link storeNetwork}. */
export function storeInNetwork(name: string, spec: object): Manifest {
  return store(name, { networkRef: { name: 'stores' }, ...spec });
}

/** A database of MySQL, with all that one may be told. */
export const fullMysql = storeInNetwork('records', {
  mysql: {
    engineVersion: '8.0.40',
    instanceClass: 'db.t3.medium',
    storageGiB: 400,
    maxStorageGiB: 1000,
    iops: 12_000,
    throughputMiB: 500,
    multiAz: 'Enabled',
    databaseName: 'appdb',
    credentials: { mode: 'Generated' },
    parameters: [{ name: 'wait_timeout', value: '600' }],
    backup: { retentionDays: 5, window: '03:00-03:30' },
    maintenanceWindow: 'sun:04:00-sun:05:00',
    iamAuthentication: 'Enabled',
    performanceInsights: { retentionDays: 31 },
    applyChanges: 'Immediately',
  },
});

/** A cluster of Aurora, with all that one may be told. */
export const fullAurora = storeInNetwork('ledger', {
  auroraPostgresql: {
    engineVersion: '15.6',
    instances: 2,
    serverlessV2: { minCapacityUnits: 0.5, maxCapacityUnits: 4 },
    databaseName: 'ledger',
    credentials: { mode: 'Generated' },
    parameters: [{ name: 'work_mem', value: '65536' }],
    backup: { retentionDays: 5, window: '03:00-03:30' },
    maintenanceWindow: 'sun:04:00-sun:05:00',
    iamAuthentication: 'Enabled',
    performanceInsights: { retentionDays: 31 },
    applyChanges: 'Immediately',
  },
});

/** A table with an index, a stream and an end of its items. */
export const orders = {
  partitionKey: { name: 'customer', type: 'String' },
  sortKey: { name: 'orderedAt', type: 'Number' },
  globalIndexes: [{ name: 'by-state', partitionKey: { name: 'state', type: 'String' }, projection: 'All' }],
  timeToLive: { attribute: 'endsAt' },
  stream: 'NewImage',
};

/** A cache of Redis, with all that one without shards may be told. */
export const fullRedis = storeInNetwork('sessions', {
  redis: {
    engineVersion: '7.0',
    nodeType: 'cache.t3.small',
    nodes: 3,
    credentials: { mode: 'Generated' },
    parameters: [{ name: 'timeout', value: '300' }],
    snapshotRetentionDays: 3,
    snapshotWindow: '03:00-04:00',
    maintenanceWindow: 'sun:05:00-sun:06:00',
    applyChanges: 'Immediately',
  },
});
