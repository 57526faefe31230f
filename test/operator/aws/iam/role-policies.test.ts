import type { RoleDetail } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import {
  rolePoliciesKind,
  type RolePoliciesInputs,
  wantedPolicies,
} from '../../../../operator/aws/iam/role-policies.ts';

const policy = (...Resource: string[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's:Get', Resource }] });

const inputsWith = (policies: Record<string, string>): RolePoliciesInputs => ({
  roleName: 'tasks',
  policies,
  versioned: ['secrets'],
});

/** A role that has the policies of some inputs, and others by name. */
const roleWith = (inputs: RolePoliciesInputs, others: Record<string, string> = {}): RoleDetail => ({
  RoleName: inputs.roleName,
  RolePolicyList: [...wantedPolicies(inputs), ...Object.entries(others)].map(([PolicyName, document]) => ({
    PolicyName,
    PolicyDocument: encodeURIComponent(document),
  })),
});

const changesOf = (inputs: RolePoliciesInputs, role: RoleDetail): string[] =>
  rolePoliciesKind
    .diff(inputs, role)
    .map(({ path, to, late }) => `${to === undefined ? '-' : '+'} ${path}${late ? ' late' : ''}`);

describe('versioned policies of a role', () => {
  const before = inputsWith({ logs: policy('l'), secrets: policy('a', 'b') });

  it('are named after their content, whatever its spelling, and the others are not', () => {
    const names = [...wantedPolicies(before).keys()];
    expect(names).toEqual(['logs', expect.stringMatching(/^secrets-[0-9a-f]{8}$/)]);
    const respelt = inputsWith({ logs: policy('l'), secrets: policy('b', 'a') });
    expect([...wantedPolicies(respelt).keys()]).toEqual(names);
    expect(changesOf(before, roleWith(respelt))).toEqual([]);
  });

  it('stand beside the former one, which goes late, also where nothing takes its place', () => {
    const [, former = ''] = wantedPolicies(before).keys();
    const after = inputsWith({ logs: policy('l'), secrets: policy('a', 'c') });
    const [, latter = ''] = wantedPolicies(after).keys();
    expect(changesOf(after, roleWith(before))).toEqual([
      `- policies[${former}] late`,
      `+ policies[${latter}]`,
    ]);
    const without = inputsWith({ logs: policy('l') });
    expect(changesOf(without, roleWith(before))).toEqual([`- policies[${former}] late`]);
  });

  it('of somebody else go at once, whatever they are called', () => {
    const strange = { 'secrets-01234567': policy('*'), more: policy('*') };
    expect(changesOf(before, roleWith(before, strange))).toEqual([
      '- policies[secrets-01234567]',
      '- policies[more]',
    ]);
  });

  it('go first where a role cannot have both', () => {
    const long = (letter: string) => policy(letter.repeat(5_200));
    const [former = '', latter = ''] = ['a', 'b'].flatMap((letter) => [
      ...wantedPolicies(inputsWith({ secrets: long(letter) })).keys(),
    ]);
    expect(
      changesOf(inputsWith({ secrets: long('b') }), roleWith(inputsWith({ secrets: long('a') }))),
    ).toEqual([`- policies[${former}]`, `+ policies[${latter}]`]);
  });
});
