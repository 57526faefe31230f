import { z } from 'zod';
import { ipv4Contains, maskIpv4, parseIpv4Cidr } from './cidr.ts';
import { matches, withRules } from './rule.ts';

/** A list whose items are told apart by one field; a second item with the same key is refused. */
export function listMap<S extends z.ZodObject>(
  item: S,
  key: string & keyof z.output<S>,
  maxItems: number,
): z.ZodArray<S> {
  return z
    .array(item)
    .max(maxItems)
    .superRefine((items, context) => {
      items.forEach((entry, index) => {
        const value = (entry as Record<string, unknown>)[key];
        const first = items.findIndex((other) => (other as Record<string, unknown>)[key] === value);
        if (first === index) return;
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `Duplicate value: ${JSON.stringify({ [key]: value })}`,
        });
      });
    })
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] });
}

/** A list of scalars in which every value appears once. */
export function setOf<S extends z.ZodType<string>>(item: S, maxItems: number): z.ZodArray<S> {
  return z
    .array(item)
    .max(maxItems)
    .superRefine((items, context) => {
      items.forEach((value, index) => {
        if (items.indexOf(value) === index) return;
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `Duplicate value: ${JSON.stringify(value)}`,
        });
      });
    })
    .meta({ 'x-kubernetes-list-type': 'set' });
}

/** An IPv4 block of any size, without host bits. */
export function anyIpv4Cidr(): z.ZodString {
  return withRules(
    z.string().max(18),
    {
      cel: 'isCIDR(self) && cidr(self).ip().family() == 4',
      message: '{self} is not an IPv4 block: write it as address/prefix, for example 10.0.0.0/16',
      check: (self) => parseIpv4Cidr(self) !== undefined,
    },
    {
      cel: '!isCIDR(self) || cidr(self) == cidr(self).masked()',
      message: '{self} has bits set behind its prefix: write the first address of the block',
      check: (self) => {
        const parsed = parseIpv4Cidr(self);
        return parsed === undefined || maskIpv4(parsed).base === parsed.base;
      },
    },
  );
}

/** An IPv4 block whose prefix is one that AWS takes for a VPC or a subnet: /16 to /28. */
export function networkCidr(): z.ZodString {
  return withRules(anyIpv4Cidr(), {
    cel: '!isCIDR(self) || (cidr(self).prefixLength() >= 16 && cidr(self).prefixLength() <= 28)',
    message: '{self} has the wrong size: the prefix must be from /16 to /28',
    check: (self) => between(parseIpv4Cidr(self)?.prefix, 16, 28),
  });
}

function between(value: number | undefined, low: number, high: number): boolean {
  return value === undefined || (value >= low && value <= high);
}

/** Whether block `inner`, as text, lies in block `outer`; true where either is no block, which another rule says. */
export function cidrWithin(outer: string, inner: string): boolean {
  const [big, small] = [parseIpv4Cidr(outer), parseIpv4Cidr(inner)];
  return !big || !small || ipv4Contains(big, small);
}

/** A switch. */
export const onOff = z.enum(['Enabled', 'Disabled']);

/** A region's name, as `us-east-1`. */
export const RegionSchema = withRules(
  z.string().max(32),
  matches(
    '^[a-z]{2}(-[a-z]+)+-[0-9]+$',
    '{self} is not a region: write its name as AWS does, for example us-east-1',
  ),
);

/** The letter by which a zone is told from the others of its region: `a` of `us-east-1a`. */
export const ZoneLetterSchema = withRules(
  z.string().max(34),
  matches(
    '^[a-z]$',
    '{self} is not the letter of a zone: write the last letter of its name, for example a for us-east-1a',
  ),
);

/** A name inside a list, chosen by a person: it becomes part of names and tags in AWS. */
export const LabelSchema = withRules(
  z.string().max(63),
  matches(
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    '{self} is not a usable name: use small letters, digits and inner hyphens, for example web-2',
  ),
);

/** A TCP port. */
export const PortSchema = z.int().min(1).max(65_535);

/** The periods for which CloudWatch Logs keeps records, in days: API reference, PutRetentionPolicy. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** For how many days a log group keeps its records. */
export function retentionDays(byDefault: number) {
  return z
    .literal(RETENTION_DAYS)
    .default(byDefault)
    .meta({ type: 'integer' })
    .describe('Days for which the log group keeps the records; one of the periods that CloudWatch Logs has.');
}

/** The ARN of an SNS topic. */
export const topicArn = withRules(
  z.string().max(2048),
  matches(
    '^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$',
    '{self} is not the ARN of an SNS topic: write it as arn:aws:sns:<region>:<account id>:<name>',
  ),
);
