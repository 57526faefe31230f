import {
  creation,
  deleted,
  type Deed,
  gone,
  type Parameters,
  type Reading,
  set,
  tagDeeds,
  tagsOf,
} from './deed-words.ts';

const arnOf = (sort: string, name: string) => `arn:aws:elasticache:us-east-1:123456789012:${sort}:${name}`;

/** Parameters that are inputs as they are. */
const OF_CACHE: Readonly<Record<string, string>> = {
  ReplicationGroupDescription: 'description',
  Engine: 'engine',
  EngineVersion: 'engineVersion',
  CacheNodeType: 'nodeType',
  CacheParameterGroupName: 'parameterGroup',
  SnapshotRetentionLimit: 'snapshotRetentionDays',
  SnapshotWindow: 'snapshotWindow',
  PreferredMaintenanceWindow: 'maintenanceWindow',
};

function taken(params: Parameters): Record<string, unknown> {
  return Object.fromEntries(Object.entries(OF_CACHE).map(([name, path]) => [path, params.take(name)]));
}

/** Of whom the daily snapshots are, and when it is made, not what. */
function takeForGranted(params: Parameters): void {
  params.take('SnapshottingClusterId');
  params.take('ApplyImmediately');
}

const replicas: Reading = (params) => {
  takeForGranted(params);
  const arn = arnOf('replicationgroup', params.text('ReplicationGroupId'));
  return [set(arn, 'replicasPerShard', params.take('NewReplicaCount'))];
};

const parameters: Reading = (params) => {
  const arn = arnOf('parametergroup', params.text('CacheParameterGroupName'));
  const all = (params.take('ParameterNameValues') ?? []) as {
    ParameterName: string;
    ParameterValue?: string;
  }[];
  return all.map(({ ParameterName: name, ParameterValue: value }): Deed =>
    value === undefined ? gone(arn, `parameters[${name}]`) : set(arn, `parameters[${name}]`, value),
  );
};

/** What the calls of ElastiCache say. */
export const CACHE_READINGS: Readonly<Record<string, Reading>> = {
  CreateCacheSubnetGroup(params, after) {
    params.take('CacheSubnetGroupName');
    return creation('CacheSubnetGroup', after, tagsOf(params.take('Tags')), {
      description: params.take('CacheSubnetGroupDescription'),
      subnetIds: params.take('SubnetIds'),
    });
  },
  CreateCacheParameterGroup(params, after) {
    params.take('CacheParameterGroupName');
    return creation('CacheParameterGroup', after, tagsOf(params.take('Tags')), {
      family: params.take('CacheParameterGroupFamily'),
      description: params.take('Description'),
    });
  },
  DeleteCacheParameterGroup: (params) => [
    deleted(arnOf('parametergroup', params.text('CacheParameterGroupName'))),
  ],
  ModifyCacheParameterGroup: parameters,
  ResetCacheParameterGroup: parameters,
  CreateReplicationGroup(params, after) {
    params.take('ReplicationGroupId');
    // Which nobody sees.
    params.take('AuthToken');
    for (const name of ['AtRestEncryptionEnabled', 'TransitEncryptionEnabled']) params.constant(name, true);
    params.constant('TransitEncryptionMode', 'required');
    const [nodes, shards] = [params.take('NumCacheClusters'), params.take('NumNodeGroups')];
    const more = nodes === undefined ? Number(params.take('ReplicasPerNodeGroup')) : Number(nodes) - 1;
    // With replicas one of them takes over.
    params.constant('AutomaticFailoverEnabled', shards !== undefined || more > 0);
    params.constant('MultiAZEnabled', more > 0);
    const snapshot = params.take('SnapshotName');
    return creation('ReplicationGroup', after, tagsOf(params.take('Tags')), {
      ...taken(params),
      restoreFrom: snapshot === undefined ? undefined : { snapshot },
      clusterMode: shards !== undefined,
      shards: shards ?? 1,
      replicasPerShard: more,
      subnetGroup: params.take('CacheSubnetGroupName'),
      securityGroupIds: params.take('SecurityGroupIds'),
    });
  },
  ModifyReplicationGroup(params) {
    takeForGranted(params);
    const arn = arnOf('replicationgroup', params.text('ReplicationGroupId'));
    const said = {
      ...taken(params),
      automaticFailover: params.take('AutomaticFailoverEnabled'),
      multiAz: params.take('MultiAZEnabled'),
    };
    return Object.entries(said).flatMap(([path, value]) =>
      value === undefined ? [] : [set(arn, path, value)],
    );
  },
  ModifyReplicationGroupShardConfiguration(params) {
    takeForGranted(params);
    // Which of them go where there are too many.
    params.take('NodeGroupsToRemove');
    const arn = arnOf('replicationgroup', params.text('ReplicationGroupId'));
    return [set(arn, 'shards', params.take('NodeGroupCount'))];
  },
  IncreaseReplicaCount: replicas,
  DecreaseReplicaCount: replicas,
  AddTagsToResource: (params) => tagDeeds(params.text('ResourceName'), tagsOf(params.take('Tags'))),
  RemoveTagsFromResource(params) {
    const arn = params.text('ResourceName');
    return params.list('TagKeys').map((key) => gone(arn, `tags.${key}`));
  },
};
