import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import * as rds from '@aws-sdk/client-rds';
import { nameIn } from '../../../operator/aws/rds/shared.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cases, type DriftCase, type DriftContext, id, one, refused } from './case.ts';
import { tags } from './rds-tags.ts';

/** The nodes of a cluster of Aurora. */
const GROUP = 'db-cluster-parameter-group';
const PARAMETERS = 'db-cluster-parameters';
const CLUSTER = 'db-cluster';

const named = (at: DriftContext, node: string) => nameIn(id(at, node));

async function clusterOf(at: DriftContext): Promise<rds.DBCluster> {
  const DBClusterIdentifier = named(at, CLUSTER);
  const found = await at.rds.send(new rds.DescribeDBClustersCommand({ DBClusterIdentifier }));
  return one(found.DBClusters, 'cluster');
}

async function available(at: DriftContext): Promise<void> {
  await eventually('the cluster is available', async () => {
    const { Status, MasterUserSecret } = await clusterOf(at);
    return Status === 'available' && MasterUserSecret?.SecretStatus !== 'creating';
  });
}

async function modify(at: DriftContext, change: Partial<rds.ModifyDBClusterMessage>): Promise<void> {
  await available(at);
  const DBClusterIdentifier = named(at, CLUSTER);
  await at.rds.send(
    new rds.ModifyDBClusterCommand({ DBClusterIdentifier, ApplyImmediately: true, ...change }),
  );
  await available(at);
}

const changed = (change: Partial<rds.ModifyDBClusterMessage>): DriftCase => ({
  node: CLUSTER,
  unseen: true,
  interrupts: true,
  refreshes: 4,
  drift: (at) => modify(at, change),
});

/** Which password a cluster has AWS does not show: a tag tells it. */
const noted = (change: (at: DriftContext, ResourceName: string) => Promise<unknown>): DriftCase => ({
  ...changed({}),
  drift: async (at) => void (await change(at, id(at, CLUSTER))),
});

/** Other security groups: those of everybody in the network, besides or in place of its own. */
const regrouped = (groups: (others: string[], own: string[]) => string[]): DriftCase => ({
  ...changed({}),
  async drift(at) {
    const own = id(at, 'security-group/store');
    const mine = await at.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [own] }));
    const Filters = [
      { Name: 'vpc-id', Values: [one(mine.SecurityGroups, 'group').VpcId ?? ''] },
      { Name: 'group-name', Values: ['default'] },
    ];
    const { SecurityGroups = [] } = await at.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    const others = SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []);
    await modify(at, { VpcSecurityGroupIds: groups(others, [own]) });
  },
});

const set = (ParameterName: string, ParameterValue: string): DriftCase => ({
  node: PARAMETERS,
  refreshes: 4,
  drift: async (at) =>
    void (await at.rds.send(
      new rds.ModifyDBClusterParameterGroupCommand({
        DBClusterParameterGroupName: named(at, GROUP),
        Parameters: [{ ParameterName, ParameterValue, ApplyMethod: 'immediate' }],
      }),
    )),
});

const logs = (change: rds.CloudwatchLogsExportConfiguration) =>
  changed({ CloudwatchLogsExportConfiguration: change });

/** For clusters of RDS, as `driftCases` has them for a network's. */
export const clustersCases: Cases = {
  DbClusterParameterGroup: {
    ...tags(GROUP),
    deleted: refused('InvalidDBParameterGroupStateFault', (at) =>
      at.rds.send(
        new rds.DeleteDBClusterParameterGroupCommand({ DBClusterParameterGroupName: named(at, GROUP) }),
      ),
    ),
  },
  DbClusterParameters: {
    'parameters[*] changed': set('rds.force_ssl', '0'),
    'parameters[*] extra (somebody has set one)': set('statement_timeout', '60000'),
    'parameters[*] missing': {
      node: PARAMETERS,
      refreshes: 4,
      drift: async (at) =>
        void (await at.rds.send(
          new rds.ResetDBClusterParameterGroupCommand({
            DBClusterParameterGroupName: named(at, GROUP),
            Parameters: [{ ParameterName: 'rds.force_ssl', ApplyMethod: 'immediate' }],
          }),
        )),
    },
  },
  DbCluster: {
    ...tags(CLUSTER),
    'parameterGroupName changed': changed({ DBClusterParameterGroupName: 'default.aurora-postgresql15' }),
    'maintenanceWindow changed': changed({ PreferredMaintenanceWindow: 'mon:04:00-mon:05:00' }),
    'backupWindow changed': changed({ PreferredBackupWindow: '01:00-01:30' }),
    'backupDays changed': changed({ BackupRetentionPeriod: 1 }),
    'deletionProtection changed': changed({ DeletionProtection: true }),
    'iamAuthentication changed': changed({ EnableIAMDatabaseAuthentication: false }),
    'copiesTagsToSnapshots changed': changed({ CopyTagsToSnapshot: false }),
    'managesPassword changed': changed({ ManageMasterUserPassword: true }),
    'password missing': noted((at, ResourceName) =>
      at.rds.send(
        new rds.RemoveTagsFromResourceCommand({ ResourceName, TagKeys: ['landfall.dev/password'] }),
      ),
    ),
    'password changed': noted((at, ResourceName) =>
      at.rds.send(
        new rds.AddTagsToResourceCommand({
          ResourceName,
          Tags: [{ Key: 'landfall.dev/password', Value: 'another' }],
        }),
      ),
    ),
    'engineVersion changed': refused('InvalidParameterCombination', (at) =>
      modify(at, { EngineVersion: '15.4' }),
    ),
    'capacity changed': changed({ ServerlessV2ScalingConfiguration: { MinCapacity: 1, MaxCapacity: 8 } }),
    'logExports[*] missing': logs({ DisableLogTypes: ['postgresql'] }),
    'logExports[*] extra': logs({ EnableLogTypes: ['instance'] }),
    'securityGroupIds[*] missing': regrouped((others) => others),
    'securityGroupIds[*] extra': regrouped((others, own) => [...others, ...own]),
  },
};

/** What AWS says of every cluster. */
export const clustersAlwaysSaid = {
  DbCluster: ['backupDays', 'backupWindow', 'capacity', 'maintenanceWindow', 'parameterGroupName'],
};
