import {
  CreateBackupPlanCommand,
  CreateBackupVaultCommand,
  DeleteBackupPlanCommand,
  DeleteBackupVaultCommand,
} from '@aws-sdk/client-backup';
import type { Tag } from '@aws-sdk/client-ec2';
import type { AwsSession } from '../../operator/aws/session.ts';

const NAME = 'stranger';

/** A vault, and a plan that selects nothing. */
export async function backups({ backup }: AwsSession, tags: readonly Tag[]): Promise<Record<string, string>> {
  const Tags = Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  const vault = await backup.send(
    new CreateBackupVaultCommand({ BackupVaultName: NAME, BackupVaultTags: Tags }),
  );
  const plan = await backup.send(
    new CreateBackupPlanCommand({
      BackupPlan: {
        BackupPlanName: NAME,
        Rules: [{ RuleName: 'daily', TargetBackupVaultName: NAME, Lifecycle: { DeleteAfterDays: 1 } }],
      },
      BackupPlanTags: Tags,
    }),
  );
  return { BackupVault: vault.BackupVaultArn ?? '', BackupPlan: plan.BackupPlanArn ?? '' };
}

/** Takes them away again. */
export async function withoutBackups(
  { backup }: AwsSession,
  { BackupPlan = '' }: Readonly<Record<string, string>>,
): Promise<void> {
  await backup.send(new DeleteBackupPlanCommand({ BackupPlanId: BackupPlan.split(':').at(-1) }));
  await backup.send(new DeleteBackupVaultCommand({ BackupVaultName: NAME }));
}
