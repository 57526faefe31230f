import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import * as rds from '@aws-sdk/client-rds';
import { eventually } from '../../support/eventually.ts';
import { nameIn } from '../../../operator/aws/rds/shared.ts';
import { type Cases, type DriftCase, type DriftContext, id, one, refused } from './case.ts';
import { tags } from './rds-tags.ts';

/** The nodes of a store of MySQL. */
const SUBNETS = 'db-subnet-group';
const GROUP = 'db-parameter-group';
const PARAMETERS = 'db-parameters';
const OPTIONS = 'db-option-group';
const INSTANCE = 'db-instance';

const named = (at: DriftContext, node: string) => nameIn(id(at, node));

async function instanceOf(at: DriftContext): Promise<rds.DBInstance> {
  const found = await at.rds.send(
    new rds.DescribeDBInstancesCommand({ DBInstanceIdentifier: named(at, INSTANCE) }),
  );
  return one(found.DBInstances, 'database');
}

async function available(at: DriftContext): Promise<void> {
  await eventually('the database is available', async () => {
    const { DBInstanceStatus, MasterUserSecret } = await instanceOf(at);
    return DBInstanceStatus === 'available' && MasterUserSecret?.SecretStatus !== 'creating';
  });
}

async function modify(at: DriftContext, change: Partial<rds.ModifyDBInstanceMessage>): Promise<void> {
  await available(at);
  await at.rds.send(
    new rds.ModifyDBInstanceCommand({
      DBInstanceIdentifier: named(at, INSTANCE),
      ApplyImmediately: true,
      ...change,
    }),
  );
  await available(at);
}

/** What AWS has under way, and what it takes up only then, is waited for on both sides. */
const changed = (change: Partial<rds.ModifyDBInstanceMessage>): DriftCase => ({
  node: INSTANCE,
  unseen: true,
  interrupts: true,
  refreshes: 4,
  drift: (at) => modify(at, change),
});

/** Other security groups: those of everybody in the network, besides or in place of its own. */
const regrouped = (groups: (others: string[], own: string[]) => string[]): DriftCase => ({
  ...changed({}),
  async drift(at) {
    const { VpcId } = await groupOf(at);
    const Filters = [
      { Name: 'vpc-id', Values: [VpcId] },
      { Name: 'group-name', Values: ['default'] },
    ];
    const { SecurityGroups = [] } = await at.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    const others = SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []);
    await modify(at, { VpcSecurityGroupIds: groups(others, [id(at, 'security-group/store')]) });
  },
});

const set = (...parameters: [string, string][]): DriftCase => ({
  node: PARAMETERS,
  refreshes: 4,
  drift: async (at) =>
    void (await at.rds.send(
      new rds.ModifyDBParameterGroupCommand({
        DBParameterGroupName: named(at, GROUP),
        Parameters: parameters.map(([ParameterName, ParameterValue]) => ({
          ParameterName,
          ParameterValue,
          ApplyMethod: 'immediate',
        })),
      }),
    )),
});

const AUDIT = 'MARIADB_AUDIT_PLUGIN';

/** What is in the option group of the server, which is changed with it. */
const options = (change: Omit<rds.ModifyOptionGroupMessage, 'OptionGroupName'>): DriftCase => ({
  node: 'db-options',
  interrupts: true,
  refreshes: 4,
  async drift(at) {
    await available(at);
    await at.rds.send(
      new rds.ModifyOptionGroupCommand({
        OptionGroupName: named(at, OPTIONS),
        ApplyImmediately: true,
        ...change,
      }),
    );
    await available(at);
  },
});
const audited = (Name: string, Value: string) =>
  options({ OptionsToInclude: [{ OptionName: AUDIT, OptionSettings: [{ Name, Value }] }] });

