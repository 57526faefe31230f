import { CreateTableCommand, DeleteTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { Tag } from '@aws-sdk/client-ec2';
import * as cache from '@aws-sdk/client-elasticache';
import { CreateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { AwsSession } from '../../operator/aws/session.ts';
import { eventually, eventuallyTaken } from './eventually.ts';

const NAME = 'stranger';

/** A table, a key, a secret, and a cache with its groups in a subnet. */
export async function stores(
  { dynamodb, elasticache, kms, secretsManager }: AwsSession,
  { SubnetId, GroupId, Tags }: { SubnetId: string; GroupId: string; Tags: readonly Tag[] },
): Promise<Record<string, string>> {
  const tagged = Tags.length > 0 && { Tags: Tags.map(({ Key, Value }) => ({ Key, Value })) };
  const table = await dynamodb.send(
    new CreateTableCommand({
      TableName: NAME,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      ...tagged,
    }),
  );
  const key = await kms.send(
    new CreateKeyCommand({
      Description: NAME,
      Tags: Tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })),
    }),
  );
  const secret = await secretsManager.send(
    new CreateSecretCommand({ Name: NAME, SecretString: '{"password":"none"}', ...tagged }),
  );
  const subnets = await elasticache.send(
    new cache.CreateCacheSubnetGroupCommand({
      CacheSubnetGroupName: NAME,
      CacheSubnetGroupDescription: NAME,
      SubnetIds: [SubnetId],
      ...tagged,
    }),
  );
  const parameters = await elasticache.send(
    new cache.CreateCacheParameterGroupCommand({
      CacheParameterGroupName: NAME,
      CacheParameterGroupFamily: 'redis7',
      Description: NAME,
      ...tagged,
    }),
  );
  const group = await elasticache.send(
    new cache.CreateReplicationGroupCommand({
      ReplicationGroupId: NAME,
      ReplicationGroupDescription: NAME,
      Engine: 'redis',
      CacheNodeType: 'cache.t3.micro',
      NumCacheClusters: 1,
      AutomaticFailoverEnabled: false,
      CacheSubnetGroupName: NAME,
      SecurityGroupIds: [GroupId],
      ...tagged,
    }),
  );
  await eventually('the table and the cache are made', async () => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: NAME }));
    const { ReplicationGroups: [one] = [] } = await elasticache.send(
      new cache.DescribeReplicationGroupsCommand({ ReplicationGroupId: NAME }),
    );
    return Table?.TableStatus === 'ACTIVE' && one?.Status === 'available';
  });
  return {
    DynamoDbTable: table.TableDescription?.TableArn ?? '',
    Secret: secret.ARN ?? '',
    KmsKey: key.KeyMetadata?.Arn ?? '',
    CacheSubnetGroup: subnets.CacheSubnetGroup?.ARN ?? '',
    CacheParameterGroup: parameters.CacheParameterGroup?.ARN ?? '',
    ReplicationGroup: group.ReplicationGroup?.ARN ?? '',
  };
}

/** Takes them away again. */
export async function withoutStores(
  { dynamodb, elasticache, kms, secretsManager }: AwsSession,
  { KmsKey: KeyId, Secret: SecretId }: Readonly<Record<string, string>>,
): Promise<void> {
  await secretsManager.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  await dynamodb.send(new DeleteTableCommand({ TableName: NAME }));
  await elasticache.send(new cache.DeleteReplicationGroupCommand({ ReplicationGroupId: NAME }));
  await eventuallyTaken('the subnet group of the cache deleted', () =>
    elasticache.send(new cache.DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName: NAME })),
  );
  await elasticache.send(new cache.DeleteCacheParameterGroupCommand({ CacheParameterGroupName: NAME }));
}
