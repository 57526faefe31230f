import {
  CreateDBClusterParameterGroupCommand,
  DeleteDBClusterParameterGroupCommand,
  DescribeDBClusterParameterGroupsCommand,
  type DBClusterParameterGroup,
} from '@aws-sdk/client-rds';
import { must } from '../kind.ts';
import { dbClusterParameters } from './db-cluster-parameters.ts';
import { parameterGroupKind, parameterGroupsCollection } from './parameter-groups.ts';
import { PAGE } from './shared.ts';

/** Parameter groups of clusters. */
export const dbClusterParameterGroups = parameterGroupsCollection({
  name: 'rds/db-cluster-parameter-groups',
  sort: 'cluster-pg',
  action: 'DescribeDBClusterParameterGroups',
  async describe({ rds }, { name, Marker }) {
    const which = name === undefined ? { MaxRecords: PAGE } : { DBClusterParameterGroupName: name };
    const answer = await rds.send(
      new DescribeDBClusterParameterGroupsCommand({ ...which, ...(Marker !== undefined && { Marker }) }),
    );
    return { items: answer.DBClusterParameterGroups?.map(described), next: answer.Marker };
  },
});

/** What all members of a cluster are started with. */
export const dbClusterParameterGroupKind = parameterGroupKind({
  type: 'DbClusterParameterGroup',
  collection: dbClusterParameterGroups,
  parameters: dbClusterParameters,
  sort: 'cluster-pg',
  actions: { create: 'CreateDBClusterParameterGroup', delete: 'DeleteDBClusterParameterGroup' },
  usedBy: ['DbCluster'],
  create: ({ rds }, { name, family, description }, Tags) =>
    rds.send(
      new CreateDBClusterParameterGroupCommand({
        DBClusterParameterGroupName: name,
        DBParameterGroupFamily: family,
        Description: description,
        Tags,
      }),
    ),
  delete: ({ rds }, DBClusterParameterGroupName) =>
    rds.send(new DeleteDBClusterParameterGroupCommand({ DBClusterParameterGroupName })),
});

function described(group: DBClusterParameterGroup) {
  return {
    name: must(group.DBClusterParameterGroupName, 'DBClusterParameterGroupName'),
    arn: must(group.DBClusterParameterGroupArn, 'DBClusterParameterGroupArn'),
    family: group.DBParameterGroupFamily ?? '',
    description: group.Description ?? '',
  };
}