async function groupOf(at: DriftContext) {
  const DBSubnetGroupName = named(at, SUBNETS);
  const found = await at.rds.send(new rds.DescribeDBSubnetGroupsCommand({ DBSubnetGroupName }));
  const group = one(found.DBSubnetGroups, 'subnet group');
  const SubnetIds = (group.Subnets ?? []).flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []);
  return { DBSubnetGroupName, VpcId: group.VpcId ?? '', SubnetIds };
}

/** A subnet of somebody else's beside those of the group. */
async function stray(at: DriftContext): Promise<() => Promise<unknown>> {
  const { DBSubnetGroupName, VpcId, SubnetIds } = await groupOf(at);
  const { Subnets = [] } = await at.ec2.send(new DescribeSubnetsCommand({ SubnetIds }));
  const { AvailabilityZone } = one(Subnets, 'subnet');
  const made = await at.ec2.send(
    new CreateSubnetCommand({ VpcId, CidrBlock: '10.1.240.0/24', AvailabilityZone }),
  );
  const SubnetId = made.Subnet?.SubnetId ?? '';
  await at.rds.send(
    new rds.ModifyDBSubnetGroupCommand({ DBSubnetGroupName, SubnetIds: [...SubnetIds, SubnetId] }),
  );
  return () => at.ec2.send(new DeleteSubnetCommand({ SubnetId }));
}

const logs = (change: rds.CloudwatchLogsExportConfiguration) =>
  changed({ CloudwatchLogsExportConfiguration: change });

