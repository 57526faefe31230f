import type { DBInstance, Tag } from '@aws-sdk/client-rds';
import { must } from '../kind.ts';

/** An instance as it is described, without what changes by itself. */
export interface Instance extends Omit<DBInstance, 'LatestRestorableTime' | 'TagList'> {
  readonly Tags?: Tag[];
  /** Of the password that RDS keeps, which one it is. */
  readonly SecretVersion?: string;
}

/** The record of what AWS describes. */
export function brief({ LatestRestorableTime: _, TagList = [], ...kept }: DBInstance): Instance {
  return { ...kept, Tags: TagList };
}

export function arnOf(instance: Instance): string {
  return must(instance.DBInstanceArn, 'DBInstanceArn');
}

export function nameOf(instance: Instance): string {
  return must(instance.DBInstanceIdentifier, 'DBInstanceIdentifier');
}

/** Whether it is one of a cluster's. */
export function isMember(instance: Instance): boolean {
  return instance.DBClusterIdentifier !== undefined;
}
