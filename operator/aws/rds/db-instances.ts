import { DescribeDBInstancesCommand, type DBInstance } from '@aws-sdk/client-rds';
import { pages, type AwsCollection } from '../kind.ts';
import { restoredFrom } from '../copy.ts';
import { reads } from '../permissions.ts';
import { tagsOf } from '../tags.ts';
import { pendingLines } from './attached.ts';
import { arnOf, brief, nameOf, type Instance } from './db-instance-record.ts';
import { SECRET_VERSIONS, withSecretVersions } from './managed-secrets.ts';
import { pendingGroup } from './option-membership.ts';
import { markIn } from './password.ts';
import { existing, nameIn, PAGE } from './shared.ts';

/** Instances with their tags. */
export const dbInstances: AwsCollection<Instance> = {
  name: 'rds/db-instances',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('rds:DescribeDBInstances'), ...SECRET_VERSIONS],
  async *list(session) {
    const all = pages<DBInstance>(async (Marker) => {
      const answer = await session.rds.send(
        new DescribeDBInstancesCommand({ MaxRecords: PAGE, ...(Marker !== undefined && { Marker }) }),
      );
      return { items: answer.DBInstances, next: answer.Marker };
    });
    for await (const page of all) yield await withSecretVersions(session, page.map(brief));
  },
  async get(session, arns) {
    const found = await existing(arns.map(nameIn), async (DBInstanceIdentifier) => {
      const answer = await session.rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
      return answer.DBInstances;
    });
    return withSecretVersions(session, found.map(brief));
  },
  id: arnOf,
  tags: tagsOf,
};

/** What others may refer to. What waits for the window, or for a reboot, is told, so that nobody looks for it in vain. */
export function outputsOf(record: Instance): Readonly<Record<string, string>> {
  const { Endpoint: endpoint, MasterUserSecret: secret, DBParameterGroups: groups = [] } = record;
  const waits = groups.some(({ ParameterApplyStatus: status }) => status === 'pending-reboot');
  const told = pendingLines({ ...record.PendingModifiedValues, ...pendingGroup(record) }, waits).join('\n');
  return {
    id: arnOf(record),
    name: nameOf(record),
    engine: record.Engine ?? '',
    engineVersion: record.EngineVersion ?? '',
    state: record.DBInstanceStatus ?? '',
    resourceId: record.DbiResourceId ?? '',
    storageGiB: String(record.AllocatedStorage ?? 0),
    ...(endpoint?.Address !== undefined && { address: endpoint.Address, port: String(endpoint.Port ?? '') }),
    ...restoredFrom(tagsOf(record)),
    ...markIn(record, record.DBInstanceStatus),
    ...(secret?.SecretArn !== undefined && { secretArn: secret.SecretArn }),
    ...(record.SecretVersion !== undefined && { secretVersion: record.SecretVersion }),
    ...(told !== '' && { pending: told }),
  };
}
