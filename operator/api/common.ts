import { z } from 'zod';
import { ipv4Contains, maskIpv4, parseIpv4Cidr } from './cidr.ts';
import { celString, immutable, matches, withRules } from './rule.ts';

/** The API group of every kind. */
export const GROUP = 'landfall.dev';
/** The only version so far. */
export const VERSION = 'v1alpha1';
/** What `apiVersion` says in a manifest. */
export const API_VERSION = `${GROUP}/${VERSION}` as const;

/** The part of Kubernetes' metadata that Landfall reads; the rest is dropped when parsing. */
export const ObjectMetaSchema = z.object({
  name: z.string().min(1),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.int().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  finalizers: z.array(z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type ObjectMeta = z.output<typeof ObjectMetaSchema>;

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

/** A region's name, as `us-east-1`. */
export const RegionSchema = withRules(
  z.string().max(32),
  matches(
    '^[a-z]{2}(-[a-z]+)+-[0-9]+$',
    '{self} is not a region: write its name as AWS does, for example us-east-1',
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

export const PortSchema = z.int().min(1).max(65_535);

/** The most tags a manifest may give: AWS allows 50, Landfall adds its own and `Name`. */
const MAX_TAGS = 40;

/** Tags for AWS, within AWS's limits. */
export function tagsSchema(description: string) {
  return withRules(
    z
      .record(z.string(), z.string().max(256))
      .superRefine((self, context) => {
        const count = Object.keys(self).length;
        if (count <= MAX_TAGS) return;
        context.addIssue({
          code: 'custom',
          message: `Too many: ${count}: must have at most ${MAX_TAGS} items`,
        });
      })
      .meta({ description, maxProperties: MAX_TAGS }),
    {
      cel: "self.all(k, !k.startsWith('aws:') && !k.startsWith('landfall.dev/'))",
      message:
        'tag {key} is reserved: keys that begin with aws: belong to AWS and those with landfall.dev/ to Landfall; choose another key',
      check: (self) => Object.keys(self).every((key) => !reservedTag(key)),
      show: {
        key: {
          cel: "self.filter(k, k.startsWith('aws:') || k.startsWith('landfall.dev/'))[0]",
          of: (self) => Object.keys(self).find((key) => reservedTag(key)) ?? '',
        },
      },
    },
    {
      cel: `self.all(k, k.matches(${celString(TAG_KEY)}))`,
      message: 'a tag key is not allowed: AWS takes 1 to 128 letters, digits, spaces and _ . : / = + - @',
      check: (self) => Object.keys(self).every((key) => new RegExp(TAG_KEY, 'u').test(key)),
    },
    {
      cel: `self.all(k, self[k].matches(${celString(TAG_VALUE)}))`,
      message: 'a tag value is not allowed: AWS takes up to 256 letters, digits, spaces and _ . : / = + - @',
      check: (self) => Object.values(self).every((value) => new RegExp(TAG_VALUE, 'u').test(value)),
    },
  );
}

// IAM, which tags the flow-log role, is the strictest of the services: others take any character.
const TAG_KEY = '^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{1,128}$';
const TAG_VALUE = '^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,256}$';

function reservedTag(key: string): boolean {
  return key.startsWith('aws:') || key.startsWith('landfall.dev/');
}

/** Fields that every kind which makes things in AWS has in its spec. */
export const commonSpec = {
  accountRef: z
    .strictObject({
      name: withRules(
        z.string().min(1).max(63).describe('Name of the Account.'),
        immutable('accountRef.name', 'make a new object for the other account and delete this one'),
      ),
    })
    .describe('The Account in which things are made. It cannot change later.'),
  region: withRules(
    RegionSchema.describe('The region in which things are made, as AWS writes it. It cannot change later.'),
    immutable('region', 'make a new object for the other region and delete this one'),
  ),
  tags: tagsSchema(
    'Tags for everything that is made for this object, on top of the default tags of the Account.',
  ).default({}),
  environment: z
    .enum(['dev', 'staging', 'prod'])
    .optional()
    .describe('The stage that this object belongs to; it is written as tag `environment`.'),
};

/** A condition as Kubernetes writes it. */
export const ConditionSchema = z.object({
  type: z.string().max(316).describe('Which condition this is.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  reason: z.string().min(1).max(1024).describe('Why, in one CamelCase word.'),
  message: z.string().max(32_768).describe('Why, for a person.'),
  lastTransitionTime: z.string().meta({ format: 'date-time' }).describe('When `status` last changed.'),
  observedGeneration: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The generation that it speaks of.'),
});
export type Condition = z.output<typeof ConditionSchema>;

/** Fields that the status of every kind has. */
export const commonStatus = {
  observedGeneration: z
    .int()
    .min(-1)
    .max(Number.MAX_SAFE_INTEGER)
    .default(-1)
    .describe('The generation that the status speaks of; -1 until the operator has seen the object.'),
  conditions: listMap(ConditionSchema, 'type', 16).optional().describe('Conditions; each type appears once.'),
};

const nodeKey = z.string().max(253).describe('Key of the node in the graph, as `subnet/private/a`.');

/** Status fields of every kind that makes things in AWS. */
export const targetStatus = {
  target: z
    .object({
      accountId: z.string().max(12).describe('Account id.'),
      region: z.string().max(32).describe('Region.'),
      installation: z.string().max(63).describe('Installation id of the operator that made the things.'),
    })
    .optional()
    .describe(
      'Where the things of this object are. Deletion waits while this differs from where the operator looks.',
    ),
  resources: listMap(
    z.object({
      node: nodeKey,
      kind: z.string().max(63).describe('What it is, as `Subnet`.'),
      id: z.string().max(2048).describe('Its id or ARN in AWS.'),
      state: z.string().max(63).describe('How far it is: Ready, Pending, Failed or Deleting.'),
    }),
    'node',
    2000,
  )
    .optional()
    .describe('Everything that was made for this object.'),
  pending: listMap(
    z.object({
      node: nodeKey,
      time: z.string().meta({ format: 'date-time' }).describe('When the intent was written.'),
    }),
    'node',
    200,
  )
    .optional()
    .describe(
      'Creates that were begun and whose result is not known yet, for things that AWS would make twice if asked twice.',
    ),
};
export type TargetStatus = NonNullable<z.output<typeof targetStatus.target>>;
export type ResourceStatus = NonNullable<z.output<typeof targetStatus.resources>>[number];
export type PendingCreate = NonNullable<z.output<typeof targetStatus.pending>>[number];

/** A whole object of a kind: type, metadata, spec and status. */
export function objectSchema<K extends string, S extends z.ZodType, T extends z.ZodType>(
  kind: K,
  spec: S,
  status: T,
) {
  return withRules(
    z.strictObject({
      apiVersion: z.literal(API_VERSION).describe('Always `landfall.dev/v1alpha1`.'),
      kind: z.literal(kind).describe(`Always \`${kind}\`.`),
      metadata: ObjectMetaSchema,
      spec,
      status,
    }),
    {
      cel: 'self.metadata.name.size() <= 63',
      message:
        'metadata.name {self.metadata.name} is too long: use at most 63 characters, since it becomes part of names in AWS',
      path: ['metadata', 'name'],
      check: (self) => (self as { metadata: ObjectMeta }).metadata.name.length <= 63,
    },
  );
}
