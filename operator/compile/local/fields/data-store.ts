import { COMMON_FIELDS } from './common.ts';
import { does, type FieldMeanings, without } from './meaning.ts';

const ENGINES = 'operator/compile/local/data-store/engines.test.ts#';
const NETWORK = 'operator/compile/local/data-store/network.test.ts#';
const LIFECYCLE = 'integration/local-store-lifecycle.test.ts#';
const TABLE = 'integration/local-table.test.ts#';
const KEPT = `${TABLE}a table is made with its keys, indexes, stream and time to live, and follows its spec while items stay`;
const WANTED = 'operator/compile/local/data-store/table-keeper.test.ts#';
const PODS = 'integration/local-stores.test.ts#';

const NO_COPIES =
  'Nothing copies volumes here; a cluster that can snapshot them does so by VolumeSnapshots of its own.';
const NO_ALARMS =
  'There is no CloudWatch; the conditions of the object say whether the pod is up, and the metrics of the cluster how it goes.';
const NO_WINDOWS = 'Nothing waits for a window: a change of the spec replaces the pod at once.';
const NO_COST = 'Nothing is paid for here, and no request is held back.';
const ONE_SERVER =
  'One pod serves the store: a laptop has no other zone from which a second one could take over.';
const NO_IAM = 'There is no IAM: who is let in knows the password.';
const NO_DISKS = 'How fast a volume is, and how far it grows, its StorageClass says.';
const NO_LOGS = 'The log of the server is that of its pod; no other is written.';

/** The words for two engines at once. */
const databases = (names: string) =>
  ['mysql', 'auroraPostgresql']
    .flatMap((engine) => names.split(' ').map((name) => `${engine}.${name}`))
    .join(' ');

const STORE_FIELDS: FieldMeanings = {
  ...does(
    'A part of what things are called, and how large the store is and whether it is protected where nothing else is said, as in AWS.',
    `${ENGINES}follows its class, else its environment, and sizeFactor`,
    'spec.',
    'environment',
  ),
  ...does(
    'What everything of the store is called: its pod, Service, claim and Secret, as in AWS.',
    'operator/compile/local/store-connection.test.ts#is what holds the data in AWS',
    'spec.',
    'baseName',
  ),
  ...does(
    'Snapshot and Retain leave the claim and the Secret with the password, and the same manifest finds both; the pod goes. With Delete nothing stays. The volumePolicy of the Account may say otherwise.',
    `${LIFECYCLE}that is deleted leaves its volume and its password, and the same manifest finds both`,
    'spec.',
    'deletionPolicy',
  ),
  ...does(
    'The network whose policies the pod is under, by its labels, and from whose services alone it can be reached.',
    `${NETWORK}is told by the labels of its pod`,
    'spec.networkRef.',
    'name namespace',
  ),
  ...does(
    'The tier of that network, by a label.',
    `${NETWORK}is told by the labels of its pod`,
    'spec.',
    'tier',
  ),
  ...does(
    'Services of these namespaces may name the store, and are let in.',
    `${NETWORK}are the pods of the services that name it, by its port, from whatever namespace it lets them`,
    'spec.',
    'allowReferencesFrom',
  ),
  ...does(
    'A copy of the Secret with the password, with the same keys as in AWS, that goes with the object.',
    `${LIFECYCLE}has the Secret that its spec asks for as a copy, which goes with it`,
    'spec.connectionSecret.',
    'name',
  ),
  ...without(
    'What is on a volume is encrypted where its StorageClass says so.',
    'spec.encryption.',
    'key keyArn',
  ),
  ...without(
    'Copies in AWS are not here: the store is made empty, and status.restoredFrom stays absent. It is not refused, since of a store that is there the field says nothing in AWS either, and the manifest is to run as it is.',
    'spec.restoreFrom.',
    'snapshot backup pointInTime.source pointInTime.time pointInTime.latest',
  ),
  ...without(NO_ALARMS, 'spec.alarms.', 'topicArns metrics[].metric metrics[].mode metrics[].threshold'),
  ...without(NO_COPIES, 'spec.backup.', 'schedule retentionDays copyTo.vaultArn copyTo.retentionDays'),
};

const DATABASE_FIELDS: FieldMeanings = {
  ...does(
    'The public image of its major version, by the imageRewrites of the Account. Aurora is PostgreSQL here.',
    `${ENGINES}of %j is the public one of its major version`,
    'spec.',
    databases('engineVersion'),
  ),
  ...does(
    'Limits of CPU and memory, roughly those of the class, by sizeFactor; a tenth of them is asked for.',
    `${ENGINES}follows its class, else its environment, and sizeFactor`,
    'spec.',
    `${databases('instanceClass')} auroraPostgresql.serverlessV2.maxCapacityUnits`,
  ),
  ...without(
    'A pod asks for a tenth of what it may have at most, and need not be warm.',
    'spec.auroraPostgresql.serverlessV2.',
    'minCapacityUnits',
  ),
  ...does(
    'What the claim asks for, by sizeFactor.',
    `${ENGINES}is that of its volume, too`,
    'spec.mysql.',
    'storageGiB',
  ),
  ...without(NO_DISKS, 'spec.mysql.', 'maxStorageGiB storageType iops throughputMiB'),
  ...without(ONE_SERVER, 'spec.', 'mysql.multiAz auroraPostgresql.instances'),
  ...does(
    'The database and the user who may do everything, as in AWS.',
    `${ENGINES}are those of the spec`,
    'spec.',
    databases('databaseName masterUsername'),
  ),
  ...without(
    'The password is made and kept in a Secret in both modes: nobody else is here to keep or rotate it.',
    'spec.',
    databases('credentials.mode'),
  ),
  ...does(
    'Options of the server. Those that AWS has added, or computes of the size of the server, and whether it insists on TLS, mean nothing here.',
    `${PODS}lets in by what the Secret says, keeps what is written, ends in good order, and takes the password of the Secret when it starts`,
    'spec.',
    databases('parameters[].name parameters[].value'),
  ),
  ...without(NO_LOGS, 'spec.', databases('logExports')),
  ...without(NO_COPIES, 'spec.', databases('backup.retentionDays backup.window')),
  ...without(NO_WINDOWS, 'spec.', databases('maintenanceWindow applyChanges')),
  ...without(NO_IAM, 'spec.', databases('iamAuthentication')),
  ...without(
    'There is no Performance Insights; pg_stat_statements and performance_schema are those of the server.',
    'spec.',
    databases('performanceInsights.mode performanceInsights.retentionDays'),
  ),
  ...without(
    'The API server asks for it with another major version, as in AWS. Here nothing turns the files of one into those of another: the new server does not start on them, and the log of its pod says so.',
    'spec.',
    databases('allowMajorVersionUpgrade'),
  ),
};

