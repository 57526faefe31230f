import { randomUUID } from 'node:crypto';
import * as sm from '@aws-sdk/client-secrets-manager';
import { type Cases, type DriftCase, type DriftContext, id } from './case.ts';

/** The nodes of a store that keep its password. */
const SECRET = 'secret';
const VALUE = 'secret-value';

const CURRENT = 'AWSCURRENT';

const changed = (
  drift: (at: DriftContext, SecretId: string) => Promise<unknown>,
  more: Partial<DriftCase> = {},
): DriftCase => ({
  node: SECRET,
  ...more,
  drift: async (at) => void (await drift(at, id(at, SECRET))),
});

const tagged = (Key: string, Value: string): DriftCase =>
  changed((at, SecretId) =>
    at.secretsManager.send(new sm.TagResourceCommand({ SecretId, Tags: [{ Key, Value }] })),
  );

/** The store is given another password, and whoever reads the secret meanwhile the former one. */
const anotherPassword = { unseen: true, interrupts: true, refreshes: 8 } as const;

const deleted = (how: Partial<sm.DeleteSecretRequest>, more: Partial<DriftCase> = {}): DriftCase =>
  changed((at, SecretId) => at.secretsManager.send(new sm.DeleteSecretCommand({ SecretId, ...how })), more);

/** For what keeps the password of a store. */
export const secretsCases: Cases = {
  Secret: {
    'tags missing': changed((at, SecretId) =>
      at.secretsManager.send(new sm.UntagResourceCommand({ SecretId, TagKeys: ['project'] })),
    ),
    'tags extra': tagged('stray', 'yes'),
    'tags changed': tagged('project', 'somebody-else'),
    'description changed': changed((at, SecretId) =>
      at.secretsManager.send(new sm.UpdateSecretCommand({ SecretId, Description: 'of nobody' })),
    ),
    deleted: deleted({ RecoveryWindowInDays: 7 }, { interrupts: true, refreshes: 4 }),
    'deleted (for good)': deleted({ ForceDeleteWithoutRecovery: true }, anotherPassword),
  },
  SecretRotation: {},
  SecretValue: {
    // By somebody who knows nothing of where the store answers.
    'address missing': {
      ...changed(async (at, SecretId) => {
        const { SecretString } = await at.secretsManager.send(new sm.GetSecretValueCommand({ SecretId }));
        await at.secretsManager.send(
          new sm.PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken: randomUUID() }),
        );
      }, anotherPassword),
      node: VALUE,
    },
    'version changed (put back to the one before)': {
      ...changed(
        async (at, SecretId) => {
          const { VersionIdsToStages = {} } = await at.secretsManager.send(
            new sm.DescribeSecretCommand({ SecretId }),
          );
          const labelled = (label: string) =>
            Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes(label))?.[0];
          await at.secretsManager.send(
            new sm.UpdateSecretVersionStageCommand({
              SecretId,
              VersionStage: CURRENT,
              RemoveFromVersionId: labelled(CURRENT),
              MoveToVersionId: labelled('AWSPREVIOUS'),
            }),
          );
        },
        { unseen: true },
      ),
      node: VALUE,
    },
  },
};

/** One version of a secret is always the current one. */
export const secretsAlwaysSaid = { Secret: ['description'], SecretValue: ['version'] };
