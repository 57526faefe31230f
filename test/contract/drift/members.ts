import * as rds from '@aws-sdk/client-rds';
import { nameIn } from '../../../operator/aws/rds/shared.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cases, type DriftCase, type DriftContext, id, one } from './case.ts';

/** A member of a cluster of Aurora: not the first, which writes. */
const MEMBER = 'db-instance/2';

const named = (at: DriftContext) => nameIn(id(at, MEMBER));

async function available(at: DriftContext): Promise<void> {
  await eventually('the member is available', async () => {
    const asked = new rds.DescribeDBInstancesCommand({ DBInstanceIdentifier: named(at) });
    return one((await at.rds.send(asked)).DBInstances, 'member').DBInstanceStatus === 'available';
  });
}

const changed = (change: Partial<rds.ModifyDBInstanceMessage>): DriftCase => ({
  node: MEMBER,
  unseen: true,
  interrupts: true,
  refreshes: 4,
  async drift(at) {
    await available(at);
    const DBInstanceIdentifier = named(at);
    await at.rds.send(
      new rds.ModifyDBInstanceCommand({ DBInstanceIdentifier, ApplyImmediately: true, ...change }),
    );
    await available(at);
  },
});

const tagged = (Key: string, Value: string): DriftCase => ({
  node: MEMBER,
  drift: async (at) =>
    void (await at.rds.send(
      new rds.AddTagsToResourceCommand({ ResourceName: id(at, MEMBER), Tags: [{ Key, Value }] }),
    )),
});

/** For members of clusters, as `driftCases` has them for a network's things. */
export const membersCases: Cases = {
  DbInstance: {
    'tags missing': {
      node: MEMBER,
      drift: async (at) =>
        void (await at.rds.send(
          new rds.RemoveTagsFromResourceCommand({ ResourceName: id(at, MEMBER), TagKeys: ['project'] }),
        )),
    },
    'tags extra': tagged('stray', 'yes'),
    'tags changed': tagged('project', 'somebody-else'),
    'instanceClass changed': changed({ DBInstanceClass: 'db.r5.large' }),
    'insightsDays changed': changed({
      EnablePerformanceInsights: true,
      PerformanceInsightsRetentionPeriod: 7,
    }),
    'publiclyAccessible changed': changed({ PubliclyAccessible: true }),
    'parameterGroupName changed': changed({ DBParameterGroupName: 'default.aurora-postgresql15' }),
    'maintenanceWindow changed': changed({ PreferredMaintenanceWindow: 'tue:01:00-tue:02:00' }),
    // It holds nothing: the data is the cluster's.
    'deleted (a member is made again)': {
      node: MEMBER,
      interrupts: true,
      refreshes: 4,
      async drift(at) {
        const DBInstanceIdentifier = named(at);
        await at.rds.send(new rds.DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }));
        await eventually('the member is gone', async () => {
          const { DBInstances = [] } = await at.rds.send(new rds.DescribeDBInstancesCommand({}));
          return DBInstances.every((other) => other.DBInstanceIdentifier !== DBInstanceIdentifier);
        });
      },
    },
  },
};
