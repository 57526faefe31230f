import { type NamingHere, requireGrantHere } from './grants.ts';
import type { CompileInput } from './input.ts';

/**
 * A certificate that a spec names, checked: Elastic Load Balancing takes those of its own region and account alone, and a grant
 * of the Account has to cover it. Throws Terminal (`InvalidSpec`, `NotGranted`) naming `field`.
 */
export function requireCertificate(input: CompileInput<NamingHere>, field: string, arn: string): string {
  return requireGrantHere(input, field, { what: 'certificate', arn });
}
