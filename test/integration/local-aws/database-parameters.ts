import { beforeEach, describe, expect, test } from 'vitest';

import { aws, given, refused } from './harness.ts';
import { eventually } from './held-clock.ts';
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

/** RDS: parameters, and when they take effect. */
export function databaseParameters(): void {
  interface Parameter {
    ParameterName: string;
    ParameterValue?: string;
    ApplyType: string;
    Source: string;
  }

  let network: OwnNetwork;
  const mine = { DBParameterGroupName: 'mine' };
  const clusters = { DBClusterParameterGroupName: 'clusters' };
  const family = (DBParameterGroupFamily: string) => ({ DBParameterGroupFamily, Description: 'd' });
  const parameter = (name: string, value: string, method = 'immediate') => ({
    ParameterName: name,
    ParameterValue: value,
    ApplyMethod: method,
  });
  const set = (...parameters: Params[]) =>
    rds('ModifyDBParameterGroup', { ...mine, Parameters: { Parameter: parameters } });
  const setOfCluster = (...parameters: Params[]) =>
    rds('ModifyDBClusterParameterGroup', { ...clusters, Parameters: { Parameter: parameters } });
  const list = async (params: Params) =>
    (await rds<{ Parameters: Parameter[] }>('DescribeDBParameters', { ...mine, ...params })).Parameters;
  const applied = async () => {
    const shown = await describeInstance<{ DBParameterGroups: { ParameterApplyStatus: string }[] }>();
    return given(shown.DBParameterGroups[0]).ParameterApplyStatus;
  };
  const reaches = (read: () => Promise<string>, wanted: string) =>
    eventually(async () => ((await read()) === wanted ? true : undefined));
  const reboot = async () => {
    await rds('RebootDBInstance', instance);
    await status('available');
  };

  beforeEach(async () => {
    await aws().reset();
    await aws().hold();
    network = await ownNetwork();
    await createSubnetGroup(...network.subnets);
  });

  describe('of an instance', () => {
    beforeEach(async () => {
      await rds('CreateDBParameterGroup', { ...mine, ...family('mysql8.0') });
    });

    test('are those of the family, and static ones wait for a reboot', async () => {
      const value = 'InvalidParameterValue';
      await refused(
        set(parameter('rds.force_ssl', '1')),
        value,
        /^Could not find parameter with name: rds\.force/,
      );
      await refused(set(parameter('server_audit_logging', '1')), value, /^Could not find parameter/);
      await refused(set(parameter('log_bin', 'ON', 'pending-reboot')), value, /cannot be modified/);
      await refused(set(parameter('require_secure_transport', 'yes')), value, /is not valid/);
      await refused(
        set(parameter('require_secure_transport', '1'), parameter('performance_schema', '1')),
        'InvalidParameterCombination',
        /^cannot use immediate apply method for static parameter$/,
      );
      expect(await list({ Source: 'user' })).toEqual('');
      const defaults = { DBParameterGroupName: 'default.mysql8.0' };
      const one = { Parameter: [parameter('time_zone', 'UTC')] };
      await refused(
        rds('ModifyDBParameterGroup', { ...defaults, Parameters: one }),
        value,
        /not a valid identifier/,
      );
      expect(await list(defaults)).toContainEqual(
        expect.objectContaining({ ParameterName: 'performance_schema', ApplyType: 'static' }),
      );

      await set(
        parameter('require_secure_transport', '1'),
        parameter('performance_schema', '1', 'pending-reboot'),
      );
      expect(await list({ Source: 'user' })).toMatchObject([
        { ParameterName: 'performance_schema', ParameterValue: '1', ApplyType: 'static', Source: 'user' },
        { ParameterName: 'require_secure_transport', ParameterValue: '1', ApplyType: 'dynamic' },
      ]);
      const performance = { ParameterName: 'performance_schema', ApplyMethod: 'pending-reboot' };
      const reset = { Parameters: { Parameter: [performance] } };
      await rds('ResetDBParameterGroup', { ...mine, ...reset });
      expect(await list({ Source: 'user' })).toMatchObject([{ ParameterName: 'require_secure_transport' }]);
      await rds('ResetDBParameterGroup', { ...mine, ResetAllParameters: true });
      expect(await list({ Source: 'user' })).toEqual('');
    });

    test('a dynamic one is applied at once, a static one and another group when it is rebooted', async () => {
      await createInstance(network, mine);
      await status('available');
      expect(await applied()).toBe('in-sync');
      await set(parameter('long_query_time', '2'));
      expect(await applied()).toBe('applying');
      await reaches(applied, 'in-sync');
      await set(parameter('long_query_time', '2'));
      expect(await applied()).toBe('in-sync');
      await set(parameter('performance_schema', '1', 'pending-reboot'));
      expect(await applied()).toBe('pending-reboot');
      await set(parameter('long_query_time', '3'));
      await aws().letPass(2);
      expect(await applied()).toBe('pending-reboot');
      await reboot();
      expect(await applied()).toBe('in-sync');
      await modify({ DBParameterGroupName: 'default.mysql8.0' });
      await status('available');
      expect(await applied()).toBe('pending-reboot');
      await reboot();
      expect(await applied()).toBe('in-sync');
    });
  });

  test('of a cluster wait for a reboot of each member', async () => {
    await rds('CreateDBClusterParameterGroup', { ...clusters, ...family('aurora-postgresql16') });
    await rds('CreateDBParameterGroup', { ...mine, ...family('aurora-postgresql16') });
    await refused(set(parameter('rds.force_ssl', '1')), 'InvalidParameterValue', /^Could not find parameter/);
    await refused(
      setOfCluster(parameter('shared_preload_libraries', 'pgaudit')),
      'InvalidParameterCombination',
      /^cannot use immediate apply method/,
    );
    await setOfCluster(parameter('rds.force_ssl', '1'), parameter('pgaudit.log', 'ddl'));
    await createCluster(network);
    await clusterAvailable();
    await createMember();
    await status('available');
    const ofMember = async () => {
      const shown = await describeCluster<{
        DBClusterMembers: { DBClusterParameterGroupStatus: string }[];
      }>();
      return given(shown.DBClusterMembers[0]).DBClusterParameterGroupStatus;
    };
    expect(await ofMember()).toBe('in-sync');
    await modifyCluster(clusters);
    await clusterAvailable();
    expect(await ofMember()).toBe('pending-reboot');
    expect(await applied()).toBe('in-sync');
    await reboot();
    expect(await ofMember()).toBe('in-sync');
    await setOfCluster(parameter('log_statement', 'ddl'));
    expect(await ofMember()).toBe('applying');
    await reaches(ofMember, 'in-sync');
    await setOfCluster(parameter('shared_preload_libraries', 'pgaudit', 'pending-reboot'));
    expect(await ofMember()).toBe('pending-reboot');
  });
}
