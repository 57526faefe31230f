import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BackupClient,
  CreateBackupSelectionCommand,
  CreateBackupVaultCommand,
  DeleteBackupVaultCommand,
  DeleteRecoveryPointCommand,
  DescribeBackupJobCommand,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  ListBackupPlansCommand,
  ListBackupSelectionsCommand,
  ListBackupVaultsCommand,
  ListRecoveryPointsByBackupVaultCommand,
  StartBackupJobCommand,
  UpdateBackupPlanCommand,
} from '@aws-sdk/client-backup';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { bounded, type LeastPrivilege, leastPrivilege } from '../support/least-privilege.ts';
import { account, namespace } from '../support/manifests.ts';
import { type Manifest, World } from '../support/world.ts';

/** A table that AWS Backup keeps, under the least policy and the boundary; its vault outlives it while it holds something. */

const NAME = 'orders-dev-data-backup';
const COPIES = 'arn:aws:backup:us-west-2:123456789012:backup-vault:copies';
const TABLE = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders-dev-data';
const grants = [{ name: 'copies', namespaces: ['web'], arns: [COPIES] }];
const accountWith = (more: object) => bounded(account('main', ['web'], more));
const table = (backup: object): Manifest => ({
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'DataStore',
  metadata: { name: 'orders', namespace: 'web' },
  spec: {
    accountRef: { name: 'main' },
    region: 'us-east-1',
    environment: 'dev',
    deletionPolicy: 'Delete',
    dynamodb: { partitionKey: { name: 'id', type: 'String' } },
    backup,
  },
});
const object = table({ retentionDays: 14, copyTo: { vaultArn: COPIES } });

let world: World;
let least: LeastPrivilege;
let backup: BackupClient;
let elsewhere: BackupClient;
let iam: IAMClient;
let empty: string;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_CACHE_SECONDS: '0.5' });
  await world.claim();
  backup = new BackupClient(world.clientOptions());
  elsewhere = new BackupClient({ ...world.clientOptions(), region: 'us-west-2' });
  iam = new IAMClient(world.clientOptions());
  await elsewhere.send(new CreateBackupVaultCommand({ BackupVaultName: 'copies' }));
  least = await leastPrivilege(world, [accountWith({ grants }), object]);
  world.operator();
  await world.apply([namespace('web'), accountWith({})]);
});
afterAll(async () => {
  for (const client of [backup, elsewhere, iam]) client?.destroy();
  least?.close();
  await world?.stop();
});

const vaults = async () =>
  ((await backup.send(new ListBackupVaultsCommand({}))).BackupVaultList ?? []).map(
    ({ BackupVaultName }) => BackupVaultName,
  );
const points = async () =>
  (await backup.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: NAME }))).RecoveryPoints ??
  [];
/** What `landfall retained` lists for whoever may read the account, which the operator's role lets in alone. */
async function retained(): Promise<string[]> {
  const file = join(world.plane.dir, 'retained.yaml');
  await writeFile(file, JSON.stringify(account('main', ['web'])));
  const { out } = await world.landfall('retained', '-f', file, '--json');
  const { things, errors } = JSON.parse(out) as {
    things: { kind: string; id: string; owner: string }[];
    errors: object[];
  };
  expect(errors).toEqual([]);
  return things.map(({ kind, id, owner }) => `${kind} ${id} of ${owner}`).sort();
}
async function planId(): Promise<string | undefined> {
  const { BackupPlansList: plans = [] } = await backup.send(new ListBackupPlansCommand({}));
  return plans[0]?.BackupPlanId;
}
async function plan() {
  const { BackupPlan } = await backup.send(new GetBackupPlanCommand({ BackupPlanId: await planId() }));
  if (!BackupPlan) throw new Error('there is no plan');
  return BackupPlan;
}
async function selections() {
  const BackupPlanId = await planId();
  const { BackupSelectionsList: listed = [] } = await backup.send(
    new ListBackupSelectionsCommand({ BackupPlanId }),
  );
  return Promise.all(
    listed.map(async ({ SelectionId }) => {
      const found = await backup.send(new GetBackupSelectionCommand({ BackupPlanId, SelectionId }));
      return found.BackupSelection;
    }),
  );
}

it('no vault is copied to that nobody has granted', async () => {
  await world.apply([object]);
  await world.condition(object, 'Stalled', {
    reason: 'NotGranted',
    message: /spec.backup.copyTo.vaultArn names .*copies/,
  });
});

