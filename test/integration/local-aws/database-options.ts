import { beforeEach, describe, expect, test } from 'vitest';

import { aws, refused } from './harness.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';
import { type Params } from './plain-client.ts';
import {
  createInstance,
  createSubnetGroup,
  describeInstance,
  gone,
  instance,
  modify,
  rds,
  skip,
  status,
} from './rds-calls.ts';

/** RDS: option groups, what is in them, and the servers and snapshots that have them. */
export function databaseOptions(): void {
  interface Membership {
    OptionGroupName: string;
    Status: string;
  }
  interface Setting {
    Name: string;
    Value?: string;
  }

  let network: OwnNetwork;
  const value = 'InvalidParameterValue';
  const combination = 'InvalidParameterCombination';
  const inUse = 'InvalidOptionGroupStateFault';
  const audit = { OptionGroupName: 'audit' };
  const group = (OptionGroupName: string, MajorEngineVersion = '8.0', EngineName = 'mysql') =>
    rds('CreateOptionGroup', {
      OptionGroupName,
      EngineName,
      MajorEngineVersion,
      OptionGroupDescription: 'd',
    });
  const include = (OptionName: string, settings: Record<string, string> = {}, params: Params = {}) =>
    rds('ModifyOptionGroup', {
      ...audit,
      ApplyImmediately: true,
      OptionsToInclude: {
        OptionConfiguration: [
          {
            OptionName,
            OptionSettings: {
              OptionSetting: Object.entries(settings).map(([Name, Value]) => ({ Name, Value })),
            },
          },
        ],
      },
      ...params,
    });
  const plugin = (settings: Record<string, string> = {}) => include('MARIADB_AUDIT_PLUGIN', settings);
  const remove = (name: string) => rds('DeleteOptionGroup', { OptionGroupName: name });
  const memberships = async (id?: string): Promise<Membership[]> => {
    const found = await describeInstance<{ OptionGroupMemberships: Membership[] }>(id);
    return found.OptionGroupMemberships;
  };

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    network = await ownNetwork();
    await createSubnetGroup(...network.subnets);
  });

  test('are of a version that there is, under a name that AWS takes, and twenty of them', async () => {
    await refused(group('8audit'), value, /^The parameter OptionGroupName is not a valid identifier/);
    await refused(group('an--audit'), value, /^The parameter OptionGroupName is not a valid identifier/);
    await refused(group('audit', '5.4'), combination, /^Cannot find major version 5\.4 for mysql$/);
    await group('audit');
    await refused(group('audit'), 'OptionGroupAlreadyExistsFault');
    await refused(remove('none'), 'OptionGroupNotFoundFault');
    await refused(remove('default:mysql-8-0'), value, /is a default one/);
    await Promise.all(Array.from({ length: 19 }, (_, index) => group(`group-${index}`, '8.4')));
    await refused(group('one-too-many'), 'OptionGroupQuotaExceededFault', /^The quota of 20 option groups/);
  });

  test('have options that their version has, and show all of their settings', async () => {
    await group('audit');
    await refused(include('TDE'), value, /^The option TDE is not supported by mysql of major version 8\.0/);
    await refused(plugin({ SERVER_AUDIT_EVENTS: 'TABLE' }), value, /^Invalid value for option setting/);
    await refused(plugin({ SERVER_AUDIT_LOGGING: 'ON' }), value, /cannot be modified/);
    await refused(plugin({ SERVER_AUDIT_NONE: '1' }), value, /has no setting SERVER_AUDIT_NONE/);
    const settings = async () => {
      const { OptionGroupsList } = await rds<{
        OptionGroupsList: { OptionGroup: { Options: { OptionSettings: Setting[] }[] } };
      }>('DescribeOptionGroups', audit);
      const listed = OptionGroupsList.OptionGroup.Options[0]?.OptionSettings ?? [];
      return Object.fromEntries(listed.map(({ Name, Value }) => [Name, Value]));
    };
    await plugin({ SERVER_AUDIT_EVENTS: 'CONNECT', SERVER_AUDIT_EXCL_USERS: 'app' });
    expect(await settings()).toMatchObject({
      SERVER_AUDIT: 'FORCE_PLUS_PERMANENT',
      SERVER_AUDIT_EVENTS: 'CONNECT',
      SERVER_AUDIT_EXCL_USERS: 'app',
      SERVER_AUDIT_LOGGING: 'ON',
    });
    await plugin({ SERVER_AUDIT_EXCL_USERS: '' });
    expect((await settings())['SERVER_AUDIT_EVENTS']).toBe('CONNECT');
    expect((await settings())['SERVER_AUDIT_EXCL_USERS'] ?? '').toBe('');
  });

  test('are of a server of their version, at once or in its window, and change with it', async () => {
    await group('audit');
    await group('newer', '8.4');
    await refused(createInstance(network, { OptionGroupName: 'none' }), 'OptionGroupNotFoundFault');
    await refused(
      createInstance(network, { OptionGroupName: 'newer' }),
      combination,
      /^The option group newer/,
    );
    await createInstance(network);
    expect(await memberships()).toEqual([{ OptionGroupName: 'default:mysql-8-0', Status: 'in-sync' }]);
    await status('available');
    await refused(modify({ OptionGroupName: 'newer' }), combination, /^The option group newer/);
    await modify({ ...audit, ApplyImmediately: false });
    await status('available');
    expect(await memberships()).toEqual([
      { OptionGroupName: 'default:mysql-8-0', Status: 'pending-maintenance-removal' },
      { OptionGroupName: 'audit', Status: 'pending-maintenance-apply' },
    ]);
    await refused(
      remove('audit'),
      inUse,
      /^The option group 'audit' cannot be deleted because it is in use\.$/,
    );
    await modify(audit);
    expect((await memberships()).map((one) => one.Status)).toEqual(['pending-removal', 'pending-apply']);
    await refused(plugin(), inUse, /not in the available state/);
    await status('available');
    expect(await memberships()).toEqual([{ ...audit, Status: 'in-sync' }]);
    await plugin();
    expect(await memberships()).toEqual([{ ...audit, Status: 'applying' }]);
    await status('available');
    expect(await memberships()).toEqual([{ ...audit, Status: 'in-sync' }]);

    await rds('CreateDBParameterGroup', {
      DBParameterGroupName: 'new',
      DBParameterGroupFamily: 'mysql8.4',
      Description: 'd',
    });
    const upgrade = { EngineVersion: '8.4.3', AllowMajorVersionUpgrade: true };
    await refused(modify({ ...upgrade, ...audit }), combination, /^The option group audit can't be used/);
    await modify({ ...upgrade, OptionGroupName: 'newer' });
    await status('available');
    expect(await memberships()).toEqual([{ OptionGroupName: 'newer', Status: 'in-sync' }]);
  });

  test('of a server that is upgraded and told of none become AWS’s own', async () => {
    await group('audit');
    await createInstance(network, audit);
    await status('available');
    await modify({ EngineVersion: '8.4.3', AllowMajorVersionUpgrade: true });
    await status('available');
    expect(await memberships()).toEqual([{ OptionGroupName: 'default:mysql-8-4', Status: 'in-sync' }]);
  });

  describe('of a snapshot', () => {
    test('stay while there is one, and are had by what is made of it', async () => {
      await group('audit');
      await createInstance(network, { ...audit, BackupRetentionPeriod: 0 });
      await status('available');
      await rds('DeleteDBInstance', { ...instance, FinalDBSnapshotIdentifier: 'last' });
      await gone(() => describeInstance());
      await refused(remove('audit'), inUse);
      const last = { DBSnapshotIdentifier: 'last' };
      const { DBSnapshots } = await rds<{ DBSnapshots: unknown[] }>('DescribeDBSnapshots', last);
      expect(DBSnapshots).toMatchObject([audit]);
      await rds('RestoreDBInstanceFromDBSnapshot', { ...instance, ...last, DBSubnetGroupName: 'data' });
      await status('available');
      expect(await memberships()).toEqual([{ ...audit, Status: 'in-sync' }]);
      await rds('DeleteDBInstance', { ...instance, ...skip });
      await gone(() => describeInstance());
      await rds('DeleteDBSnapshot', last);
      await remove('audit');
    });
  });
}
