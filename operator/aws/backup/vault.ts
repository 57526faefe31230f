import { CreateBackupVaultCommand, DeleteBackupVaultCommand } from '@aws-sdk/client-backup';
import { READY, type Change } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsCollection, type AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagList, tagsOf } from '../tags.ts';
import { POINT_ACTIONS, pointsIn } from './points.ts';
import { everyVault, makes, nameIn, onOurs, tagsAt, updateTags, type Tagged } from './shared.ts';

const SORT = 'backup-vault';

export interface BackupVaultInputs {
  /** 2 to 50 letters, digits, hyphens and underscores, unique in account and region. */
  readonly name: string;
}

/** Vaults. Those of an account are few, and DescribeBackupVault says of one that is not there that it may not be seen: so all are listed. */
export const backupVaults: AwsCollection<Tagged> = {
  name: 'backup/vaults',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('backup:ListBackupVaults'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const tagged of nominated(session, `backup:${SORT}`, installation)) {
      const there = await everyVault(session);
      yield [...tagged].flatMap(([Arn, tags]) => (there.has(Arn) ? { Arn, Tags: tagList(tags) } : []));
    }
  },
  async get(session, arns) {
    const there = arns.length === 0 ? new Set<string>() : await everyVault(session);
    const found = await Promise.all(arns.filter((arn) => there.has(arn)).map((arn) => vaultAt(session, arn)));
    return found.filter((vault) => vault !== undefined);
  },
  id: ({ Arn }) => Arn,
  tags: tagsOf,
};

/** Where recovery points lie. It stays as long as it holds one: whoever asked for backups did not ask for their end. */
export const backupVaultKind: AwsKind<BackupVaultInputs, Tagged> = {
  type: 'BackupVault',
  collection: backupVaults,
  idempotency: 'name',
  iam: [
    ...makes('CreateBackupVault', SORT),
    // AWS keeps what is in a vault by a service of its own, which is asked for besides, and by its own key, which is looked at.
    ...reads('backup-storage:MountCapsule', 'kms:DescribeKey'),
    ...onOurs(SORT, 'DeleteBackupVault'),
  ],
  after: ['BackupPlan'],

  diff({ name }, vault) {
    if (!vault) return [];
    const from = nameIn(vault.Arn);
    const change: Change = { path: 'name', from, to: name, replace: true };
    return from === name ? [] : [change];
  },
  state: () => READY,
  outputs: ({ Arn }) => ({ id: Arn, arn: Arn, name: nameIn(Arn) }),
  gone: () => false,
  needs: () => [],

  // Without a request's id: with that of the first one AWS would answer as if it had made a vault whose tags somebody took off.
  async create({ session, tags }, { name }) {
    const answer = await session.backup.send(
      new CreateBackupVaultCommand({
        BackupVaultName: name,
        BackupVaultTags: { ...tags },
      }),
    );
    return { Arn: must(answer.BackupVaultArn, 'BackupVaultArn'), Tags: tagList(tags) };
  },
  async conflicting(session, { name }) {
    const Arn = [...(await everyVault(session))].find((arn) => nameIn(arn) === name);
    return Arn === undefined ? undefined : vaultAt(session, Arn);
  },
  async update(context, _inputs, { Arn }, changes) {
    await updateTags(context, backupVaults, Arn, changes);
  },
  async neededStill(session, { Arn }) {
    for await (const point of pointsIn(session, nameIn(Arn)))
      return `it holds recovery point ${point.RecoveryPointArn}`;
    return undefined;
  },
  neededIam: POINT_ACTIONS,
  async delete({ session }, { Arn }) {
    await unlessGone(session.backup.send(new DeleteBackupVaultCommand({ BackupVaultName: nameIn(Arn) })));
    return undefined;
  },
};

/** Undefined where it is gone meanwhile. */
async function vaultAt(session: AwsSession, Arn: string): Promise<Tagged | undefined> {
  const tags = await unlessGone(tagsAt(session, Arn));
  return tags && { Arn, Tags: tagList(tags) };
}
