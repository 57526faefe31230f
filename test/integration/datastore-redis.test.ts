import {
  DeleteSnapshotCommand,
  DescribeCacheClustersCommand,
  DescribeCacheParametersCommand,
  DescribeReplicationGroupsCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
  type CacheCluster,
  type ReplicationGroup,
} from '@aws-sdk/client-elasticache';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataStoreStatus } from '../../operator/api/data-store.ts';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { storeInNetwork, storeNetwork } from '../support/store-manifests.ts';
import { type Manifest, World } from '../support/world.ts';

const NAME = 'api-service-dev-redis';
const object = storeInNetwork('api-service', { redis: {} });
const LISTED = ['DescribeReplicationGroups', 'DescribeCacheParameters'];

let world: World;
let elasticache: ElastiCacheClient;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_CACHE_SECONDS: '0.5' });
  await world.claim();
  elasticache = new ElastiCacheClient(world.clientOptions());
  world.operator();
  await world.apply([portal.namespace, portal.account]);
});
afterAll(async () => {
  elasticache?.destroy();
  await world?.stop();
});

async function group(ReplicationGroupId = NAME): Promise<ReplicationGroup> {
  const found = await elasticache.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }));
  const [one] = found.ReplicationGroups ?? [];
  if (!one) throw new Error('there is no replication group');
  return one;
}
async function node(): Promise<CacheCluster> {
  const [CacheClusterId] = (await group()).MemberClusters ?? [];
  const found = await elasticache.send(new DescribeCacheClustersCommand({ CacheClusterId }));
  const [one] = found.CacheClusters ?? [];
  if (!one) throw new Error('there is no node');
  return one;
}
async function parametersOf(CacheParameterGroupName: string | undefined): Promise<string[]> {
  const found = await elasticache.send(
    new DescribeCacheParametersCommand({ CacheParameterGroupName, Source: 'user' }),
  );
  return (found.Parameters ?? []).map(
    ({ ParameterName, ParameterValue }) => `${ParameterName}=${ParameterValue}`,
  );
}
async function snapshots(): Promise<string[]> {
  const found = await elasticache.send(new DescribeSnapshotsCommand({}));
  return (found.Snapshots ?? []).map(
    ({ SnapshotName = '', SnapshotStatus }) => `${SnapshotName} ${SnapshotStatus}`,
  );
}
const statusOf = async (of: Manifest) => (await world.read(of))?.status as unknown as DataStoreStatus;
const redis = (spec: object) => world.edit(object, { redis: spec });
const settled = async () => {
  await world.ready(object);
  await eventually('available', async () => (await group()).Status === 'available');
};
/** Actions that wrote to ElastiCache since a mark. */
const deeds = async (mark: number) =>
  (await world.writes(mark)).filter(({ service }) => service === 'elasticache').map(({ action }) => action);
/** What the operator does of its own accord, twice. */
const rested = async () => {
  const mark = await world.mark();
  await world.refreshes(2, LISTED);
  return world.writes(mark);
};

