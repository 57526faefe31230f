import { describe, expect, it } from 'vitest';
import { endsPoints } from '../../../../operator/aws/backup/points.ts';
import { backupSelectionKind } from '../../../../operator/aws/backup/selection.ts';
import { backupVaultKind } from '../../../../operator/aws/backup/vault.ts';
import { linesOf } from '../changes.ts';
import { fakeSession, OWN } from '../ecs/fake-session.ts';
import { tagList } from '../../../../operator/aws/tags.ts';
import { BACKUP_CASES, VAULT_ARN } from './cases.ts';

const ROLE = 'arn:aws:iam::111111111111:role/landfall/team/backup';
const POINT = 'arn:aws:backup:eu-central-1:111111111111:recovery-point:1';
const vault = { Arn: VAULT_ARN, Tags: [] };
const holding = (points: readonly object[]) => ({
  ListRecoveryPointsByBackupVault: () => ({ RecoveryPoints: points }),
  GetResources: () => ({ ResourceTagMappingList: [{ ResourceARN: VAULT_ARN, Tags: tagList(OWN) }] }),
});

describe('a vault', () => {
  it('is needed as long as it holds a recovery point', async () => {
    const full = fakeSession(holding([{ RecoveryPointArn: POINT }])).session;
    expect(await backupVaultKind.neededStill?.(full, vault)).toBe(`it holds recovery point ${POINT}`);
    const { session } = fakeSession(holding([]));
    expect(await backupVaultKind.neededStill?.(session, vault)).toBeUndefined();
  });

  it('keeps the role by which a point ends, and no other', async () => {
    const trust = (service: string) => JSON.stringify({ Statement: [{ Principal: { Service: service } }] });
    const role = (service: string, Arn = ROLE) => ({
      Arn,
      AssumeRolePolicyDocument: trust(service),
      Tags: tagList(OWN),
    });
    const { session } = fakeSession(holding([{ RecoveryPointArn: POINT, IamRoleArn: ROLE }]));
    const name = 'backup.amazonaws.com';
    expect(await endsPoints(session, role(name))).toBe(`a recovery point in ${VAULT_ARN} ends by it`);
    expect(await endsPoints(session, role(name, `${ROLE}-of-others`))).toBeUndefined();
    expect(await endsPoints(session, role('ecs-tasks.amazonaws.com'))).toBeUndefined();
  });

  it('keeps the role by which a copy elsewhere ends, in the same account', async () => {
    const at = (accountId: string) => `arn:aws:backup:eu-west-1:${accountId}:backup-vault:copies`;
    const copier = (vaultArn: string) => ({
      Arn: ROLE,
      AssumeRolePolicyDocument: '{"Service":"backup.amazonaws.com"}',
      RolePolicyList: [
        {
          PolicyName: 'backup',
          PolicyDocument: JSON.stringify({
            Resource: ['arn:aws:backup:*:111111111111:backup-vault:*', vaultArn],
          }),
        },
      ],
      Tags: tagList(OWN),
    });
    const { session } = fakeSession({
      ListBackupVaults: () => ({ BackupVaultList: [{ BackupVaultArn: at('111111111111') }] }),
      ListRecoveryPointsByBackupVault: ({ BackupVaultName }) => ({
        RecoveryPoints: BackupVaultName === 'copies' ? [{ RecoveryPointArn: POINT, IamRoleArn: ROLE }] : [],
      }),
    });
    expect(await endsPoints(session, copier(at('111111111111')))).toBe(
      `a copy in ${at('111111111111')} ends by it`,
    );
    expect(await endsPoints(session, copier(at('222222222222')))).toBeUndefined();
    expect(await endsPoints(session, copier(`${at('111111111111')}-gone`))).toBeUndefined();
  });
});

describe('what a plan selects', () => {
  const { inputs, record } = BACKUP_CASES['BackupSelection'] ?? expect.fail();
  const diff = (change: object, now: object = record) =>
    linesOf(backupSelectionKind.diff({ ...inputs, ...change } as never, now as never));

  it('is made anew where it is to be another', () => {
    expect(diff({})).toEqual([]);
    expect(diff({ resourceArn: 'arn:other' })).toEqual([
      expect.stringMatching(/^selections\[1\]: shop-dev-backup: .*table\/shop-dev-data.* -> \(nothing\)$/),
      expect.stringMatching(/^selection: \(nothing\) -> shop-dev-backup: arn:other by /),
    ]);
  });

  it('is nothing else', () => {
    const { selections } = record as { selections: object[] };
    const more = { ...record, selections: [...selections, { id: '2', text: 'all: * by somebody' }] };
    expect(diff({}, more)).toEqual(['selections[2]: all: * by somebody -> (nothing)']);
  });

  it('is selected once', () => {
    const { selections } = record as { selections: { text: string }[] };
    const twice = {
      ...record,
      selections: [...selections, ...selections.map((one) => ({ ...one, id: '2' }))],
    };
    expect(diff({}, twice)).toEqual([expect.stringMatching(/^selections\[2\]: .* -> \(nothing\)$/)]);
  });
});
