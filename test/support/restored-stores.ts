import { CopiesByHand } from './copies-by-hand.ts';
import type { Manifest, World } from './world.ts';

/** A restored table has none of these until they are asked for. */
const SETTINGS = {
  stream: 'NewImage',
  pointInTimeRecovery: 'Enabled',
  deletionProtection: 'Enabled',
  timeToLive: undefined,
};

/** The object under another name, made of a copy, with other fields of its engine. */
function madeOf(made: Manifest, name: string, restoreFrom: object, fields: object = {}): Manifest {
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
