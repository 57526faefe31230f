import {
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { READY, type Change } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import type { AwsCollection, AwsKind } from '../kind.ts';
import { onOwn, reads } from '../permissions.ts';
import { canonicalPolicy } from '../policy-document.ts';
import type { AwsSession } from '../session.ts';
import { KEYS } from './key.ts';
import { keys } from './keys.ts';

/** What is set on a key, which AWS tells of one a call. */
export interface KeySettings {
  readonly arn: string;
  /** JSON text in one spelling. */
  readonly policy: string;
  readonly isRotated: boolean;
}

export interface KeySettingsInputs {
  readonly keyArn: string;
  /** JSON text. */
  readonly policy: string;
}

const keySettings: AwsCollection<KeySettings> = {
  name: 'kms/key-settings',
  lane: 'slow',
  scope: 'region',
  iam: reads('kms:GetKeyPolicy', 'kms:GetKeyRotationStatus'),
  parent: keys.name,
  stirredBy: keys.name,
  async *list() {},
  async get(session, arns) {
    const found = await Promise.all(arns.map((arn) => read(session, arn)));
    return found.filter((settings) => settings !== undefined);
  },
  id: ({ arn }) => arn,
  tags: () => ({}),
};

/** Who may use a key, and that its material is renewed each year. */
export const keySettingsKind: AwsKind<KeySettingsInputs, KeySettings> = {
  type: 'KeySettings',
  collection: keySettings,
  idempotency: 'natural',
  iam: onOwn('kms:EnableKeyRotation', 'kms:PutKeyPolicy').map((permission) => ({
    ...permission,
    resource: KEYS,
  })),
  after: [],

  find: (view, { keyArn }) => view.get(keyArn),
  diff({ policy }, settings) {
    const wanted = canonicalPolicy(policy);
    const changes: Change[] = [];
    // A key is made with its policy.
    if (settings && settings.policy !== wanted)
      changes.push({ path: 'policy', from: settings.policy, to: wanted });
    if (settings?.isRotated !== true) changes.push({ path: 'rotation', from: false, to: true });
    return changes;
  },
  state: () => READY,
  outputs: ({ arn }) => ({ id: arn }),
  gone: () => false,
  needs: ({ arn }) => [arn],

  async update({ session, wrote }, { keyArn, policy }, _settings, changes) {
    const has = (path: string) => changes.some((one) => one.path === path);
    if (has('policy')) {
      await session.kms.send(
        new PutKeyPolicyCommand({ KeyId: keyArn, PolicyName: 'default', Policy: policy }),
      );
      wrote(keySettings, keyArn, (listed) => listed && { ...listed, policy: canonicalPolicy(policy) });
    }
    if (has('rotation')) {
      await session.kms.send(new EnableKeyRotationCommand({ KeyId: keyArn }));
      // A key is made with its policy; where it is another one, the next reading tells.
      wrote(keySettings, keyArn, (listed) => ({
        arn: keyArn,
        policy: canonicalPolicy(policy),
        ...listed,
        isRotated: true,
      }));
    }
  },
};

async function read({ kms }: AwsSession, arn: string): Promise<KeySettings | undefined> {
  const answers = await unlessGone(
    Promise.all([
      kms.send(new GetKeyPolicyCommand({ KeyId: arn, PolicyName: 'default' })),
      kms.send(new GetKeyRotationStatusCommand({ KeyId: arn })),
    ]),
  );
  if (!answers) return undefined;
  const [policy, rotation] = answers;
  return {
    arn,
    policy: canonicalPolicy(policy.Policy ?? ''),
    isRotated: rotation.KeyRotationEnabled === true,
  };
}
