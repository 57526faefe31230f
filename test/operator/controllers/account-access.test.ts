import { describe, expect, it } from 'vitest';
import type { Account } from '../../../operator/api/account.ts';
import type { Condition } from '../../../operator/api/common.ts';
import {
  allowedAccount,
  requireAccount,
  type AccessRequest,
} from '../../../operator/controllers/account-access.ts';
import { conditionsFor } from '../../../operator/controllers/status.ts';
import type { Verdict } from '../../../operator/controllers/verdict.ts';
import { Terminal, Waiting } from '../../../operator/errors.ts';

const REQUEST: AccessRequest = {
  namespace: 'team',
  accountRef: 'prod',
  region: 'eu-central-1',
  deleting: false,
};
const GOOD: Verdict = { kind: 'ready', message: 'acts as somebody' };

/** An Account as its own reconcile leaves it: checked at `observed`, by default its present generation. */
function account(verdict: Verdict | undefined, spec: object = {}, observed = 2): Account {
  const conditions: Condition[] =
    verdict === undefined
      ? []
      : conditionsFor({ before: [], verdict, drift: undefined, generation: observed, now: new Date(0) });
  return {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'Account',
    metadata: { name: 'prod', generation: 2 },
    spec: {
      aws: {
        accountId: '111111111111',
        namespaces: ['team'],
        regions: ['eu-central-1', 'eu-west-1'],
        ignoredTagKeys: [],
        ...spec,
      },
    },
    status: { observedGeneration: observed, conditions },
  } as unknown as Account;
}

function refusal(candidate: Account | undefined, request: Partial<AccessRequest> = {}): string {
  try {
    requireAccount(candidate, { ...REQUEST, ...request });
    return 'allowed';
  } catch (error) {
    if (error instanceof Terminal) return `stalled ${error.reason}: ${error.message}`;
    if (error instanceof Waiting) return `waiting ${error.reason}: ${error.message}`;
    throw error;
  }
}

const stalled = (reason: string, message: string): Verdict => ({ kind: 'stalled', reason, message });
const waiting = (reason: string, message: string): Verdict => ({ kind: 'reconciling', reason, message });
const inUse = waiting('InUse', '2 objects still use this Account; it goes when they are gone');

const table: readonly [string, Account | undefined, Partial<AccessRequest>, string][] = [
  ['a good Account', account(GOOD), {}, 'allowed'],
  [
    'no Account',
    undefined,
    {},
    'stalled AccountNotFound: spec.accountRef.name is prod, but there is no Account of that name; make it, or refer to another',
  ],
  [
    'a namespace that is not listed',
    account(GOOD),
    { namespace: 'strangers' },
    'stalled NamespaceNotAllowed: Account prod does not allow namespace strangers; whoever owns it can add strangers to spec.aws.namespaces',
  ],
  [
    'an Account that lists nobody',
    account(GOOD, { namespaces: [] }),
    {},
    'stalled NamespaceNotAllowed: Account prod does not allow namespace team; whoever owns it can add team to spec.aws.namespaces',
  ],
  [
    'a region that is not listed',
    account(GOOD),
    { region: 'us-east-1' },
    'stalled RegionNotAllowed: Account prod does not allow region us-east-1, only eu-central-1, eu-west-1; use one of these, or have it added to spec.aws.regions',
  ],
  [
    'an Account that nobody checked',
    account(undefined),
    {},
    'waiting DependencyNotReady: Account prod has not been checked yet; that takes seconds, and this object goes on by itself',
  ],
  [
    'an Account that was good before it changed',
    account(GOOD, {}, 1),
    {},
    'waiting DependencyNotReady: Account prod has not been checked yet; that takes seconds, and this object goes on by itself',
  ],
  [
    'an Account that was bad before it changed',
    account(stalled('RoleNotAssumable', 'refused'), {}, 1),
    {},
    'waiting DependencyNotReady: Account prod has not been checked yet; that takes seconds, and this object goes on by itself',
  ],
  [
    'an Account that needs a person',
    account(stalled('RoleNotAssumable', 'refused')),
    {},
    'stalled AccountNotReady: Account prod is not ready: RoleNotAssumable: refused',
  ],
  [
    'an Account whose check waits',
    account(waiting('AwsUnreachable', 'ECONNREFUSED')),
    {},
    'waiting DependencyNotReady: Account prod is not ready: AwsUnreachable: ECONNREFUSED. It is tried again by itself. If it stays so, check the way from the operator to AWS: DNS, proxy, egress rules.',
  ],
  [
    'an Account that is to go',
    account(inUse),
    {},
    'stalled AccountNotReady: Account prod is not ready: InUse: 2 objects still use this Account; it goes when they are gone',
  ],
];

describe('requireAccount', () => {
  it.each(table)('%s', (_, candidate, request, text) => {
    expect(refusal(candidate, request)).toBe(text);
  });

  it('gives the settings of the Account', () => {
    expect(requireAccount(account(GOOD), REQUEST).aws?.accountId).toBe('111111111111');
  });
});

describe('what goes may be cleaned up', () => {
  const going = { deleting: true };

  it('in a namespace or region that was taken off the list', () => {
    expect(refusal(account(GOOD, { namespaces: [], regions: ['us-east-1'] }), going)).toBe('allowed');
  });

  it('while the Account itself waits for that', () => {
    expect(refusal(account(inUse), going)).toBe('allowed');
  });

  it('but not without an Account, nor with one that cannot act', () => {
    expect(refusal(undefined, going)).toMatch(/^stalled AccountNotFound/);
    expect(refusal(account(stalled('AccountMismatch', 'wrong')), going)).toMatch(/^stalled AccountNotReady/);
    expect(refusal(account(undefined), going)).toMatch(/^waiting DependencyNotReady/);
  });
});

describe('allowedAccount', () => {
  it('does not ask whether the Account was checked: the command line does that itself', () => {
    const candidate = account(undefined);
    expect(allowedAccount(candidate, REQUEST)).toBe(candidate);
  });
});
