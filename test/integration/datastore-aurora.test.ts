import {
  type DBCluster,
  type DBInstance,
  DeleteDBClusterSnapshotCommand,
  DescribeDBClusterParametersCommand,
  DescribeDBClustersCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBInstancesCommand,
  ModifyDBClusterCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataStoreStatus } from '../../operator/api/data-store.ts';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { storeInNetwork, storeNetwork } from '../support/store-manifests.ts';
import { World } from '../support/world.ts';

const CLUSTER = 'api-service-dev-cluster';
const FIRST = 'api-service-dev-instance';
const object = storeInNetwork('aurora', {
  baseName: 'api-service',
  auroraPostgresql: { databaseName: 'api_service' },
});

let world: World;
let rds: RDSClient;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_DATABASE_SECONDS: '0.5' });
  await world.claim();
  rds = new RDSClient(world.clientOptions());
  world.operator();
  await world.apply([portal.namespace, portal.account]);
});
afterAll(async () => {
  rds?.destroy();
  await world?.stop();
});

async function cluster(): Promise<DBCluster> {
  const found = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: CLUSTER }));
  const [one] = found.DBClusters ?? [];
  if (!one) throw new Error('there is no cluster');
  return one;
}
async function members(): Promise<DBInstance[]> {
  const found = await rds.send(new DescribeDBInstancesCommand({}));
  return (found.DBInstances ?? []).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
const nameOf = ({ DBInstanceIdentifier: name = '' }: DBInstance) => name;
const named = async () => (await members()).map(nameOf);
async function snapshots(): Promise<string[]> {
  const found = await rds.send(new DescribeDBClusterSnapshotsCommand({ SnapshotType: 'manual' }));
  return (found.DBClusterSnapshots ?? []).map(
    ({ DBClusterSnapshotIdentifier: name = '', Status }) => `${name} ${Status}`,
  );
}
const statusOf = async () => (await world.read(object))?.status as unknown as DataStoreStatus;
const aurora = (spec: object) => world.edit(object, { auroraPostgresql: spec });
const settled = async () => {
  await world.ready(object);
  await eventually('all available', async () => {
    const states = [(await cluster()).Status, ...(await members()).map((one) => one.DBInstanceStatus)];
    return states.every((state) => state === 'available');
  });
};
/** Actions that wrote to RDS since a mark. */
const deeds = async (mark: number) =>
  (await world.writes(mark)).filter(({ service }) => service === 'rds').map(({ action }) => action);

describe('a cluster of Aurora', () => {
  let empty: string;
  let resourceId: string;

  it('is made with its first member, under the names of the platform, and tells where it is', async () => {
    await world.apply([storeNetwork]);
    await world.ready(storeNetwork);
    empty = await world.aws.dump();
    const mark = await world.mark();
    await world.apply([object]);
    await world.ready(object);
    expect((await deeds(mark)).map(String).sort()).toEqual([
      'CreateDBCluster',
      'CreateDBClusterParameterGroup',
      'CreateDBInstance',
      'CreateDBParameterGroup',
      'CreateDBSubnetGroup',
      'ModifyDBClusterParameterGroup',
    ]);
    const made = await cluster();
    resourceId = made.DbClusterResourceId ?? '';
    expect(made).toMatchObject({
      Engine: 'aurora-postgresql',
      EngineVersion: '15.4',
      StorageEncrypted: true,
      DatabaseName: 'api_service',
      MasterUsername: 'postgres',
      CopyTagsToSnapshot: true,
      DeletionProtection: false,
      BackupRetentionPeriod: 7,
      EnabledCloudwatchLogsExports: ['postgresql'],
      DBClusterParameterGroup: 'api-service-dev',
    });
    expect(await members()).toMatchObject([
      {
        DBInstanceIdentifier: FIRST,
        DBInstanceClass: 'db.t3.medium',
        PubliclyAccessible: false,
        PerformanceInsightsEnabled: true,
        PerformanceInsightsRetentionPeriod: 7,
      },
    ]);
    expect(await statusOf()).toMatchObject({
      engine: 'aurora-postgresql',
      engineVersion: '15.4',
      endpoint: { address: made.Endpoint, port: 5432 },
      readerEndpoint: { address: made.ReaderEndpoint, port: 5432 },
      secretArn: made.MasterUserSecret?.SecretArn,
    });
  });

  it('is started with encrypted connections', async () => {
    const found = await rds.send(
      new DescribeDBClusterParametersCommand({
        DBClusterParameterGroupName: 'api-service-dev',
        Source: 'user',
      }),
    );
    expect(
      (found.Parameters ?? []).map(
        ({ ParameterName, ParameterValue }) => `${ParameterName}=${ParameterValue}`,
      ),
    ).toEqual(['rds.force_ssl=1']);
  });

  it('is left alone while nothing changes', async () => {
    const listings = ['DescribeDBClusters', 'DescribeDBInstances', 'DescribeDBClusterParameters'];
    await world.refreshes(1, listings);
    const mark = await world.mark();
    await world.refreshes(3, listings);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('gets further members, and of fewer the last ones go', async () => {
    await aurora({ instances: 3 });
    await eventually('three members', async () => (await members()).length === 3);
    await settled();
    expect(await named()).toEqual([FIRST, `${FIRST}-2`, `${FIRST}-3`]);
    const mark = await world.mark();
    await aurora({ instances: 2 });
    await eventually('two members', async () => (await members()).length === 2);
    await settled();
    expect(await named()).toEqual([FIRST, `${FIRST}-2`]);
    expect(await deeds(mark)).toEqual(['DeleteDBInstance']);
    expect(await snapshots()).toEqual([]);
    await expect(aurora({ instances: 0 })).rejects.toThrow(/instances/);
  });

  it('changes the size of its members in the window unless told otherwise, and tells what waits', async () => {
    await aurora({ instanceClass: 'db.t3.large' });
    await eventually('the pending change', async () => {
      const { pendingModifications = [] } = await statusOf();
      return pendingModifications.includes(`${FIRST}-2: DBInstanceClass=db.t3.large`);
    });
    await settled();
    const mark = await world.mark();
    await world.refreshes(2, ['DescribeDBInstances']);
    expect(await world.writes(mark)).toEqual([]);
    await aurora({ applyChanges: 'Immediately' });
    await eventually('the size', async () =>
      (await members()).every((one) => one.DBInstanceClass === 'db.t3.large'),
    );
    await settled();
    expect((await statusOf()).pendingModifications).toBeUndefined();
  });

  it('restarts its members one after the other, the writer first, for what they take over only then', async () => {
    const mark = await world.mark();
    await aurora({ parameters: [{ name: 'shared_preload_libraries', value: 'pg_stat_statements' }] });
    await eventually('two restarts', async () => (await deeds(mark)).length === 3);
    await settled();
    expect(await deeds(mark)).toEqual([
      'ModifyDBClusterParameterGroup',
      'RebootDBInstance',
      'RebootDBInstance',
    ]);
    const { DBClusterMembers: now = [] } = await cluster();
    expect(now.map((one) => one.DBClusterParameterGroupStatus)).toEqual(['in-sync', 'in-sync']);
  });

  it('is brought back to what the spec says', async () => {
    await rds.send(
      new ModifyDBClusterCommand({
        DBClusterIdentifier: CLUSTER,
        BackupRetentionPeriod: 1,
        CopyTagsToSnapshot: false,
        ApplyImmediately: true,
      }),
    );
    await eventually('the repair', async () => {
      const { BackupRetentionPeriod, CopyTagsToSnapshot } = await cluster();
      return BackupRetentionPeriod === 7 && CopyTagsToSnapshot === true;
    });
    await settled();
    await world.condition(object, 'Drifted', { status: 'False', reason: 'DriftRepaired' });
  });

  it('has members that grow and shrink, in place of some of a size', async () => {
    await aurora({ instanceClass: null, serverlessV2: { minCapacityUnits: 0.5, maxCapacityUnits: 4 } });
    await eventually('the class', async () =>
      (await members()).every((one) => one.DBInstanceClass === 'db.serverless'),
    );
    await settled();
    expect((await cluster()).ServerlessV2ScalingConfiguration).toMatchObject({
      MinCapacity: 0.5,
      MaxCapacity: 4,
    });
  });

  it('is upgraded to another major version only by permission, with both groups in one call', async () => {
    await expect(aurora({ engineVersion: '16' })).rejects.toThrow(/set allowMajorVersionUpgrade to true/);
    const mark = await world.mark();
    await aurora({ engineVersion: '16', allowMajorVersionUpgrade: true });
    await eventually('the upgrade', async () => (await cluster()).EngineVersion === '16.8');
    await settled();
    const { DBClusterParameterGroup: group } = await cluster();
    expect(group).toMatch(/^api-service-dev-/);
    for (const one of await members())
      expect(one.DBParameterGroups?.[0]?.DBParameterGroupName).toMatch(/^api-service-dev-/);
    expect((await deeds(mark)).filter((action) => /^ModifyDB(Cluster|Instance)$/.test(action ?? ''))).toEqual(
      ['ModifyDBCluster'],
    );
    await expect(aurora({ engineVersion: '15.4' })).rejects.toThrow(/engineVersion cannot go back/);
  });

  it('stays while its spec protects it, members and all, and goes when that is lifted, leaving its last snapshot', async () => {
    await aurora({ deletionProtection: 'Enabled' });
    await eventually('the protection', async () => (await cluster()).DeletionProtection === true);
    await settled();
    await world.delete(object);
    await world.condition(object, 'Stalled', {
      reason: 'DeletionProtected',
      message: /spec.auroraPostgresql.deletionProtection/,
    });
    expect(await named()).toEqual([FIRST, `${FIRST}-2`]);
    await aurora({ deletionProtection: 'Disabled' });
    await world.gone(object, 60_000);
    const name = `${CLUSTER}-final-${resourceId.replace('cluster-', '').toLowerCase()}`;
    expect(name.length).toBeLessThanOrEqual(63);
    expect(await snapshots()).toEqual([`${name} available`]);
    await rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: name }));
  });

  it('leaves nothing else', async () => {
    await eventually('nothing', async () => (await world.aws.dump()) === empty);
  });
});
