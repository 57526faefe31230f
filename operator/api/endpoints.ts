import { z } from 'zod';
import { listMap } from './fields.ts';
import { matches, withRules } from './rule.ts';

/** The tiers of subnets, from the outside in. */
export const TIER_NAMES = ['public', 'private', 'data'] as const;
export type TierName = (typeof TIER_NAMES)[number];

const endpoint = withRules(
  z.strictObject({
    service: withRules(
      z
        .string()
        .max(63)
        .describe(
          'Short name of the AWS service, as it ends the endpoint service name: `s3`, `ecr.api`, `ssmmessages`.',
        ),
      matches(
        '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$',
        '{self} is not the short name of a service: write for example s3 or ecr.api',
      ),
      {
        cel: "!self.startsWith('com.amazonaws.')",
        message:
          '{self} is a full endpoint service name: leave out com.amazonaws. and the region, for example ecr.api',
        check: (self) => !self.startsWith('com.amazonaws.'),
      },
    ),
    type: z
      .enum(['Gateway', 'Interface'])
      .optional()
      .describe(
        'Gateway adds routes, Interface adds network interfaces. The default is Gateway for s3 and dynamodb, else Interface.',
      ),
    privateDns: z
      .enum(['Enabled', 'Disabled'])
      .default('Enabled')
      .describe(
        'Whether the usual name of the service resolves to the endpoint. Interface endpoints only; those for s3 and dynamodb need Disabled.',
      ),
    tier: z
      .enum(TIER_NAMES)
      .default('private')
      .describe('Tier whose subnets hold the network interfaces. Interface endpoints only.'),
  }),
  {
    cel: "!has(self.type) || self.type != 'Gateway' || self.service in ['s3', 'dynamodb']",
    message: 'AWS has no Gateway endpoint for {self.service}, only for s3 and dynamodb: leave type out',
    path: ['type'],
    check: (self) => self.type !== 'Gateway' || gatewayServices.has(self.service),
  },
  {
    cel: "!(has(self.type) && self.type == 'Interface' && self.service in ['s3', 'dynamodb']) || (has(self.privateDns) && self.privateDns == 'Disabled')",
    message:
      'AWS gives an Interface endpoint for {self.service} private DNS only beside a Gateway endpoint: set privateDns to Disabled, or leave type out',
    path: ['privateDns'],
    check: (self) =>
      self.type !== 'Interface' || !gatewayServices.has(self.service) || self.privateDns === 'Disabled',
  },
);

const gatewayServices: ReadonlySet<string> = new Set(['s3', 'dynamodb']);

export const EndpointsSchema = listMap(endpoint, 'service', 60).describe(
  'VPC endpoints, by service: the way to AWS for subnets without a way to the internet. A Gateway endpoint is in the route tables of every tier but public, or of public where it is the only one.',
);
export type Endpoint = z.output<typeof endpoint>;

/** The type of an endpoint, with its default resolved. */
export function endpointType(wanted: Pick<Endpoint, 'service' | 'type'>): 'Gateway' | 'Interface' {
  return wanted.type ?? (gatewayServices.has(wanted.service) ? 'Gateway' : 'Interface');
}

/** CEL: whether endpoint `e` is an interface endpoint; the same decision as {@link endpointType}. */
export const IS_INTERFACE = "(has(e.type) ? e.type == 'Interface' : !(e.service in ['s3', 'dynamodb']))";
