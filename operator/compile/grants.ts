import type { AwsAccount, Grant } from '../api/account.ts';
import { matchesArn } from '../api/arn-pattern.ts';
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

/** What a naming object has to say besides, where AWS takes only things of one region. */
export type NamingHere = Naming & { readonly spec: { readonly region: string } };

/**
 * {@link requireGrant} of what has to be of the object's own account and region, `what` in words: `certificate`. Throws Terminal
 * (`InvalidSpec`) where it is of others.
 */
export function requireGrantHere(
  input: Pick<CompileInput<NamingHere>, 'object' | 'account' | 'facts'>,
  field: string,
  { what, arn }: { readonly what: string; readonly arn: string },
): string {
  const { object, facts } = input;
  const [, , , region, accountId] = arn.split(':');
  if (region === object.spec.region && accountId === facts.accountId) {
    requireGrant(input, field, arn);
    return arn;
  }
  throw new Terminal(
    'InvalidSpec',
    `${field}: ${what} ${arn} is of account ${accountId}, region ${region}, and the load balancer of account ${facts.accountId}, region ${object.spec.region}: name a ${what} of these`,
  );
}

function covers({ arns }: Grant, arn: string): boolean {
  return arns.some((pattern) => matchesArn(pattern, arn));
}
