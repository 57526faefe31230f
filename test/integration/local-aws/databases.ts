import { beforeEach, describe, expect, test } from 'vitest';

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
  rds,
  skip,
  status,
  subnetGroup,
} from './rds-calls.ts';

/** RDS: what takes time, and what is refused meanwhile. */
export function databases(): void {
  let empty: string;
  let network: OwnNetwork;

  const create = (params: Params = {}) => createInstance(network, params);

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    empty = await aws().dump();
    network = await ownNetwork();
    await createSubnetGroup(...network.subnets);
  });

  describe('an instance', () => {
    test('is created, changed, saved and deleted in its time, and refuses what AWS refuses', async () => {
      const parameters = { DBParameterGroupName: 'mine' };
      const family = { DBParameterGroupFamily: 'mysql8.0', Description: 'd' };
      await rds('CreateDBParameterGroup', { ...parameters, ...family });
      const made = await create(parameters);
      expect(made.DBInstance).toMatchObject({ DBInstanceStatus: 'creating' });
      expect(made.DBInstance.Endpoint).toBeUndefined();
      const modify = (params: Params) => rds('ModifyDBInstance', { ...instance, ...params });
      const larger = { DBInstanceClass: 'db.m5.large' };
      await refused(modify(larger), 'InvalidDBInstanceState', /not in available state/);
      expect((await status('available')).Endpoint?.Port).toBe('3306');
      expect(await network.interfaces()).toMatchObject([
        {
          Description: 'RDSNetworkInterface',
          RequesterId: 'amazon-rds',
          Groups: [{ GroupId: network.group }],
        },
      ]);

      await modify(larger);
      const waiting = await status('available');
      expect(waiting).toMatchObject({ DBInstanceClass: 'db.t3.small', PendingModifiedValues: larger });
      await modify({ DeletionProtection: true, ApplyImmediately: true });
      expect((await describeInstance()).DBInstanceStatus).toBe('modifying');
      expect(await status('available')).toMatchObject(larger);

      const snapshot = { DBSnapshotIdentifier: 'kept' };
      await rds('CreateDBSnapshot', { ...instance, ...snapshot });
      expect((await describeInstance()).DBInstanceStatus).toBe('backing-up');
      await refused(rds('DeleteDBSnapshot', snapshot), 'InvalidDBSnapshotState');
      await status('available');

      await refused(
        rds('DeleteDBInstance', { ...instance, ...skip }),
        'InvalidParameterCombination',
        /protected/,
      );
      await modify({ DeletionProtection: false, ApplyImmediately: true });
      await status('available');
      await refused(
        rds('DeleteDBInstance', instance),
        'InvalidParameterCombination',
        /^FinalDBSnapshotIdentifier is required/,
      );
      const final = { FinalDBSnapshotIdentifier: 'final' };
      await rds('DeleteDBInstance', { ...instance, ...final });
      await refused(rds('DeleteDBInstance', { ...instance, ...skip }), 'InvalidDBInstanceState');
      await refused(
        rds('DeleteDBSubnetGroup', subnetGroup),
        'InvalidDBSubnetGroupStateFault',
        /still using it/,
      );
      await refused(rds('DeleteDBParameterGroup', parameters), 'InvalidDBParameterGroupState');
      await gone(describeInstance);
      await refused(network.deleteGroup(), 'DependencyViolation');
      await rds('DeleteDBSubnetGroup', subnetGroup);
      await rds('DeleteDBParameterGroup', parameters);
      await rds('DeleteDBSnapshot', snapshot);
      await rds('DeleteDBSnapshot', { DBSnapshotIdentifier: 'final' });
      await network.remove();
      expect((await aws().dump()) === empty).toBe(true);
    });

    test('wants groups of its VPC, and a subnet group of two zones', async () => {
      await refused(
        create({ VpcSecurityGroupIds: { VpcSecurityGroupId: ['sg-0'] } }),
        'InvalidParameterValue',
      );
      await refused(create({ DBSubnetGroupName: 'none' }), 'DBSubnetGroupNotFoundFault');
      await refused(createSubnetGroup(...network.subnets), 'DBSubnetGroupAlreadyExists');
      await rds('DeleteDBSubnetGroup', subnetGroup);
      await refused(createSubnetGroup(network.subnets[0]), 'DBSubnetGroupDoesNotCoverEnoughAZs');
    });
  });

  test('a cluster goes after its members, with a final snapshot or without', async () => {
    await createCluster(network);
    expect((await describeCluster()).Status).toBe('creating');
    await refused(createMember(), 'InvalidDBClusterStateFault');
    await clusterAvailable();
    await createMember();
    await status('available');
    await refused(
      rds('DeleteDBCluster', { ...cluster, ...skip }),
      'InvalidDBClusterStateFault',
      /non-deleting state/,
    );
    await refused(rds('DeleteDBCluster', cluster), 'InvalidParameterCombination');
    await rds('DeleteDBInstance', { ...instance, ...skip });
    await rds('DeleteDBCluster', { ...cluster, FinalDBSnapshotIdentifier: 'final' });
    expect((await describeCluster()).Status).toBe('deleting');
    await gone(describeInstance);
    await gone(describeCluster);
    await rds('DeleteDBClusterSnapshot', { DBClusterSnapshotIdentifier: 'final' });
    await rds('DeleteDBSubnetGroup', subnetGroup);
    await network.remove();
    expect((await aws().dump()) === empty).toBe(true);
  });
}
