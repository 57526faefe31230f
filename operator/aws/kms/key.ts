import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { READY, type ActionContext, type Change } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { tagWrites } from '../../graph/tags.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged } from '../tags.ts';
import { formerKey, keyOf, keys, PENDING_DELETION, type Key } from './keys.ts';
import { NEEDED_ACTIONS, neededStill } from './needed.ts';
import { kmsTags, writeTags } from './tags.ts';

export interface KmsKeyInputs {
  /** At most 8192 characters. */
  readonly description: string;
  /** JSON text. */
  readonly policy: string;
}

export const KEYS = 'kms:{region}:{account}:key/*';

/** A key that encrypts one store and its copies. What KMS deletes it only schedules, so that it can be had back for some days. */
export const kmsKeyKind: AwsKind<KmsKeyInputs, Key> = {
  type: 'KmsKey',
  collection: keys,
  idempotency: 'none',
  iam: [
    { action: 'kms:CreateKey', on: 'new', resource: '*' },
    // With tags, CreateKey asks for it too: KMS Developer Guide, "Controlling access to tags".
    { action: 'kms:TagResource', on: 'untagged', resource: KEYS },
    ...onOwn(
      'kms:CancelKeyDeletion',
      'kms:EnableKey',
      'kms:ScheduleKeyDeletion',
      'kms:TagResource',
      'kms:UntagResource',
      'kms:UpdateKeyDescription',
    ).map((permission) => ({ ...permission, resource: KEYS })),
    ...reads('kms:DescribeKey', 'kms:ListResourceTags'),
  ],
  after: ['DynamoDbTable', 'DbInstance', 'DbCluster', 'ReplicationGroup', 'Secret'],
  heldBy: ['TableSettings'],

  diff({ description }, key) {
    if (!key) return [];
    const changes: Change[] = [];
    if (key.KeyState === 'Disabled') changes.push({ path: 'enabled', from: false, to: true });
    if (key.Description !== description)
      changes.push({ path: 'description', from: key.Description, to: description });
    return changes;
  },
  state({ Arn, KeyState }) {
    if (KeyState === 'Enabled') return READY;
    const message = `key ${Arn} is ${KeyState}: what it encrypts cannot be read`;
    return { phase: 'pending', reason: 'WaitingForAws', message };
  },
  outputs: ({ Arn, KeyId }) => ({ id: Arn, arn: Arn, keyId: KeyId }),
  gone: ({ KeyState }) => KeyState === PENDING_DELETION,
  needs: () => [],

  async create({ session, tags, owner, node }, { description, policy }) {
    const installation = tags[TAG.installation] ?? '';
    const former = await formerKey(session, { installation, owner: tags[TAG.owner] ?? owner, node });
    if (former) return former.KeyState === PENDING_DELETION ? revived(session, former) : former;
    const answer = await session.kmsOnce.send(
      new CreateKeyCommand({ Description: description, Policy: policy, Tags: kmsTags(tags) }),
    );
    return keyOf(must(answer.KeyMetadata, 'KeyMetadata'), tags);
  },
  update: change,
  neededStill,
  neededIam: NEEDED_ACTIONS,
  async delete({ session }, key) {
    const schedule = { KeyId: key.Arn, PendingWindowInDays: WINDOW_DAYS };
    await unlessGone(session.kms.send(new ScheduleKeyDeletionCommand(schedule)));
    return { ...key, KeyState: PENDING_DELETION };
  },
};

/** The most that KMS waits: a key that was still needed can be had back until then. */
const WINDOW_DAYS = 30;

/** Cancelling leaves it Disabled. */
async function revived({ kms }: AwsSession, key: Key): Promise<Key> {
  await kms.send(new CancelKeyDeletionCommand({ KeyId: key.Arn }));
  await kms.send(new EnableKeyCommand({ KeyId: key.Arn }));
  return { ...key, KeyState: 'Enabled' };
}

async function change(
  { session: { kms }, wrote }: ActionContext<AwsSession>,
  inputs: KmsKeyInputs,
  { Arn: KeyId }: Key,
  changes: readonly Change[],
): Promise<void> {
  const has = (path: string) => changes.some((one) => one.path === path);
  if (has('enabled')) {
    await kms.send(new EnableKeyCommand({ KeyId }));
    wrote(keys, KeyId, (key) => key && { ...key, KeyState: 'Enabled' });
  }
  if (has('description')) {
    const { description } = inputs;
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: description }));
    wrote(keys, KeyId, (key) => key && { ...key, Description: description });
  }
  const writes = tagWrites(changes);
  await writeTags(kms, KeyId, writes);
  wrote(keys, KeyId, (key) => key && retagged(key, writes));
}
