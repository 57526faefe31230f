import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListBackupsCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeCacheClustersCommand,
  DescribeCacheParameterGroupsCommand,
  DescribeCacheParametersCommand,
  DescribeCacheSubnetGroupsCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  ListTagsForResourceCommand as ListCacheTagsCommand,
} from '@aws-sdk/client-elasticache';
import {
  DescribeDBClusterParameterGroupsCommand,
  DescribeDBClusterParametersCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBParametersCommand,
  DescribeDBSubnetGroupsCommand,
  DescribeOptionGroupsCommand,
  ListTagsForResourceCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { unlessGone } from '../../operator/aws/errors.ts';
import type { World } from './world.ts';

/** Clusters of RDS with their parameter groups, and what is set in these. */
export async function databaseClustersOf(world: World): Promise<Record<string, object[]>> {
  const rds = new RDSClient(world.clientOptions());
  try {
    const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}));
    const { DBClusterParameterGroups: groups = [] } = await rds.send(
      new DescribeDBClusterParameterGroupsCommand({}),
    );
    return {
      databaseClusters: DBClusters.map((cluster) => {
        const {
          EarliestRestorableTime: _earliest,
          LatestRestorableTime: _latest,
          HostedZoneId: _zone,
          TagList: Tags,
          DBClusterMembers: members = [],
          ...rest
        } = cluster;
        // Whichever is made first is the one that writes.
        return { ...rest, DBClusterMembers: members.map(({ IsClusterWriter: _, ...one }) => one), Tags };
      }),
      databaseClusterParameters: await Promise.all(
        groups.map(async (group) => {
          const { DBClusterParameterGroupName, DBClusterParameterGroupArn: ResourceName } = group;
          const asked = new DescribeDBClusterParametersCommand({
            DBClusterParameterGroupName,
            Source: 'user',
          });
          const set = await unlessGone(rds.send(asked));
          const tags = await unlessGone(rds.send(new ListTagsForResourceCommand({ ResourceName })));
          return { ...group, set: set?.Parameters, Tags: tags?.TagList };
        }),
      ),
    };
  } finally {
    rds.destroy();
  }
}

