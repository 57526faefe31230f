import type { DataStore } from '../../api/data-store.ts';
import { fit, groupName, namespaceOf } from '../names.ts';

/** What the things of a store are called. */
export interface StoreNames {
  readonly table: string;
  /** Of a database cluster. */
  readonly cluster: string;
  /** Of a database, or of a member of a cluster by its number from 1. */
  instance(number?: number): string;
  readonly replicationGroup: string;
  /** Of subnet groups and parameter groups, of whatever engine. */
  readonly group: string;
  readonly secret: string;
  readonly securityGroup: string;
  /** Of the backup vault and the plan; a base name may have a database and a table. */
  readonly backup: string;
  /** Of an alarm, by what it watches. */
  alarm(what: string): string;
}

const TABLE_NAME_MAX = 255;
const RDS_NAME_MAX = 63;
/** ElastiCache adds `-001` and so on for the nodes. */
const CACHE_NAME_MAX = 40;
/** A replacement adds its revision. */
const GROUP_NAME_MAX = 240;
const SECRET_NAME_MAX = 255;
const ALARM_NAME_MAX = 255;
const BACKUP_NAME_MAX = 50;

/**
 * The names of the platform's pattern: `api-service-dev-data`, from `spec.baseName` or the name of the object. They are the
 * same wherever the object is applied; where two objects want the same, the second is refused (`NameTaken`).
 */
export function namesOfStore({ metadata, spec }: DataStore): StoreNames {
  const base = spec.baseName ?? metadata.name;
  const stage = spec.environment === undefined ? base : `${base}-${spec.environment}`;
  return {
    table: fit(`${stage}-data`, TABLE_NAME_MAX),
    cluster: identifier(`${stage}-cluster`, RDS_NAME_MAX),
    instance: (number = 1) =>
      identifier(number === 1 ? `${stage}-instance` : `${stage}-instance-${number}`, RDS_NAME_MAX),
    replicationGroup: identifier(`${stage}-redis`, CACHE_NAME_MAX),
    group: identifier(stage, GROUP_NAME_MAX),
    secret: fit(`${stage}-rds-secret`, SECRET_NAME_MAX),
    securityGroup: groupName(`${namespaceOf(metadata)}-${metadata.name}-store`),
    backup: identifier(`${stage}-${suffixOf(spec)}-backup`, BACKUP_NAME_MAX),
    alarm: (what) => fit(`${stage}-${what}`, ALARM_NAME_MAX),
  };
}

/** The end of the name of what holds the data; AWS Backup knows no caches. */
function suffixOf({ dynamodb, mysql }: DataStore['spec']): string {
  if (dynamodb) return 'data';
  return mysql ? 'instance' : 'cluster';
}

/** RDS and ElastiCache want a letter first, no dots, no two hyphens in a row and none at the end, which names of objects may have. */
export function identifier(name: string, max: number): string {
  const plain = single(name.replaceAll('.', '-'));
  return single(fit(/^[a-z]/.test(plain) ? plain : `db-${plain}`, max));
}

function single(name: string): string {
  return name.replaceAll(/-{2,}/g, '-');
}
