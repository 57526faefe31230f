import { describe, expect, it } from 'vitest';
import { replicationGroupKind as kind } from '../../../../operator/aws/elasticache/replication-group.ts';
import type { CacheGroup } from '../../../../operator/aws/elasticache/replication-groups.ts';
import { linesOf } from '../changes.ts';
import { contextOf, OWN, refusal } from '../elbv2/elb.ts';
import { cacheSession, inputs, makeNext, record } from './cache.ts';
import { CACHE, shard } from './cases.ts';

const modified = (sent: object, isImmediate = true) =>
  `ModifyReplicationGroup ${JSON.stringify({ ReplicationGroupId: 'web', ApplyImmediately: isImmediate, ...sent })}`;
const node = (changed: object) => ({
  node: { securityGroupIds: [], pending: {}, ...record.node, ...changed },
});

describe('a change of a cache', () => {
  it('is made one after the other, and says what comes next', async () => {
    const wanted = { nodeType: 'cache.t3.small', description: 'Theirs', engineVersion: '7.1' };
    expect(await makeNext(wanted)).toMatchObject({
      calls: [modified({ ReplicationGroupDescription: 'Theirs' }, false)],
      waits: 'cache web is modifying; engineVersion, nodeType when it is available again',
      laid: { Status: 'modifying', Description: 'Theirs' },
    });
    expect(await makeNext({ ...wanted, description: 'Store' })).toMatchObject({
      calls: [modified({ EngineVersion: '7.1' }, false)],
      waits: 'cache web is modifying; nodeType when it is available again',
    });
  });

  it('is not asked for while the cache is not available', async () => {
    expect(await makeNext({ nodeType: 'cache.t3.small' }, { Status: 'snapshotting' })).toMatchObject({
      calls: [],
      waits: 'cache web is snapshotting; nodeType when it is available again',
    });
  });

  it('that interrupts is left to the maintenance window, and is then no difference any more', async () => {
    const { calls, laid } = await makeNext({ nodeType: 'cache.t3.small' });
    expect(calls).toEqual([modified({ CacheNodeType: 'cache.t3.small' }, false)]);
    const wanted = { ...inputs, nodeType: 'cache.t3.small' };
    expect(kind.diff(wanted, laid)).toEqual([]);
    const available = { ...record, ...node({ pending: { nodeType: 'cache.t3.small' } }) };
    expect(kind.diff(wanted, available)).toEqual([]);
    expect(kind.outputs(available)).toMatchObject({ pending: 'nodeType cache.t3.small' });
    // Who does not want to wait any more has it asked for once more.
    expect(linesOf(kind.diff({ ...wanted, isImmediate: true }, available))).toEqual([
      'nodeType: cache.t3.micro -> cache.t3.small',
    ]);
  });

  it('of the replicas comes before failover, and after it where they go', async () => {
    const one: Partial<CacheGroup> = {
      AutomaticFailover: 'disabled',
      MultiAZ: 'disabled',
      NodeGroups: [shard('0001', 0)],
    };
    expect(await makeNext({}, one)).toMatchObject({
      calls: [
        'IncreaseReplicaCount {"ReplicationGroupId":"web","ApplyImmediately":true,"NewReplicaCount":1}',
      ],
      waits: 'cache web is modifying; automaticFailover, multiAz when it is available again',
    });
    expect(await makeNext({}, { ...one, NodeGroups: [shard('0001', 1)] })).toMatchObject({
      calls: [modified({ AutomaticFailoverEnabled: true, MultiAZEnabled: true })],
      waits: undefined,
    });
    expect(await makeNext({ replicasPerShard: 0 })).toMatchObject({
      calls: [modified({ AutomaticFailoverEnabled: false, MultiAZEnabled: false })],
      waits: 'cache web is modifying; replicasPerShard when it is available again',
    });
    expect(
      await makeNext({ replicasPerShard: 0 }, { AutomaticFailover: 'disabled', MultiAZ: 'disabled' }),
    ).toMatchObject({
      calls: [
        'DecreaseReplicaCount {"ReplicationGroupId":"web","ApplyImmediately":true,"NewReplicaCount":0}',
      ],
    });
  });

  it('of failover takes nothing along that waits for the window', async () => {
    const waiting = { MultiAZ: 'disabled' as const, ...node({ pending: { engineVersion: '7.1.0' } }) };
    expect(await makeNext({}, waiting)).toMatchObject({
      calls: [],
      waits: expect.stringMatching(
        /multiAz follows engineVersion 7.1.0, which AWS does in the maintenance window/,
      ) as string,
    });
    const { calls } = await makeNext({ isImmediate: true, engineVersion: '7.1' }, waiting);
    expect(calls).toEqual([modified({ EngineVersion: '7.1' })]);
  });

  it('of shards takes away those that came last, and of replicas names the shards', async () => {
    const spread = { clusterMode: true, shards: 2, replicasPerShard: 1 };
    const group = { ClusterEnabled: true, NodeGroups: ['0001', '0002', '0003'].map((id) => shard(id, 1)) };
    expect((await makeNext(spread, group)).calls).toEqual([
      'ModifyReplicationGroupShardConfiguration {"ReplicationGroupId":"web","NodeGroupCount":2,"ApplyImmediately":true,"NodeGroupsToRemove":["0003"]}',
    ]);
    const uneven = { ClusterEnabled: true, NodeGroups: [shard('0001', 1), shard('0002', 0)] };
    expect((await makeNext(spread, uneven)).calls).toEqual([
      'IncreaseReplicaCount {"ReplicationGroupId":"web","ApplyImmediately":true,"ReplicaConfiguration":[{"NodeGroupId":"0002","NewReplicaCount":1}]}',
    ]);
  });

  it('to another major version, or to Valkey, needs a permission, and takes the parameters of its family along', async () => {
    const valkey = { engine: 'valkey', engineVersion: '8.0', parameterGroup: 'web-8' } as const;
    await expect(makeNext(valkey)).rejects.toThrow(/set allowMajorVersionUpgrade to true/);
    await expect(makeNext({ engineVersion: '8.0' })).rejects.toThrow(/nobody can go back/);
    const { calls, laid } = await makeNext({ ...valkey, mayUpgrade: true });
    expect(calls).toEqual([
      modified({ Engine: 'valkey', EngineVersion: '8.0', CacheParameterGroupName: 'web-8' }, false),
    ]);
    expect(linesOf(kind.diff({ ...inputs, ...valkey }, laid))).toEqual([]);
  });

  it('never goes down in version, nor back from Valkey', () => {
    expect(kind.diff({ ...inputs, engineVersion: '6.2' }, record)).toEqual([]);
    const valkey = { ...record, Engine: 'valkey', ...node({ engineVersion: '8.0.1' }) };
    expect(linesOf(kind.diff(inputs, valkey))).toEqual(['engine: valkey -> redis (replace)']);
  });

  it('of encryption in transit, where somebody took it off, goes in two steps', async () => {
    const off = { TransitEncryptionEnabled: false };
    expect((await makeNext({}, off)).calls).toEqual([
      modified({ TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' }),
    ]);
    expect((await makeNext({}, { TransitEncryptionMode: 'preferred' })).calls).toEqual([
      modified({ TransitEncryptionMode: 'required' }),
    ]);
    expect(linesOf(kind.diff(inputs, { ...record, AtRestEncryptionEnabled: false }))).toEqual([
      'encryptionAtRest: false -> true (replace)',
    ]);
  });

  it('of daily snapshots, where there were none, says of which node', async () => {
    expect((await makeNext({}, { SnapshotRetentionLimit: 0 })).calls).toEqual([
      modified({ SnapshotRetentionLimit: 5, SnapshottingClusterId: 'web-001' }, false),
    ]);
  });

  it('is believed only until a listing shows anything else', async () => {
    const { laid } = await makeNext({ nodeType: 'cache.t3.small' });
    expect(laid).toMatchObject({ Status: 'modifying' });
    const { session } = cacheSession();
    const context = contextOf(session, { ...record, Status: 'available', CacheNodeType: 'cache.t3.small' });
    const wanted = { ...inputs, nodeType: 'cache.t3.small' };
    await kind.update(context, wanted, record, kind.diff(wanted, record));
    expect(context.laid()).toMatchObject({ Status: 'available' });
  });
});

describe('the delete of a cache', () => {
  const deleting = async (
    now: object = {},
    { keepsCopy = true, taken = 0 }: { keepsCopy?: boolean; taken?: number } = {},
  ) => {
    let left = taken;
    const { session, calls } = cacheSession(() => {
      if (left === 0) return {};
      left -= 1;
      throw refusal('SnapshotAlreadyExists');
    });
    const answer = await kind.delete?.({ ...contextOf(session, record), keepsCopy }, { ...record, ...now });
    return { calls, answer };
  };
  const names = (calls: readonly string[]) => calls.map((call) => /"(web-final[^"]*)"/.exec(call)?.[1]);

  it('leaves a last snapshot, whose name no other life of it has', async () => {
    const { calls, answer } = await deleting();
    expect(names(calls)).toEqual([expect.stringMatching(/^web-final-[0-9a-f]{8}$/)]);
    expect(answer).toMatchObject({ Status: 'deleting' });
    const next = await deleting({ ReplicationGroupCreateTime: new Date('2026-02-01T00:00:00Z') });
    expect(names(next.calls)).not.toEqual(names(calls));
    expect(names((await deleting()).calls)).toEqual(names(calls));
  });

  it('that came to nothing is followed by a snapshot of its own', async () => {
    const [first, second] = names((await deleting({}, { taken: 1 })).calls);
    expect(second).toBe(`${first}-2`);
  });

  it('waits until a snapshot can be made', async () => {
    await expect(deleting({ Status: 'modifying' })).rejects.toMatchObject({ reason: 'BackingUp' });
    expect((await deleting({ Status: 'deleting' })).calls).toEqual([]);
  });

  it('leaves none where nothing is to be kept, or there was never anything', async () => {
    const bare = ['DeleteReplicationGroup {"ReplicationGroupId":"web"}'];
    expect((await deleting({}, { keepsCopy: false })).calls).toEqual(bare);
    expect((await deleting({ Status: 'create-failed' })).calls).toEqual(bare);
  });
});

describe('a cache', () => {
  it('is made whole', async () => {
    const { session, calls } = cacheSession(() => ({ ReplicationGroup: { ...record, Status: 'creating' } }));
    const made = await kind.create?.(contextOf(session, record), { ...inputs, replicasPerShard: 0 });
    expect(calls[0]).toMatch(/^CreateReplicationGroup \{"ReplicationGroupId":"web"/);
    expect(calls[0]).toMatch(/"NumCacheClusters":1,"AutomaticFailoverEnabled":false,"MultiAZEnabled":false/);
    expect(calls[0]).toMatch(/"AtRestEncryptionEnabled":true,"TransitEncryptionEnabled":true/);
    expect(kind.collection.tags(made ?? record)).toEqual(OWN);
    expect(
      kind.diff({ ...inputs, replicasPerShard: 0, mayUpgrade: true }, made).map(({ path }) => path),
    ).not.toContain('engineVersion');
  });

  it('serves while a snapshot is made of it', () => {
    expect(kind.state({ ...record, Status: 'snapshotting' })).toEqual({ phase: 'ready' });
    expect(kind.state({ ...record, Status: 'modifying' })).toMatchObject({ phase: 'pending' });
    expect(kind.state({ ...record, Status: 'deleting' })).toMatchObject({ phase: 'deleting' });
    expect(kind.state({ ...record, Status: 'create-failed' })).toMatchObject({ phase: 'failed' });
  });

  it('tells where it is reached', () => {
    const Port = 6379;
    const NodeGroups = [
      { PrimaryEndpoint: { Address: 'master.web', Port }, ReaderEndpoint: { Address: 'replica.web', Port } },
    ];
    expect(kind.outputs({ ...record, NodeGroups })).toMatchObject({
      id: CACHE,
      address: 'master.web',
      port: '6379',
      readerAddress: 'replica.web',
      engineVersion: '7.0.7',
    });
    const spread = { ...record, ConfigurationEndpoint: { Address: 'clustercfg.web', Port } };
    expect(kind.outputs(spread)).toMatchObject({ address: 'clustercfg.web' });
  });
});
