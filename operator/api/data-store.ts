import { z } from 'zod';
import { approvalStatus, commonSpec, commonStatus, objectSchema, targetStatus } from './common.ts';
import { auroraPostgresql } from './data-store/aurora-postgresql.ts';
import { alarmRule, storeAlarms } from './data-store/alarms.ts';
import { backupPlan, backupRule } from './data-store/backup.ts';
import { connectionSecret, connectionSecretRule } from './data-store/credentials.ts';
import { encryption, encryptionRules } from './data-store/encryption.ts';
import { dynamodb } from './data-store/dynamodb.ts';
import { mysql } from './data-store/mysql.ts';
import { redis } from './data-store/redis.ts';
import { restoreFrom, restoreRules } from './data-store/restore-from.ts';
import { storeRules } from './data-store/rules.ts';
import { TIER_NAMES } from './endpoints.ts';
import { PortSchema, setOf } from './fields.ts';
import { allowReferencesFrom, fixedReferenceTo } from './references.ts';
import { immutable, keptOrNever, matches, withRules } from './rule.ts';

const RENAMED = 'things in AWS are called by it; make a new DataStore and move the data over';

const baseName = withRules(
  z.string().max(40),
  matches(
    '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
    '{self} is not a usable name: begin with a small letter, and use small letters, digits and single inner hyphens, for example api-service',
  ),
  immutable('baseName', RENAMED),
);

const environment = withRules(
  commonSpec.environment
    .unwrap()
    .describe(
      'The stage that this object belongs to: a tag, a part of the names in AWS, and how large, how safe and how long kept the store is where nothing else is said. It cannot change later.',
    ),
  immutable('environment', RENAMED),
).optional();

const deletionPolicy = z
  .enum(['Delete', 'Snapshot', 'Retain'])
  .optional()
  .describe(
    'What becomes of the data when this object is deleted. Snapshot, the default, makes a last copy first (a final snapshot, of a table a backup), waits until it is complete, and only then deletes the store; the copy stays until somebody deletes it. Retain, the default where anything was taken over (`adopt`), leaves the store as it is, running and paid for, with its tags and `landfall.dev/retained` besides: the same manifest finds it again. Delete deletes the store and makes no copy: the data is lost. It may be changed as long as the object is there, also while it is being deleted.',
  );

const fields = z
  .strictObject({
    ...commonSpec,
    environment,
    deletionPolicy,
    baseName: baseName
      .optional()
      .describe(
        'What the things in AWS are called: `<baseName>-<environment>-data`, `-instance`, `-cluster` or `-redis`. Default: the name of this object. It cannot change later.',
      ),
    networkRef: fixedReferenceTo('SecureVpc', 'networkRef')
      .optional()
      .describe(
        'The network in which the store stands, in the same account and region. A table (`dynamodb`) stands in none, everything else needs one. It cannot change later.',
      ),
    tier: z
      .enum(TIER_NAMES)
      .optional()
      .describe(
        'Tier of the network whose subnets hold the store. Default: data. It cannot change later. Not for `dynamodb`.',
      ),
    encryption: encryption.optional(),
    restoreFrom: restoreFrom.optional(),
    connectionSecret: connectionSecret.optional(),
    alarms: storeAlarms.optional(),
    backup: backupPlan.optional(),
    mysql: mysql.optional(),
    auroraPostgresql: auroraPostgresql.optional(),
    redis: redis.optional(),
    dynamodb: dynamodb.optional(),
    allowReferencesFrom,
  })
  .describe('The store that is wanted: exactly one of the engines, and what all of them have in common.');

const spec = withRules(
  fields,
  ...storeRules,
  ...encryptionRules,
  ...restoreRules,
  connectionSecretRule,
  alarmRule,
  backupRule,
  keptOrNever('environment', 'environment', RENAMED),
  keptOrNever('baseName', 'baseName', RENAMED),
);

const address = (what: string) =>
  z
    .object({
      address: z.string().max(255).describe('Name of the host.'),
      port: PortSchema.describe('TCP port.'),
    })
    .optional()
    .describe(what);
const arn = (what: string) => z.string().max(2048).optional().describe(what);

const status = z
  .object({
    ...commonStatus,
    ...targetStatus,
    ...approvalStatus,
    engine: z.string().max(32).optional().describe('What it is: the engine, in AWS’s word.'),
    engineVersion: z
      .string()
      .max(64)
      .optional()
      .describe('Version that runs; AWS patches it by itself, so it may be above that of the spec.'),
    restoredFrom: z
      .string()
      .max(256)
      .optional()
      .describe('The copy that the store was made of; absent where it was made empty.'),
    state: z.string().max(64).optional().describe('How far the store is, in AWS’s word and small letters.'),
    endpoint: address('Where it is read and written.'),
    readerEndpoint: address('Where it is only read, spread over the replicas.'),
    secretArn: arn('ARN of the secret in Secrets Manager that holds the credentials.'),
    connectionSecret: z
      .object({ name: z.string().max(253).describe('Its name.') })
      .optional()
      .describe('The Secret in this namespace that holds what clients need.'),
    securityGroupId: z.string().max(64).optional().describe('Id of the security group of the store.'),
    tableName: z.string().max(255).optional().describe('Name of the table.'),
    tableArn: arn('ARN of the table.'),
    streamArn: arn('ARN of the stream of the table.'),
    pendingModifications: setOf(z.string().max(256), 50)
      .optional()
      .describe('Changes that AWS has taken and carries out in the maintenance window or at a reboot.'),
  })
  .describe('What the operator did and found; only the operator writes it.');
export type DataStoreStatus = z.output<typeof status>;

/** A database, cache or table, whose data is never lost unless its spec says so. */
export const DataStoreSchema = objectSchema('DataStore', spec, status.prefault({}));
export type DataStore = z.output<typeof DataStoreSchema>;
