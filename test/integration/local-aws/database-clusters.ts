import { beforeEach, expect, test } from 'vitest';

import { aws, refused } from './harness.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';
import type { Params } from './plain-client.ts';
import {
  cluster,
  clusterAvailable,
  createCluster,
  createInstance,
  createMember,
  createSubnetGroup,
  describeCluster,
  describeInstance,
  gone,
  instance,
  modify,
  modifyCluster,
  rds,
  skip,
  status,
} from './rds-calls.ts';

/** RDS: windows, capacity and protection of a cluster. */
export function databaseClusters(): void {
  let network: OwnNetwork;
  const value = 'InvalidParameterValue';
  const create = (params: Params) => createCluster(network, params);
  const windows = (backup: string, maintenance: string) => ({
    PreferredBackupWindow: backup,
    PreferredMaintenanceWindow: maintenance,
  });

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    network = await ownNetwork();
    await createSubnetGroup(...network.subnets);
  });

  test('windows are long enough, and never overlap, at midnight neither', async () => {
    const overlap = /^The backup window and maintenance window must not overlap\.$/;
    for (const [backup, maintenance] of [
      ['03:00-04:00', 'sun:03:30-sun:04:30'],
      ['23:45-00:15', 'sun:00:00-sun:00:30'],
      ['02:00-02:30', 'sun:23:00-mon:02:15'],
    ] as const) {
      await refused(create(windows(backup, maintenance)), value, overlap);
      await refused(createInstance(network, windows(backup, maintenance)), value, overlap);
    }
    await refused(
      create(windows('03:00-03:20', 'sun:05:00-sun:06:00')),
      value,
      /^The backup window must be at/,
    );
    await refused(create(windows('03:00-04:00', 'sun:05:00-sun:05:20')), value, /at least 30 minutes/);
    await refused(create(windows('3-4', 'sun:05:00-sun:06:00')), value, /^Invalid backup window format/);
    await refused(create(windows('03:00-04:00', 'sunday')), value, /^Invalid maintenance window format/);

    // One may follow the other, and what is not asked for keeps out of the way.
    await create(windows('03:00-04:00', 'Sun:04:00-Sun:05:00'));
    await clusterAvailable();
    expect(await describeCluster()).toMatchObject(windows('03:00-04:00', 'sun:04:00-sun:05:00'));
    await refused(modifyCluster({ PreferredBackupWindow: '04:30-05:00' }), value, overlap);
    await modifyCluster({ PreferredBackupWindow: '02:00-02:30' });
    await createInstance(network, { PreferredMaintenanceWindow: 'wed:03:00-wed:04:00' });
    await status('available');
    await refused(modify({ PreferredBackupWindow: '03:30-04:30' }), value, overlap);
  });

  test('who logs in to a cluster may change later', async () => {
    await create({});
    await clusterAvailable();
    expect(await describeCluster()).toMatchObject({ IAMDatabaseAuthenticationEnabled: 'false' });
    await modifyCluster({ EnableIAMDatabaseAuthentication: true });
    await clusterAvailable();
    expect(await describeCluster()).toMatchObject({ IAMDatabaseAuthenticationEnabled: 'true' });
  });

  test('capacity goes by halves from the least to the most, and serverless members want it', async () => {
    const range = (MinCapacity: number, MaxCapacity: number) => ({
      ServerlessV2ScalingConfiguration: { MinCapacity, MaxCapacity },
    });
    for (const [least, most] of [
      [0.7, 4],
      [-1, 4],
      [1, 256.5],
      [0, 0.5],
      [4, 2],
    ] as const)
      await refused(create(range(least, most)), value);
    await refused(create({ ...range(0, 4), EngineVersion: '15.6' }), value, /auto-pause isn't supported/);
    await refused(create({ ServerlessV2ScalingConfiguration: { MinCapacity: 1 } }), value);

    await create({});
    await clusterAvailable();
    const member = { DBInstanceClass: 'db.serverless' };
    await refused(
      createMember(member),
      'InvalidDBClusterStateFault',
      /^Set the Serverless v2 scaling configuration on the parent DB cluster/,
    );
    await modifyCluster(range(0.5, 4));
    await clusterAvailable();
    await createMember(member);
    await status('available');
    await refused(modifyCluster({ ServerlessV2ScalingConfiguration: { MinCapacity: 8 } }), value);
    await modifyCluster({ ServerlessV2ScalingConfiguration: { MaxCapacity: 16 } });
    expect(await describeCluster()).toMatchObject({
      ServerlessV2ScalingConfiguration: { MinCapacity: '0.5', MaxCapacity: '16.0' },
    });
  });

  test('a protected one is not deleted, but its members are', async () => {
    await create({ DeletionProtection: true });
    await clusterAvailable();
    await createMember();
    await status('available');
    await rds('DeleteDBInstance', { ...instance, ...skip });
    await gone(describeInstance);
    await refused(
      rds('DeleteDBCluster', { ...cluster, ...skip }),
      'InvalidParameterCombination',
      /^Cannot delete protected Cluster/,
    );
    await modifyCluster({ DeletionProtection: false });
    await clusterAvailable();
    await rds('DeleteDBCluster', { ...cluster, ...skip });
    await gone(describeCluster);
  });
}
