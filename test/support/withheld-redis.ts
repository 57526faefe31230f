import {
  AddTagsToResourceCommand,
  CreateCacheParameterGroupCommand,
  CreateCacheSubnetGroupCommand,
  DescribeCacheSubnetGroupsCommand,
  ListTagsForResourceCommand,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-elasticache';
import { nameOf } from '../../operator/aws/elasticache/shared.ts';
import { id, one } from '../contract/drift/case.ts';
import { bounded, policyFor } from './least-privilege.ts';
import { serviceAccount } from './manifests.ts';
import { act, anew, another, drift, orphanTags, type Provocation, undone } from './provocation.ts';
import { fullRedis, storeInNetwork, storeNetwork } from './store-manifests.ts';
import { orphanSecret, secretProvocations } from './withheld-secrets.ts';
import { actionsOf } from './withheld-suite.ts';

/** Nothing is kept of it, so that nothing is left. */
export const passingRedis = {
  ...fullRedis,
  spec: { ...(fullRedis.spec as object), deletionPolicy: 'Delete' },
};
export const anotherRedis = storeInNetwork('another', {
  deletionPolicy: 'Delete',
  redis: { credentials: { mode: 'Generated' } },
});

/** Of the deletion of a store, and of shards, which this one has none of: datastore-redis.test.ts. */
const OF_OTHERS = new Set([
  'elasticache:CreateSnapshot',
  'elasticache:DeleteReplicationGroup',
  'elasticache:ModifyReplicationGroupShardConfiguration',
]);

/** The actions that a cache and its token need: of RDS, whether a snapshot has the password of a secret that is to go. */
export async function actionsOfRedis(): Promise<string[]> {
  const all = actionsOf(await policyFor([bounded(serviceAccount), storeNetwork, fullRedis]));
  return all.filter(
    (action) =>
      /^(elasticache:|secretsmanager:|rds:DescribeDB(Cluster)?Snapshots$)/.test(action) &&
      !OF_OTHERS.has(action),
  );
}

const Tags = Object.entries(orphanTags(fullRedis)).map(([Key, Value]) => ({ Key, Value }));
const orphanSubnets = act(async (at) => {
  const CacheSubnetGroupName = nameOf(id(at, 'cache-subnet-group'));
  const found = await at.elasticache.send(new DescribeCacheSubnetGroupsCommand({ CacheSubnetGroupName }));
  const { Subnets = [] } = one(found.CacheSubnetGroups, 'subnet group');
  await at.elasticache.send(
    new CreateCacheSubnetGroupCommand({
      CacheSubnetGroupName: 'orphan',
      CacheSubnetGroupDescription: 'orphan',
      SubnetIds: Subnets.flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []),
      Tags,
    }),
  );
});
const orphanParameters = act((at) =>
  at.elasticache.send(
    new CreateCacheParameterGroupCommand({
      CacheParameterGroupName: 'orphan',
      CacheParameterGroupFamily: 'redis7',
      Description: 'orphan',
      Tags,
    }),
  ),
);
/** A group that lost what shows whose it is, is looked up by its id. */
const lostTags = undone(async (at) => {
  const ResourceName = id(at, 'cache-parameter-group');
  const { TagList = [] } = await at.elasticache.send(new ListTagsForResourceCommand({ ResourceName }));
  const TagKeys = TagList.flatMap(({ Key = '' }) => (Key.startsWith('landfall.dev/') ? [Key] : []));
  await at.elasticache.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys }));
  return () => at.elasticache.send(new AddTagsToResourceCommand({ ResourceName, Tags: TagList }));
});

/** For each action that a cache needs besides, what makes the operator need it. */
export const REDIS_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  'elasticache:AddTagsToResource': drift('ReplicationGroup', 'tags missing'),
  'elasticache:CreateCacheParameterGroup': another,
  'elasticache:CreateCacheSubnetGroup': another,
  'elasticache:CreateReplicationGroup': another,
  'elasticache:DecreaseReplicaCount': drift('ReplicationGroup', 'replicasPerShard changed (to more)'),
  'elasticache:DeleteCacheParameterGroup': orphanParameters,
  'elasticache:DeleteCacheSubnetGroup': orphanSubnets,
  'elasticache:DescribeCacheClusters': anew,
  'elasticache:DescribeCacheParameterGroups': anew,
  'elasticache:DescribeCacheParameters': anew,
  'elasticache:DescribeCacheSubnetGroups': anew,
  'elasticache:DescribeReplicationGroups': anew,
  'elasticache:IncreaseReplicaCount': drift('ReplicationGroup', 'replicasPerShard changed'),
  'elasticache:ListTagsForResource': lostTags,
  'elasticache:ModifyCacheParameterGroup': drift('CacheParameters', 'parameters[*] changed'),
  'elasticache:ModifyCacheSubnetGroup': drift('CacheSubnetGroup', 'description changed'),
  'elasticache:ModifyReplicationGroup': drift('ReplicationGroup', 'snapshotRetentionDays changed'),
  'elasticache:RemoveTagsFromResource': drift('ReplicationGroup', 'tags extra'),
  'elasticache:ResetCacheParameterGroup': drift('CacheParameters', 'parameters[*] extra (set by somebody)'),
  'rds:DescribeDBClusterSnapshots': orphanSecret(fullRedis),
  'rds:DescribeDBSnapshots': orphanSecret(fullRedis),
  ...secretProvocations(fullRedis),
};