it('a vault, a plan and what it selects are made for the store', async () => {
  await world.apply([accountWith({ grants })]);
  empty = await world.aws.dump();
  await world.ready(object);
  expect(await vaults()).toEqual([NAME]);
  expect(await plan()).toMatchObject({
    BackupPlanName: NAME,
    Rules: [
      {
        TargetBackupVaultName: NAME,
        ScheduleExpression: 'cron(0 5 * * ? *)',
        Lifecycle: { DeleteAfterDays: 14 },
        CopyActions: [{ DestinationBackupVaultArn: COPIES, Lifecycle: { DeleteAfterDays: 14 } }],
      },
    ],
  });
  expect(await selections()).toMatchObject([
    { SelectionName: NAME, Resources: [TABLE], IamRoleArn: expect.stringContaining('/landfall/web/') },
  ]);
  expect(await least.refusals()).toEqual([]);
});

it('nothing is written while nothing changes', async () => {
  await world.refreshes(1, ['ListBackupVaults']);
  const mark = await world.mark();
  await world.refreshes(2, ['ListBackupVaults', 'GetBackupPlan']);
  expect(await world.writes(mark)).toEqual([]);
});

it('what somebody changes in AWS is put back', async () => {
  const BackupPlanId = await planId();
  const { Rules: [rule] = [] } = await plan();
  await backup.send(
    new UpdateBackupPlanCommand({
      BackupPlanId,
      BackupPlan: {
        BackupPlanName: NAME,
        Rules: [{ RuleName: rule?.RuleName, TargetBackupVaultName: NAME, Lifecycle: { DeleteAfterDays: 1 } }],
      },
    }),
  );
  const [selected] = await selections();
  await backup.send(
    new CreateBackupSelectionCommand({
      BackupPlanId,
      BackupSelection: {
        SelectionName: 'all',
        IamRoleArn: selected?.IamRoleArn,
        Resources: ['*'],
      },
    }),
  );
  await world.refreshes(1, ['GetBackupPlan', 'ListBackupSelections']);
  await eventually('the rule', async () => (await plan()).Rules?.[0]?.Lifecycle?.DeleteAfterDays === 14);
  await eventually('one selection', async () => (await selections()).length === 1);
});

it('an edit changes the plan in place', async () => {
  const before = await planId();
  await world.edit(object, { backup: { retentionDays: 30, copyTo: null, schedule: 'cron(0 3 * * ? *)' } });
  await eventually('thirty days', async () => (await plan()).Rules?.[0]?.Lifecycle?.DeleteAfterDays === 30);
  expect((await plan()).Rules?.[0]).toMatchObject({ ScheduleExpression: 'cron(0 3 * * ? *)' });
  expect((await plan()).Rules?.[0]?.CopyActions ?? []).toEqual([]);
  expect(await planId()).toBe(before);
  await world.ready(object);
});

it('the vault and its role stay as long as there is a recovery point, and are had back', async () => {
  const [selected] = await selections();
  const { BackupJobId } = await backup.send(
    new StartBackupJobCommand({
      BackupVaultName: NAME,
      ResourceArn: TABLE,
      IamRoleArn: selected?.IamRoleArn,
    }),
  );
  await eventually('the recovery point', async () => {
    const { State } = await backup.send(new DescribeBackupJobCommand({ BackupJobId }));
    return State === 'COMPLETED';
  });
  await world.delete(object);
  await world.gone(object, 60_000);
  expect(await vaults()).toEqual([NAME]);
  expect(await planId()).toBeUndefined();
  const RoleName = selected?.IamRoleArn?.split('/').at(-1);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  expect(Role?.Tags?.map(({ Key }) => Key)).toContain('landfall.dev/retained');
  expect(await points()).toHaveLength(1);
  expect(await retained()).toEqual([
    `BackupVault arn:aws:backup:us-east-1:123456789012:backup-vault:${NAME} of DataStore/web/orders`,
    `Role ${RoleName} of DataStore/web/orders`,
  ]);
  await world.apply([object]);
  await world.ready(object);
  expect(await vaults()).toEqual([NAME]);
  expect(await retained()).toEqual([]);
  const again = await iam.send(new GetRoleCommand({ RoleName }));
  expect(again.Role?.Tags?.map(({ Key }) => Key)).not.toContain('landfall.dev/retained');
  expect(await least.refusals()).toEqual([]);
});

it('nothing remains when the last recovery point is gone', async () => {
  const [point] = await points();
  await backup.send(
    new DeleteRecoveryPointCommand({ BackupVaultName: NAME, RecoveryPointArn: point?.RecoveryPointArn }),
  );
  await eventually('no recovery point', async () => (await points()).length === 0);
  await world.delete(object);
  await world.gone(object, 60_000);
  expect(await vaults()).toEqual([]);
  expect(await world.aws.dump()).toBe(empty);
  expect(await least.refusals()).toEqual([]);
  await elsewhere.send(new DeleteBackupVaultCommand({ BackupVaultName: 'copies' }));
});
