import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { id } from '../contract/drift/case.ts';
import { another, anew, drift, orphanTags, type Provocation, undone } from './provocation.ts';
import type { Manifest } from './world.ts';

/** A secret that lost what shows whose it is, is looked up by its id. */
const lostTags = undone(async (at) => {
  const SecretId = id(at, 'secret');
  const { Tags: before = [] } = await at.secretsManager.send(new DescribeSecretCommand({ SecretId }));
  const TagKeys = before.flatMap(({ Key = '' }) => (Key.startsWith('landfall.dev/') ? [Key] : []));
  await at.secretsManager.send(new UntagResourceCommand({ SecretId, TagKeys }));
  return () => at.secretsManager.send(new TagResourceCommand({ SecretId, Tags: before }));
});

/** One that no spec wants any more. It could be had back for some days, and a snapshot that has its password would keep it. */
export function orphanSecret(object: Manifest): Provocation {
  const Tags = Object.entries(orphanTags(object)).map(([Key, Value]) => ({ Key, Value }));
  return undone(async (at) => {
    const made = await at.secretsManager.send(
      new CreateSecretCommand({ Name: 'orphan', SecretString: '{}', Tags }),
    );
    return () =>
      at.secretsManager.send(
        new DeleteSecretCommand({ SecretId: made.ARN, ForceDeleteWithoutRecovery: true }),
      );
  });
}

/** For each action that the password of a store needs, where Landfall makes it, what makes the operator need it. */
export function secretProvocations(object: Manifest): Readonly<Record<string, Provocation>> {
  return {
    'secretsmanager:CreateSecret': another,
    'secretsmanager:DeleteSecret': orphanSecret(object),
    'secretsmanager:DescribeSecret': lostTags,
    'secretsmanager:GetSecretValue': another,
    'secretsmanager:ListSecrets': anew,
    'secretsmanager:PutSecretValue': another,
    'secretsmanager:RestoreSecret': drift('Secret', 'deleted'),
    'secretsmanager:TagResource': drift('Secret', 'tags missing'),
    'secretsmanager:UntagResource': drift('Secret', 'tags extra'),
    'secretsmanager:UpdateSecret': drift('Secret', 'description changed'),
    'secretsmanager:UpdateSecretVersionStage': drift(
      'SecretValue',
      'version changed (put back to the one before)',
    ),
  };
}