/** For kinds of RDS, as `driftCases` has them for a network's. */
export const databasesCases: Cases = {
  DbSubnetGroup: {
    ...tags(SUBNETS),
    'description changed': {
      node: SUBNETS,
      drift: async (at) =>
        void (await at.rds.send(
          new rds.ModifyDBSubnetGroupCommand({
            ...(await groupOf(at)),
            DBSubnetGroupDescription: 'of nobody',
          }),
        )),
    },
    // The two servers stand in them.
    'subnetIds[*] missing': refused('SubnetAlreadyInUse', async (at) => {
      const { DBSubnetGroupName, VpcId } = await groupOf(at);
      const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
      const { Subnets = [] } = await at.ec2.send(new DescribeSubnetsCommand({ Filters }));
      const { AvailabilityZone } = one(Subnets, 'subnet');
      const other = Subnets.find((subnet) => subnet.AvailabilityZone !== AvailabilityZone);
      const made = await at.ec2.send(
        new CreateSubnetCommand({ VpcId, CidrBlock: '10.1.241.0/24', AvailabilityZone }),
      );
      const SubnetId = made.Subnet?.SubnetId ?? '';
      const SubnetIds = [SubnetId, other?.SubnetId ?? ''];
      try {
        await at.rds.send(new rds.ModifyDBSubnetGroupCommand({ DBSubnetGroupName, SubnetIds }));
      } finally {
        await at.ec2.send(new DeleteSubnetCommand({ SubnetId }));
      }
    }),
    'subnetIds[*] extra': { node: SUBNETS, unseen: true, drift: stray },
    deleted: refused('InvalidDBSubnetGroupStateFault', (at) =>
      at.rds.send(new rds.DeleteDBSubnetGroupCommand({ DBSubnetGroupName: named(at, SUBNETS) })),
    ),
  },
  DbParameterGroup: {
    ...tags(GROUP),
    deleted: refused('InvalidDBParameterGroupStateFault', (at) =>
      at.rds.send(new rds.DeleteDBParameterGroupCommand({ DBParameterGroupName: named(at, GROUP) })),
    ),
  },
  DbOptionGroup: {
    ...tags(OPTIONS),
    deleted: refused('InvalidOptionGroupStateFault', (at) =>
      at.rds.send(new rds.DeleteOptionGroupCommand({ OptionGroupName: named(at, OPTIONS) })),
    ),
  },
  DbOptions: {
    'options[*][*] missing': options({ OptionsToRemove: [AUDIT] }),
    'options[*] extra (somebody has put one in)': options({
      OptionsToInclude: [{ OptionName: 'MEMCACHED' }],
    }),
    'options[*][*] changed': audited('SERVER_AUDIT_EVENTS', 'CONNECT,QUERY'),
    'options[*][*] changed (somebody has set another)': audited('SERVER_AUDIT_EXCL_USERS', 'mallory'),
  },
  DbParameters: {
    'parameters[*] changed': set(['require_secure_transport', '0']),
    'parameters[*] extra (somebody has set one)': set(['interactive_timeout', '60']),
    'parameters[*] missing': {
      node: PARAMETERS,
      refreshes: 4,
      drift: async (at) =>
        void (await at.rds.send(
          new rds.ResetDBParameterGroupCommand({
            DBParameterGroupName: named(at, GROUP),
            Parameters: [{ ParameterName: 'require_secure_transport', ApplyMethod: 'immediate' }],
          }),
        )),
    },
  },
  DbInstance: {
    ...tags(INSTANCE),
    'instanceClass changed': changed({ DBInstanceClass: 'db.t3.large' }),
    'parameterGroupName changed': changed({ DBParameterGroupName: 'default.mysql8.0' }),
    'insightsDays changed': changed({ EnablePerformanceInsights: false }),
    'publiclyAccessible changed': changed({ PubliclyAccessible: true }),
    'maintenanceWindow changed': changed({ PreferredMaintenanceWindow: 'mon:04:00-mon:05:00' }),
    'backupWindow changed': changed({ PreferredBackupWindow: '01:00-01:30' }),
    'multiAz changed': changed({ MultiAZ: false }),
    'backupDays changed': changed({ BackupRetentionPeriod: 1 }),
    'deletionProtection changed': changed({ DeletionProtection: true }),
    'iamAuthentication changed': changed({ EnableIAMDatabaseAuthentication: false }),
    'copiesTagsToSnapshots changed': changed({ CopyTagsToSnapshot: false }),
    'managesPassword changed': changed({ ManageMasterUserPassword: true }),
    'password missing': {
      ...changed({}),
      drift: async (at) =>
        void (await at.rds.send(
          new rds.RemoveTagsFromResourceCommand({
            ResourceName: id(at, INSTANCE),
            TagKeys: ['landfall.dev/password'],
          }),
        )),
    },
    'password changed': {
      ...changed({}),
      drift: async (at) =>
        void (await at.rds.send(
          new rds.AddTagsToResourceCommand({
            ResourceName: id(at, INSTANCE),
            Tags: [{ Key: 'landfall.dev/password', Value: 'another' }],
          }),
        )),
    },
    'engineVersion changed': refused('InvalidParameterCombination', (at) =>
      modify(at, { EngineVersion: '8.0.35' }),
    ),
    'storageGiB changed': refused('InvalidParameterCombination', (at) =>
      modify(at, { AllocatedStorage: 399 }),
    ),
    'maxStorageGiB changed': changed({ MaxAllocatedStorage: 2000 }),
    'maxStorageGiB missing': changed({ MaxAllocatedStorage: 400 }),
    'storageType changed': changed({ StorageType: 'gp2' }),
    'iops changed': changed({ Iops: 13_000 }),
    'throughputMiB changed': changed({ StorageThroughput: 600 }),
    'optionGroupName changed': changed({ OptionGroupName: 'default:mysql-8-0' }),
    'logExports[*] missing': logs({ DisableLogTypes: ['audit'] }),
    'logExports[*] extra': logs({ EnableLogTypes: ['general'] }),
    'securityGroupIds[*] missing': regrouped((others) => others),
    'securityGroupIds[*] extra': regrouped((others, own) => [...others, ...own]),
  },
};

/** What AWS says of every group and every database. */
export const databasesAlwaysSaid = {
  DbSubnetGroup: ['description'],
  DbInstance: [
    'backupDays',
    'backupWindow',
    'instanceClass',
    'iops',
    'maintenanceWindow',
    'optionGroupName',
    'parameterGroupName',
    'storageType',
    'throughputMiB',
  ],
};
