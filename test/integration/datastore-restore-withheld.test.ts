import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '../../operator/aws/least-privilege.ts';
import {
  BY_HAND,
  FORMER,
  leaveCacheSnapshot,
  leaveClusterSnapshot,
  leaveInstanceSnapshot,
  leaveTableBackup,
  makeFormerDatabases,
  makeFormerTable,
} from '../support/former-stores.ts';
import { bounded, type LeastPrivilege, leastPrivilege } from '../support/least-privilege.ts';
import { portal } from '../support/manifests.ts';
import { orders, store, storeInNetwork, storeNetwork } from '../support/store-manifests.ts';
import { type Manifest, World } from '../support/world.ts';

/** An action of which the statements whose resources match are taken away; all of them unless told otherwise. */
type Lack = readonly [action: string, resource?: RegExp];

interface Case {
  readonly made: Manifest;
  /** In the order in which the operator comes to need them. */
  readonly lacks: readonly Lack[];
}

const account = bounded(portal.account);
const snapshot = { restoreFrom: { snapshot: BY_HAND }, deletionPolicy: 'Delete' };
const moment = { restoreFrom: { pointInTime: { source: FORMER, latest: true } }, deletionPolicy: 'Delete' };
const mysql = { engineVersion: '8.0' };
const auroraPostgresql = { engineVersion: '15.6' };
const [BACKUP, SNAPSHOT] = [/\/backup\//, /:(cluster-)?snapshot:/];
/** The arn of a backup of which only the name is known before it is made. */
const ANY_BACKUP = `arn:aws:dynamodb:us-east-1:123456789012:table/${FORMER}/backup/00000000000000-00000000`;
const ITEMS = ['BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem'];
const items = ITEMS.map((one): Lack => [`dynamodb:${one}`]);

const CASES: Readonly<Record<string, Case>> = {
  'a database of a snapshot': {
    made: storeInNetwork('of-snapshot', { mysql, ...snapshot }),
    lacks: [
      ['rds:DescribeDBSnapshots'],
      ['rds:RestoreDBInstanceFromDBSnapshot', SNAPSHOT],
      ['rds:RestoreDBInstanceFromDBSnapshot'],
    ],
  },
  'a database of a moment': {
    made: storeInNetwork('of-moment', { mysql, ...moment }),
    lacks: [['rds:DescribeDBInstanceAutomatedBackups'], ['rds:RestoreDBInstanceToPointInTime']],
  },
  'a cluster of a snapshot': {
    made: storeInNetwork('cluster-of-snapshot', { auroraPostgresql, ...snapshot }),
    lacks: [
      ['rds:DescribeDBClusterSnapshots'],
      ['rds:RestoreDBClusterFromSnapshot', SNAPSHOT],
      ['rds:RestoreDBClusterFromSnapshot'],
    ],
  },
  'a cluster of a moment': {
    made: storeInNetwork('cluster-of-moment', { auroraPostgresql, ...moment }),
    lacks: [['rds:DescribeDBClusterAutomatedBackups'], ['rds:RestoreDBClusterToPointInTime']],
  },
  'a cache of a snapshot': {
    made: storeInNetwork('cache-of-snapshot', {
      redis: { engine: 'Redis', engineVersion: '7.0' },
      ...snapshot,
    }),
    lacks: [['elasticache:DescribeSnapshots'], ['elasticache:CreateReplicationGroup', SNAPSHOT]],
  },
  'a table of a backup': {
    made: store('table-of-backup', {
      dynamodb: orders,
      restoreFrom: { backup: ANY_BACKUP },
      deletionPolicy: 'Delete',
    }),
    lacks: [
      ['dynamodb:DescribeBackup'],
      ['dynamodb:RestoreTableFromBackup', BACKUP],
      ['dynamodb:RestoreTableFromBackup'],
      ...items,
    ],
  },
  'a table of a moment': {
    made: store('table-of-moment', { dynamodb: orders, ...moment }),
    lacks: [['dynamodb:RestoreTableToPointInTime'], ...items],
  },
};

let world: World;
let least: LeastPrivilege;
let backup: string;

beforeAll(async () => {
  world = await World.start({
    LANDFALL_AWS_DATABASE_SECONDS: '0.1',
    LANDFALL_AWS_CACHE_SECONDS: '0.1',
    LANDFALL_AWS_TABLE_SECONDS: '0.1',
  });
  await world.claim();
  await makeFormerTable(world);
  backup = await leaveTableBackup(world);
  await leaveInstanceSnapshot(world);
  await leaveClusterSnapshot(world);
  await leaveCacheSnapshot(world);
  await makeFormerDatabases(world);
  least = await leastPrivilege(world, [
    account,
    storeNetwork,
    ...Object.values(CASES).map(({ made }) => made),
  ]);
  world.operator({ env: { LANDFALL_STALLED_RETRY_SECONDS: '0.5' } });
  await world.apply([portal.namespace, account, storeNetwork]);
  await world.ready(storeNetwork);
});
afterAll(async () => {
  least?.close();
  await world?.stop();
});

/** From now on the role may do all of the policy but that. */
async function withhold([action, resource]: Lack): Promise<void> {
  const { policy } = least;
  const isMeant = (of: Statement) => [of.Resource].flat().some((one) => resource?.test(one) ?? true);
  const left = policy.Statement.map((statement) => ({
    ...statement,
    Action: statement.Action.filter((one) => one !== action || !isMeant(statement)),
  }));
  expect(left).not.toEqual(policy.Statement);
  await least.grant({ ...policy, Statement: left.filter(({ Action }) => Action.length > 0) });
}

describe('a store is made of a copy by a role', () => {
  it.each(Object.entries(CASES))(
    '%s: of each action that is withheld the condition tells',
    async (_, { made, lacks }) => {
      const spec = made.spec as { restoreFrom: { backup?: string } };
      const object = spec.restoreFrom.backup ? { ...made, spec: { ...spec, restoreFrom: { backup } } } : made;
      const mark = await world.mark();
      for (const [index, lack] of lacks.entries()) {
        await withhold(lack);
        if (index === 0) await world.apply([object]);
        await world.condition(object, 'Stalled', {
          reason: 'AccessDenied',
          message: new RegExp(`\\b${lack[0]}\\b.*landfall policy -f`),
        });
      }
      await least.grant(least.policy);
      await world.ready(object);
      const refused = new Set((await least.refusals(mark)).map(({ action }) => action));
      expect(refused.size).toBeGreaterThan(0);
      await world.remove(object);
    },
  );
});
