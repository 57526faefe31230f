import { Terminal } from '../errors.ts';
import { type Naming, requireGrant } from './grants.ts';
import type { CompileInput } from './input.ts';

/**
 * A certificate that a spec names, checked: Elastic Load Balancing takes those of its own region and account alone, and a grant
 * of the Account has to cover it. Throws Terminal (`InvalidSpec`, `NotGranted`) naming `field`.
 */
export function requireCertificate(
  input: CompileInput<Naming & { readonly spec: { readonly region: string } }>,
  field: string,
  arn: string,
): string {
  const { object, facts } = input;
  const [, , , region, accountId] = arn.split(':');
  if (region === object.spec.region && accountId === facts.accountId) {
    requireGrant(input, field, arn);
    return arn;
  }
  throw new Terminal(
    'InvalidSpec',
    `${field}: certificate ${arn} is of account ${accountId}, region ${region}, and the load balancer of account ${facts.accountId}, region ${object.spec.region}: name a certificate of these`,
  );
}

/**
 * Checks that a grant of the Account covers the hosted zone in which a spec wants records, by its id. Throws Terminal (`NotGranted`)
 * naming `field`.
 */
export function requireHostedZone(input: CompileInput<Naming>, field: string, zoneId: string): void {
  requireGrant(input, field, `arn:${input.facts.partition}:route53:::hostedzone/${zoneId}`);
}
