import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { CopiesByHand } from './copies-by-hand.ts';
import type { Manifest, World } from './world.ts';

/** A restored table has none of these until they are asked for. */
const SETTINGS = {
  stream: 'NewImage',
  pointInTimeRecovery: 'Enabled',
  deletionProtection: 'Enabled',
  timeToLive: undefined,
};
const LIFE = { stream: undefined, deletionProtection: 'Disabled', timeToLive: { attribute: 'until' } };

/** The object under another name, made of a copy, with other fields of its engine. */
export function madeOf(made: Manifest, name: string, restoreFrom: object, fields: object = {}): Manifest {
  const spec = made.spec as Readonly<Record<string, object>>;
  const engine = ['dynamodb', 'mysql', 'auroraPostgresql', 'redis'].find((one) => one in spec) ?? '';
  return {
    ...made,
    metadata: { ...made.metadata, name },
    spec: { ...spec, restoreFrom, [engine]: { ...spec[engine], ...fields } },
  };
}

/** A table, a database, a cluster and a cache of the snapshots of those that stand, in this order; they get more than the copies have. */
export async function ofSnapshots(world: World, stores: readonly Manifest[]): Promise<Manifest[]> {
  const [table, mysql, aurora, redis] = stores as [Manifest, Manifest, Manifest, Manifest];
  const copies = new CopiesByHand(world);
  try {
    const [backup, ofMysql, ofAurora, ofRedis] = await Promise.all([
      copies.ofTable('orders-dev-data', 'plan-table'),
      copies.ofInstance('records-dev-instance', 'plan-mysql'),
      copies.ofCluster('ledger-dev-cluster', 'plan-aurora'),
      copies.ofCache('sessions-dev-redis', 'plan-redis'),
    ]);
    return [
      madeOf(table, 'orders-copy', { backup }, SETTINGS),
      madeOf(mysql, 'records-copy', { snapshot: ofMysql }, { backup: { retentionDays: 3 } }),
      madeOf(aurora, 'ledger-copy', { snapshot: ofAurora }, { instances: 2 }),
      madeOf(redis, 'sessions-copy', { snapshot: ofRedis }, { nodes: 1 }),
    ];
  } finally {
    copies.destroy();
  }
}

/** A table, a database and a cluster as others are at the latest; the table of the copy that {@link ofSnapshots} makes. */
export async function ofMoments(world: World, stores: readonly Manifest[]): Promise<Manifest[]> {
  const [table, mysql, aurora] = stores as [Manifest, Manifest, Manifest];
  const rds = new RDSClient(world.clientOptions());
  const DBInstanceIdentifier = 'records-dev-instance';
  const DBClusterIdentifier = 'ledger-dev-cluster';
  try {
    const instances = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
    const clusters = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier }));
    const latest = (source: string | undefined) => ({ pointInTime: { source, latest: true } });
    const source = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders-copy-dev-data';
    return [
      madeOf(table, 'orders-then', latest(source), LIFE),
      madeOf(mysql, 'records-then', latest(instances.DBInstances?.[0]?.DbiResourceId)),
      madeOf(aurora, 'ledger-then', latest(clusters.DBClusters?.[0]?.DbClusterResourceId)),
    ];
  } finally {
    rds.destroy();
  }
}
