import {
  BackupClient,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  ListBackupPlansCommand,
  ListBackupSelectionsCommand,
  ListBackupVaultsCommand,
  ListTagsCommand,
} from '@aws-sdk/client-backup';
import { unlessGone } from '../../operator/aws/errors.ts';
import { tagList } from '../../operator/aws/tags.ts';
import type { World } from './world.ts';

/** Vaults and plans of AWS Backup with their tags, and what the plans select. */
export async function backupsOf(world: World): Promise<Record<string, object[]>> {
  const client = new BackupClient(world.clientOptions());
  const tagged = async (ResourceArn: string | undefined) =>
    tagList((await unlessGone(client.send(new ListTagsCommand({ ResourceArn }))))?.Tags ?? {});
  const selectionsOf = async (BackupPlanId: string | undefined) => {
    const listed = await unlessGone(client.send(new ListBackupSelectionsCommand({ BackupPlanId })));
    return Promise.all(
      (listed?.BackupSelectionsList ?? []).map(async ({ SelectionId }) => {
        const asked = new GetBackupSelectionCommand({ BackupPlanId, SelectionId });
        return (await unlessGone(client.send(asked)))?.BackupSelection;
      }),
    );
  };
  try {
    const { BackupVaultList: vaults = [] } = await client.send(new ListBackupVaultsCommand({}));
    const { BackupPlansList: plans = [] } = await client.send(new ListBackupPlansCommand({}));
    return {
      backupVaults: await Promise.all(
        vaults.map(async ({ BackupVaultName, BackupVaultArn }) => ({
          BackupVaultName,
          Tags: await tagged(BackupVaultArn),
        })),
      ),
      // Each version of a plan has an id of its own.
      backupPlans: await Promise.all(
        plans.map(async ({ BackupPlanId, BackupPlanArn }) => {
          const found = await unlessGone(client.send(new GetBackupPlanCommand({ BackupPlanId })));
          const { Rules = [], ...plan } = found?.BackupPlan ?? {};
          return {
            ...plan,
            rules: Rules.map(({ RuleId: _, ...rule }) => rule),
            selections: await selectionsOf(BackupPlanId),
            Tags: await tagged(BackupPlanArn),
          };
        }),
      ),
    };
  } finally {
    client.destroy();
  }
}
