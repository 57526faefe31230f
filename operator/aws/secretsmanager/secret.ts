import {
  CreateSecretCommand,
  DeleteSecretCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { Waiting } from '../../errors.ts';
import { READY, type ActionContext, type Change, type Permission } from '../../graph/kind.ts';
import { isOwned } from '../../graph/ownership.ts';
import { tagWrites } from '../../graph/tags.ts';
import { isToBeRestored, unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList } from '../tags.ts';
import { NEEDED_ACTIONS, neededStill } from './needed.ts';
import { describeSecret, secrets, type Secret } from './secrets.ts';
import { newPassword, type Credentials } from './value.ts';
import { CURRENT, labelled, markOf, pendingOf, versionId } from './versions.ts';

export interface SecretInputs {
  /** Unique in account and region. */
  readonly name: string;
  readonly description: string;
  readonly engine: string;
  readonly username: string;
  /** Empty for none. */
  readonly databaseName: string;
  /** The request for which the password is made; empty for the first. */
  readonly rotation: string;
  /** ARN of the key that encrypts it; absent for the one that AWS has for secrets. */
  readonly kmsKeyArn?: string;
}

const SECRETS = 'secretsmanager:{region}:{account}:secret:*';
/** The longest that AWS keeps what is deleted. */
const WINDOW_DAYS = 30;

/** Actions on secrets of ours alone. */
export function onOurSecrets(...actions: readonly string[]): Permission[] {
  return onOwn(...actions.map((action) => `secretsmanager:${action}`)).map((permission) => ({
    ...permission,
    resource: SECRETS,
  }));
}

/** The user and password of a store. The password is made here, and stands in no inputs, record, plan or log. */
export const secretKind: AwsKind<SecretInputs, Secret> = {
  type: 'Secret',
  collection: secrets,
  idempotency: 'name',
  iam: [
    { action: 'secretsmanager:CreateSecret', on: 'new', resource: SECRETS },
    // With tags, CreateSecret asks for it too.
    { action: 'secretsmanager:TagResource', on: 'new', resource: SECRETS },
    ...onOurSecrets('DeleteSecret', 'RestoreSecret', 'TagResource', 'UntagResource', 'UpdateSecret'),
    ...reads('secretsmanager:DescribeSecret'),
  ],
  after: ['DbInstance', 'DbCluster', 'ReplicationGroup'],
  heldBy: ['DbInstance', 'DbCluster', 'ReplicationGroup'],

  diff(inputs, secret) {
    if (!secret) return [];
    const changes: Change[] = [];
    const compare = (path: string, from: string, to: string, more: { replace?: true } = {}) => {
      if (from !== to) changes.push({ path, from, to, ...more });
    };
    compare('name', secret.Name, inputs.name, { replace: true });
    compare('description', secret.Description, inputs.description);
    compare('kmsKeyArn', idOfKey(secret.KmsKeyId), idOfKey(inputs.kmsKeyArn));
    return changes;
  },
  state: () => READY,
  outputs({ ARN, Name, versions }) {
    const current = labelled(versions, CURRENT);
    const wanted = pendingOf(versions) ?? current;
    return {
      id: ARN,
      arn: ARN,
      name: Name,
      ...(wanted !== undefined && { versionId: wanted, mark: markOf(ARN, wanted) }),
      ...(current !== undefined && { currentVersionId: current, currentMark: markOf(ARN, current) }),
    };
  },
  gone: ({ DeletedDate }) => DeletedDate !== undefined,
  needs: ({ KmsKeyId }) => (KmsKeyId === undefined ? [] : [KmsKeyId]),

  async create({ session, tags }, inputs) {
    const version = versionId(inputs.rotation, undefined, '');
    const { engine, username, databaseName } = inputs;
    const value: Credentials = {
      engine,
      username,
      password: newPassword(),
      ...(databaseName !== '' && { dbname: databaseName }),
    };
    try {
      const answer = await session.secretsManager.send(
        new CreateSecretCommand({
          Name: inputs.name,
          Description: inputs.description,
          ClientRequestToken: version,
          SecretString: JSON.stringify(value),
          ...(inputs.kmsKeyArn !== undefined && { KmsKeyId: inputs.kmsKeyArn }),
          Tags: tagList(tags),
        }),
      );
      const made = await describeSecret(session, must(answer.ARN, 'ARN'));
      return must(made, 'the secret that was made');
    } catch (error) {
      if (!isToBeRestored(error)) throw error;
      return restored(session, inputs.name, tags);
    }
  },
  conflicting: (session, { name }) => describeSecret(session, name),
  update: change,
  neededStill,
  neededIam: NEEDED_ACTIONS,
  async delete({ session }, secret) {
    const answer = await unlessGone(
      session.secretsManager.send(
        new DeleteSecretCommand({ SecretId: secret.ARN, RecoveryWindowInDays: WINDOW_DAYS }),
      ),
    );
    return answer && { ...secret, DeletedDate: must(answer.DeletionDate, 'DeletionDate') };
  },
};

/** A snapshot of the store has the password that it had then. One of somebody else is left as it is, and found to be so. */
async function restored(
  session: AwsSession,
  name: string,
  tags: Readonly<Record<string, string>>,
): Promise<Secret> {
  const former = await describeSecret(session, name);
  if (!former)
    throw new Waiting(
      'WaitingForAws',
      `secret ${name} was deleted a moment ago; AWS does not give its name yet`,
    );
  const { DeletedDate: _, ...secret } = former;
  if (!isOwned(secrets.tags(former), tags)) return secret;
  await session.secretsManager.send(new RestoreSecretCommand({ SecretId: former.ARN }));
  return secret;
}

/** AWS shows a key by its ARN or by its id, as it was given. */
function idOfKey(key: string | undefined): string {
  return key?.split('/').at(-1) ?? 'that of Secrets Manager';
}

async function change(
  { session: { secretsManager }, wrote }: ActionContext<AwsSession>,
  inputs: SecretInputs,
  { ARN: SecretId }: Secret,
  changes: readonly Change[],
): Promise<void> {
  const has = (path: string) => changes.some((one) => one.path === path);
  if (has('description') || has('kmsKeyArn')) {
    const { description: Description, kmsKeyArn: KmsKeyId = '' } = inputs;
    await secretsManager.send(
      new UpdateSecretCommand({ SecretId, Description, ...(has('kmsKeyArn') && { KmsKeyId }) }),
    );
    wrote(secrets, SecretId, (secret) => {
      if (!secret) return secret;
      const { KmsKeyId: former, ...rest } = secret;
      const key = has('kmsKeyArn') ? KmsKeyId : (former ?? '');
      return { ...rest, Description, ...(key !== '' && { KmsKeyId: key }) };
    });
  }
  const writes = tagWrites(changes);
  const Tags = tagList(writes.set);
  if (Tags.length > 0) await secretsManager.send(new TagResourceCommand({ SecretId, Tags }));
  if (writes.unset.length > 0)
    await secretsManager.send(new UntagResourceCommand({ SecretId, TagKeys: [...writes.unset] }));
  wrote(secrets, SecretId, (secret) => secret && retagged(secret, writes));
}
