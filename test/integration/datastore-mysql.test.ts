import {
  CreateDBSnapshotCommand,
  type DBInstance,
  DeleteDBInstanceAutomatedBackupCommand,
  DeleteDBSnapshotCommand,
  DeleteOptionGroupCommand,
  DescribeDBInstancesCommand,
  DescribeDBParametersCommand,
  DescribeDBSnapshotsCommand,
  DescribeOptionGroupsCommand,
  ListTagsForResourceCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataStoreStatus } from '../../operator/api/data-store.ts';
import { eventually } from '../support/eventually.ts';
import { portal } from '../support/manifests.ts';
import { storeInNetwork, storeNetwork } from '../support/store-manifests.ts';
import { type Manifest, World } from '../support/world.ts';

const NAME = 'portal-dev-instance';
const object = storeInNetwork('portal', { mysql: { databaseName: 'appdb' } });

let world: World;
let rds: RDSClient;
let secrets: SecretsManagerClient;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_DATABASE_SECONDS: '0.5' });
  await world.claim();
  rds = new RDSClient(world.clientOptions());
  secrets = new SecretsManagerClient(world.clientOptions());
  world.operator();
  await world.apply([portal.namespace, portal.account]);
});
afterAll(async () => {
  rds?.destroy();
  secrets?.destroy();
  await world?.stop();
});

async function instance(): Promise<DBInstance> {
  const found = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: NAME }));
  const [one] = found.DBInstances ?? [];
  if (!one) throw new Error('there is no instance');
  return one;
}
async function snapshots(): Promise<string[]> {
  const found = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }));
  return (found.DBSnapshots ?? []).map(({ DBSnapshotIdentifier: name = '', Status }) => `${name} ${Status}`);
}
const options = async () =>
  ((await instance()).OptionGroupMemberships ?? []).map((one) => `${one.OptionGroupName} ${one.Status}`);
async function tagsOfOptions(name = 'portal-dev'): Promise<Record<string, string>> {
  const ResourceName = `arn:aws:rds:us-east-1:123456789012:og:${name}`;
  const { TagList = [] } = await rds.send(new ListTagsForResourceCommand({ ResourceName }));
  return Object.fromEntries(TagList.map(({ Key = '', Value = '' }) => [Key, Value]));
}
const statusOf = async (of: Manifest) => (await world.read(of))?.status as unknown as DataStoreStatus;
const mysql = (spec: object) => world.edit(object, { mysql: spec });
const settled = async () => {
  await world.ready(object);
  await eventually('available', async () => (await instance()).DBInstanceStatus === 'available');
};
/** Actions that wrote to RDS since a mark. */
const deeds = async (mark: number) =>
  (await world.writes(mark)).filter(({ service }) => service === 'rds').map(({ action }) => action);

