import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeSubnetsCommand,
  type Tag,
} from '@aws-sdk/client-ec2';
import * as rds from '@aws-sdk/client-rds';
import type { AwsSession } from '../../operator/aws/session.ts';
import { eventually, eventuallyTaken } from './eventually.ts';

const NAME = 'stranger';
const CLUSTER = 'stranger-cluster';

/** A database and a cluster, with their groups, in a VPC; AWS wants them in two zones. */
export async function databases(
  session: AwsSession,
  { VpcId, GroupId, Tags }: { VpcId: string; GroupId: string; Tags: readonly Tag[] },
): Promise<Record<string, string>> {
  const { ec2, rds: client } = session;
  const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
  const { Subnets: [first] = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  const zone = first?.AvailabilityZone === 'us-east-1a' ? 'us-east-1b' : 'us-east-1a';
  const second = await ec2.send(
    new CreateSubnetCommand({ VpcId, CidrBlock: '10.8.1.0/24', AvailabilityZone: zone }),
  );
  const SubnetIds = [first?.SubnetId ?? '', second.Subnet?.SubnetId ?? ''];
  const tagged = { Tags: Tags.map(({ Key, Value }) => ({ Key, Value })) };
  const DBSubnetGroupName = NAME;
  const subnets = await client.send(
    new rds.CreateDBSubnetGroupCommand({
      DBSubnetGroupName,
      DBSubnetGroupDescription: NAME,
      SubnetIds,
      ...tagged,
    }),
  );
  const parameters = await client.send(
    new rds.CreateDBParameterGroupCommand({
      DBParameterGroupName: NAME,
      DBParameterGroupFamily: 'mysql8.0',
      Description: NAME,
      ...tagged,
    }),
  );
  const options = await client.send(
    new rds.CreateOptionGroupCommand({
      OptionGroupName: NAME,
      EngineName: 'mysql',
      MajorEngineVersion: '8.0',
      OptionGroupDescription: NAME,
      ...tagged,
    }),
  );
  const ofCluster = await client.send(
    new rds.CreateDBClusterParameterGroupCommand({
      DBClusterParameterGroupName: NAME,
      DBParameterGroupFamily: 'aurora-postgresql15',
      Description: NAME,
      ...tagged,
    }),
  );
  const owned = {
    MasterUsername: 'keeper',
    MasterUserPassword: 'not-a-secret',
    DBSubnetGroupName,
    VpcSecurityGroupIds: [GroupId],
  };
  const instance = await client.send(
    new rds.CreateDBInstanceCommand({
      DBInstanceIdentifier: NAME,
      DBInstanceClass: 'db.t3.micro',
      Engine: 'mysql',
      AllocatedStorage: 20,
      BackupRetentionPeriod: 0,
      ...owned,
      ...tagged,
    }),
  );
  const cluster = await client.send(
    new rds.CreateDBClusterCommand({
      DBClusterIdentifier: CLUSTER,
      Engine: 'aurora-postgresql',
      ...owned,
      ...tagged,
    }),
  );
  await eventually('the databases are made', async () => {
    const { DBInstances: [one] = [] } = await client.send(
      new rds.DescribeDBInstancesCommand({ DBInstanceIdentifier: NAME }),
    );
    const { DBClusters: [other] = [] } = await client.send(
      new rds.DescribeDBClustersCommand({ DBClusterIdentifier: CLUSTER }),
    );
    return one?.DBInstanceStatus === 'available' && other?.Status === 'available';
  });
  return {
    DbSubnetGroup: subnets.DBSubnetGroup?.DBSubnetGroupArn ?? '',
    DbParameterGroup: parameters.DBParameterGroup?.DBParameterGroupArn ?? '',
    DbOptionGroup: options.OptionGroup?.OptionGroupArn ?? '',
    DbClusterParameterGroup: ofCluster.DBClusterParameterGroup?.DBClusterParameterGroupArn ?? '',
    DbInstance: instance.DBInstance?.DBInstanceArn ?? '',
    DbCluster: cluster.DBCluster?.DBClusterArn ?? '',
    secondSubnet: second.Subnet?.SubnetId ?? '',
  };
}

/** Takes them away again. */
export async function withoutDatabases(
  session: AwsSession,
  ids: Readonly<Record<string, string>>,
): Promise<void> {
  const { ec2, rds: client } = session;
  const SkipFinalSnapshot = true;
  await client.send(new rds.DeleteDBInstanceCommand({ DBInstanceIdentifier: NAME, SkipFinalSnapshot }));
  await client.send(new rds.DeleteDBClusterCommand({ DBClusterIdentifier: CLUSTER, SkipFinalSnapshot }));
  await eventuallyTaken('the subnet group deleted', () =>
    client.send(new rds.DeleteDBSubnetGroupCommand({ DBSubnetGroupName: NAME })),
  );
  await client.send(new rds.DeleteDBParameterGroupCommand({ DBParameterGroupName: NAME }));
  await client.send(new rds.DeleteOptionGroupCommand({ OptionGroupName: NAME }));
  const DBClusterParameterGroupName = NAME;
  await client.send(new rds.DeleteDBClusterParameterGroupCommand({ DBClusterParameterGroupName }));
  // Its interface goes a little later.
  await eventuallyTaken('the second subnet deleted', () =>
    ec2.send(new DeleteSubnetCommand({ SubnetId: ids['secondSubnet'] })),
  );
}
