import { describe, expect, it } from 'vitest';
import { canonicalPolicy } from '../../../../operator/aws/iam/policy-document.ts';

const statement = { Effect: 'Allow', Action: ['logs:PutLogEvents', 'logs:CreateLogStream'], Resource: '*' };
const policy = { Version: '2012-10-17', Statement: [statement] };
const text = JSON.stringify(policy);

describe('canonicalPolicy', () => {
  it.each([
    ['URL-encoded, as IAM lists it', encodeURIComponent(text)],
    ['with spaces', JSON.stringify(policy, undefined, 2)],
    ['keys in another order', JSON.stringify({ Statement: [statement], Version: '2012-10-17' })],
    ['one statement without a list', JSON.stringify({ ...policy, Statement: statement })],
    ['one resource in a list', JSON.stringify({ ...policy, Statement: [{ ...statement, Resource: ['*'] }] })],
    [
      'actions in another order',
      JSON.stringify({ ...policy, Statement: [{ ...statement, Action: [...statement.Action].reverse() }] }),
    ],
  ])('is the same for: %s', (_, other) => {
    expect(canonicalPolicy(other)).toBe(canonicalPolicy(text));
  });

  it.each([
    ['one action less', { ...policy, Statement: [{ ...statement, Action: statement.Action[0] }] }],
    ['one statement more', { ...policy, Statement: [statement, { ...statement, Effect: 'Deny' }] }],
    ['another effect', { ...policy, Statement: [{ ...statement, Effect: 'Deny' }] }],
    ['no action', { ...policy, Statement: [{ ...statement, Action: [] }] }],
  ])('differs for: %s', (_, other) => {
    expect(canonicalPolicy(JSON.stringify(other))).not.toBe(canonicalPolicy(text));
  });

  it('the order of statements does not count', () => {
    const deny = { ...statement, Effect: 'Deny' };
    expect(canonicalPolicy(JSON.stringify({ ...policy, Statement: [deny, statement] }))).toBe(
      canonicalPolicy(JSON.stringify({ ...policy, Statement: [statement, deny] })),
    );
  });

  it('is itself a policy that means the same', () => {
    expect(canonicalPolicy(canonicalPolicy(text))).toBe(canonicalPolicy(text));
    expect(canonicalPolicy('')).toBe('');
  });
});
