import { type Naming, type NamingHere, requireGrant, requireGrantHere } from './grants.ts';
import type { CompileInput } from './input.ts';

/**
 * A certificate that a spec names, checked: Elastic Load Balancing takes those of its own region and account alone, and a grant
 * of the Account has to cover it. Throws Terminal (`InvalidSpec`, `NotGranted`) naming `field`.
 */
export function requireCertificate(input: CompileInput<NamingHere>, field: string, arn: string): string {
  return requireGrantHere(input, field, { what: 'certificate', arn });
}

/**
 * Checks that a grant of the Account covers the hosted zone in which a spec wants records, by its id. Throws Terminal (`NotGranted`)
 * naming `field`.
 */
export function requireHostedZone(input: CompileInput<Naming>, field: string, zoneId: string): void {
  requireGrant(input, field, `arn:${input.facts.partition}:route53:::hostedzone/${zoneId}`);
}
