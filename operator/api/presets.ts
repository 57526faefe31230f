/** The size of a service where its spec does not say one. */
export interface ServiceSize {
  /** CPU units of a task; 1024 are one vCPU. */
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly desiredCount: number;
}

/** By `spec.environment`. The figures are the platform's; a field of the spec always wins. */
export const SERVICE_SIZES: Readonly<Record<'dev' | 'staging' | 'prod', ServiceSize>> = {
  dev: { cpu: 256, memoryMiB: 512, desiredCount: 1 },
  staging: { cpu: 512, memoryMiB: 1024, desiredCount: 2 },
  prod: { cpu: 1024, memoryMiB: 2048, desiredCount: 3 },
};

/** The size of a database of RDS where its spec does not say one. */
export interface DatabaseSize {
  readonly instanceClass: string;
  readonly storageGiB: number;
  readonly backupDays: number;
  readonly multiAz: boolean;
  readonly insights: boolean;
}

/** By `spec.environment`; the backups are kept as long as the platform's. A field of the spec always wins. */
export const MYSQL_SIZES: Readonly<Record<'dev' | 'staging' | 'prod', DatabaseSize>> = {
  dev: { instanceClass: 'db.t3.micro', storageGiB: 20, backupDays: 7, multiAz: false, insights: false },
  staging: { instanceClass: 'db.t3.small', storageGiB: 20, backupDays: 14, multiAz: false, insights: false },
  prod: { instanceClass: 'db.r5.large', storageGiB: 100, backupDays: 30, multiAz: true, insights: true },
};

/** The size of a cache where its spec does not say one. */
export interface CacheSize {
  readonly nodeType: string;
  readonly nodes: number;
  readonly snapshotDays: number;
}

/** By `spec.environment`, with the platform's figures; a field of the spec always wins. */
export const REDIS_SIZES: Readonly<Record<'dev' | 'staging' | 'prod', CacheSize>> = {
  dev: { nodeType: 'cache.t3.micro', nodes: 1, snapshotDays: 5 },
  staging: { nodeType: 'cache.t3.small', nodes: 1, snapshotDays: 7 },
  prod: { nodeType: 'cache.r5.large', nodes: 2, snapshotDays: 14 },
};

/** For how many days AWS Backup keeps a recovery point, by `spec.environment`: as long as databases keep their own backups. */
export const BACKUP_DAYS: Readonly<Record<'dev' | 'staging' | 'prod', number>> = {
  dev: 7,
  staging: 14,
  prod: 30,
};

/** The size of a cluster of Aurora where its spec does not say one. */
export interface ClusterSize {
  readonly instanceClass: string;
  readonly instances: number;
  readonly backupDays: number;
}

/** By `spec.environment`; the figures are the platform's. A field of the spec always wins. */
export const AURORA_SIZES: Readonly<Record<'dev' | 'staging' | 'prod', ClusterSize>> = {
  dev: { instanceClass: 'db.t3.medium', instances: 1, backupDays: 7 },
  staging: { instanceClass: 'db.t3.large', instances: 2, backupDays: 14 },
  prod: { instanceClass: 'db.r5.large', instances: 2, backupDays: 30 },
};
