import { z } from 'zod';
import { commonStatus, objectSchema } from './common.ts';
import { LabelSchema, listMap, RegionSchema, setOf } from './fields.ts';
import { LocalAccountSchema, type LocalAccount } from './local-account.ts';
import { tagsSchema } from './tags.ts';
import { immutable, keptOrNever, matches, withRules } from './rule.ts';

const accountId = withRules(
  z
    .string()
    .max(64)
    .describe(
      'The 12 digits of the account. The operator refuses to act when AWS says that its credentials belong to another.',
    ),
  matches(
    '^[0-9]{12}$',
    '{self} is not an account id: write its 12 digits in quotes, leading zeros included',
  ),
  immutable('accountId', 'make a new Account for the other account'),
);

const roleArn = withRules(
  z
    .string()
    .max(2048)
    .describe(
      'Role that the operator assumes in the account. Without it the base credentials are used as they are.',
    ),
  matches(
    '^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$',
    '{self} is not the ARN of a role: write it as arn:aws:iam::<account id>:role/<name>',
  ),
);

const permissionsBoundaryArn = withRules(
  z
    .string()
    .max(2048)
    .describe(
      'Managed policy that is set as the permissions boundary of every role that Landfall makes in the account.',
    ),
  matches(
    '^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/-]+$',
    '{self} is not the ARN of a managed policy: write it as arn:aws:iam::<account id>:policy/<name>',
  ),
);

const ignoredTagKey = withRules(
  z.string().max(128),
  matches(
    '^[^*]+[*]?$',
    '{self} is not a tag key: name one key, or the beginning of several with * as the last character, for example cost:*',
  ),
  {
    cel: "!self.startsWith('landfall.dev/') && !(self.endsWith('*') && 'landfall.dev/'.startsWith(self.substring(0, self.size() - 1)))",
    message: '{self} would hide the tags by which Landfall knows what it owns: leave landfall.dev/ out',
    check: (self) =>
      !self.startsWith('landfall.dev/') &&
      !(self.endsWith('*') && 'landfall.dev/'.startsWith(self.slice(0, -1))),
  },
);

const arnPattern = withRules(
  z.string().max(512),
  matches(
    '^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9*-]*:([0-9]{12}|[*])?:[^ ?]+$',
    '{self} is not an ARN: write arn:aws:<service>:<region>:<account id>:<what it is>, with * for any characters in all but the service',
  ),
);

const grant = z.strictObject({
  name: LabelSchema.describe('What it is called, in messages among others.'),
  namespaces: setOf(LabelSchema, 200).min(1).describe('Namespaces whose objects may name what it covers.'),
  arns: setOf(arnPattern, 40)
    .min(1)
    .describe(
      'ARNs that it covers; `*` stands for any characters between two colons, and in the last part for colons, too. A KMS key among them is the one by which secrets and parameters of the same grant are read.',
    ),
});
export type Grant = z.output<typeof grant>;

/** How the operator reaches an AWS account, and who may use it. */
export const AwsAccountSchema = withRules(
  z
    .strictObject({
      accountId,
      regions: setOf(RegionSchema, 40).min(1).describe('Regions that objects may name.'),
      namespaces: setOf(LabelSchema, 1000)
        .default([])
        .describe(
          'Namespaces whose objects may use this Account. An empty list allows nobody. A namespace that is taken off may still delete what it owns.',
        ),
      adoptionNamespaces: setOf(LabelSchema, 1000)
        .default([])
        .describe(
          'Namespaces whose objects may take over things that exist already (`spec.adopt`). An empty list allows nobody. What was taken over stays so when its namespace is taken off.',
        ),
      grants: listMap(grant, 'name', 50)
        .default([])
        .describe(
          'What exists in AWS and was not made by Landfall, and may all the same be named by objects of certain namespaces: secrets, parameters, topics, certificates, web ACLs, keys. What no grant covers is refused. What names it already is refused when its grant is taken away, and stays as it is.',
        ),
      roleArn: roleArn.optional(),
      externalId: withRules(
        z
          .string()
          .min(2)
          .max(1224)
          .describe(
            'External id that the trust policy of the role demands. Without it the id is `landfall:<installation>:<Account name>`; status.externalId shows which one is used.',
          ),
        matches(
          '^[A-Za-z0-9_+=,.@:/-]+$',
          '{self} is not an external id: AWS takes letters, digits and _ + = , . @ : / -',
        ),
      ).optional(),
      profile: withRules(
        z
          .string()
          .max(128)
          .describe(
            'Profile of the AWS configuration files that gives the base credentials, SSO and session tokens included. Without it the default chain is used. With `roleArn`, the role is assumed from this profile.',
          ),
        matches(
          '^[A-Za-z0-9_.@+/-]+$',
          '{self} is not a profile name: use the name that stands in the AWS configuration file',
        ),
      ).optional(),
      permissionsBoundaryArn: permissionsBoundaryArn.optional(),
      defaultTags: tagsSchema(
        'Tags for everything that is made in the account; tags of an object win over them.',
      ).default({}),
      ignoredTagKeys: setOf(ignoredTagKey, 50)
        .default([])
        .describe(
          'Tag keys that others write and Landfall leaves alone. `*` at the end stands for any ending.',
        ),
    })
    .describe('An AWS account.'),
  {
    cel: "!has(self.roleArn) || !self.roleArn.matches('^arn:') || self.roleArn.contains(':iam::' + self.accountId + ':')",
    message:
      'roleArn {self.roleArn} is not in account {self.accountId}: name a role of this account, or correct accountId',
    path: ['roleArn'],
    check: (self) =>
      self.roleArn?.startsWith('arn:') !== true || self.roleArn.includes(`:iam::${self.accountId}:`),
  },
  {
    cel: "!has(self.permissionsBoundaryArn) || !self.permissionsBoundaryArn.matches('^arn:') || self.permissionsBoundaryArn.contains(':iam::' + self.accountId + ':') || self.permissionsBoundaryArn.contains(':iam::aws:')",
    message:
      'permissionsBoundaryArn {self.permissionsBoundaryArn} is not in account {self.accountId}: IAM takes only a policy of the same account or one of AWS',
    path: ['permissionsBoundaryArn'],
    check: (self) =>
      self.permissionsBoundaryArn?.startsWith('arn:') !== true ||
      [`:iam::${self.accountId}:`, ':iam::aws:'].some((part) => self.permissionsBoundaryArn?.includes(part)),
  },
  {
    cel: '!has(self.externalId) || has(self.roleArn)',
    message: 'externalId is sent only when a role is assumed: give roleArn too, or leave externalId out',
    path: ['externalId'],
    check: (self) => self.externalId === undefined || self.roleArn !== undefined,
  },
);
export type AwsAccount = z.output<typeof AwsAccountSchema>;

