import {
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-dynamodb';
import { id } from '../contract/drift/case.ts';
import { bounded, policyFor } from './least-privilege.ts';
import { serviceAccount } from './manifests.ts';
import { anew, another, drift, type Provocation, undone } from './provocation.ts';
import { orders, store } from './store-manifests.ts';
import { actionsOf } from './withheld-suite.ts';

/** Nothing is kept of it, so that nothing is left. */
export const passingTable = store('orders', { deletionPolicy: 'Delete', dynamodb: orders });
export const anotherTable = store('another', {
  deletionPolicy: 'Delete',
  dynamodb: { partitionKey: { name: 'id', type: 'String' } },
});

/** Of the deletion of a table, which nothing but that of its object brings about: datastore-table.test.ts. */
const OF_THE_END = new Set(['dynamodb:CreateBackup', 'dynamodb:DeleteTable', 'dynamodb:ListBackups']);

/** The actions of DynamoDB that a table needs. */
export async function actionsOfTable(): Promise<string[]> {
  const all = actionsOf(await policyFor([bounded(serviceAccount), passingTable]));
  return all.filter((action) => action.startsWith('dynamodb:') && !OF_THE_END.has(action));
}

/** A table that lost what shows whose it is, is looked up by its id. */
const lostTags = undone(async (at) => {
  const ResourceArn = id(at, 'table');
  const { Tags = [] } = await at.dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn }));
  const TagKeys = Tags.flatMap(({ Key = '' }) => (Key.startsWith('landfall.dev/') ? [Key] : []));
  await at.dynamodb.send(new UntagResourceCommand({ ResourceArn, TagKeys }));
  return () => at.dynamodb.send(new TagResourceCommand({ ResourceArn, Tags }));
});

/** For each action that a table needs, what makes the operator need it. */
export const TABLE_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  'dynamodb:CreateTable': another,
  'dynamodb:DescribeContinuousBackups': anew,
  'dynamodb:DescribeTable': anew,
  'dynamodb:DescribeTimeToLive': anew,
  'dynamodb:ListTables': anew,
  'dynamodb:ListTagsOfResource': lostTags,
  'dynamodb:TagResource': drift('DynamoDbTable', 'tags missing'),
  'dynamodb:UntagResource': drift('DynamoDbTable', 'tags extra'),
  'dynamodb:UpdateContinuousBackups': drift('ContinuousBackups', 'enabled changed'),
  'dynamodb:UpdateTable': drift('TableSettings', 'tableClass changed'),
  'dynamodb:UpdateTimeToLive': drift('TimeToLive', 'attribute changed'),
};
