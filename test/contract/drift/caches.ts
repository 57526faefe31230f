import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import * as cache from '@aws-sdk/client-elasticache';
import { nameOf } from '../../../operator/aws/elasticache/shared.ts';
import { eventually } from '../../support/eventually.ts';
import { type Case, type Cases, type DriftCase, type DriftContext, id, one, refused } from './case.ts';

/** The nodes of a store of Redis. */
const SUBNETS = 'cache-subnet-group';
const GROUP = 'cache-parameter-group';
const PARAMETERS = 'cache-parameters';
const CACHE = 'replication-group';

const named = (at: DriftContext, node: string) => nameOf(id(at, node));

async function available(at: DriftContext): Promise<void> {
  const ReplicationGroupId = named(at, CACHE);
  await eventually('the cache is available', async () => {
    const found = await at.elasticache.send(
      new cache.DescribeReplicationGroupsCommand({ ReplicationGroupId }),
    );
    return one(found.ReplicationGroups, 'cache').Status === 'available';
  });
}

/** What AWS has under way is waited for on both sides. */
const differing = (drift: (at: DriftContext, ReplicationGroupId: string) => Promise<unknown>): DriftCase => ({
  node: CACHE,
  unseen: true,
  interrupts: true,
  refreshes: 4,
  async drift(at) {
    await available(at);
    await drift(at, named(at, CACHE));
    await available(at);
  },
});

function modified(
  at: DriftContext,
  ReplicationGroupId: string,
  change: Partial<cache.ModifyReplicationGroupMessage>,
): Promise<unknown> {
  const asked = { ReplicationGroupId, ApplyImmediately: true, ...change };
  return at.elasticache.send(new cache.ModifyReplicationGroupCommand(asked));
}

const changed = (change: Partial<cache.ModifyReplicationGroupMessage>): DriftCase =>
  differing((at, name) => modified(at, name, change));

/** Other security groups: those of everybody in the network, besides or in place of its own. */
const regrouped = (groups: (others: string[], own: string[]) => string[]): DriftCase =>
  differing(async (at, name) => {
    const { VpcId } = await groupOf(at);
    const Filters = [
      { Name: 'vpc-id', Values: [VpcId] },
      { Name: 'group-name', Values: ['default'] },
    ];
    const { SecurityGroups = [] } = await at.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    const others = SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []);
    await modified(at, name, { SecurityGroupIds: groups(others, [id(at, 'security-group/store')]) });
  });

const tags = (node: string): Record<string, Case> => {
  const set = (Key: string, Value: string): DriftCase => ({
    node,
    async drift(at) {
      if (node === CACHE) await available(at);
      await at.elasticache.send(
        new cache.AddTagsToResourceCommand({ ResourceName: id(at, node), Tags: [{ Key, Value }] }),
      );
    },
  });
  return {
    'tags missing': {
      node,
      async drift(at) {
        if (node === CACHE) await available(at);
        await at.elasticache.send(
          new cache.RemoveTagsFromResourceCommand({ ResourceName: id(at, node), TagKeys: ['project'] }),
        );
      },
    },
    'tags extra': set('stray', 'yes'),
    'tags changed': set('project', 'somebody-else'),
  };
};

const noted = (change: (at: DriftContext, ResourceName: string) => Promise<unknown>): DriftCase => ({
  ...differing(() => Promise.resolve()),
  async drift(at) {
    await available(at);
    await change(at, id(at, CACHE));
    await available(at);
  },
});

const set = (ParameterName: string, ParameterValue: string): DriftCase => ({
  node: PARAMETERS,
  refreshes: 4,
  drift: async (at) =>
    void (await at.elasticache.send(
      new cache.ModifyCacheParameterGroupCommand({
        CacheParameterGroupName: named(at, GROUP),
        ParameterNameValues: [{ ParameterName, ParameterValue }],
      }),
    )),
});

async function groupOf(at: DriftContext) {
  const CacheSubnetGroupName = named(at, SUBNETS);
  const found = await at.elasticache.send(
    new cache.DescribeCacheSubnetGroupsCommand({ CacheSubnetGroupName }),
  );
  const group = one(found.CacheSubnetGroups, 'subnet group');
  const SubnetIds = (group.Subnets ?? []).flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []);
  return { CacheSubnetGroupName, VpcId: group.VpcId ?? '', SubnetIds };
}

/** A subnet of somebody else's beside those of the group. */
async function stray(at: DriftContext): Promise<() => Promise<unknown>> {
  const { CacheSubnetGroupName, VpcId, SubnetIds } = await groupOf(at);
  const { Subnets = [] } = await at.ec2.send(new DescribeSubnetsCommand({ SubnetIds }));
  const { AvailabilityZone } = one(Subnets, 'subnet');
  const made = await at.ec2.send(
    new CreateSubnetCommand({ VpcId, CidrBlock: '10.1.240.0/24', AvailabilityZone }),
  );
  const SubnetId = made.Subnet?.SubnetId ?? '';
  await at.elasticache.send(
    new cache.ModifyCacheSubnetGroupCommand({ CacheSubnetGroupName, SubnetIds: [...SubnetIds, SubnetId] }),
  );
  return () => at.ec2.send(new DeleteSubnetCommand({ SubnetId }));
}

