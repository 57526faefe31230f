import type { Case } from '../case.ts';

const BESIDE = 'arn:aws:elasticache:eu-central-1:111111111111';
export const CACHE = `${BESIDE}:replicationgroup:web`;
const PARAMETERS = `${BESIDE}:parametergroup:web`;
const SUBNETS = `${BESIDE}:subnetgroup:web`;

/** A shard as it is listed. */
export function shard(id: string, replicas: number) {
  return {
    NodeGroupId: id,
    Status: 'available',
    NodeGroupMembers: Array.from({ length: replicas + 1 }, () => ({})),
  };
}

/** Kinds of ElastiCache, as `kinds.test.ts` has them. */
export const CACHE_CASES: Readonly<Record<string, Case>> = {
  CacheSubnetGroup: {
    inputs: { name: 'web', description: 'Store', subnetIds: ['subnet-1', 'subnet-2'] },
    record: {
      ARN: SUBNETS,
      CacheSubnetGroupName: 'web',
      CacheSubnetGroupDescription: 'Store',
      VpcId: 'vpc-1',
      Subnets: [{ SubnetIdentifier: 'subnet-2' }, { SubnetIdentifier: 'subnet-1' }],
    },
    needs: ['vpc-1', 'subnet-2', 'subnet-1'],
    changes: [
      [{ name: 'api' }, 'name: web -> api (replace)'],
      [{ description: 'Theirs' }, 'description: Store -> Theirs'],
      [{ subnetIds: ['subnet-1'] }, 'subnetIds[subnet-2]: subnet-2 -> (nothing)'],
      [{ subnetIds: ['subnet-1', 'subnet-2', 'subnet-3'] }, 'subnetIds[subnet-3]: (nothing) -> subnet-3'],
    ],
  },
  CacheParameterGroup: {
    inputs: { name: 'web', description: 'Store', family: 'redis7' },
    record: { ARN: PARAMETERS, CacheParameterGroupName: 'web', CacheParameterGroupFamily: 'redis7' },
    needs: [],
    changes: [
      [{ name: 'api' }, 'name: web -> api (replace)'],
      [{ family: 'valkey8' }, 'family: redis7 -> valkey8 (replace)'],
      // It cannot change, and is for people.
    ],
  },
  CacheParameters: {
    inputs: { arn: PARAMETERS, parameters: { timeout: '300' } },
    record: { arn: PARAMETERS, parameters: { timeout: '300' } },
    needs: [PARAMETERS],
    changes: [
      [{ parameters: { timeout: '0' } }, 'parameters[timeout]: 300 -> 0'],
      [{ parameters: {} }, 'parameters[timeout]: 300 -> (nothing)'],
      [{ parameters: { timeout: '300', databases: '2' } }, 'parameters[databases]: (nothing) -> 2'],
    ],
  },
  ReplicationGroup: {
    inputs: {
      name: 'web',
      description: 'Store',
      engine: 'redis',
      engineVersion: '7.0',
      nodeType: 'cache.t3.micro',
      clusterMode: false,
      shards: 1,
      replicasPerShard: 1,
      parameterGroup: 'web',
      subnetGroup: 'web',
      securityGroupIds: ['sg-1'],
      snapshotRetentionDays: 5,
      snapshotWindow: '03:00-04:00',
      maintenanceWindow: 'sun:05:00-sun:06:00',
      isImmediate: false,
      mayUpgrade: false,
    },
    record: {
      ARN: CACHE,
      ReplicationGroupId: 'web',
      ReplicationGroupCreateTime: new Date('2026-01-01T00:00:00Z'),
      Description: 'Store',
      Status: 'available',
      Engine: 'redis',
      CacheNodeType: 'cache.t3.micro',
      ClusterEnabled: false,
      AutomaticFailover: 'enabled',
      MultiAZ: 'enabled',
      MemberClusters: ['web-001', 'web-002'],
      NodeGroups: [shard('0001', 1)],
      SnapshotRetentionLimit: 5,
      SnapshotWindow: '03:00-04:00',
      AtRestEncryptionEnabled: true,
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      node: {
        engineVersion: '7.0.7',
        subnetGroup: 'web',
        parameterGroup: 'web',
        securityGroupIds: ['sg-1'],
        maintenanceWindow: 'sun:05:00-sun:06:00',
        pending: {},
        parameters: 'in-sync',
      },
    },
    needs: [SUBNETS, PARAMETERS, 'sg-1'],
    changes: [
      [{ name: 'api' }, 'name: web -> api (replace)'],
      [{ clusterMode: true }, 'clusterMode: false -> true (replace)'],
      [{ subnetGroup: 'api' }, 'subnetGroup: web -> api (replace)'],
      [{ engine: 'valkey' }, 'engine: redis -> valkey'],
      [{ engineVersion: '7.1' }, 'engineVersion: 7.0.7 -> 7.1'],
      [{ parameterGroup: 'api' }, 'parameterGroup: web -> api'],
      [{ nodeType: 'cache.t3.small' }, 'nodeType: cache.t3.micro -> cache.t3.small'],
      [{ description: 'Theirs' }, 'description: Store -> Theirs'],
      [{ snapshotRetentionDays: 7 }, 'snapshotRetentionDays: 5 -> 7'],
      [{ snapshotWindow: '04:00-05:00' }, 'snapshotWindow: 03:00-04:00 -> 04:00-05:00'],
      [
        { maintenanceWindow: 'mon:05:00-mon:06:00' },
        'maintenanceWindow: sun:05:00-sun:06:00 -> mon:05:00-mon:06:00',
      ],
      [{ securityGroupIds: ['sg-1', 'sg-2'] }, 'securityGroupIds[sg-2]: (nothing) -> sg-2'],
      [{ replicasPerShard: 2 }, 'replicasPerShard: 1 -> 2'],
      [{ shards: 2 }, 'shards: 1 -> 2'],
    ],
  },
  AuthToken: {
    inputs: {
      groupArn: CACHE,
      token: { secretArn: 'arn:s', versionId: 'v', mark: 'm' },
      currentMark: 'm',
      readers: [],
    },
    record: {
      ARN: CACHE,
      ReplicationGroupId: 'web',
      Status: 'available',
      Tags: [{ Key: 'landfall.dev/password', Value: 'm/SET/created' }],
    },
    needs: [CACHE],
    // It differs by what AWS has and not by what is wanted.
    changes: [],
  },
};
