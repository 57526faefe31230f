import { DescribeDBClustersCommand, type DBCluster } from '@aws-sdk/client-rds';
import { pages, type AwsCollection } from '../kind.ts';
import { restoredFrom } from '../copy.ts';
import { reads } from '../permissions.ts';
import { tagsOf } from '../tags.ts';
import { pendingLines } from './attached.ts';
import { arnOf, brief, nameOf, rebootsDue, type Cluster } from './db-cluster-record.ts';
import { SECRET_VERSIONS, withSecretVersions } from './managed-secrets.ts';
import { markIn } from './password.ts';
import { existing, nameIn, PAGE } from './shared.ts';

/** Clusters with their tags. */
export const dbClusters: AwsCollection<Cluster> = {
  name: 'rds/db-clusters',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('rds:DescribeDBClusters'), ...SECRET_VERSIONS],
  async *list(session) {
    const all = pages<DBCluster>(async (Marker) => {
      const answer = await session.rds.send(
        new DescribeDBClustersCommand({ MaxRecords: PAGE, ...(Marker !== undefined && { Marker }) }),
      );
      return { items: answer.DBClusters, next: answer.Marker };
    });
    for await (const page of all) yield await withSecretVersions(session, page.map(brief));
  },
  async get(session, arns) {
    const found = await existing(arns.map(nameIn), async (DBClusterIdentifier) => {
      const answer = await session.rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier }));
      return answer.DBClusters;
    });
    return withSecretVersions(session, found.map(brief));
  },
  id: arnOf,
  tags: tagsOf,
};

/** What others may refer to, and what waits for the window or for a reboot. */
export function outputsOf(record: Cluster): Readonly<Record<string, string>> {
  const { Endpoint: address, ReaderEndpoint: readerAddress, MasterUserSecret: secret } = record;
  const told = pendingLines(record.PendingModifiedValues, rebootsDue(record).length > 0).join('\n');
  return {
    id: arnOf(record),
    name: nameOf(record),
    engine: record.Engine ?? '',
    engineVersion: record.EngineVersion ?? '',
    state: record.Status ?? '',
    resourceId: record.DbClusterResourceId ?? '',
    ...(address !== undefined && { address, port: String(record.Port ?? '') }),
    ...(readerAddress !== undefined && { readerAddress }),
    ...restoredFrom(tagsOf(record)),
    ...markIn(record, record.Status),
    ...(secret?.SecretArn !== undefined && { secretArn: secret.SecretArn }),
    ...(record.SecretVersion !== undefined && { secretVersion: record.SecretVersion }),
    ...(told !== '' && { pending: told }),
  };
}
