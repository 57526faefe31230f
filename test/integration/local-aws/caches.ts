import { beforeEach, expect, test } from 'vitest';

import { aws, given, refused } from './harness.ts';
import { eventually } from './held-clock.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';
import { type Params, call } from './plain-client.ts';

/** ElastiCache: replication groups and what they are made of. */
export function caches(): void {
  interface Group {
    Status: string;
    MemberClusters: string[] | { ClusterId: string };
  }

  let empty: string;
  let network: OwnNetwork;

  const cache = <T>(action: string, params: Params = {}) => call<T>('elasticache', action, params);
  const subnets = { CacheSubnetGroupName: 'data' };
  const parameters = { CacheParameterGroupName: 'mine' };
  const group = { ReplicationGroupId: 'redis' };

  const create = (params: Params = {}) =>
    cache<{ ReplicationGroup: Group }>('CreateReplicationGroup', {
      ...group,
      ...subnets,
      ...parameters,
      ReplicationGroupDescription: 'd',
      NumCacheClusters: 2,
      CacheNodeType: 'cache.t4g.small',
      Engine: 'redis',
      AutomaticFailoverEnabled: true,
      SecurityGroupIds: { SecurityGroupId: [network.group] },
      ...params,
    });
  const read = async () =>
    given(
      (await cache<{ ReplicationGroups: Group[] }>('DescribeReplicationGroups', group)).ReplicationGroups[0],
    );
  const available = () => eventually(async () => ((await read()).Status === 'available' ? true : undefined));

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    empty = await aws().dump();
    network = await ownNetwork();
    const of = { SubnetIds: { SubnetIdentifier: network.subnets } };
    await cache('CreateCacheSubnetGroup', { ...subnets, ...of, CacheSubnetGroupDescription: 'd' });
    const family = { CacheParameterGroupFamily: 'redis7', Description: 'd' };
    await cache('CreateCacheParameterGroup', { ...parameters, ...family });
  });

  test('a replication group is created, changed and deleted in its time, and holds what it uses', async () => {
    expect((await create()).ReplicationGroup.Status).toBe('creating');
    await refused(cache('DeleteReplicationGroup', group), 'InvalidReplicationGroupState');
    await available();
    const enis = await network.interfaces();
    expect(new Set(enis.map((eni) => eni.Description))).toEqual(
      new Set(['ElastiCache redis-001', 'ElastiCache redis-002']),
    );
    expect(new Set(enis.map((eni) => eni.SubnetId)).size).toBe(2);
    await cache('ModifyReplicationGroup', { ...group, SnapshotRetentionLimit: 3, ApplyImmediately: true });
    expect((await read()).Status).toBe('modifying');
    await available();
    await refused(cache('DeleteCacheSubnetGroup', subnets), 'CacheSubnetGroupInUse');
    await refused(cache('DeleteCacheParameterGroup', parameters), 'InvalidCacheParameterGroupState');
    await cache('DeleteReplicationGroup', { ...group, FinalSnapshotIdentifier: 'final' });
    expect((await read()).Status).toBe('deleting');
    await eventually(() =>
      read().then(
        () => undefined,
        () => true,
      ),
    );
    await refused(network.deleteGroup(), 'DependencyViolation');
    await cache('DeleteSnapshot', { SnapshotName: 'final' });
    await cache('DeleteCacheSubnetGroup', subnets);
    await cache('DeleteCacheParameterGroup', parameters);
    await network.remove();
    expect((await aws().dump()) === empty).toBe(true);
  });

  test('parameter groups have families, what the user set, and no more than 20 changes a call', async () => {
    const set = (...values: [string, string][]) =>
      cache('ModifyCacheParameterGroup', {
        ...parameters,
        ParameterNameValues: {
          ParameterNameValue: values.map(([ParameterName, ParameterValue]) => ({
            ParameterName,
            ParameterValue,
          })),
        },
      });
    await set(['timeout', '60'], ['maxmemory-policy', 'allkeys-lru']);
    const many = Array.from({ length: 21 }, (): [string, string] => ['timeout', '60']);
    await refused(set(...many), 'InvalidParameterValue', /between 1 and 20/i);
    await refused(set(['databases', '8'], ['no-such', '1']), 'InvalidParameterValue', /no-such/);
    await refused(set(['maxmemory-policy', 'random']), 'InvalidParameterValue', /not allowed/);
    await refused(set(['activedefrag', '1']), 'InvalidParameterValue', /not allowed/);
    const ofAws = { CacheParameterGroupName: 'default.redis7' };
    await cache('DescribeCacheParameterGroups', ofAws);
    await refused(cache('DeleteCacheParameterGroup', ofAws), 'InvalidCacheParameterGroupState');
    const user = { ...parameters, Source: 'user' };
    type Described = { Parameters: { ParameterName: string; ParameterValue: string }[] };
    const found = await cache<Described>('DescribeCacheParameters', user);
    expect(found.Parameters.map((parameter) => parameter.ParameterName)).toEqual([
      'maxmemory-policy',
      'timeout',
    ]);
    await cache('ResetCacheParameterGroup', { ...parameters, ResetAllParameters: true });
    const bad = { CacheParameterGroupName: 'bad', CacheParameterGroupFamily: 'oracle', Description: 'd' };
    await refused(cache('CreateCacheParameterGroup', bad), 'InvalidParameterValue');
    const named = { ...bad, CacheParameterGroupFamily: 'redis7', CacheParameterGroupName: 'a--b' };
    await refused(cache('CreateCacheParameterGroup', named), 'InvalidParameterValue', /valid identifier/);
    await refused(create({ CacheParameterGroupName: 'none' }), 'CacheParameterGroupNotFound');
    await refused(create({ CacheParameterGroupName: 'default.none' }), 'CacheParameterGroupNotFound');
    await refused(create({ CacheSubnetGroupName: 'none' }), 'CacheSubnetGroupNotFoundFault');
    await refused(create({ SecurityGroupIds: { SecurityGroupId: ['sg-0'] } }), 'InvalidParameterValue');
  });

  test('a user is deleting for a while, and then gone, whoever looks', async () => {
    const before = await aws().dump();
    const user = { UserId: 'app', UserName: 'app', Engine: 'redis' };
    const Tags = { Tag: [{ Key: 'a', Value: 'b' }] };
    await cache('CreateUser', { ...user, AccessString: 'on ~* +@all', NoPasswordRequired: true, Tags });
    const { UserId } = user;
    await refused(cache('DeleteUser', { UserId: 'default' }), 'InvalidParameterValue');
    await cache('DeleteUser', { UserId });
    await refused(cache('DeleteUser', { UserId }), 'InvalidUserState');
    await cache('DescribeUsers', { UserId });
    await cache('DescribeUsers', { UserId });
    await aws().letPass(0.3);
    await refused(cache('DescribeUsers', { UserId }), 'UserNotFound');
    expect((await aws().dump()) === before).toBe(true);
  });
}
