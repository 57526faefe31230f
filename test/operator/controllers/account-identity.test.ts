import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../operator/api/parse.ts';
import { checkAccount } from '../../../operator/controllers/account-identity.ts';
import { account } from '../../support/manifests.ts';

const ROLE = 'arn:aws:iam::123456789012:role/landfall';
const DENIED = `User: arn:aws:iam::111111111111:user/me is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`;

/** An error as the SDK makes it of AWS's answer. */
function answered(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: 403 } });
}

async function verdict(aws: object, error: Error) {
  const parsed = parseManifest('Account', account('team', ['team-a'], aws));
  if (!parsed.ok) throw new Error('the Account is not valid');
  const deps = { targets: { identity: () => Promise.reject(error) }, installation: 'here' };
  return (await checkAccount(deps, parsed.value, { fresh: true })).verdict;
}

describe('checkAccount', () => {
  it('a role that the operator assumes: names role, account, caller, external id and tag', async () => {
    expect(await verdict({ roleArn: ROLE }, answered('AccessDenied', DENIED))).toEqual({
      kind: 'stalled',
      reason: 'RoleNotAssumable',
      message: `sts:AssumeRole of ${ROLE} in account 123456789012 from the default credential chain with the session tag landfall.dev/installation=here and external id landfall:here:team was refused: AccessDenied: ${DENIED}; its trust policy must allow this caller sts:AssumeRole and sts:TagSession with this tag, and demand this external id`,
    });
  });

  it('a role that the profile assumes: the external id belongs into the profile', async () => {
    expect(await verdict({ profile: 'prod' }, answered('AccessDenied', DENIED))).toEqual({
      kind: 'stalled',
      reason: 'RoleNotAssumable',
      message: `the sts:AssumeRole that profile prod makes was refused: AccessDenied: ${DENIED}; the trust policy of the role must allow this caller, and what it demands as external id must stand as external_id in the profile; a role that demands session tags, as that of manifests/bootstrap does, belongs into spec.aws.roleArn`,
    });
  });

  it('any other refusal is that of the call', async () => {
    expect(await verdict({ profile: 'prod' }, answered('ExpiredToken', 'The token is expired'))).toEqual({
      kind: 'stalled',
      reason: 'CredentialsExpired',
      message:
        'sts:GetCallerIdentity in account 123456789012 with profile prod: ExpiredToken: The token is expired',
    });
  });
});
