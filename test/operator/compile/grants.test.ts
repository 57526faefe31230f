import { describe, expect, it } from 'vitest';
import { grantsFor, requireGrant } from '../../../operator/compile/grants.ts';
import { account, refusal } from './fixtures.ts';

const DB = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:portal/db-AbCdEf';

const granting = (...arns: string[]) =>
  account({ grants: [{ name: 'portal', namespaces: ['portal', 'batch'], arns }] });
const object = (namespace: string) => ({
  metadata: { name: 'web', namespace },
  spec: { accountRef: { name: 'main' } },
});

describe('a grant', () => {
  it.each([
    [DB, true],
    ['arn:aws:secretsmanager:us-east-1:123456789012:secret:portal/*', true],
    ['arn:aws:secretsmanager:*:*:secret:portal/db-*', true],
    ['arn:aws:secretsmanager:us-*:123456789012:*', true],
    ['arn:aws:secretsmanager:us-east-1:123456789012:secret:portal/db', false],
    ['arn:aws:secretsmanager:us-east-1:123456789012:secret:portal/d.-AbCdEf', false],
    ['arn:aws:secretsmanager:us-west-2:123456789012:secret:portal/*', false],
    ['arn:aws:secretsmanager:us-east-1:210987654321:secret:portal/*', false],
    ['arn:aws:ssm:us-east-1:123456789012:*', false],
    // A star does not reach over the next colon.
    ['arn:aws:secretsmanager:*:secret:portal/*', false],
  ])('of %s covers the secret: %s', (pattern, isCovered) => {
    const found = grantsFor(
      { ...account(), grants: [{ name: 'g', namespaces: ['portal'], arns: [pattern] }] },
      'portal',
      DB,
    );
    expect(found.length > 0).toBe(isCovered);
  });

  it('is given to the namespaces that it names, and to nobody else', () => {
    const found = granting('arn:aws:secretsmanager:*:123456789012:secret:portal/*');
    expect(requireGrant({ object: object('batch'), account: found }, 'spec.x', DB)).toHaveLength(1);
    expect(refusal(() => requireGrant({ object: object('third'), account: found }, 'spec.x', DB))).toEqual({
      reason: 'NotGranted',
      message: `spec.x names ${DB}, which grant portal of Account main covers, but not for this namespace; whoever owns the Account can let namespace third use it, in spec.aws.grants`,
    });
  });

  it('is missing where nothing covers it', () => {
    const input = { object: object('portal'), account: granting('arn:aws:ssm:*:*:parameter/*') };
    expect(refusal(() => requireGrant(input, 'spec.x', DB)).message).toBe(
      `spec.x names ${DB}, which no grant of Account main covers; whoever owns the Account can let namespace portal use it, in spec.aws.grants`,
    );
    expect(refusal(() => requireGrant({ ...input, account: account() }, 'spec.x', DB)).reason).toBe(
      'NotGranted',
    );
  });
});
