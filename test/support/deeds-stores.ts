import { copyTag, type Copy } from '../../operator/aws/copy.ts';
import type { DynamoDbTableInputs } from '../../operator/aws/dynamodb/table-inputs.ts';
import type { ReplicationGroupInputs } from '../../operator/aws/elasticache/replication-group-diff.ts';
import type { DbClusterInputs } from '../../operator/aws/rds/db-cluster-inputs.ts';
import type { DbInstanceInputs } from '../../operator/aws/rds/db-instance-inputs.ts';
import { isDefaultOptionGroup } from '../../operator/aws/rds/option-membership.ts';
import type { SecretInputs } from '../../operator/aws/secretsmanager/secret.ts';
import type { Reading } from './deed-words.ts';
import { BACKUP_READINGS, wantedOfPlan } from './deeds-backups.ts';
import { CACHE_READINGS } from './deeds-caches.ts';
import { DATABASE_READINGS } from './deeds-databases.ts';
import { SECRET_READINGS } from './deeds-secrets.ts';
import { TABLE_READINGS, wantedOfTable } from './deeds-tables.ts';

type Inputs = Readonly<Record<string, unknown>>;

/** What the calls of the services of stores say, by service: several of them call the same otherwise. */
export const STORE_READINGS: Readonly<Record<string, Readonly<Record<string, Reading>>>> = {
  rds: DATABASE_READINGS,
  elasticache: CACHE_READINGS,
  dynamodb: TABLE_READINGS,
  secretsmanager: SECRET_READINGS,
  backup: BACKUP_READINGS,
};

/** The input that names what a facet of a store is a part of. */
export const STORE_FACETS: Readonly<Record<string, string>> = {
  DbParameters: 'groupId',
  DbOptions: 'groupId',
  DbClusterParameters: 'groupId',
  CacheParameters: 'arn',
  TableSettings: 'tableArn',
  TimeToLive: 'tableArn',
  ContinuousBackups: 'tableArn',
  SecretValue: 'secretArn',
  SecretRotation: 'secretArn',
  BackupSelection: 'planArn',
};

/** Of these nobody sees what is written: a plan and a call can only agree on that it is. */
export const HIDDEN: ReadonlySet<string> = new Set(['SecretValue', 'SecretRotation']);

/** A name stands in the ARN, with what a replacement adds to it. */
const nameless = ({ name: _, ...rest }: Inputs): Inputs => rest;

function instance(inputs: DbInstanceInputs): Inputs {
  const { name: _, applyImmediately: _when, parameterGroupFamily: _family, own, ...rest } = inputs;
  const { allowMajorVersionUpgrade: _may, managesPassword, password: _password, ...mine } = own ?? {};
  // A create that is to have AWS's own names none.
  const isNamed = own !== undefined && !isDefaultOptionGroup(own.optionGroupName);
  return {
    ...rest,
    ...mine,
    optionGroupName: isNamed ? own.optionGroupName : undefined,
    managesPassword: managesPassword === true || undefined,
  };
}

function cluster(inputs: DbClusterInputs): Inputs {
  const { name: _, applyImmediately: _when, memberGroupName: _group, capacity, ...rest } = inputs;
  const { allowMajorVersionUpgrade: _may, managesPassword, password: _password, ...mine } = rest;
  return {
    ...mine,
    managesPassword: managesPassword || undefined,
    capacity: capacity && `${capacity.min} to ${capacity.max}`,
  };
}

function cache(inputs: ReplicationGroupInputs): Inputs {
  const { name: _, isImmediate: _when, mayUpgrade: _may, token: _token, ...rest } = inputs;
  return rest;
}

/** What a call says of the inputs of a store's thing, by type: those that say when and how something is done are not told. */
const WANTED: Readonly<Record<string, (inputs: never) => Inputs>> = {
  DbSubnetGroup: nameless,
  DbParameterGroup: nameless,
  DbOptionGroup: nameless,
  DbClusterParameterGroup: nameless,
  CacheSubnetGroup: nameless,
  CacheParameterGroup: nameless,
  DbInstance: instance,
  DbCluster: cluster,
  ReplicationGroup: cache,
  Secret: ({ name, description, kmsKeyArn }: SecretInputs) => ({ name, description, kmsKeyArn }),
  DynamoDbTable: (inputs: DynamoDbTableInputs) => wantedOfTable(inputs),
  BackupPlan: wantedOfPlan,
};

/** What a store that is made of a copy has of it, so that no call says it, by type. */
const COPIED: Readonly<Record<string, readonly string[]>> = {
  DbInstance: ['engine', 'engineVersion', 'masterUsername', 'databaseName', 'maintenanceWindow'],
  DbCluster: ['engine', 'engineVersion', 'masterUsername', 'databaseName', 'maintenanceWindow'],
  DynamoDbTable: ['key', 'attributes', 'billing', 'globalIndexes', 'localIndexes', 'tableClass'],
};

/** What a create says of these inputs; undefined for a type that no store has. */
export function wantedOf(type: string, inputs: object): Inputs | undefined {
  return WANTED[type]?.(inputs as never);
}

/** The tags and the rest that a create of these inputs says, where they name a copy, of what `wanted` says. */
export function restoredOf(type: string, wanted: Inputs): { wanted: Inputs; tags: Record<string, string> } {
  const copy = wanted['restoreFrom'] as Copy | undefined;
  const copied = new Set(copy && COPIED[type]);
  // A table of a copy is unprotected, whatever its source was, until it is told otherwise.
  const isSo = (path: string, value: unknown) =>
    type === 'DynamoDbTable' && copy !== undefined && path === 'deletionProtection' && value === false;
  const said = Object.entries(wanted).filter(([path, value]) => !copied.has(path) && !isSo(path, value));
  return { wanted: Object.fromEntries(said), tags: copyTag(copy) };
}
