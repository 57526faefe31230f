import {
  ListRecoveryPointsByBackupVaultCommand,
  type RecoveryPointByBackupVault,
} from '@aws-sdk/client-backup';
import type { RoleDetail } from '@aws-sdk/client-iam';
import { TAG } from '../../graph/ownership.ts';
import { isNotFound } from '../errors.ts';
import { pages } from '../kind.ts';
import { nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';
import { everyVault, nameIn } from './shared.ts';

/** Region and account of a vault's ARN. */
const VAULT = /arn:[a-z-]+:backup:([a-z0-9-]+):(\d{12}):backup-vault:[\w-]+/g;

/** What {@link pointsIn} reads. */
export const POINT_ACTIONS = reads('backup:ListRecoveryPointsByBackupVault');

/** The recovery points of a vault; none where it is gone. */
export async function* pointsIn(
  { backup }: Pick<AwsSession, 'backup'>,
  BackupVaultName: string,
): AsyncGenerator<RecoveryPointByBackupVault> {
  const all = pages<RecoveryPointByBackupVault>(async (NextToken) => {
    const answer = await backup.send(
      new ListRecoveryPointsByBackupVaultCommand({
        BackupVaultName,
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    return { items: answer.RecoveryPoints, next: answer.NextToken };
  });
  try {
    for await (const page of all) yield* page;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/**
 * Why a role has to stay: AWS Backup ends a recovery point by the role that made it. Where that is gone it tries a role of its own,
 * and what it cannot end so stays, and costs (AWS Backup Developer Guide, "Identity and access management"). What this reads the
 * vault's kind names.
 */
export async function endsPoints(session: AwsSession, role: RoleDetail): Promise<string | undefined> {
  if (role.AssumeRolePolicyDocument?.includes('backup.amazonaws.com') !== true) return undefined;
  const { [TAG.installation]: installation = '', [TAG.owner]: owner } = tagsOf(role);
  for await (const vaults of nominated(session, 'backup:backup-vault', installation))
    for (const [arn, tags] of vaults)
      if (tags[TAG.owner] === owner && (await isMaker(session, arn, role)))
        return `a recovery point in ${arn} ends by it`;
  for (const { arn, region } of copiesOf(session, role)) {
    const there = { backup: session.backupIn(region) };
    if ((await everyVault(there)).has(arn) && (await isMaker(there, arn, role)))
      return `a copy in ${arn} ends by it`;
  }
  return undefined;
}

/** Whether a role has made a recovery point that a vault holds. */
async function isMaker(
  there: Pick<AwsSession, 'backup'>,
  vaultArn: string,
  { Arn }: RoleDetail,
): Promise<boolean> {
  for await (const { IamRoleArn } of pointsIn(there, nameIn(vaultArn))) if (IamRoleArn === Arn) return true;
  return false;
}

/** The vaults that a role may copy into, as its own policies name them. Copies in another account that account ends. */
function copiesOf({ accountId }: AwsSession, role: RoleDetail): { arn: string; region: string }[] {
  const policies = (role.RolePolicyList ?? []).map(({ PolicyDocument = '' }) => PolicyDocument).join();
  return [...policies.matchAll(VAULT)].flatMap(([arn, region = '', of]) =>
    of === accountId ? { arn, region } : [],
  );
}
