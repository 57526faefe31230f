import { DynamoDBClient, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { DescribeDBInstancesCommand, ModifyDBParameterGroupCommand, RDSClient } from '@aws-sdk/client-rds';
import type { Damage } from './drift.ts';
import type { PlacedObject } from './examples.ts';
import type { Kubectl } from './kubectl.ts';

/** How the clients reach the account that something is broken in. */
interface Options {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Takes away that a table can be restored to any second of the last days. */
export async function loseRecovery(
  options: Options,
  object: PlacedObject,
  kubectl: Kubectl,
): Promise<Damage> {
  const { tableName: TableName } = await kubectl.status<{ readonly tableName: string }>(object);
  const dynamodb = new DynamoDBClient(options);
  await dynamodb.send(
    new UpdateContinuousBackupsCommand({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    }),
  );
  dynamodb.destroy();
  return {
    object,
    node: 'table-recovery',
    what: `${TableName} can be restored to no second of the past any more`,
    instead: `aws dynamodb update-continuous-backups --table-name ${TableName} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=false`,
  };
}

/** Lets clients of a database of MySQL talk to it in the clear. */
export async function allowClearText(
  options: Options,
  object: PlacedObject,
  kubectl: Kubectl,
): Promise<Damage> {
  const { endpoint } = await kubectl.status<{ readonly endpoint: { readonly address: string } }>(object);
  const rds = new RDSClient(options);
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  const database = DBInstances.find(({ Endpoint }) => Endpoint?.Address === endpoint.address);
  const group = database?.DBParameterGroups?.[0]?.DBParameterGroupName ?? '';
  const ParameterName = 'require_secure_transport';
  await rds.send(
    new ModifyDBParameterGroupCommand({
      DBParameterGroupName: group,
      Parameters: [{ ParameterName, ParameterValue: '0', ApplyMethod: 'immediate' }],
    }),
  );
  rds.destroy();
  return {
    object,
    node: 'db-parameters',
    what: `${database?.DBInstanceIdentifier} takes connections that are not encrypted`,
    instead: `aws rds modify-db-parameter-group --db-parameter-group-name ${group} --parameters ParameterName=${ParameterName},ParameterValue=0,ApplyMethod=immediate`,
  };
}
