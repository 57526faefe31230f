import {
  CreateDBParameterGroupCommand,
  DeleteDBParameterGroupCommand,
  DescribeDBParameterGroupsCommand,
  type DBParameterGroup,
} from '@aws-sdk/client-rds';
import { must } from '../kind.ts';
import { dbParameters } from './db-parameters.ts';
import { parameterGroupKind, parameterGroupsCollection } from './parameter-groups.ts';
import { PAGE } from './shared.ts';

/** Parameter groups of instances. */
export const dbParameterGroups = parameterGroupsCollection({
  name: 'rds/db-parameter-groups',
  sort: 'pg',
  action: 'DescribeDBParameterGroups',
  async describe({ rds }, { name, Marker }) {
    const which = name === undefined ? { MaxRecords: PAGE } : { DBParameterGroupName: name };
    const answer = await rds.send(
      new DescribeDBParameterGroupsCommand({ ...which, ...(Marker !== undefined && { Marker }) }),
    );
    return { items: answer.DBParameterGroups?.map(described), next: answer.Marker };
  },
});

/** What an instance is started with. */
export const dbParameterGroupKind = parameterGroupKind({
  type: 'DbParameterGroup',
  collection: dbParameterGroups,
  parameters: dbParameters,
  sort: 'pg',
  actions: { create: 'CreateDBParameterGroup', delete: 'DeleteDBParameterGroup' },
  usedBy: ['DbInstance'],
  create: ({ rds }, { name, family, description }, Tags) =>
    rds.send(
      new CreateDBParameterGroupCommand({
        DBParameterGroupName: name,
        DBParameterGroupFamily: family,
        Description: description,
        Tags,
      }),
    ),
  delete: ({ rds }, DBParameterGroupName) =>
    rds.send(new DeleteDBParameterGroupCommand({ DBParameterGroupName })),
});

function described(group: DBParameterGroup) {
  return {
    name: must(group.DBParameterGroupName, 'DBParameterGroupName'),
    arn: must(group.DBParameterGroupArn, 'DBParameterGroupArn'),
    family: group.DBParameterGroupFamily ?? '',
    description: group.Description ?? '',
  };
}
