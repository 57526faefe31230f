import {
  ListBackupVaultsCommand,
  ListTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type BackupVaultListMember,
} from '@aws-sdk/client-backup';
import type { ActionContext, Change, Permission } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import { must, pages, type AwsCollection } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged } from '../tags.ts';

/** What AWS Backup describes, with its tags. */
export interface Tagged {
  readonly Arn: string;
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** Things of one sort: names are such as others may have as well, so that tags bound what may be done. */
function sort(name: string): string {
  return `backup:{region}:{account}:${name}:*`;
}

/** A create whose tags go into the call, for which AWS asks for TagResource as well: AWS Backup Developer Guide, "Access control". */
export function makes(action: string, name: string): Permission[] {
  return [
    { action: `backup:${action}`, on: 'new', resource: sort(name) },
    { action: 'backup:TagResource', on: 'untagged', resource: sort(name) },
  ];
}

/** Actions on things of ours alone, of one sort; {@link updateTags} and {@link tagsAt} among them. */
export function onOurs(name: string, ...actions: readonly string[]): Permission[] {
  return [
    ...onOwn(...[...actions, 'TagResource', 'UntagResource'].map((action) => `backup:${action}`)).map(
      (permission) => ({ ...permission, resource: sort(name) }),
    ),
    ...reads('backup:ListTags'),
  ];
}

/** The tags of a thing. */
export async function tagsAt({ backup }: AwsSession, ResourceArn: string): Promise<Record<string, string>> {
  const { Tags } = await backup.send(new ListTagsCommand({ ResourceArn }));
  return Tags ?? {};
}

/** Writes the tag changes among `changes`, and lays them over the inventory. */
export async function updateTags<R extends Tagged>(
  { session: { backup }, wrote }: ActionContext<AwsSession>,
  collection: AwsCollection<R>,
  ResourceArn: string,
  changes: readonly Change[],
): Promise<void> {
  const writes = tagWrites(changes);
  const isSet = Object.keys(writes.set).length > 0;
  if (isSet) await backup.send(new TagResourceCommand({ ResourceArn, Tags: { ...writes.set } }));
  if (writes.unset.length > 0)
    await backup.send(new UntagResourceCommand({ ResourceArn, TagKeyList: [...writes.unset] }));
  if (isSet || writes.unset.length > 0)
    wrote(collection, ResourceArn, (record) => record && retagged(record, writes));
}

/** The ARNs of all vaults of an account and region, whoever made them. */
export async function everyVault({ backup }: Pick<AwsSession, 'backup'>): Promise<Set<string>> {
  const found = new Set<string>();
  const all = pages<BackupVaultListMember>(async (NextToken) => {
    const answer = await backup.send(
      new ListBackupVaultsCommand({ ...(NextToken !== undefined && { NextToken }) }),
    );
    return { items: answer.BackupVaultList, next: answer.NextToken };
  });
  for await (const page of all)
    for (const { BackupVaultArn: arn } of page) found.add(must(arn, 'BackupVaultArn'));
  return found;
}

/** `web` of `arn:aws:backup:eu-central-1:111111111111:backup-vault:web`; of a plan its id. */
export function nameIn(arn: string): string {
  return arn.split(':').slice(6).join(':');
}
