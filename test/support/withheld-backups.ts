import { ListTagsCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-backup';
import { id } from '../contract/drift/case.ts';
import { bounded, policyFor } from './least-privilege.ts';
import { serviceAccount } from './manifests.ts';
import { anew, another, drift, type Provocation, undone } from './provocation.ts';
import { store } from './store-manifests.ts';
import { actionsOf } from './withheld-suite.ts';

const dynamodb = { partitionKey: { name: 'id', type: 'String' } };

/** A table that AWS Backup keeps. No recovery point is made of it, so that nothing is left. */
export const keptTable = store('kept', { deletionPolicy: 'Delete', dynamodb, backup: {} });
export const anotherKept = store('another', { deletionPolicy: 'Delete', dynamodb, backup: {} });

/** Asked for when the vault goes, or for nothing but a new one: datastore-backup.test.ts. */
const OF_THE_END = new Set([
  'backup:DeleteBackupPlan',
  'backup:DeleteBackupVault',
  'backup:ListRecoveryPointsByBackupVault',
]);

/** The actions of AWS Backup that a table with backups needs. */
export async function actionsOfBackups(): Promise<string[]> {
  const all = actionsOf(await policyFor([bounded(serviceAccount), keptTable]));
  return all.filter((action) => action.startsWith('backup:') && !OF_THE_END.has(action));
}

/** A vault that lost what shows whose it is, is looked up by its id. */
const lostTags = undone(async (at) => {
  const ResourceArn = id(at, 'backup-vault');
  const { Tags = {} } = await at.backup.send(new ListTagsCommand({ ResourceArn }));
  const TagKeyList = Object.keys(Tags).filter((key) => key.startsWith('landfall.dev/'));
  await at.backup.send(new UntagResourceCommand({ ResourceArn, TagKeyList }));
  return () => at.backup.send(new TagResourceCommand({ ResourceArn, Tags }));
});

/** For each action that backups need, what makes the operator need it. */
export const BACKUP_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  'backup:CreateBackupPlan': another,
  'backup:CreateBackupSelection': drift('BackupSelection', 'selection missing'),
  'backup:CreateBackupVault': another,
  'backup:DeleteBackupSelection': drift('BackupSelection', 'selections[*] extra'),
  'backup:GetBackupPlan': anew,
  'backup:GetBackupSelection': anew,
  'backup:ListBackupSelections': anew,
  'backup:ListBackupVaults': anew,
  'backup:ListTags': lostTags,
  'backup:TagResource': drift('BackupVault', 'tags missing'),
  'backup:UntagResource': drift('BackupVault', 'tags extra'),
  'backup:UpdateBackupPlan': drift('BackupPlan', 'rules changed'),
};
