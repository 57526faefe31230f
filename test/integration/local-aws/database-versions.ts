import { beforeEach, describe, expect, test } from 'vitest';

import { aws, given, refused } from './harness.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';
import type { Params } from './plain-client.ts';
import {
  clusterAvailable,
  createCluster,
  createInstance,
  createMember,
  createSubnetGroup,
  describeCluster,
  describeInstance,
  instance,
  modify,
  modifyCluster,
  rds,
  status,
} from './rds-calls.ts';

/** RDS: versions of the engines, upgrades, and the parameter groups that go with them. */
export function databaseVersions(): void {
  interface Version {
    EngineVersion: string;
    DBParameterGroupFamily: string;
    ValidUpgradeTarget: { UpgradeTarget: { EngineVersion: string; IsMajorVersionUpgrade: string } };
  }
  interface Versioned {
    EngineVersion: string;
    Status?: string;
    DBClusterParameterGroup?: string;
    PendingModifiedValues?: { EngineVersion: string };
    DBParameterGroups?: unknown;
  }

  let network: OwnNetwork;
  const create = (params: Params = {}) => createInstance(network, params);
  const combination = 'InvalidParameterCombination';
  const group = (DBParameterGroupName: string, DBParameterGroupFamily: string) =>
    rds('CreateDBParameterGroup', { DBParameterGroupName, DBParameterGroupFamily, Description: 'd' });
  const clusterGroup = (DBClusterParameterGroupName: string, DBParameterGroupFamily: string) =>
    rds('CreateDBClusterParameterGroup', {
      DBClusterParameterGroupName,
      DBParameterGroupFamily,
      Description: 'd',
    });

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    network = await ownNetwork();
    await createSubnetGroup(...network.subnets);
  });

  test('are listed with their families and what they may be upgraded to', async () => {
    const list = async (params: Params) =>
      (await rds<{ DBEngineVersions: Version[] }>('DescribeDBEngineVersions', params)).DBEngineVersions;
    const versions = await list({ Engine: 'mysql', EngineVersion: '8.0' });
    expect(versions.map((version) => version.EngineVersion)).toContain('8.0.35');
    expect(new Set(versions.map((version) => version.DBParameterGroupFamily))).toEqual(new Set(['mysql8.0']));
    const [byDefault] = await list({ Engine: 'mysql', EngineVersion: '8.0', DefaultOnly: true });
    expect(given(byDefault).EngineVersion).toBe('8.0.42');
    const [old] = await list({ Engine: 'aurora-postgresql', EngineVersion: '17.5' });
    expect(given(old).ValidUpgradeTarget.UpgradeTarget).toMatchObject({
      EngineVersion: '17.6',
      IsMajorVersionUpgrade: 'false',
    });
  });

  test('a major one alone gets its default, and an unknown one is refused', async () => {
    await refused(
      create({ EngineVersion: '8.0.27' }),
      combination,
      /^Cannot find version 8\.0\.27 for mysql$/,
    );
    await create({ EngineVersion: '8.0' });
    expect(await status('available')).toMatchObject({ EngineVersion: '8.0.42' });
    await refused(
      createCluster(network, { EngineVersion: '9' }),
      combination,
      /^Cannot find version 9 for aurora/,
    );
    await createCluster(network, { EngineVersion: '15' });
    await clusterAvailable();
    expect(await describeCluster()).toMatchObject({
      EngineVersion: '15.12',
      DBClusterParameterGroup: 'default.aurora-postgresql15',
    });
    const second = { DBInstanceIdentifier: 'two' };
    await refused(
      createMember({ ...second, EngineVersion: '15.4' }),
      combination,
      /^The engine version that you requested for your DB instance \(15\.4\) does not match/,
    );
    await createMember({ ...second, EngineVersion: '15' });
  });

  test('of an instance only rise, and to another major one with its parameter group', async () => {
    await refused(
      group('bad', 'mysql5.6'),
      'InvalidParameterValue',
      /^ParameterGroupFamily mysql5\.6 is not/,
    );
    await group('old', 'mysql8.0');
    await group('new', 'mysql8.4');
    const newer = { DBParameterGroupName: 'new' };
    await refused(create({ DBParameterGroupName: 'none' }), 'DBParameterGroupNotFound');
    await refused(
      create(newer),
      combination,
      /^The parameter group new with DBParameterGroupFamily mysql8\.4 can't be used .*Family mysql8\.0\.$/,
    );
    await create({ EngineVersion: '8.0.40', DBParameterGroupName: 'old' });
    await status('available');
    await refused(modify(newer), combination, /^The parameter group new with/);
    await refused(
      modify({ EngineVersion: '8.0.37' }),
      combination,
      /^Cannot upgrade mysql from 8\.0\.40 to 8\.0\.37$/,
    );
    await refused(
      modify({ EngineVersion: '8.4.5' }),
      combination,
      /^The AllowMajorVersionUpgrade flag must be/,
    );
    const upgrade = { EngineVersion: '8.4.5', AllowMajorVersionUpgrade: true };
    await refused(modify(upgrade), combination, /^The current DB instance parameter group old is custom\./);
    await rds('ModifyDBInstance', { ...instance, ...upgrade, ...newer });
    expect(await status('available')).toMatchObject({
      EngineVersion: '8.0.40',
      PendingModifiedValues: { EngineVersion: '8.4.5' },
      DBParameterGroups: [{ DBParameterGroupName: 'old' }],
    });
    await modify({ EngineVersion: '8.4.5', AllowMajorVersionUpgrade: true, ...newer });
    expect((await describeInstance()).DBInstanceStatus).toBe('upgrading');
    expect(await status('available')).toMatchObject({
      EngineVersion: '8.4.5',
      DBParameterGroups: [{ DBParameterGroupName: 'new' }],
    });
    // The default one of the family is one like others, and a major version alone never leads down.
    await modify({ DBParameterGroupName: 'default.mysql8.4', EngineVersion: '8.4' });
    expect(await status('available')).toMatchObject({ EngineVersion: '8.4.6' });
  });

  describe('of a cluster', () => {
    test('rise for all its members at once, with groups for both', async () => {
      await clusterGroup('cluster15', 'aurora-postgresql15');
      await clusterGroup('cluster16', 'aurora-postgresql16');
      await group('member15', 'aurora-postgresql15');
      await group('member16', 'aurora-postgresql16');
      const mine = { DBClusterParameterGroupName: 'cluster15' };
      await refused(
        createCluster(network, { EngineVersion: '15.7', DBClusterParameterGroupName: 'none' }),
        'DBClusterParameterGroupNotFound',
      );
      await refused(
        createCluster(network, { EngineVersion: '16.4', ...mine }),
        combination,
        /^The Parameter Group cluster15 .* cannot be used for this instance\. .*Family aurora-postgresql16$/,
      );
      await createCluster(network, { EngineVersion: '15.7', ...mine });
      await clusterAvailable();
      await createMember({ DBParameterGroupName: 'member15' });
      await status('available');
      await refused(modify({ EngineVersion: '15.8' }), combination, /^The specified DB Instance is a member/);
      await refused(
        modifyCluster({ EngineVersion: '15.6' }),
        combination,
        /^Cannot upgrade aurora-postgresql/,
      );
      const wanted = { EngineVersion: '16.4' };
      await refused(modifyCluster(wanted), combination, /^The AllowMajorVersionUpgrade flag must be present/);
      const upgrade = { ...wanted, AllowMajorVersionUpgrade: true };
      await refused(
        modifyCluster(upgrade),
        combination,
        /^The current DB cluster parameter group cluster15 is/,
      );
      const both = { ...upgrade, DBClusterParameterGroupName: 'cluster16' };
      await refused(modifyCluster(both), combination, /^The current DB instance parameter group member15 is/);
      await modifyCluster({ ...both, ApplyImmediately: false, DBInstanceParameterGroupName: 'member16' });
      await clusterAvailable();
      expect(await describeCluster<Versioned>()).toMatchObject({
        EngineVersion: '15.7',
        PendingModifiedValues: { EngineVersion: '16.4' },
      });
      await modifyCluster({ ...both, DBInstanceParameterGroupName: 'member16' });
      expect((await describeCluster()).Status).toBe('upgrading');
      expect((await describeInstance()).DBInstanceStatus).toBe('upgrading');
      await clusterAvailable();
      expect(await describeCluster<Versioned>()).toMatchObject({
        EngineVersion: '16.4',
        DBClusterParameterGroup: 'cluster16',
      });
      expect(await status('available')).toMatchObject({
        EngineVersion: '16.4',
        DBParameterGroups: [{ DBParameterGroupName: 'member16' }],
      });
    });
  });
}