const CACHE_FIELDS: FieldMeanings = {
  ...does(
    'The public image of that engine and version, by the imageRewrites of the Account; 7.1, which is ElastiCache’s own, is 7.0.',
    `${ENGINES}of %j is the public one of its major version`,
    'spec.redis.',
    'engine engineVersion',
  ),
  ...does(
    'Limits of CPU and memory, roughly those of the node, by sizeFactor; keys take three quarters of the memory.',
    `${ENGINES}follows its class, else its environment, and sizeFactor`,
    'spec.redis.',
    'nodeType',
  ),
  ...without(ONE_SERVER, 'spec.redis.', 'nodes clusterMode.replicasPerShard'),
  ...does(
    'That there are shards makes the one node speak the cluster protocol, with all the slots; how many there are says nothing here.',
    `${PODS}speaks the cluster protocol in cluster mode, also at another address`,
    'spec.redis.',
    'clusterMode.shards',
  ),
  ...does(
    'Options of the server, as far as they are its own and not ElastiCache’s.',
    `${ENGINES}of Redis are options, less those that are ElastiCache’s own, and none of memory beyond the limit`,
    'spec.redis.',
    'parameters[].name parameters[].value',
  ),
  ...does(
    'With Generated it asks for the password in its Secret, with None for none, as in AWS.',
    `${PODS}asks for the password of its Secret where its spec says so`,
    'spec.redis.',
    'credentials.mode',
  ),
  ...without(NO_COPIES, 'spec.redis.', 'snapshotRetentionDays snapshotWindow'),
  ...without(NO_WINDOWS, 'spec.redis.', 'maintenanceWindow applyChanges'),
  ...without(
    'The API server asks for it with another major version, as in AWS; the newer server reads what the older one wrote.',
    'spec.redis.',
    'allowMajorVersionUpgrade',
  ),
};

const SCALING =
  'autoscaling.read.minUnits autoscaling.read.maxUnits autoscaling.read.targetPercent autoscaling.write.minUnits autoscaling.write.maxUnits autoscaling.write.targetPercent';

const TABLE_FIELDS: FieldMeanings = {
  ...does(
    'The table and its indexes, as in AWS, in a DynamoDB of its own.',
    `${WANTED}asks for the keys, the indexes and the stream of the spec, and for no units`,
    'spec.dynamodb.',
    `partitionKey.name partitionKey.type sortKey.name sortKey.type globalIndexes[].name globalIndexes[].partitionKey.name
     globalIndexes[].partitionKey.type globalIndexes[].sortKey.name globalIndexes[].sortKey.type globalIndexes[].projection
     globalIndexes[].projectedAttributes localIndexes[].name localIndexes[].sortKey.name localIndexes[].sortKey.type
     localIndexes[].projection localIndexes[].projectedAttributes`,
  ),
  ...does(
    'Set on the table; what ends by it, its server takes away.',
    KEPT,
    'spec.dynamodb.timeToLive.',
    'attribute',
  ),
  ...does('A stream of the table, as in AWS.', KEPT, 'spec.dynamodb.', 'stream'),
  ...without(NO_COST, 'spec.dynamodb.billing.', `mode readUnits writeUnits ${SCALING}`),
  ...without(NO_COST, 'spec.dynamodb.globalIndexes[].', `readUnits writeUnits ${SCALING}`),
  ...without(NO_COST, 'spec.dynamodb.', 'tableClass'),
  ...without(NO_COPIES, 'spec.dynamodb.', 'pointInTimeRecovery recoveryPeriodDays'),
};

/** What the fields of a DataStore do where its Account is local. */
export const DATA_STORE_FIELDS: FieldMeanings = {
  ...COMMON_FIELDS,
  ...STORE_FIELDS,
  ...DATABASE_FIELDS,
  ...CACHE_FIELDS,
  ...TABLE_FIELDS,
  ...does(
    'The object stays, Stalled with reason DeletionProtected, and all that was made of it, until it says Disabled, as in AWS.',
    `${LIFECYCLE}that is protected stays until its spec says otherwise`,
    'spec.',
    `${databases('deletionProtection')} redis.deletionProtection dynamodb.deletionProtection`,
  ),
};
