import {
  DescribeDBClusterParameterGroupsCommand,
  DescribeDBClusterParametersCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBParametersCommand,
  DescribeDBSubnetGroupsCommand,
  ListTagsForResourceCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
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
      clusters: DBClusters.map((cluster) => {
        const { EarliestRestorableTime: _, LatestRestorableTime: __, TagList: Tags, ...rest } = cluster;
        return { ...rest, Tags };
      }),
      clusterParameters: await Promise.all(
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
    return {
      databases: databases.map(({ LatestRestorableTime: _, TagList: Tags, ...rest }) => ({ ...rest, Tags })),
      databaseSubnets: await Promise.all(
        subnets.map(async (group) => ({ ...group, Tags: await tagged(group.DBSubnetGroupArn) })),
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