describe('a cache of Redis', () => {
  let empty: string;

  it('is made with all that it needs, and tells where it is', async () => {
    await world.apply([storeNetwork]);
    await world.ready(storeNetwork);
    empty = await world.aws.dump();
    const mark = await world.mark();
    await world.apply([object]);
    await world.ready(object);
    expect(await deeds(mark)).toEqual([
      expect.stringMatching(/CreateCache(SubnetGroup|ParameterGroup)/),
      expect.stringMatching(/CreateCache(SubnetGroup|ParameterGroup)/),
      'CreateReplicationGroup',
    ]);
    const made = await group();
    expect(made).toMatchObject({
      AtRestEncryptionEnabled: true,
      AutomaticFailover: 'disabled',
      CacheNodeType: 'cache.t3.micro',
      ClusterEnabled: false,
      Engine: 'redis',
      MemberClusters: [`${NAME}-001`],
      MultiAZ: 'disabled',
      SnapshotRetentionLimit: 5,
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
    });
    expect(await node()).toMatchObject({
      EngineVersion: '7.0.7',
      CacheSubnetGroupName: 'api-service-dev',
      CacheParameterGroup: { CacheParameterGroupName: 'api-service-dev' },
    });
    expect(await statusOf(object)).toMatchObject({
      engine: 'redis',
      engineVersion: '7.0.7',
      endpoint: { address: made.NodeGroups?.[0]?.PrimaryEndpoint?.Address, port: 6379 },
      readerEndpoint: { address: made.NodeGroups?.[0]?.ReaderEndpoint?.Address, port: 6379 },
    });
  });

  it('is left alone while nothing changes', async () => {
    await world.refreshes(1, LISTED);
    const mark = await world.mark();
    await world.refreshes(3, LISTED);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('gets parameters, and loses them', async () => {
    await redis({
      parameters: [
        { name: 'maxmemory-policy', value: 'allkeys-lru' },
        { name: 'timeout', value: '300' },
      ],
    });
    await eventually('both', async () => (await parametersOf('api-service-dev')).length === 2);
    await redis({ parameters: [{ name: 'timeout', value: '600' }] });
    await eventually('one', async () => (await parametersOf('api-service-dev')).join() === 'timeout=600');
    await settled();
  });

  it('is resized in its window unless told otherwise; what waits is told, and not asked for again', async () => {
    await redis({ nodeType: 'cache.t3.small' });
    await eventually('the pending change', async () => {
      const { pendingModifications = [] } = await statusOf(object);
      return pendingModifications.includes('nodeType cache.t3.small');
    });
    await settled();
    expect(await group()).toMatchObject({ CacheNodeType: 'cache.t3.micro' });
    expect(await rested()).toEqual([]);

    await redis({ applyChanges: 'Immediately' });
    await eventually('the larger node', async () => (await group()).CacheNodeType === 'cache.t3.small');
    await settled();
    expect((await statusOf(object)).pendingModifications).toBeUndefined();
  });

  it('gets replicas before it fails over to them, and keeps failover no longer than them', async () => {
    let mark = await world.mark();
    await redis({ nodes: 3 });
    await eventually('failover', async () => (await group()).AutomaticFailover === 'enabled');
    await settled();
    expect(await deeds(mark)).toEqual(['IncreaseReplicaCount', 'ModifyReplicationGroup']);
    expect(await group()).toMatchObject({ MultiAZ: 'enabled', MemberClusters: { length: 3 } });
    mark = await world.mark();
    await redis({ nodes: 1 });
    await eventually('one node', async () => (await group()).MemberClusters?.length === 1);
    await settled();
    expect(await deeds(mark)).toEqual(['ModifyReplicationGroup', 'DecreaseReplicaCount']);
    expect(await group()).toMatchObject({ MultiAZ: 'disabled', AutomaticFailover: 'disabled' });
  });

  it('is brought back to what the spec says', async () => {
    await elasticache.send(
      new ModifyReplicationGroupCommand({
        ReplicationGroupId: NAME,
        SnapshotRetentionLimit: 0,
        ReplicationGroupDescription: 'theirs',
        ApplyImmediately: true,
      }),
    );
    await eventually('the repair', async () => {
      const { SnapshotRetentionLimit, Description } = await group();
      return SnapshotRetentionLimit === 5 && Description !== 'theirs';
    });
    await settled();
    await world.condition(object, 'Drifted', { status: 'False', reason: 'DriftRepaired' });
  });

  it('never goes back in version, and to another major one, or to Valkey, only by permission', async () => {
    await redis({ engineVersion: '7.1' });
    await eventually('7.1', async () => (await node()).EngineVersion === '7.1.0');
    await settled();
    await expect(redis({ engineVersion: '7.0' })).rejects.toThrow(/engineVersion cannot go back/);
    await expect(redis({ engine: 'Valkey', engineVersion: '8.0' })).rejects.toThrow(
      /set allowMajorVersionUpgrade to true/,
    );
    const mark = await world.mark();
    await redis({ engine: 'Valkey', engineVersion: '8.0', allowMajorVersionUpgrade: true });
    await eventually('Valkey', async () => (await node()).EngineVersion === '8.0.1');
    await settled();
    const name = (await node()).CacheParameterGroup?.CacheParameterGroupName;
    expect(name).toMatch(/^api-service-dev-/);
    expect(await parametersOf(name)).toEqual(['timeout=600']);
    expect(await deeds(mark)).toEqual([
      'CreateCacheParameterGroup',
      'ModifyCacheParameterGroup',
      'ModifyReplicationGroup',
      'DeleteCacheParameterGroup',
    ]);
    expect(await statusOf(object)).toMatchObject({ engine: 'valkey', engineVersion: '8.0.1' });
    await expect(redis({ engine: 'Redis', engineVersion: null })).rejects.toThrow(/engine cannot go back/);
  });

  it('stays while its spec protects it, and goes when that is lifted, leaving its last snapshot', async () => {
    await redis({ deletionProtection: 'Enabled' });
    await settled();
    await world.delete(object);
    await world.condition(object, 'Stalled', {
      reason: 'DeletionProtected',
      message: /spec.redis.deletionProtection/,
    });
    expect(await group()).toMatchObject({ Status: 'available' });
    await redis({ deletionProtection: 'Disabled' });
    await world.gone(object, 60_000);
    const [last, ...others] = await snapshots();
    expect(last).toMatch(new RegExp(`^${NAME}-final-[0-9a-f]{8} available$`));
    expect(others).toEqual([]);
    await elasticache.send(new DeleteSnapshotCommand({ SnapshotName: last?.split(' ')[0] }));
  });

  it('leaves nothing else', async () => {
    await eventually('nothing', async () => (await world.aws.dump()) === empty);
  });
});

describe('a cache in shards', () => {
  const sharded = storeInNetwork('sessions', {
    deletionPolicy: 'Delete',
    redis: { clusterMode: { shards: 2, replicasPerShard: 1 } },
  });
  const shards = async () =>
    ((await group('sessions-dev-redis')).NodeGroups ?? []).map(
      ({ NodeGroupMembers = [] }) => NodeGroupMembers.length,
    );

  it('is made, spread further, and gathered again', async () => {
    const empty = await world.aws.dump();
    await world.apply([sharded]);
    await world.ready(sharded);
    expect(await group('sessions-dev-redis')).toMatchObject({
      ClusterEnabled: true,
      AutomaticFailover: 'enabled',
      MultiAZ: 'enabled',
    });
    expect(await shards()).toEqual([2, 2]);
    const { endpoint } = await statusOf(sharded);
    expect(endpoint?.address).toMatch(/^clustercfg\./);

    await world.edit(sharded, { redis: { clusterMode: { shards: 3, replicasPerShard: 2 } } });
    await eventually('more', async () => (await shards()).join() === '3,3,3');
    await world.ready(sharded);
    await world.edit(sharded, { redis: { clusterMode: { shards: 1, replicasPerShard: 0 } } });
    await eventually('fewer', async () => (await shards()).join() === '1');
    await world.ready(sharded);
    await expect(world.edit(sharded, { redis: { clusterMode: null } })).rejects.toThrow(
      /clusterMode can neither come nor go/,
    );

    await world.delete(sharded);
    await world.gone(sharded, 60_000);
    expect(await snapshots()).toEqual([]);
    await eventually('nothing', async () => (await world.aws.dump()) === empty);
  });
});
