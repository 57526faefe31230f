import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { BackupPlanInputs } from '../../operator/aws/backup/rules.ts';
import type { BackupVaultInputs } from '../../operator/aws/backup/vault.ts';
import type { AlarmInputs } from '../../operator/aws/cloudwatch/alarm-settings.ts';
import type { ContinuousBackupsInputs } from '../../operator/aws/dynamodb/continuous-backups.ts';
import type { DynamoDbTableInputs } from '../../operator/aws/dynamodb/table-inputs.ts';
import type { TimeToLiveInputs } from '../../operator/aws/dynamodb/time-to-live.ts';
import type { ReplicationGroupInputs } from '../../operator/aws/elasticache/replication-group-diff.ts';
import type { DbClusterInputs } from '../../operator/aws/rds/db-cluster-inputs.ts';
import type { DbInstanceInputs, OwnInputs } from '../../operator/aws/rds/db-instance-inputs.ts';
import type { DbSubnetGroupInputs } from '../../operator/aws/rds/db-subnet-group.ts';
import type { ParametersInputs } from '../../operator/aws/rds/parameters.ts';
import type { SecretInputs } from '../../operator/aws/secretsmanager/secret.ts';
import type { Graph } from '../../operator/graph/graph.ts';
import { referencesIn } from '../../operator/graph/ref.ts';

/** Environments that the seeds have. */
export const SEED_ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;
export type SeedEnvironment = (typeof SEED_ENVIRONMENTS)[number];

/** Cells of the table by their names: what a store is in all environments, or in one. */
type Cells = Readonly<Record<string, unknown>>;

interface SeedStore extends Cells {
  readonly account: string;
  /** Of the containers of the service that uses it. */
  readonly variables: readonly string[];
  readonly environments: Readonly<Record<SeedEnvironment, Cells>>;
}

/** The table of the seeds' stores, by owner. */
export const seedStores = parse(
  readFileSync(join(import.meta.dirname, '..', 'seeds', 'stores.yaml'), 'utf8'),
) as Readonly<Record<string, SeedStore>>;

/** The cells of a store in one environment, less whose it is and what its service is told. */
export function cellsOf(
  { account: _, variables: __, environments, ...common }: SeedStore,
  of: SeedEnvironment,
) {
  return { ...common, ...environments[of] };
}

/** A graph of a store in the words of the table. */
export function saidOfStore(graph: Graph): Cells {
  const of = <I>(key: string) => graph.nodes.get(key)?.inputs as I | undefined;
  const table = of<DynamoDbTableInputs>('table');
  if (table) return { ...saidOfTable(table, of), ...recoveryPointsOf(of) };
  const cache = of<ReplicationGroupInputs>('replication-group');
  return {
    ...placeOf((of<DbSubnetGroupInputs>('db-subnet-group') ?? of('cache-subnet-group'))?.subnetIds ?? []),
    ...(cache ? saidOfCache(cache) : saidOfDatabase(graph, of)),
    ...recoveryPointsOf(of),
  };
}

type Of = <I>(key: string) => I | undefined;

/** For how long they are kept, in which vault, and the region in which there is another one. */
function recoveryPointsOf(of: Of): Cells {
  const plan = of<BackupPlanInputs>('backup-plan');
  const vault = of<BackupVaultInputs>('backup-vault');
  if (!plan || !vault) return {};
  const elsewhere = plan.copyTo?.vaultArn.split(':')[3] ?? 'nowhere';
  return { recoveryPoints: `${plan.retentionDays} days in ${vault.name}, copied to ${elsewhere}` };
}

/** Name, what is measured, the bound, and over what time. */
function alarmsOf(graph: Graph): Cells {
  const alarms = [...graph.nodes.values()]
    .filter(({ type }) => type === 'Alarm')
    .map(({ inputs }) => inputs as AlarmInputs)
    .map(
      (one) =>
        `${one.name}, ${one.metricName} ${one.isRaisedBelow ? '<' : '>'} ${one.threshold}, ${one.statistic} of ${one.periodSeconds} s, ${one.evaluationPeriods} periods`,
    );
  return alarms.length === 0 ? {} : { alarms };
}

function placeOf(subnets: readonly unknown[]): Cells {
  const [first] = subnets.flatMap(referencesIn);
  return { network: first?.owner, tier: /^subnet\/(\w+)-/u.exec(first?.node ?? '')?.[1] };
}

function saidOfTable(table: DynamoDbTableInputs, of: Of): Cells {
  const key = ({ partition, sort }: DynamoDbTableInputs['key']) =>
    sort === undefined ? partition : `${partition} and ${sort}`;
  return {
    engine: `dynamodb ${table.units ? 'provisioned' : 'on demand'}`,
    table: table.name,
    key: key(table.key),
    indexes: table.globalIndexes.map((index) => `${index.name} by ${key(index.key)}`),
    timeToLive: of<TimeToLiveInputs>('table-ttl')?.attribute,
    recoveryDays: of<ContinuousBackupsInputs>('table-recovery')?.periodDays,
    deletionProtection: table.deletionProtection,
  };
}

function saidOfCache(cache: ReplicationGroupInputs): Cells {
  return {
    engine: `${cache.engine} ${cache.engineVersion}`,
    name: cache.name,
    size: cache.nodeType,
    nodes: cache.shards * (1 + cache.replicasPerShard),
    backupDays: cache.snapshotRetentionDays,
    multiZone: cache.replicasPerShard > 0,
  };
}

function saidOfDatabase(graph: Graph, of: Of): Cells {
  const cluster = of<DbClusterInputs>('db-cluster');
  const servers = [...graph.nodes.values()]
    .filter(({ type }) => type === 'DbInstance')
    .map(({ inputs }) => inputs as DbInstanceInputs);
  const [first] = servers;
  const own = first?.own;
  const common: Partial<DbClusterInputs & OwnInputs> = cluster ?? own ?? {};
  const required =
    of<ParametersInputs>(cluster ? 'db-cluster-parameters' : 'db-parameters')?.parameters ?? {};
  return {
    engine: `${first?.engine} ${common.engineVersion}`,
    ...(cluster && { cluster: cluster.name, insightsDays: first?.insightsDays }),
    instances: servers.map(({ name }) => name),
    size: [...new Set(servers.map(({ instanceClass }) => instanceClass))].join(),
    ...(own && {
      storageGiB: `${own.storageGiB} to ${own.maxStorageGiB}`,
      user: own.masterUsername,
      database: own.databaseName,
      logs: own.logExports,
    }),
    // How text is put in order follows from the character set.
    requires: Object.fromEntries(Object.entries(required).filter(([name]) => name !== 'collation_server')),
    backupDays: common.backupDays,
    multiZone: own?.multiAz ?? servers.length > 1,
    deletionProtection: common.deletionProtection,
    secret: of<SecretInputs>('secret')?.name,
    ...alarmsOf(graph),
  };
}