/** Databases of RDS with their groups, and what is set in these. */
export async function databasesOf(world: World): Promise<Record<string, object[]>> {
  const rds = new RDSClient(world.clientOptions());
  const tagged = async (ResourceName: string | undefined) =>
    (await unlessGone(rds.send(new ListTagsForResourceCommand({ ResourceName }))))?.TagList;
  try {
    const { DBInstances: databases = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    const { DBSubnetGroups: subnets = [] } = await rds.send(new DescribeDBSubnetGroupsCommand({}));
    const { DBParameterGroups: groups = [] } = await rds.send(new DescribeDBParameterGroupsCommand({}));
    const { OptionGroupsList: options = [] } = await rds.send(new DescribeOptionGroupsCommand({}));
    return {
      databases: databases.map(({ LatestRestorableTime: _, TagList: Tags, ...rest }) => ({ ...rest, Tags })),
      databaseSubnets: await Promise.all(
        subnets.map(async (group) => ({ ...group, Tags: await tagged(group.DBSubnetGroupArn) })),
      ),
      databaseOptions: await Promise.all(
        options.map(async (group) => ({ ...group, Tags: await tagged(group.OptionGroupArn) })),
      ),
      databaseParameters: await Promise.all(
        groups.map(async (group) => {
          const { DBParameterGroupName, DBParameterGroupArn } = group;
          const asked = new DescribeDBParametersCommand({ DBParameterGroupName, Source: 'user' });
          const set = await unlessGone(rds.send(asked));
          return { ...group, set: set?.Parameters, Tags: await tagged(DBParameterGroupArn) };
        }),
      ),
    };
  } finally {
    rds.destroy();
  }
}

/** Caches with their nodes and their groups, and what is set in these. */
export async function cachesOf(world: World): Promise<Record<string, object[]>> {
  const elasticache = new ElastiCacheClient(world.clientOptions());
  const tagged = async <T extends { ARN?: string | undefined }>(thing: T) => {
    const found = await unlessGone(elasticache.send(new ListCacheTagsCommand({ ResourceName: thing.ARN })));
    return { ...thing, Tags: found?.TagList };
  };
  try {
    const { ReplicationGroups = [] } = await elasticache.send(new DescribeReplicationGroupsCommand({}));
    const { CacheClusters = [] } = await elasticache.send(new DescribeCacheClustersCommand({}));
    const { CacheSubnetGroups = [] } = await elasticache.send(new DescribeCacheSubnetGroupsCommand({}));
    const groups = await elasticache.send(new DescribeCacheParameterGroupsCommand({}));
    return {
      caches: await Promise.all(ReplicationGroups.map(tagged)),
      cacheNodes: await Promise.all(CacheClusters.map(tagged)),
      cacheSubnets: await Promise.all(CacheSubnetGroups.map(tagged)),
      cacheParameters: await Promise.all(
        (groups.CacheParameterGroups ?? []).map(async (group) => {
          const { CacheParameterGroupName } = group;
          const asked = new DescribeCacheParametersCommand({ CacheParameterGroupName, Source: 'user' });
          const set = await unlessGone(elasticache.send(asked));
          return { ...(await tagged(group)), set: set?.Parameters };
        }),
      ),
    };
  } finally {
    elasticache.destroy();
  }
}

/** Tables with what is set on them, and copies of such. */
export async function tablesOf(world: World): Promise<Record<string, object[]>> {
  const dynamodb = new DynamoDBClient(world.clientOptions());
  try {
    const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
    const tables = await Promise.all(
      TableNames.map(async (TableName) => {
        const found = await unlessGone(dynamodb.send(new DescribeTableCommand({ TableName })));
        if (!found?.Table) return [];
        // What AWS has ready for requests grows by itself, and so does an index that is made.
        const {
          LatestStreamArn: _arn,
          LatestStreamLabel: _label,
          WarmThroughput: _warm,
          GlobalSecondaryIndexes: indexes = [],
          ...table
        } = found.Table;
        const ResourceArn = table.TableArn;
        const tagged = await unlessGone(dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn })));
        const ttl = await unlessGone(dynamodb.send(new DescribeTimeToLiveCommand({ TableName })));
        const backups = await unlessGone(dynamodb.send(new DescribeContinuousBackupsCommand({ TableName })));
        const recovery = backups?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
        return [
          {
            ...table,
            indexes: indexes.map(({ WarmThroughput: _ready, ...index }) => index),
            Tags: tagged?.Tags,
            // What AWS is still carrying out is decided.
            timeToLive: {
              ...ttl?.TimeToLiveDescription,
              TimeToLiveStatus: ttl?.TimeToLiveDescription?.TimeToLiveStatus?.replace(/ING$/, 'ED'),
            },
            recovery: [recovery?.PointInTimeRecoveryStatus, recovery?.RecoveryPeriodInDays],
          },
        ];
      }),
    );
    const { BackupSummaries = [] } = await dynamodb.send(new ListBackupsCommand({}));
    return {
      dynamoTables: tables.flat(),
      dynamoBackups: BackupSummaries.map(({ BackupArn: _arn, ...backup }) => backup),
    };
  } finally {
    dynamodb.destroy();
  }
}

/** Secrets with the labels of their versions, and nothing of what they hold. */
export async function secretsOf(world: World): Promise<Record<string, object[]>> {
  const client = new SecretsManagerClient(world.clientOptions());
  try {
    const { SecretList = [] } = await client.send(new ListSecretsCommand({ IncludePlannedDeletion: true }));
    return {
      secrets: SecretList.map(({ Name, Description, KmsKeyId, DeletedDate, Tags, ...rest }) => ({
        Name,
        Description,
        KmsKeyId,
        DeletedDate,
        Tags,
        // A former one stays for a while, and tells nothing of what is.
        labels: Object.values(rest.SecretVersionsToStages ?? {})
          .flat()
          .filter((label) => label !== 'AWSPREVIOUS'),
      })),
    };
  } finally {
    client.destroy();
  }
}
