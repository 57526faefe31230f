import type { DBCluster, Tag } from '@aws-sdk/client-rds';
import { must } from '../kind.ts';

/** A cluster as it is described, without what changes by itself. */
export interface Cluster extends Omit<
  DBCluster,
  'EarliestRestorableTime' | 'LatestRestorableTime' | 'TagList'
> {
  readonly Tags?: Tag[];
  /** Of the password that RDS keeps, which one it is. */
  readonly SecretVersion?: string;
}

/** The record of what AWS describes. */
export function brief(cluster: DBCluster): Cluster {
  const { EarliestRestorableTime: _, LatestRestorableTime: __, TagList = [], ...kept } = cluster;
  return { ...kept, Tags: TagList };
}

export function arnOf(cluster: Cluster): string {
  return must(cluster.DBClusterArn, 'DBClusterArn');
}

export function nameOf(cluster: Cluster): string {
  return must(cluster.DBClusterIdentifier, 'DBClusterIdentifier');
}

/** The members that have not taken over yet what their cluster's group says, the writer first. */
export function rebootsDue({ DBClusterMembers = [] }: Cluster): string[] {
  return DBClusterMembers.filter(({ DBClusterParameterGroupStatus: status }) => status === 'pending-reboot')
    .sort((a, b) => Number(b.IsClusterWriter ?? false) - Number(a.IsClusterWriter ?? false))
    .flatMap(({ DBInstanceIdentifier: name }) => name ?? []);
}