describe('a database of MySQL', () => {
  let empty: string;
  let resourceId: string;

  it('is made with all that it needs, and tells where it is', async () => {
    await world.apply([storeNetwork]);
    await world.ready(storeNetwork);
    empty = await world.aws.dump();
    const mark = await world.mark();
    await world.apply([object]);
    await world.ready(object);
    expect(await deeds(mark)).toEqual([
      ...Array.from({ length: 3 }, () => expect.stringMatching(/Create(DBSubnet|DBParameter|Option)Group/)),
      ...Array.from({ length: 2 }, () => expect.stringMatching(/Modify(DBParameter|Option)Group/)),
      'CreateDBInstance',
    ]);
    const made = await instance();
    resourceId = made.DbiResourceId ?? '';
    expect(made).toMatchObject({
      DBInstanceClass: 'db.t3.micro',
      Engine: 'mysql',
      EngineVersion: '8.0.42',
      AllocatedStorage: 20,
      MaxAllocatedStorage: 100,
      StorageType: 'gp3',
      StorageEncrypted: true,
      MultiAZ: false,
      DBName: 'appdb',
      MasterUsername: 'admin',
      PubliclyAccessible: false,
      CopyTagsToSnapshot: true,
      DeletionProtection: false,
      BackupRetentionPeriod: 7,
      EnabledCloudwatchLogsExports: ['audit', 'error'],
      DBParameterGroups: [{ DBParameterGroupName: 'portal-dev', ParameterApplyStatus: 'in-sync' }],
      OptionGroupMemberships: [{ OptionGroupName: 'portal-dev', Status: 'in-sync' }],
    });
    expect(await statusOf(object)).toMatchObject({
      engine: 'mysql',
      engineVersion: '8.0.42',
      endpoint: { address: made.Endpoint?.Address, port: 3306 },
      secretArn: made.MasterUserSecret?.SecretArn,
    });
    const { SecretArn: SecretId } = made.MasterUserSecret ?? {};
    const secret = await secrets.send(new DescribeSecretCommand({ SecretId }));
    expect(secret).toMatchObject({ RotationEnabled: true });
  });

  it('is started with encrypted connections and with utf8mb4', async () => {
    const found = await rds.send(
      new DescribeDBParametersCommand({ DBParameterGroupName: 'portal-dev', Source: 'user' }),
    );
    expect(
      (found.Parameters ?? []).map(
        ({ ParameterName, ParameterValue, ApplyMethod }) =>
          `${ParameterName}=${ParameterValue} ${ApplyMethod}`,
      ),
    ).toEqual([
      'character_set_server=utf8mb4 immediate',
      'collation_server=utf8mb4_0900_ai_ci immediate',
      'require_secure_transport=1 immediate',
    ]);
  });

  it('writes down who connects and who is turned away, and no query, which may have a password in it', async () => {
    const found = await rds.send(new DescribeOptionGroupsCommand({ OptionGroupName: 'portal-dev' }));
    const [{ EngineName, MajorEngineVersion, Options = [] } = {}] = found.OptionGroupsList ?? [];
    expect({ EngineName, MajorEngineVersion }).toEqual({ EngineName: 'mysql', MajorEngineVersion: '8.0' });
    expect(Options.map(({ OptionName }) => OptionName)).toEqual(['MARIADB_AUDIT_PLUGIN']);
    const settings = Options[0]?.OptionSettings ?? [];
    expect(settings.find(({ Name }) => Name === 'SERVER_AUDIT_EVENTS')?.Value).toBe('CONNECT');
  });

  it('is left alone while nothing changes', async () => {
    await world.refreshes(1, ['DescribeDBInstances', 'DescribeDBParameters']);
    const mark = await world.mark();
    await world.refreshes(3, ['DescribeDBInstances', 'DescribeDBParameters']);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('grows, and does so in its window unless told otherwise; what waits is told, and not asked for again', async () => {
    await mysql({ storageGiB: 50, maxStorageGiB: 200 });
    await eventually('the pending change', async () => {
      const { pendingModifications = [] } = await statusOf(object);
      return pendingModifications.includes('AllocatedStorage=50');
    });
    await settled();
    expect(await instance()).toMatchObject({ AllocatedStorage: 20, MaxAllocatedStorage: 200 });
    const mark = await world.mark();
    await world.refreshes(2, ['DescribeDBInstances']);
    expect(await world.writes(mark)).toEqual([]);

    await mysql({ applyChanges: 'Immediately' });
    await eventually('the larger volume', async () => (await instance()).AllocatedStorage === 50);
    await settled();
    expect((await statusOf(object)).pendingModifications).toBeUndefined();
  });

  it('without an audit log goes back to AWS’s own options, in its window or at once, and has its own again', async () => {
    await mysql({ logExports: ['error'], applyChanges: 'Window' });
    await eventually('the pending change', async () => {
      const { pendingModifications = [] } = await statusOf(object);
      return pendingModifications.includes('OptionGroupName=default:mysql-8-0');
    });
    await settled();
    const mark = await world.mark();
    await world.refreshes(2, ['DescribeDBInstances', 'DescribeOptionGroups']);
    expect(await world.writes(mark)).toEqual([]);
    await mysql({ applyChanges: 'Immediately' });
    await eventually('AWS’s own', async () => (await options())[0] === 'default:mysql-8-0 in-sync');
    // The snapshot of the first day was made with it.
    await eventually('the group is left', async () => 'landfall.dev/retained' in (await tagsOfOptions()));
    await settled();
    await mysql({ logExports: ['audit', 'error'] });
    await eventually('its own', async () => (await options())[0] === 'portal-dev in-sync');
    await settled();
    expect(await tagsOfOptions()).not.toHaveProperty('landfall.dev/retained');
  });

  it('never shrinks', async () => {
    await expect(mysql({ storageGiB: 20 })).rejects.toThrow(/storageGiB cannot go down from 50 to 20/);
    const mark = await world.mark();
    await mysql({ storageGiB: null, maxStorageGiB: 60 });
    await eventually('the bound', async () => (await instance()).MaxAllocatedStorage === 60);
    await settled();
    expect(await instance()).toMatchObject({ AllocatedStorage: 50 });
    const calls = (await world.aws.ledger(mark)).filter(({ action }) => action === 'ModifyDBInstance');
    expect(calls).toHaveLength(1);
  });

  it('is restarted for what it takes over only then, where changes are not to wait', async () => {
    const mark = await world.mark();
    await mysql({ parameters: [{ name: 'performance_schema', value: '1' }] });
    await eventually('the restart', async () => (await deeds(mark)).includes('RebootDBInstance'));
    await settled();
    expect((await instance()).DBParameterGroups).toEqual([
      { DBParameterGroupName: 'portal-dev', ParameterApplyStatus: 'in-sync' },
    ]);
    expect(await deeds(mark)).toEqual(['ModifyDBParameterGroup', 'RebootDBInstance']);
  });

  it('is brought back to what the spec says', async () => {
    await rds.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: NAME,
        BackupRetentionPeriod: 1,
        PubliclyAccessible: true,
        ApplyImmediately: true,
      }),
    );
    await eventually('the repair', async () => {
      const { BackupRetentionPeriod, PubliclyAccessible } = await instance();
      return BackupRetentionPeriod === 7 && PubliclyAccessible === false;
    });
    await settled();
    await world.condition(object, 'Drifted', { status: 'False', reason: 'DriftRepaired' });
  });

  it('is upgraded to another major version only by permission, with the parameters of that', async () => {
    await expect(mysql({ engineVersion: '8.4' })).rejects.toThrow(/set allowMajorVersionUpgrade to true/);
    await mysql({ engineVersion: '8.4', allowMajorVersionUpgrade: true });
    await eventually('the upgrade', async () => (await instance()).EngineVersion === '8.4.6');
    await settled();
    const [group] = (await instance()).DBParameterGroups ?? [];
    expect(group?.DBParameterGroupName).toMatch(/^portal-dev-/);
    expect(await options()).toEqual([expect.stringMatching(/^portal-dev-\w+ in-sync$/)]);
    // What was made with the former one is restored with it.
    await eventually(
      'the former options are left',
      async () => 'landfall.dev/retained' in (await tagsOfOptions()),
    );
    await expect(mysql({ engineVersion: '8.0' })).rejects.toThrow(/engineVersion cannot go back/);
  });

  it('stays while its spec protects it, and goes when that is lifted, leaving its last snapshot beside one of before', async () => {
    const name = `${NAME}-final-${resourceId.toLowerCase()}`;
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: NAME, DBSnapshotIdentifier: name }));
    await mysql({ deletionProtection: 'Enabled' });
    await eventually('the protection', async () => (await instance()).DeletionProtection === true);
    await settled();
    await world.delete(object);
    await world.condition(object, 'Stalled', {
      reason: 'DeletionProtected',
      message: /spec.mysql.deletionProtection/,
    });
    expect(await instance()).toMatchObject({ DeletionProtection: true });
    await mysql({ deletionProtection: 'Disabled' });
    await world.gone(object, 60_000);
    expect(await snapshots()).toEqual([`${name} available`, `${name}-2 available`]);
    const { OptionGroupsList = [] } = await rds.send(new DescribeOptionGroupsCommand({}));
    const left = OptionGroupsList.map(({ OptionGroupName = '' }) => OptionGroupName);
    expect(left.sort()).toEqual(['portal-dev', expect.stringMatching(/^portal-dev-\w+$/)]);
    for (const one of left) expect((await tagsOfOptions(one))['landfall.dev/retained']).toMatch(/Z\/needed$/);
    for (const DBSnapshotIdentifier of [name, `${name}-2`])
      await rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier }));
    // They are kept as long as they would have been.
    await rds.send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId: resourceId }));
    for (const OptionGroupName of left) await rds.send(new DeleteOptionGroupCommand({ OptionGroupName }));
  });

  it('leaves nothing else', async () => {
    expect(await world.aws.dump()).toBe(empty);
  });
});
