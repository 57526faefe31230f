import { beforeEach, describe, expect, test } from 'vitest';

import { aws, refused } from './harness.ts';
import { eventually } from './held-clock.ts';
import type { OwnNetwork } from './own-network.ts';
import type { Params } from './plain-client.ts';
import {
  available,
  cache,
  create,
  gone,
  group,
  modify,
  nodes,
  now,
  parameterGroup,
  prepare,
  read,
} from './replication-group.ts';

/** ElastiCache: what a replication group may be, and its nodes and shards. */
export function cacheGroups(): void {
  let empty: string;
  let network: OwnNetwork;

  const names = async () => (await nodes()).map((found) => found.CacheClusterId);

  beforeEach(async () => {
    ({ empty, network } = await prepare());
  });

  describe('a name', () => {
    test('is of letters, digits and single hyphens, stored in lower case, and taken until its group is gone', async () => {
      for (const ReplicationGroupId of ['1a', 'a--b', 'a-', 'a_b', 'a'.repeat(41)]) {
        await refused(create({ ReplicationGroupId }), 'InvalidParameterValue', /not a valid identifier/);
      }
      await create({ ReplicationGroupId: 'REDIS' });
      await available();
      await refused(create(), 'ReplicationGroupAlreadyExists');
      await cache('DeleteReplicationGroup', group);
      await refused(create(), 'ReplicationGroupAlreadyExists');
      await gone();
      await create();
    });
  });

  describe('the nodes', () => {
    test('are cache clusters of their own, with what only those show, tagged as their group, and go with it', async () => {
      const Tags = { Tag: [{ Key: 'a', Value: 'b' }] };
      const SecurityGroupIds = { SecurityGroupId: [network.group] };
      await create({ NumCacheClusters: 2, EngineVersion: '7.1', Tags, SecurityGroupIds });
      expect((await read()).NodeGroups).toBe('');
      await available();
      expect(await nodes()).toMatchObject(
        ['redis-001', 'redis-002'].map((CacheClusterId) => ({
          CacheClusterId,
          CacheClusterStatus: 'available',
          // Never what was asked for.
          EngineVersion: '7.1.0',
          CacheParameterGroup: { CacheParameterGroupName: 'default.redis7' },
          ReplicationGroupId: 'redis',
          SecurityGroups: [{ SecurityGroupId: network.group }],
        })),
      );
      expect(await nodes({ ShowCacheClustersNotInReplicationGroups: true })).toEqual([]);
      const arn = (resource: string) => `arn:aws:elasticache:us-east-1:123456789012:${resource}`;
      const tags = (ResourceName: string) =>
        cache<{ TagList: unknown }>('ListTagsForResource', { ResourceName });
      expect((await tags(arn('cluster:redis-002'))).TagList).toEqual({ Tag: { Key: 'a', Value: 'b' } });
      const more = { ResourceName: arn('replicationgroup:redis'), Tags: { Tag: [{ Key: 'c', Value: 'd' }] } };
      await modify({ ReplicationGroupDescription: 'other' });
      await refused(
        cache('AddTagsToResource', more),
        'InvalidReplicationGroupState',
        /not in available state for tagging operations/,
      );
      await available();
      await cache('AddTagsToResource', more);
      expect((await tags(arn('cluster:redis-001'))).TagList).toEqual({ Tag: { Key: 'c', Value: 'd' } });
      await refused(tags(arn('replicationgroup:none')), 'ReplicationGroupNotFoundFault');

      await cache('DeleteReplicationGroup', group);
      await gone();
      expect(await nodes()).toEqual([]);
      await eventually(async () => ((await network.interfaces()).length === 0 ? true : undefined));
      await cache('DeleteCacheSubnetGroup', { CacheSubnetGroupName: 'data' });
      await network.remove();
      expect((await aws().dump()) === empty).toBe(true);
    });

    test('become more and fewer while the group is modifying', async () => {
      const replicas = (action: string, NewReplicaCount: number) =>
        cache(`${action}ReplicaCount`, { ...group, ...now, NewReplicaCount });
      await create({ NumCacheClusters: 2, AutomaticFailoverEnabled: true, MultiAZEnabled: true });
      await refused(replicas('Increase', 2), 'InvalidReplicationGroupState');
      await available();
      await refused(replicas('Increase', 1), 'NoOperationFault');
      await refused(replicas('Increase', 6), 'InvalidParameterValue');
      await refused(
        cache('IncreaseReplicaCount', { ...group, NewReplicaCount: 2, ApplyImmediately: false }),
        'InvalidParameterValue',
      );
      await replicas('Increase', 2);
      expect(await read()).toMatchObject({ Status: 'modifying' });
      expect((await nodes()).map((found) => found.CacheClusterStatus).at(-1)).toBe('creating');
      await available();
      expect(await names()).toEqual(['redis-001', 'redis-002', 'redis-003']);
      await refused(replicas('Decrease', 0), 'InvalidParameterCombination');
      const primary = { ReplicasToRemove: { member: ['redis-001'] }, NewReplicaCount: 1 };
      await refused(cache('DecreaseReplicaCount', { ...group, ...now, ...primary }), 'InvalidParameterValue');
      await replicas('Decrease', 1);
      await available();
      expect(await names()).toEqual(['redis-001', 'redis-002']);
      await eventually(async () => ((await network.interfaces()).length === 2 ? true : undefined));
    });
  });

  test('automatic failover wants two nodes, and Multi-AZ automatic failover', async () => {
    const alone = /^When using automatic failover, there must be at least 2 cache clusters/;
    const failover = { AutomaticFailoverEnabled: true };
    await refused(create(failover), 'InvalidParameterCombination', alone);
    await refused(
      create({ NumCacheClusters: 2, MultiAZEnabled: true }),
      'InvalidParameterCombination',
      /automatic failover/,
    );
    await refused(create({ NumCacheClusters: 7 }), 'InvalidParameterValue');
    await create();
    await available();
    await refused(modify(failover), 'InvalidParameterCombination', alone);
    await cache('IncreaseReplicaCount', { ...group, ...now, NewReplicaCount: 1 });
    await available();
    await modify({ ...failover, MultiAZEnabled: true });
    expect((await read()).AutomaticFailover).toBe('enabling');
    expect(await available()).toMatchObject({ AutomaticFailover: 'enabled', MultiAZ: 'enabled' });
    await refused(modify({ AutomaticFailoverEnabled: false }), 'InvalidParameterCombination', /Multi-AZ/);
  });

  test('cluster mode comes of the parameter group, with failover always, and changes its shards', async () => {
    await parameterGroup('sharded', 'redis7');
    await cache('ModifyCacheParameterGroup', {
      CacheParameterGroupName: 'sharded',
      ParameterNameValues: {
        ParameterNameValue: [{ ParameterName: 'cluster-enabled', ParameterValue: 'yes' }],
      },
    });
    const sharded = { CacheParameterGroupName: 'sharded', EngineVersion: '7.1' };
    const off = /^Redis with cluster mode enabled cannot be created with auto failover turned off\.$/;
    await refused(create({ ...sharded, NumNodeGroups: 2 }), 'InvalidParameterCombination', off);
    const failover = { AutomaticFailoverEnabled: true };
    const plain = { CacheParameterGroupName: 'default.redis7', NumNodeGroups: 2, ...failover };
    await refused(create(plain), 'InvalidParameterCombination', /cluster-enabled/);
    await refused(
      create({ ...sharded, ...failover, NumNodeGroups: 2, NumCacheClusters: 2 }),
      'InvalidParameterCombination',
    );
    await create({ ...sharded, ...failover, NumNodeGroups: 2, ReplicasPerNodeGroup: 1 });
    const made = await available();
    expect(made.ClusterEnabled).toBe('true');
    expect(made.ConfigurationEndpoint?.Address).toMatch(/^clustercfg\.redis\./);
    expect(await names()).toEqual(['redis-0001-001', 'redis-0001-002', 'redis-0002-001', 'redis-0002-002']);
    await refused(
      modify({ AutomaticFailoverEnabled: false }),
      'InvalidParameterCombination',
      /^Turning off automatic failover/,
    );
    await refused(modify({ CacheParameterGroupName: 'default.redis7' }), 'InvalidParameterCombination');

    const reshard = (NodeGroupCount: number, params: Params = {}) =>
      cache('ModifyReplicationGroupShardConfiguration', { ...group, ...now, NodeGroupCount, ...params });
    await reshard(3);
    expect((await read()).PendingModifiedValues['Resharding']).toBeDefined();
    await available();
    expect((await names()).slice(4)).toEqual(['redis-0003-001', 'redis-0003-002']);
    await refused(reshard(2), 'InvalidParameterCombination');
    await reshard(2, { NodeGroupsToRemove: { NodeGroupToRemove: ['0002'] } });
    await available();
    expect((await names()).slice(2)).toEqual(['redis-0003-001', 'redis-0003-002']);
  });
}
