import { describe, expect, it } from 'vitest';
import { withSecretVersions } from '../../../../operator/aws/rds/managed-secrets.ts';
import type { AwsSession } from '../../../../operator/aws/session.ts';
import { TAG } from '../../../../operator/graph/ownership.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:rds!db-1-AbCdEf';
const Tags = [{ Key: TAG.installation, Value: 'here' }];
const ours = { Tags, MasterUserSecret: { SecretArn: ARN } };

interface Entry {
  readonly version: string;
  readonly second: number;
}

/** A Secrets Manager whose listing has one secret as it was, or none; by its ARN it is found as it is. */
function sessionOf(listed: () => Entry | undefined, described: string | undefined) {
  const asked: string[] = [];
  const send = async (command: object) => {
    asked.push(command.constructor.name);
    const found = listed();
    if (command.constructor.name !== 'ListSecretsCommand')
      return {
        ARN,
        Name: 'rds!db-1',
        VersionIdsToStages: described === undefined ? {} : { [described]: ['AWSCURRENT'] },
      };
    return {
      SecretList: found && [
        {
          ARN,
          SecretVersionsToStages: { [found.version]: ['AWSCURRENT'], before: ['AWSPREVIOUS'] },
          LastChangedDate: new Date(found.second * 1000),
        },
      ],
    };
  };
  return { session: { secretsManager: { send } } as unknown as AwsSession, asked };
}

describe('the version of a password that RDS keeps', () => {
  it('is that of the listing, without a call where RDS keeps none of ours', async () => {
    const { session, asked } = sessionOf(() => ({ version: 'one', second: 1 }), 'one');
    expect(await withSecretVersions(session, [{ Tags }, { MasterUserSecret: { SecretArn: ARN } }])).toEqual([
      { Tags },
      { MasterUserSecret: { SecretArn: ARN } },
    ]);
    expect(asked).toEqual([]);
    expect(await withSecretVersions(session, [ours, { Tags }])).toEqual([
      { ...ours, SecretVersion: 'one' },
      { Tags },
    ]);
    expect(asked).toEqual(['ListSecretsCommand']);
  });

  it('is asked for where the listing does not have the secret yet', async () => {
    const { session } = sessionOf(() => undefined, 'one');
    expect(await withSecretVersions(session, [ours])).toEqual([{ ...ours, SecretVersion: 'one' }]);
    expect(await withSecretVersions(sessionOf(() => undefined, undefined).session, [ours])).toEqual([ours]);
  });

  it('never comes back, although a listing is late', async () => {
    const entries = [
      { version: 'one', second: 1 },
      { version: 'two', second: 2 },
      { version: 'one', second: 1 },
    ];
    const { session } = sessionOf(() => entries.shift(), 'two');
    const seen: (string | undefined)[] = [];
    for (let time = 0; time < 3; time++) {
      const [store] = await withSecretVersions(session, [ours]);
      seen.push(store?.SecretVersion);
    }
    expect(seen).toEqual(['one', 'two', 'two']);
  });
});
