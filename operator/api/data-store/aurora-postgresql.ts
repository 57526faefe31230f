import { z } from 'zod';
import { listMap, setOf } from '../fields.ts';
import {
  immutable,
  immutableFrom,
  keptOrNever,
  matches,
  type Rule,
  type TransitionRule,
  withRules,
} from '../rule.ts';
import { credentials } from './credentials.ts';
import {
  allowMajorVersionUpgrade,
  applyChanges,
  backup,
  iamAuthentication,
  insights,
  instanceClass,
  MADE_ONCE,
  maintenanceWindow,
  nameOf,
  versionRules,
  noneOf,
  parameterName,
  parameterValue,
} from './database.ts';
import { deletionProtection } from './shared.ts';

/** A writer, and as many readers as Aurora takes. */
const INSTANCES_MAX = 16;
const UNITS_MAX = 256;
const DEFAULT_VERSION = '15.4';
const DEFAULT_USER = 'postgres';
/** The number in a version, from 0, that a major upgrade raises: 15.4 to 16.1. */
const FIRST = 0;

/** Names that AWS keeps: it says "reserved word used by the engine". */
const RESERVED_USERS = [
  'admin',
  'rdsadmin',
  'rds_superuser',
  'rdsrepladmin',
  'user',
  'all',
  'public',
  'session_user',
];
const RESERVED_DATABASES = ['admin', 'rdsadmin', 'template0', 'template1', 'catalog', 'user', 'database'];

const engineVersion = withRules(
  z.string().max(16),
  matches(
    '^1[3-9](\\.[0-9]{1,2})?$',
    '{self} is not a version of Aurora PostgreSQL: write for example 15.4, or 15',
  ),
);

const capacityUnits = (what: string) =>
  withRules(z.number().min(0.5).max(UNITS_MAX), {
    cel: 'double(int(self * 2.0)) == self * 2.0',
    message: '{self} is no capacity: AWS counts in halves of a unit, as 0.5, 1 or 1.5',
    check: (self) => Number.isInteger(self * 2),
  }).describe(what);

const serverlessV2 = withRules(
  z.strictObject({
    minCapacityUnits: capacityUnits('What a member always has, of about 2 GiB of memory each: at least 0.5.'),
    maxCapacityUnits: capacityUnits('What a member may grow to: at least 1, at most 256.'),
  }),
  {
    cel: 'self.maxCapacityUnits >= 1.0 && self.maxCapacityUnits >= self.minCapacityUnits',
    message:
      'maxCapacityUnits {self.maxCapacityUnits} is below minCapacityUnits {self.minCapacityUnits}, or below 1: raise it',
    path: ['maxCapacityUnits'],
    check: ({ minCapacityUnits: min, maxCapacityUnits: max }) => max >= 1 && max >= min,
  },
);

const databaseName = withRules(
  nameOf('a database', {
    max: 63,
    kept: noneOf(
      RESERVED_DATABASES,
      '{self} is a word that Aurora keeps for itself: choose another databaseName',
    ),
  }),
  immutable('databaseName', MADE_ONCE),
);

const notReserved = noneOf(
  RESERVED_USERS,
  '{self} is a user that Aurora PostgreSQL keeps for itself, and AWS refuses it: choose another masterUsername, for example postgres',
);

const masterUsername = nameOf('a user', {
  max: 63,
  kept: {
    ...notReserved,
    cel: `${notReserved.cel} && !self.lowerAscii().startsWith('pg_')`,
    check: (self) => notReserved.check(self) && !self.toLowerCase().startsWith('pg_'),
  },
});

const parameter = withRules(z.strictObject({ name: parameterName, value: parameterValue }), {
  cel: "self.name != 'rds.force_ssl' || self.value == '1'",
  message:
    'parameter rds.force_ssl cannot be {self.value}: connections to a store are always encrypted; take the parameter away',
  path: ['value'],
  check: ({ name, value }) => name !== 'rds.force_ssl' || value === '1',
});

const fields = z.strictObject({
  engineVersion: engineVersion
    .default(DEFAULT_VERSION)
    .describe(
      'The oldest version that will do, as 15.4; with the first number alone AWS chooses the second. AWS patches by itself, and never goes back. Another first number is a major upgrade, which needs `allowMajorVersionUpgrade`.',
    ),
  instances: z
    .int()
    .min(1)
    .max(INSTANCES_MAX)
    .optional()
    .describe(
      'How many servers the cluster has: one writes, the others read, each in another zone where there is one, and take over when it fails. Of fewer the last ones go. Default: 1, in staging and prod 2.',
    ),
  instanceClass: instanceClass
    .optional()
    .describe(
      'Size of the servers. Default by environment: db.t3.medium, in staging db.t3.large, in prod db.r5.large.',
    ),
  serverlessV2: serverlessV2
    .optional()
    .describe('Servers that grow and shrink with what they have to do, in place of an `instanceClass`.'),
  databaseName: databaseName
    .optional()
    .describe(
      'Database that is made with the cluster, besides postgres, which there always is. It cannot change later.',
    ),
  masterUsername: masterUsername
    .default(DEFAULT_USER)
    .describe('User who may do everything. It cannot change later.'),
  credentials,
  parameters: listMap(parameter, 'name', 100)
    .default([])
    .describe(
      'Parameters of the cluster, by name. Of its own accord Landfall sets rds.force_ssl to 1; a parameter that is taken away gets the value of the engine back. What PostgreSQL takes over only when it starts waits for a reboot of each server: `applyChanges`.',
    ),
  logExports: setOf(z.enum(['postgresql', 'instance', 'iam-db-auth-error']), 3)
    .default(['postgresql'])
    .describe('What is written to CloudWatch Logs, into /aws/rds/cluster/<name>/<log>.'),
  backup,
  maintenanceWindow,
  deletionProtection,
  iamAuthentication,
  performanceInsights: insights.describe('Keeps what the servers spend their time on. Default: for 7 days.'),
  applyChanges,
  allowMajorVersionUpgrade,
});
export type AuroraPostgreSql = z.output<typeof fields>;

const rules: readonly (Rule<AuroraPostgreSql> | TransitionRule)[] = [
  keptOrNever('databaseName', 'databaseName', MADE_ONCE),
  immutableFrom(DEFAULT_USER, 'masterUsername', MADE_ONCE),
  ...versionRules(DEFAULT_VERSION, FIRST),
  {
    cel: '!has(self.instanceClass) || !has(self.serverlessV2)',
    message:
      'instanceClass {self.instanceClass} says nothing beside serverlessV2, whose servers have no size of their own: take one of them away',
    path: ['instanceClass'],
    check: ({ instanceClass: size, serverlessV2: range }) => size === undefined || range === undefined,
  },
];

/** A cluster of Aurora PostgreSQL, on RDS. */
export const auroraPostgresql = withRules(fields, ...rules).describe(
  'A cluster of Aurora PostgreSQL, with encrypted storage and connections, in the subnets of a network.',
);
