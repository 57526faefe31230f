import { z } from 'zod';
import { listMap, setOf } from './fields.ts';
import { matches, withRules } from './rule.ts';

/** The tiers of subnets, from the outside in. */
export const TIER_NAMES = ['public', 'private', 'data'] as const;
export type TierName = (typeof TIER_NAMES)[number];

const AN_ACTION = '^(\\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$';
const A_RESOURCE = '^(\\*|arn:aws[a-z-]*:.+)$';
const A_PRINCIPAL = '^(\\*|[0-9]{12}|arn:aws[a-z-]*:(iam|sts)::.+)$';

const statement = z.strictObject({
  name: withRules(
    z.string().max(64).describe('Tells the statements apart; letters and digits. It becomes the Sid.'),
    matches('^[A-Za-z0-9]+$', '{self} is not a name of a statement: use letters and digits only'),
  ),
  effect: z.enum(['Allow', 'Deny']).default('Allow').describe('What happens to the calls that match.'),
  principals: setOf(
    withRules(
      z.string().max(256),
      matches(A_PRINCIPAL, '{self} is not a principal: write *, an account id, or the ARN of a role or user'),
    ),
    10,
  )
    .min(1)
    .default(['*'])
    .describe('Whose calls: `*`, account ids, ARNs of roles or users.'),
  actions: setOf(
    withRules(
      z.string().max(64),
      matches(AN_ACTION, '{self} is not an action: write it as IAM does, for example s3:GetObject, or *'),
    ),
    30,
  )
    .min(1)
    .describe('Which calls, as IAM names them.'),
  resources: setOf(
    withRules(z.string().max(256), matches(A_RESOURCE, '{self} is not a resource: write its ARN, or *')),
    20,
  )
    .min(1)
    .default(['*'])
    .describe('What they may be made on, as ARNs.'),
});

const policy = z
  .strictObject({
    statements: listMap(statement, 'name', 6).min(1).describe('What is allowed and denied.'),
  })
  .describe(
    'What may be called through the endpoint, whatever the policies of the callers allow. Without it AWS lets everything through.',
  );

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
        cel: "!self.matches('^(cn[.])?com[.]amazonaws[.]')",
        message:
          '{self} is a full endpoint service name: leave out com.amazonaws. and the region, for example ecr.api',
        check: (self) => !/^(cn[.])?com[.]amazonaws[.]/.test(self),
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
    policy: policy.optional(),
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