/** For kinds of ElastiCache, as `driftCases` has them for a network's. */
export const cachesCases: Cases = {
  CacheSubnetGroup: {
    ...tags(SUBNETS),
    'description changed': {
      node: SUBNETS,
      drift: async (at) =>
        void (await at.elasticache.send(
          new cache.ModifyCacheSubnetGroupCommand({
            CacheSubnetGroupName: named(at, SUBNETS),
            CacheSubnetGroupDescription: 'of nobody',
          }),
        )),
    },
    // The nodes stand in them.
    'subnetIds[*] missing': refused('SubnetInUse', async (at) => {
      const { CacheSubnetGroupName, SubnetIds } = await groupOf(at);
      await at.elasticache.send(
        new cache.ModifyCacheSubnetGroupCommand({ CacheSubnetGroupName, SubnetIds: SubnetIds.slice(1) }),
      );
    }),
    'subnetIds[*] extra': { node: SUBNETS, unseen: true, interrupts: true, drift: stray },
    deleted: refused('CacheSubnetGroupInUse', (at) =>
      at.elasticache.send(
        new cache.DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName: named(at, SUBNETS) }),
      ),
    ),
  },
  CacheParameterGroup: {
    ...tags(GROUP),
    deleted: refused('InvalidCacheParameterGroupStateFault', (at) =>
      at.elasticache.send(
        new cache.DeleteCacheParameterGroupCommand({ CacheParameterGroupName: named(at, GROUP) }),
      ),
    ),
  },
  CacheParameters: {
    'parameters[*] changed': set('timeout', '0'),
    'parameters[*] extra (set by somebody)': set('tcp-keepalive', '60'),
    'parameters[*] missing': {
      node: PARAMETERS,
      refreshes: 4,
      drift: async (at) =>
        void (await at.elasticache.send(
          new cache.ResetCacheParameterGroupCommand({
            CacheParameterGroupName: named(at, GROUP),
            ParameterNameValues: [{ ParameterName: 'timeout' }],
          }),
        )),
    },
  },
  ReplicationGroup: {
    ...tags(CACHE),
    'description changed': changed({ ReplicationGroupDescription: 'of nobody' }),
    'nodeType changed': changed({ CacheNodeType: 'cache.t3.medium' }),
    'parameterGroup changed': changed({ CacheParameterGroupName: 'default.redis7' }),
    'snapshotRetentionDays changed': changed({ SnapshotRetentionLimit: 0 }),
    'snapshotWindow changed': changed({ SnapshotWindow: '01:00-02:00' }),
    'maintenanceWindow changed': changed({ PreferredMaintenanceWindow: 'mon:05:00-mon:06:00' }),
    'transitEncryption changed': changed({ TransitEncryptionMode: 'preferred' }),
    'automaticFailover changed': changed({ AutomaticFailoverEnabled: false, MultiAZEnabled: false }),
    'multiAz changed': changed({ MultiAZEnabled: false }),
    // Which token a cache has AWS does not show: a tag tells it.
    'token changed': noted((at, ResourceName) =>
      at.elasticache.send(
        new cache.AddTagsToResourceCommand({
          ResourceName,
          Tags: [{ Key: 'landfall.dev/password', Value: 'another/SET/created' }],
        }),
      ),
    ),
    'token changed (nobody knows which)': noted((at, ResourceName) =>
      at.elasticache.send(
        new cache.RemoveTagsFromResourceCommand({ ResourceName, TagKeys: ['landfall.dev/password'] }),
      ),
    ),
    'replicasPerShard changed': differing((at, ReplicationGroupId) =>
      at.elasticache.send(
        new cache.DecreaseReplicaCountCommand({
          ReplicationGroupId,
          NewReplicaCount: 1,
          ApplyImmediately: true,
        }),
      ),
    ),
    'replicasPerShard changed (to more)': differing((at, ReplicationGroupId) =>
      at.elasticache.send(
        new cache.IncreaseReplicaCountCommand({
          ReplicationGroupId,
          NewReplicaCount: 3,
          ApplyImmediately: true,
        }),
      ),
    ),
    'engineVersion changed': refused('InvalidParameterCombinationException', (at) =>
      modified(at, named(at, CACHE), { EngineVersion: '6.2' }),
    ),
    'shards changed': refused('InvalidParameterCombinationException', (at) =>
      at.elasticache.send(
        new cache.ModifyReplicationGroupShardConfigurationCommand({
          ReplicationGroupId: named(at, CACHE),
          NodeGroupCount: 2,
          ApplyImmediately: true,
        }),
      ),
    ),
    'securityGroupIds[*] missing': regrouped((others) => others),
    'securityGroupIds[*] extra': regrouped((others, own) => [...others, ...own]),
  },
  AuthToken: {
    'formerToken changed (a rotation that nobody ended)': {
      ...noted(async (at, ResourceName) => {
        const { TagList = [] } = await at.elasticache.send(
          new cache.ListTagsForResourceCommand({ ResourceName }),
        );
        const { Key, Value = '' } = one(
          TagList.filter((tag) => tag.Key === 'landfall.dev/password'),
          'note of its token',
        );
        const Tags = [{ Key, Value: Value.replace('/SET/', '/ROTATE/') }];
        await at.elasticache.send(new cache.AddTagsToResourceCommand({ ResourceName, Tags }));
      }),
      node: 'auth-token',
    },
  },
};

/** What AWS says of every cache's groups. */
export const cachesAlwaysSaid = { CacheSubnetGroup: ['description'] };
