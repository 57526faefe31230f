import { describe, expect, it } from 'vitest';
import { canonicalPolicy, isEverything } from '../../../operator/aws/policy-document.ts';

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

describe('isEverything', () => {
  const all = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
  it.each([
    ['nothing', ''],
    ['what AWS gives a gateway endpoint', JSON.stringify({ Version: '2008-10-17', Statement: [all] })],
    ['what AWS gives an interface endpoint', JSON.stringify({ Statement: [all] })],
    ['with a Sid', JSON.stringify({ Version: '2012-10-17', Statement: { ...all, Sid: 'all' } })],
  ])('holds for %s', (_, document) => expect(isEverything(document)).toBe(true));

  it.each([
    ['one action', { ...all, Action: 's3:GetObject' }],
    ['one account', { ...all, Principal: { AWS: '111111111111' } }],
    ['a condition', { ...all, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }],
    ['a denial', { ...all, Effect: 'Deny' }],
    ['everything but', { Effect: 'Allow', Principal: '*', NotAction: 's3:PutObject', Resource: '*' }],
  ])('does not hold with %s', (_, statement) =>
    expect(isEverything(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }))).toBe(false),
  );

  it('does not hold for two statements', () =>
    expect(isEverything(JSON.stringify({ Statement: [all, { ...all, Effect: 'Deny' }] }))).toBe(false));
});
