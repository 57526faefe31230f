import type { BackupPlanInput, BackupSelection } from '@aws-sdk/client-backup';
import { asAws, rulesText, type BackupPlanInputs } from '../../operator/aws/backup/rules.ts';
import { selectionText } from '../../operator/aws/backup/selection.ts';
import { creation, deleted, gone, type Parameters, type Reading, set, tagDeeds } from './deed-words.ts';

const arnOf = (sort: string, name: string) => `arn:aws:backup:us-east-1:123456789012:backup-${sort}:${name}`;
const vaultIn = (params: Parameters) => arnOf('vault', params.text('BackupVaultName'));
const planIn = (params: Parameters) => arnOf('plan', params.text('BackupPlanId'));
const tagsIn = (params: Parameters, name: string) => (params.take(name) ?? {}) as Record<string, string>;

/** What a plan that is made announces, as its call says it. */
export function wantedOfPlan(inputs: BackupPlanInputs): Record<string, unknown> {
  return planInWords(asAws(inputs));
}

function planInWords(plan: BackupPlanInput): Record<string, unknown> {
  return { name: plan.BackupPlanName, rules: rulesText(plan.Rules) };
}

/** What the calls of AWS Backup say. */
export const BACKUP_READINGS: Readonly<Record<string, Reading>> = {
  CreateBackupVault(params, after) {
    // The SDK gives each call one of its own.
    params.take('CreatorRequestId');
    const name = params.take('BackupVaultName');
    return creation('BackupVault', after, tagsIn(params, 'BackupVaultTags'), { name });
  },
  DeleteBackupVault: (params) => [deleted(vaultIn(params))],
  CreateBackupPlan(params, after) {
    params.take('CreatorRequestId');
    const plan = params.take('BackupPlan') as BackupPlanInput;
    return creation('BackupPlan', after, tagsIn(params, 'BackupPlanTags'), planInWords(plan));
  },
  UpdateBackupPlan(params) {
    const { Rules } = params.take('BackupPlan') as BackupPlanInput;
    return [set(planIn(params), 'rules', rulesText(Rules))];
  },
  DeleteBackupPlan: (params) => [deleted(planIn(params))],
  CreateBackupSelection(params) {
    params.take('CreatorRequestId');
    const selection = params.take('BackupSelection') as BackupSelection;
    const { SelectionName, IamRoleArn, Resources = [], ...more } = selection;
    return [set(planIn(params), 'selection', selectionText(SelectionName, IamRoleArn, Resources, more))];
  },
  // Which one it is says only an id that no plan knows.
  DeleteBackupSelection(params) {
    params.take('SelectionId');
    return [gone(planIn(params), 'selection')];
  },
  TagResource: (params) => tagDeeds(params.text('ResourceArn'), tagsIn(params, 'Tags')),
  UntagResource(params) {
    const arn = params.text('ResourceArn');
    return params.list('TagKeyList').map((key) => gone(arn, `tags.${key}`));
  },
};
