import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { READY } from '../../graph/kind.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOurSecrets } from './secret.ts';
import { describeSecret, secrets, type Secret } from './secrets.ts';
import { newPassword, readCredentials } from './value.ts';
import { CURRENT, isOfRotation, labelled, PENDING, pendingOf, rotatedTo, withLabel } from './versions.ts';

export interface SecretRotationInputs {
  readonly secretArn: string;
  /** The request for which the password is to be made; undefined where nobody asks. */
  readonly rotation?: string;
}

/**
 * A new password that the store does not know yet: the first step of a rotation. Whoever reads the secret gets the former one until
 * the last. A rotation that is under way is ended before another begins.
 */
export const secretRotationKind: AwsKind<SecretRotationInputs, Secret> = {
  type: 'SecretRotation',
  collection: secrets,
  idempotency: 'natural',
  iam: onOurSecrets('GetSecretValue', 'PutSecretValue'),
  after: [],

  find: (view, { secretArn }) => view.get(secretArn),
  diff({ rotation }, secret) {
    if (!secret || rotation === undefined || isUnderWay(secret, rotation)) return [];
    return [{ path: 'rotation', to: rotation }];
  },
  state: () => READY,
  outputs: ({ ARN }) => ({ id: ARN }),
  gone: ({ DeletedDate }) => DeletedDate !== undefined,
  needs: ({ ARN }) => [ARN],

  async update({ session, wrote }, { secretArn, rotation = '' }, _secret, _changes) {
    // What is listed may be minutes old.
    const now = must(await describeSecret(session, secretArn), 'the secret');
    if (isUnderWay(now, rotation)) {
      wrote(secrets, secretArn, (listed) => listed && { ...listed, versions: now.versions });
      return;
    }
    const current = must(labelled(now.versions, CURRENT), CURRENT);
    const former = await readCredentials(session, { secretArn, versionId: current });
    const next = rotatedTo(rotation, current);
    await session.secretsManager.send(
      new PutSecretValueCommand({
        SecretId: secretArn,
        ClientRequestToken: next,
        SecretString: JSON.stringify({ ...former, password: newPassword() }),
        VersionStages: [PENDING],
      }),
    );
    wrote(
      secrets,
      secretArn,
      (listed) => listed && { ...listed, versions: withLabel(now.versions, PENDING, next) },
    );
  },
};

/** Whether the password is made already, or another one is still on its way to the store. */
function isUnderWay({ versions }: Secret, rotation: string): boolean {
  if (pendingOf(versions) !== undefined) return true;
  const current = labelled(versions, CURRENT);
  return current === undefined || isOfRotation(current, rotation);
}
