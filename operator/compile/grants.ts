import type { AwsAccount, Grant } from '../api/account.ts';
import { Terminal } from '../errors.ts';
import type { CompileInput } from './input.ts';
import { namespaceOf } from './names.ts';

/** An object that may name what exists in AWS. */
export interface Naming {
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
  readonly spec: { readonly accountRef: { readonly name: string } };
}

/** The grants by which objects of a namespace may name what has this ARN. */
export function grantsFor({ grants }: AwsAccount, namespace: string, arn: string): Grant[] {
  return grants.filter((grant) => grant.namespaces.includes(namespace) && covers(grant, arn));
}

/**
 * The grants by which an object may name, in a field, what Landfall has not made for it. Throws {@link Terminal}
 * (`NotGranted`) where there is none: one role serves the whole account, so that no namespace may borrow it for what is
 * another's.
 */
export function requireGrant(
  { object, account }: Pick<CompileInput<Naming>, 'object' | 'account'>,
  field: string,
  arn: string,
): Grant[] {
  const namespace = namespaceOf(object.metadata);
  const grants = grantsFor(account, namespace, arn);
  if (grants.length > 0) return grants;
  const { name } = object.spec.accountRef;
  const others = account.grants.filter((grant) => covers(grant, arn)).map((grant) => grant.name);
  const found =
    others.length === 0
      ? `no grant of Account ${name} covers`
      : `grant ${others.join(', ')} of Account ${name} covers, but not for this namespace`;
  throw new Terminal(
    'NotGranted',
    `${field} names ${arn}, which ${found}; whoever owns the Account can let namespace ${namespace} use it, in spec.aws.grants`,
  );
}

function covers({ arns }: Grant, arn: string): boolean {
  return arns.some((pattern) => matchesArn(pattern, arn));
}

/** As IAM compares ARNs: `*` reaches no further than to the next colon, save in the last of the six parts. */
function matchesArn(pattern: string, arn: string): boolean {
  const [wanted, given] = [partsOf(pattern), partsOf(arn)];
  return wanted.every((part, index) => matchesText(part, given[index] ?? ''));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function matchesText(pattern: string, text: string): boolean {
  const literals = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 'su').test(text);
}
