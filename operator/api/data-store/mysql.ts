import { z } from 'zod';
import { listMap, onOff, setOf } from '../fields.ts';
import {
  immutable,
  immutableFrom,
  keptOrNever,
  matches,
  orDefault,
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

/** GiB from which on a gp3 volume takes a speed: Amazon RDS User Guide, "gp3 storage". */
const FAST_GIB = 400;
const STORAGE_MAX = 65_536;
const DEFAULT_VERSION = '8.0';
const DEFAULT_USER = 'admin';
/** The number in a version, from 0, that a major upgrade raises: 8.0 to 8.4. */
const SECOND = 1;

const engineVersion = withRules(
  z.string().max(16),
  matches(
    '^8\\.[0-9]{1,2}(\\.[0-9]{1,3})?$',
    '{self} is not a version of MySQL 8: write for example 8.0, or 8.0.40',
  ),
);

const storageGiB = withRules(z.int().min(20).max(STORAGE_MAX), {
  cel: 'self >= oldSelf',
  message:
    'storageGiB cannot go down from {oldSelf} to {self}, since AWS makes no volume smaller: make a new DataStore, and move the data over',
  transition: true,
});

const databaseName = withRules(
  nameOf('a database', {
    max: 64,
    kept: noneOf(
      ['mysql', 'sys', 'information_schema', 'performance_schema'],
      '{self} is a database of MySQL’s own: choose another databaseName',
    ),
  }),
  immutable('databaseName', MADE_ONCE),
);

const masterUsername = nameOf('a user', {
  max: 16,
  kept: noneOf(['rdsadmin', 'rdsrepladmin'], '{self} is a user of RDS’s own: choose another masterUsername'),
});

const parameter = withRules(z.strictObject({ name: parameterName, value: parameterValue }), {
  cel: "self.name != 'require_secure_transport' || self.value in ['1', 'ON']",
  message:
    'parameter require_secure_transport cannot be {self.value}: connections to a store are always encrypted; take the parameter away',
  path: ['value'],
  check: ({ name, value }) => name !== 'require_secure_transport' || ['1', 'ON'].includes(value),
});

const fields = z.strictObject({
  engineVersion: engineVersion
    .default(DEFAULT_VERSION)
    .describe(
      'The oldest version that will do: 8.0, or with the patch level as 8.0.40. AWS chooses the patch level that is not named, and patches by itself; it never goes back. Another second number is a major upgrade, which needs `allowMajorVersionUpgrade`.',
    ),
  instanceClass: instanceClass
    .optional()
    .describe(
      'Size of the server. Default by environment: db.t3.micro, in staging db.t3.small, in prod db.r5.large.',
    ),
  storageGiB: storageGiB
    .optional()
    .describe(
      'Size of the volume, which only grows. AWS rounds growth up to a tenth. Default: 20, in prod 100.',
    ),
  maxStorageGiB: z
    .int()
    .min(22)
    .max(STORAGE_MAX)
    .optional()
    .describe(
      'Up to where AWS lets the volume grow by itself when it is nearly full. Default: five times `storageGiB`. The same as `storageGiB`: not at all. Else at least a tenth above it, whether that is given or the environment’s.',
    ),
  storageType: z
    .enum(['gp2', 'gp3'])
    .default('gp3')
    .describe('Sort of the volume. gp3 is as fast as is asked for; gp2 grows faster with its size.'),
  iops: z
    .int()
    .min(12_000)
    .max(64_000)
    .optional()
    .describe(
      'Reads and writes a second of a gp3 volume of at least 400 GiB. Default: 12000, of smaller ones 3000.',
    ),
  throughputMiB: z
    .int()
    .min(500)
    .max(4_000)
    .optional()
    .describe('MiB a second of a gp3 volume of at least 400 GiB. Default: 500, of smaller ones 125.'),
  multiAz: onOff
    .optional()
    .describe(
      'Whether a second server in another zone takes over when the first fails. Default: Enabled with environment prod, else Disabled.',
    ),
  databaseName: databaseName
    .optional()
    .describe(
      'Database that is made with the server. Without it there is none at first. It cannot change later.',
    ),
  masterUsername: masterUsername
    .default(DEFAULT_USER)
    .describe('User who may do everything. It cannot change later.'),
  credentials,
  parameters: listMap(parameter, 'name', 100)
    .default([])
    .describe(
      'Parameters of the server, by name. Of its own accord Landfall sets require_secure_transport to 1, character_set_server to utf8mb4 and collation_server to utf8mb4_0900_ai_ci; a parameter that is taken away gets the value of the engine back. What MySQL takes over only when it starts waits for a reboot: `applyChanges`.',
    ),
  logExports: setOf(z.enum(['audit', 'error', 'general', 'slowquery']), 4)
    .default(['audit', 'error'])
    .describe(
      'What is written to CloudWatch Logs, into /aws/rds/instance/<name>/<log>. With audit the server gets an option group with MARIADB_AUDIT_PLUGIN, which writes down who connects and who is turned away, and no query.',
    ),
  backup,
  maintenanceWindow,
  deletionProtection,
  iamAuthentication,
  performanceInsights: insights.describe(
    'Keeps what the server spends its time on. Default: for 7 days with environment prod, else not. The smallest classes have none.',
  ),
  applyChanges,
  allowMajorVersionUpgrade,
});
export type MySql = z.output<typeof fields>;

const rules: readonly (Rule<MySql> | TransitionRule)[] = [
  keptOrNever('databaseName', 'databaseName', MADE_ONCE),
  immutableFrom(DEFAULT_USER, 'masterUsername', MADE_ONCE),
  ...versionRules(DEFAULT_VERSION, SECOND),
  {
    cel: `(!has(self.iops) && !has(self.throughputMiB)) || (has(self.storageGiB) && self.storageGiB >= ${FAST_GIB} && ${orDefault('self.storageType', 'gp3')} == 'gp3')`,
    message: `iops and throughputMiB are for storageType gp3 with a storageGiB of at least ${FAST_GIB}: raise storageGiB, or take them away`,
    path: ['storageGiB'],
    check: ({ iops, throughputMiB, storageGiB: size = 0, storageType }) =>
      (iops === undefined && throughputMiB === undefined) || (size >= FAST_GIB && storageType === 'gp3'),
  },
  {
    cel: '!has(self.maxStorageGiB) || !has(self.storageGiB) || self.maxStorageGiB == self.storageGiB || self.maxStorageGiB * 10 >= self.storageGiB * 11',
    message:
      'maxStorageGiB {self.maxStorageGiB} is less than a tenth above storageGiB {self.storageGiB}: raise it, or make it the same, so that the volume does not grow by itself',
    path: ['maxStorageGiB'],
    check: ({ maxStorageGiB: max, storageGiB: size }) =>
      max === undefined || size === undefined || max === size || max * 10 >= size * 11,
  },
];

/** A database of MySQL, on RDS. */
export const mysql = withRules(fields, ...rules).describe(
  'A server of MySQL 8 on RDS, with encrypted storage and connections, in the subnets of a network.',
);
