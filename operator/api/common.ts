import { z } from 'zod';
import { listMap, RegionSchema, setOf } from './fields.ts';
import { immutable, matches, withRules } from './rule.ts';
import { tagsSchema } from './tags.ts';

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

const adoptedNode = z.strictObject({
  node: withRules(
    z
      .string()
      .max(253)
      .describe('Key of the node that the thing becomes, as `landfall plan` prints it: `subnet/private-a`.'),
    matches(
      '^[a-z0-9]([a-z0-9./-]*[a-z0-9])?$',
      '{self} is not the key of a node: write it as landfall plan prints it, for example vpc or subnet/private-a',
    ),
  ),
  id: withRules(
    z.string().max(512).describe('Id of the thing in AWS; a role or a log group goes by its name.'),
    matches(
      '^[A-Za-z0-9_+=,.@:#/-]+$',
      '{self} is not an id: write it as AWS does, for example vpc-0a1b2c3d4e5f60718, or the name of a role or log group',
    ),
  ),
});
export type AdoptedNode = z.output<typeof adoptedNode>;

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
  adopt: listMap(adoptedNode, 'node', 200)
    .optional()
    .describe(
      'Things that exist already and are taken over instead of new ones being made, by node. They get the tags of this object and are changed to what its spec says; one that cannot be so changed is refused. All that a SecureVpc makes can be taken over; of the other kinds security groups, roles, log groups, endpoints and endpoint services. The Account must list the namespace in `adoptionNamespaces`.',
    ),
  management: z
    .enum(['Manage', 'Observe', 'Pause'])
    .default('Manage')
    .describe(
      'What the operator does with this object. Manage makes AWS match it. Observe only compares: it says what is missing and what differs, writes nothing to AWS, and a deleted object leaves everything there. Pause neither reads nor writes; a deleted object waits.',
    ),
  approval: z
    .enum(['Auto', 'Manual'])
    .default('Auto')
    .describe(
      'Whether a plan is carried out as soon as it is made, or only when a PlanApproval names its hash. With Manual every plan waits: the first, each change, the repair of drift, and deletion.',
    ),
  deletionPolicy: z
    .enum(['Delete', 'Retain'])
    .optional()
    .describe(
      'What becomes of the things in AWS when this object is deleted. Delete, the default, deletes them. Retain, the default where any of them was taken over (`adopt`), leaves them as they are, with their tags and `landfall.dev/retained` besides: the same manifest finds them again. It may be changed as long as the object is there.',
    ),
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

const nodeKey = z.string().max(253).describe('Key of the node in the graph, as `subnet/private-a`.');

/** Status fields of every kind that makes things in AWS. */
export const targetStatus = {
  target: z
    .object({
      accountId: z
        .string()
        .max(12)
        .describe('Account id; `local` where the things are in the cluster itself.'),
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
      id: z.string().max(2048).describe('Its id or ARN in AWS; in the cluster `namespace/plural/name`.'),
      state: z.string().max(63).describe('How far it is: Ready, Pending, Failed or Deleting.'),
      copy: z
        .string()
        .max(256)
        .optional()
        .describe('The copy that it was made of; absent where it was made empty.'),
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
  former: listMap(
    z.object({
      node: nodeKey,
      id: z.string().max(512).describe('Id of what was there.'),
    }),
    'node',
    200,
  )
    .optional()
    .describe(
      'What the spec had once and has no more: made again, it must not be taken by AWS for a repetition of the first request.',
    ),
};
/** Status fields of every kind whose plans may need approval. */
export const approvalStatus = {
  plan: z
    .object({
      hash: z.string().max(17).describe('Its hash, for spec.planHash of a PlanApproval.'),
      time: z.string().meta({ format: 'date-time' }).describe('When it was first found to be this plan.'),
      summary: z.string().max(256).describe('How many things it makes, changes, replaces and deletes.'),
      actions: listMap(
        z.object({
          step: z.string().max(600).describe('What is done, in words: `create vpc`.'),
          verb: z.string().max(16).describe('create, update, replace, adopt or delete.'),
          node: nodeKey,
          kind: z.string().max(63).describe('What it is, as `Subnet`.'),
          id: z.string().max(2048).optional().describe('Its id or ARN in AWS, if it is there.'),
          changes: setOf(z.string().max(240), 20)
            .optional()
            .describe('What changes: path, what is there, what is to be there.'),
        }),
        'step',
        200,
      ).describe('What it does, in the order of doing.'),
      omitted: z.int().min(0).max(10_000).optional().describe('How many actions more it has.'),
    })
    .optional()
    .describe('The plan that waits for approval.'),
  approval: z
    .object({
      name: z.string().max(253).describe('Name of the PlanApproval.'),
      uid: z.string().max(63).describe('Its uid.'),
      planHash: z.string().max(17).describe('Hash of the plan that it approves.'),
      createdTime: z.string().meta({ format: 'date-time' }).describe('When it was made.'),
      manager: z
        .string()
        .max(128)
        .optional()
        .describe('Which field manager made it, as Kubernetes noted it.'),
      state: z
        .enum(['Active', 'Done', 'Ended'])
        .describe(
          'Active while the plan is carried out, Done when nothing of it is left, Ended when AWS or the spec moved away from it.',
        ),
      pieces: setOf(z.string().max(12), 5000)
        .optional()
        .describe(
          'Hashes of what was approved: what is left of the plan after a crash goes on if it is among them.',
        ),
    })
    .optional()
    .describe('The approval that was used last.'),
};
export type ApprovalStatus = NonNullable<z.output<typeof approvalStatus.approval>>;
export type PlanStatus = NonNullable<z.output<typeof approvalStatus.plan>>;
export type TargetStatus = NonNullable<z.output<typeof targetStatus.target>>;
export type ResourceStatus = NonNullable<z.output<typeof targetStatus.resources>>[number];
export type FormerThing = NonNullable<z.output<typeof targetStatus.former>>[number];
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
