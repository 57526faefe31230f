import type { BackupRuleInput } from '@aws-sdk/client-backup';

export interface BackupPlanInputs {
  /** 1 to 50 letters, digits, hyphens, underscores and dots. */
  readonly name: string;
  readonly vaultName: string;
  /** `cron(0 5 * * ? *)`, in UTC. */
  readonly schedule: string;
  readonly retentionDays: number;
  readonly copyTo?: { readonly vaultArn: string; readonly retentionDays: number };
}

/** AWS's own: it has so many minutes to begin, and so many to end. */
const [START_MINUTES, END_MINUTES] = [480, 10_080];

/** A plan as AWS takes it: it has one rule. */
export function asAws(inputs: BackupPlanInputs) {
  return { BackupPlanName: inputs.name, Rules: [ruleOf(inputs)] };
}

function ruleOf({ vaultName, schedule, retentionDays, copyTo }: BackupPlanInputs): BackupRuleInput {
  return {
    RuleName: 'scheduled',
    TargetBackupVaultName: vaultName,
    ScheduleExpression: schedule,
    StartWindowMinutes: START_MINUTES,
    CompletionWindowMinutes: END_MINUTES,
    Lifecycle: { DeleteAfterDays: retentionDays },
    ...(copyTo && {
      CopyActions: [
        {
          DestinationBackupVaultArn: copyTo.vaultArn,
          Lifecycle: { DeleteAfterDays: copyTo.retentionDays },
        },
      ],
    }),
  };
}

/** Rules in one line, with all of them that AWS Backup does by them. */
export function rulesText(rules: readonly BackupRuleInput[] | undefined = []): string {
  return rules.map(ruleText).join('; ');
}

function ruleText(rule: BackupRuleInput): string {
  const { ScheduleExpression: schedule = 'on request', Lifecycle: life, CopyActions: copies = [] } = rule;
  const zone = rule.ScheduleExpressionTimezone ?? 'Etc/UTC';
  const { StartWindowMinutes: start = START_MINUTES, CompletionWindowMinutes: end = END_MINUTES } = rule;
  const kept = (days: number | undefined) => (days === undefined ? 'for ever' : `${days} days`);
  return [
    `${rule.RuleName}: ${schedule} ${zone} into ${rule.TargetBackupVaultName}, ${kept(life?.DeleteAfterDays)}`,
    ...(start === START_MINUTES && end === END_MINUTES ? [] : [`within ${start} to ${end} minutes`]),
    ...(life?.MoveToColdStorageAfterDays === undefined
      ? []
      : [`cold after ${life.MoveToColdStorageAfterDays}`]),
    ...(rule.EnableContinuousBackup === true ? ['continuous'] : []),
    ...copies.map(
      ({ DestinationBackupVaultArn: vault, Lifecycle }) =>
        `copied to ${vault}, ${kept(Lifecycle?.DeleteAfterDays)}`,
    ),
  ].join(', ');
}