const AccountSpecSchema = withRules(
  z
    .strictObject({ aws: AwsAccountSchema.optional(), local: LocalAccountSchema.optional() })
    .describe('Where things are made: exactly one member says what sort of place it is.'),
  {
    cel: '[has(self.aws), has(self.local)].exists_one(given, given)',
    message: 'an Account needs exactly one target: give spec.aws, or spec.local for the cluster itself',
    check: (self) => [self.aws, self.local].filter((given) => given !== undefined).length === 1,
  },
  keptOrNever('local', 'local', 'make a new Account for the other place'),
);

const AccountStatusSchema = z
  .object({
    ...commonStatus,
    accountId: z.string().max(12).optional().describe('The account that AWS says the credentials belong to.'),
    callerArn: z
      .string()
      .max(2048)
      .optional()
      .describe('Who the operator is in the account, as GetCallerIdentity says.'),
    externalId: z
      .string()
      .max(1224)
      .optional()
      .describe('The external id to demand in the trust policy of the role.'),
    credentialsExpireTime: z
      .string()
      .meta({ format: 'date-time' })
      .optional()
      .describe(
        'When credentials end that the operator cannot renew by itself (a session token, an SSO login).',
      ),
    claim: z
      .object({
        cluster: z.string().max(256).describe('The uid of the namespace kube-system of the cluster.'),
        name: z.string().max(256).optional().describe('What LANDFALL_CLUSTER_NAME of its operator says.'),
        since: z.string().meta({ format: 'date-time' }).describe('Since when the cluster has the claim.'),
        from: z
          .string()
          .meta({ format: 'date-time' })
          .optional()
          .describe(
            'When a cluster that took the account over begins to act, if that is later than `since`.',
          ),
      })
      .optional()
      .describe(
        'The cluster that has claimed the account for this installation: this one, or another, which `landfall takeover` can take it from.',
      ),
    usedBy: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .optional()
      .describe('How many objects use this Account; it cannot go before they do.'),
  })
  .describe('What the operator found; only the operator writes it.');

/** An account as a place in which things are made, and the namespaces that may use it. */
export const AccountSchema = objectSchema('Account', AccountSpecSchema, AccountStatusSchema.prefault({}));

/** Exactly one member of the union is present. */
export type AccountSpec =
  | { readonly aws: AwsAccount; readonly local?: undefined }
  | { readonly aws?: undefined; readonly local: LocalAccount };

export type Account = Omit<z.output<typeof AccountSchema>, 'spec'> & { spec: AccountSpec };

/** An Account that leads to AWS. */
export type AccountInAws = Account & { spec: { readonly aws: AwsAccount } };

/**
 * What an Account says, with every default. Of one in a cluster the API server has filled in those of `aws`, and none of `local`, which
 * may be empty and so has no fields of its own to fill in.
 */
export function completedSpec({ spec }: Account): AccountSpec {
  return spec.local ? { local: LocalAccountSchema.parse(spec.local) } : spec;
}

/** What stands in place of an account id where things are in the cluster itself. */
export const LOCAL = 'local';

/** The id of the account that an Account leads to; `local` of the cluster itself. */
export function accountIdOf(spec: AccountSpec): string {
  return spec.aws?.accountId ?? LOCAL;
}

/** Whether an Account leads to AWS. */
export function isInAws(account: Account): account is AccountInAws {
  return account.spec.aws !== undefined;
}
