import {
  AddTagsToResourceCommand,
  CreateDBParameterGroupCommand,
  CreateDBSubnetGroupCommand,
  CreateOptionGroupCommand,
  DescribeDBSubnetGroupsCommand,
  ListTagsForResourceCommand,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-rds';
import { nameIn } from '../../operator/aws/rds/shared.ts';
import { id, one } from '../contract/drift/case.ts';
import { bounded, policyFor } from './least-privilege.ts';
import { fullNetwork, fullService, serviceAccount, serviceNetwork } from './manifests.ts';
import { act, anew, another, drift, orphanTags, type Provocation, undone } from './provocation.ts';
import { fullMysql, storeInNetwork, storeNetwork } from './store-manifests.ts';
import { secretProvocations } from './withheld-secrets.ts';
import { actionsOf } from './withheld-suite.ts';

/** Nothing is kept of it, so that nothing is left. */
export const passingMysql = {
  ...fullMysql,
  spec: { ...(fullMysql.spec as object), deletionPolicy: 'Delete' },
};
export const anotherMysql = storeInNetwork('another', {
  deletionPolicy: 'Delete',
  mysql: { credentials: { mode: 'Generated' } },
});

/** Of the deletion of a store, which nothing but that of its object brings about: datastore-mysql.test.ts. */
const OF_THE_END = new Set(['rds:CreateDBSnapshot', 'rds:DeleteDBInstance', 'rds:DescribeDBSnapshots']);
/** Of clusters, which are another store's. */
const OF_CLUSTERS = /^rds:.*DBCluster/;

/** The actions that a database of MySQL needs, and neither networks nor services. */
export async function actionsOfMysql(): Promise<string[]> {
  const account = bounded(serviceAccount);
  const others = new Set(
    actionsOf(await policyFor([account, serviceNetwork, storeNetwork, fullNetwork, fullService])),
  );
  const all = actionsOf(await policyFor([account, storeNetwork, fullMysql]));
  return all.filter(
    (action) =>
      /^(rds|secretsmanager):/.test(action) &&
      !others.has(action) &&
      !OF_THE_END.has(action) &&
      !OF_CLUSTERS.test(action),
  );
}

const Tags = Object.entries(orphanTags(fullMysql)).map(([Key, Value]) => ({ Key, Value }));
const orphanSubnets = act(async (at) => {
  const DBSubnetGroupName = nameIn(id(at, 'db-subnet-group'));
  const found = await at.rds.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName }));
  const { Subnets = [] } = one(found.DBSubnetGroups, 'subnet group');
  await at.rds.send(
    new CreateDBSubnetGroupCommand({
      DBSubnetGroupName: 'orphan',
      DBSubnetGroupDescription: 'orphan',
      SubnetIds: Subnets.flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []),
      Tags,
    }),
  );
});
const orphanParameters = act((at) =>
  at.rds.send(
    new CreateDBParameterGroupCommand({
      DBParameterGroupName: 'orphan',
      DBParameterGroupFamily: 'mysql8.0',
      Description: 'orphan',
      Tags,
    }),
  ),
);
const orphanOptions = act((at) =>
  at.rds.send(
    new CreateOptionGroupCommand({
      OptionGroupName: 'orphan',
      EngineName: 'mysql',
      MajorEngineVersion: '8.0',
      OptionGroupDescription: 'orphan',
      Tags,
    }),
  ),
);
/** A group that lost what shows whose it is, is looked up by its id. */
const lostTags = undone(async (at) => {
  const ResourceName = id(at, 'db-parameter-group');
  const { TagList = [] } = await at.rds.send(new ListTagsForResourceCommand({ ResourceName }));
  const TagKeys = TagList.flatMap(({ Key = '' }) => (Key.startsWith('landfall.dev/') ? [Key] : []));
  await at.rds.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys }));
  return () => at.rds.send(new AddTagsToResourceCommand({ ResourceName, Tags: TagList }));
});

/** For each action that a database needs besides, what makes the operator need it. */
export const MYSQL_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  'rds:AddTagsToResource': drift('DbInstance', 'tags missing'),
  'rds:CreateDBInstance': another,
  'rds:CreateDBParameterGroup': another,
  'rds:CreateDBSubnetGroup': another,
  'rds:CreateOptionGroup': another,
  'rds:DeleteDBParameterGroup': orphanParameters,
  'rds:DeleteDBSubnetGroup': orphanSubnets,
  'rds:DeleteOptionGroup': orphanOptions,
  'rds:DescribeDBInstanceAutomatedBackups': orphanOptions,
  'rds:DescribeDBInstances': anew,
  'rds:DescribeDBParameterGroups': anew,
  'rds:DescribeDBParameters': anew,
  'rds:DescribeDBSubnetGroups': anew,
  'rds:DescribeOptionGroups': anew,
  'rds:ListTagsForResource': lostTags,
  'rds:ModifyDBInstance': drift('DbInstance', 'backupDays changed'),
  'rds:ModifyDBParameterGroup': drift('DbParameters', 'parameters[*] changed'),
  'rds:ModifyDBSubnetGroup': drift('DbSubnetGroup', 'description changed'),
  'rds:ModifyOptionGroup': drift('DbOptions', 'options[*][*] changed'),
  'rds:RebootDBInstance': drift('DbInstance', 'parameterGroupName changed'),
  'rds:RemoveTagsFromResource': drift('DbInstance', 'tags extra'),
  'rds:ResetDBParameterGroup': drift('DbParameters', 'parameters[*] extra (somebody has set one)'),
  ...secretProvocations(fullMysql),
};
