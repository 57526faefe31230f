import type { BackupPlanInputs } from '../../../../operator/aws/backup/rules.ts';
import type { BackupSelectionInputs } from '../../../../operator/aws/backup/selection.ts';
import type { BackupVaultInputs } from '../../../../operator/aws/backup/vault.ts';
import type { Case } from '../case.ts';

const AT = 'arn:aws:backup:eu-central-1:111111111111';
export const VAULT_ARN = `${AT}:backup-vault:shop-dev-backup`;
const PLAN_ARN = `${AT}:backup-plan:1234-abcd`;
const COPIES = 'arn:aws:backup:eu-west-1:111111111111:backup-vault:copies';
const ROLE = 'arn:aws:iam::111111111111:role/landfall/team/backup';
const TABLE = 'arn:aws:dynamodb:eu-central-1:111111111111:table/shop-dev-data';

const vault: BackupVaultInputs = { name: 'shop-dev-backup' };
const plan: BackupPlanInputs = {
  name: 'shop-dev-backup',
  vaultName: 'shop-dev-backup',
  schedule: 'cron(0 5 * * ? *)',
  retentionDays: 14,
};
const selection: BackupSelectionInputs = {
  planArn: PLAN_ARN,
  name: 'shop-dev-backup',
  roleArn: ROLE,
  resourceArn: TABLE,
};

const RULE = 'scheduled: cron(0 5 * * ? *) Etc/UTC into shop-dev-backup, 14 days';
const SELECTED = `shop-dev-backup: ${TABLE} by ${ROLE}`;

export const BACKUP_CASES: Readonly<Record<string, Case>> = {
  BackupVault: {
    inputs: vault,
    record: { Arn: VAULT_ARN, Tags: [] },
    needs: [],
    changes: [[{ name: 'shop-prod-backup' }, 'name: shop-dev-backup -> shop-prod-backup (replace)']],
  },
  BackupPlan: {
    inputs: plan,
    record: {
      Arn: PLAN_ARN,
      Tags: [],
      plan: {
        BackupPlanName: 'shop-dev-backup',
        Rules: [
          {
            RuleName: 'scheduled',
            RuleId: '5678',
            TargetBackupVaultName: 'shop-dev-backup',
            ScheduleExpression: 'cron(0 5 * * ? *)',
            ScheduleExpressionTimezone: 'Etc/UTC',
            StartWindowMinutes: 480,
            CompletionWindowMinutes: 10_080,
            Lifecycle: { DeleteAfterDays: 14 },
          },
        ],
      },
    },
    needs: [],
    changes: [
      [{ name: 'shop-prod-backup' }, 'name: shop-dev-backup -> shop-prod-backup (replace)'],
      [{ retentionDays: 7 }, `rules: ${RULE} -> ${RULE.replace('14', '7')}`],
      [{ schedule: 'cron(0 3 * * ? *)' }, `rules: ${RULE} -> ${RULE.replace('0 5', '0 3')}`],
      [
        { copyTo: { vaultArn: COPIES, retentionDays: 90 } },
        `rules: ${RULE} -> ${RULE}, copied to ${COPIES}, 90 days`,
      ],
    ],
  },
  BackupSelection: {
    inputs: selection,
    record: { planArn: PLAN_ARN, selections: [{ id: '1', text: SELECTED }] },
    needs: [PLAN_ARN],
    changes: [],
  },
};
