import { AddTagsToResourceCommand, type Tag } from '@aws-sdk/client-rds';
import type { Change } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { onOurSecrets } from '../secretsmanager/secret.ts';
import { readCredentials, type StoredPassword } from '../secretsmanager/value.ts';
import type { AwsSession } from '../session.ts';
import { tagList, tagsOf } from '../tags.ts';

/** What a password that Landfall keeps needs, besides writing tags. */
export const KEPT_PASSWORD = onOurSecrets('GetSecretValue');

/** As much of an instance or a cluster as tells which password it has. */
interface Store {
  readonly MasterUserSecret?: object | undefined;
  readonly PendingModifiedValues?: { readonly MasterUserPassword?: string | undefined } | undefined;
  readonly Tags?: readonly Tag[];
}

/** What a create call takes for a password that is kept. */
export async function passwordFor(
  session: AwsSession,
  password: StoredPassword | undefined,
): Promise<{ MasterUserPassword?: string }> {
  if (!password) return {};
  return { MasterUserPassword: (await readCredentials(session, password)).password };
}

/** The tag that says which password a store was given. */
export function markTag(password: StoredPassword | undefined): Record<string, string> {
  return password ? { [TAG.password]: password.mark } : {};
}

/** The change of a password to the one that is kept. AWS shows none, so that what was given last is told by a tag. */
export function passwordChange(password: StoredPassword | undefined, store: Store): Change[] {
  if (!password) return [];
  const from = store.MasterUserSecret ? 'managed' : tagsOf(store)[TAG.password];
  return from === password.mark
    ? []
    : [{ path: 'password', ...(from !== undefined && { from }), to: password.mark }];
}

/** The mark of the password that a store takes, as an output; empty while it is given another, absent where it never had one. */
export function markIn(store: Store, status: string | undefined): { password?: string } {
  const mark = tagsOf(store)[TAG.password];
  if (mark === undefined) return {};
  const isGiven =
    store.PendingModifiedValues?.MasterUserPassword !== undefined ||
    status === 'resetting-master-credentials';
  return { password: isGiven || store.MasterUserSecret ? '' : mark };
}

/**
 * Gives a store its password, and notes it: in this order, so that one that was not noted is given once more. `modify` sends a call
 * with these parts. Returns its answer with the tags as they are then.
 */
export async function givePassword<A extends object>(
  session: AwsSession,
  at: { readonly arn: string; readonly password: StoredPassword; readonly store: Store },
  modify: (sent: { MasterUserPassword: string; ManageMasterUserPassword?: false }) => Promise<A>,
): Promise<A & { Tags: Tag[] }> {
  const { arn: ResourceName, password, store } = at;
  const { password: MasterUserPassword } = await readCredentials(session, password);
  const answer = await modify({
    MasterUserPassword,
    ...(store.MasterUserSecret && { ManageMasterUserPassword: false }),
  });
  const Tags = tagList(markTag(password));
  await session.rds.send(new AddTagsToResourceCommand({ ResourceName, Tags }));
  return { ...answer, Tags: tagList({ ...tagsOf(store), ...markTag(password) }) };
}
