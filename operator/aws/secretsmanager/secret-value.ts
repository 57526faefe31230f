import { PutSecretValueCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { Waiting } from '../../errors.ts';
import { READY, type ActionContext, type Change } from '../../graph/kind.ts';
import { must, type AwsKind } from '../kind.ts';
import type { AwsSession } from '../session.ts';
import { onOurSecrets } from './secret.ts';
import { describeSecret, secrets, type Secret } from './secrets.ts';
import { readCredentials } from './value.ts';
import {
  CURRENT,
  isAt,
  labelled,
  markOf,
  movedTo,
  PENDING,
  pendingOf,
  withLabel,
  type Versions,
} from './versions.ts';

export interface SecretValueInputs {
  readonly secretArn: string;
  /** The mark of the password that the store takes; empty while it is given another. */
  readonly applied: string;
  readonly host: string;
  readonly port: string;
}

/**
 * What whoever reads the secret gets: the password that the store takes, and where it answers. A new password becomes the current
 * one when the store takes it, and never before.
 */
export const secretValueKind: AwsKind<SecretValueInputs, Secret> = {
  type: 'SecretValue',
  collection: secrets,
  idempotency: 'natural',
  iam: onOurSecrets('GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'),
  after: [],

  find: (view, { secretArn }) => view.get(secretArn),
  diff({ host, port }, secret) {
    const to = `${host}:${port}`;
    if (!secret) return [{ path: 'address', to }];
    const current = labelled(secret.versions, CURRENT);
    const changes: Change[] = [];
    const pending = pendingOf(secret.versions);
    if (pending !== undefined)
      changes.push({ path: 'version', ...(current !== undefined && { from: current }), to: pending });
    if (current !== undefined && !isAt(current, { host, port })) changes.push({ path: 'address', to });
    return changes;
  },
  state: () => READY,
  outputs: ({ ARN }) => ({ id: ARN }),
  gone: ({ DeletedDate }) => DeletedDate !== undefined,
  needs: ({ ARN }) => [ARN],

  async update({ session, wrote }, inputs, _secret, _changes) {
    const { secretArn } = inputs;
    // What is listed may be minutes old.
    const now = must(await describeSecret(session, secretArn), 'the secret');
    const versions = await next(session, inputs, now);
    wrote(secrets, secretArn, (listed) => listed && { ...listed, versions });
  },
};

/** One step: which version is the current one goes first, since the address is written beside its password. */
async function next(
  session: ActionContext<AwsSession>['session'],
  { secretArn: SecretId, applied, host, port }: SecretValueInputs,
  { versions }: Secret,
): Promise<Versions> {
  const { secretsManager } = session;
  const current = must(labelled(versions, CURRENT), CURRENT);
  const pending = pendingOf(versions);
  if (pending !== undefined) {
    if (applied !== markOf(SecretId, pending))
      throw new Waiting('WaitingForAws', 'the new password becomes the current one when the store takes it');
    await secretsManager.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: CURRENT,
        RemoveFromVersionId: current,
        MoveToVersionId: pending,
      }),
    );
    return withLabel(versions, CURRENT, pending);
  }
  if (isAt(current, { host, port })) return versions;
  const value = await readCredentials(session, { secretArn: SecretId, versionId: current });
  const version = movedTo({ host, port }, current);
  await secretsManager.send(
    new PutSecretValueCommand({
      SecretId,
      ClientRequestToken: version,
      SecretString: JSON.stringify({ ...value, host, port: Number(port) }),
      // A label that stays on the version before would say that its password is still to be given.
      VersionStages: [CURRENT, PENDING],
    }),
  );
  return withLabel(withLabel(versions, CURRENT, version), PENDING, version);
}
