import { Terminal } from '../errors.ts';
import type { CompileInput } from './input.ts';

/**
 * A certificate that a spec names, checked: Elastic Load Balancing takes those of its own region and account alone. Throws
 * Terminal (`InvalidSpec`) naming `field`.
 */
export function requireCertificate(
  { object, facts }: CompileInput<{ readonly spec: { readonly region: string } }>,
  field: string,
  arn: string,
): string {
  const [, , , region, accountId] = arn.split(':');
  if (region === object.spec.region && accountId === facts.accountId) return arn;
  throw new Terminal(
    'InvalidSpec',
    `${field}: certificate ${arn} is of account ${accountId}, region ${region}, and the load balancer of account ${facts.accountId}, region ${object.spec.region}: name a certificate of these`,
  );
}
