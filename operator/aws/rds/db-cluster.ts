import {
  CreateDBClusterCommand,
  DeleteDBClusterCommand,
  ModifyDBClusterCommand,
  RebootDBInstanceCommand,
} from '@aws-sdk/client-rds';
import { Terminal, Waiting } from '../../errors.ts';
import type { ActionContext, Change } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { copyWords } from '../copy.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import type { StoredPassword } from '../secretsmanager/value.ts';
import type { AwsSession } from '../session.ts';
import { retagged, tagList, tagsOf } from '../tags.ts';
import { pendingLines, securityGroupsOf } from './attached.ts';
import { createOf } from './db-cluster-create.ts';
import type { DbClusterInputs } from './db-cluster-inputs.ts';
import { arnOf, brief, nameOf, rebootsDue, type Cluster } from './db-cluster-record.ts';
import { settingChanges, settingsFor } from './db-cluster-settings.ts';
import { isComing, savesNothing, stateOf } from './db-cluster-state.ts';
import { dbClusters, outputsOf } from './db-clusters.ts';
import { finalSnapshotOfCluster, LAST_COPY_OF_CLUSTER } from './final-snapshot.ts';
import { givePassword, KEPT_PASSWORD, markTag, passwordChange, passwordFor } from './password.ts';
import { restoreCluster, RESTORES_OF_CLUSTERS } from './restore-cluster.ts';
import { fixedChangeOf } from './settings.ts';
import {
  arnBeside,
  arnIn,
  makes,
  MANAGED_PASSWORD,
  onOurs,
  TAG_WRITES,
  withDefaultOptions,
  writeTags,
} from './shared.ts';
import { majorUpgradeIn } from './versions.ts';

/** A cluster of Aurora, which holds the data; its members, instances, come and go. */
export const dbClusterKind: AwsKind<DbClusterInputs, Cluster> = {
  type: 'DbCluster',
  collection: dbClusters,
  idempotency: 'name',
  stateful: true,
  iam: [
    ...makes('CreateDBCluster', 'cluster'),
    // Create: what it is made with.
    ...onOurs('CreateDBCluster', 'DeleteDBCluster', 'ModifyDBCluster', 'RebootDBInstance'),
    withDefaultOptions('CreateDBCluster'),
    ...TAG_WRITES,
    ...LAST_COPY_OF_CLUSTER,
    ...MANAGED_PASSWORD,
    ...KEPT_PASSWORD,
  ],
  after: ['DbInstance'],
  copyOf: ({ restoreFrom }) => copyWords(restoreFrom),
  iamFor: ({ restoreFrom }) => (restoreFrom ? RESTORES_OF_CLUSTERS : []),

  diff(inputs, record) {
    if (!record) return [];
    const fixed = fixedChanges(inputs, record);
    // What is asked for is not shown in full before it is made.
    if (isComing(record)) return fixed;
    const changes = [...fixed, ...settingChanges(inputs, record), ...passwordChange(inputs.password, record)];
    if (changes.length > 0 || !inputs.applyImmediately || record.Status !== 'available') return changes;
    return rebootsDue(record)
      .slice(0, 1)
      .map((name) => ({ path: `members[${name}].parameters`, from: 'pending-reboot', to: 'in-sync' }));
  },
  state: stateOf,
  outputs: outputsOf,
  gone: () => false,
  needs(record) {
    const beside = (sort: 'cluster-pg' | 'subgrp', name: string | undefined) =>
      name === undefined || name.startsWith('default') ? [] : [arnBeside(arnOf(record), sort, name)];
    return [
      ...beside('subgrp', record.DBSubnetGroup),
      ...beside('cluster-pg', record.DBClusterParameterGroup),
      ...securityGroupsOf(record),
    ];
  },

  async create({ session, tags }, inputs) {
    const { restoreFrom: copy } = inputs;
    if (copy) return restoreCluster(session, { inputs, copy, tags });
    const Tags = tagList({ ...tags, ...markTag(inputs.password) });
    const answer = await session.rds.send(
      new CreateDBClusterCommand({
        ...createOf(inputs),
        ...(await passwordFor(session, inputs.password)),
        Tags,
      }),
    );
    const made = brief(must(answer.DBCluster, 'DBCluster'));
    return { ...made, Status: made.Status ?? 'creating', Tags };
  },
  async conflicting(session, { name }) {
    const [found] = await dbClusters.get(session, [arnIn(session, 'cluster', name)]);
    return found;
  },
  async update(context, inputs, record, changes) {
    const arn = arnOf(record);
    const tags = await writeTags(context, arn, changes);
    if (tags) context.wrote(dbClusters, arn, (listed) => listed && retagged(listed, tags));
    const wanted = changes.filter(({ path }) => !path.startsWith('tags.'));
    if (wanted.length > 0) await change(context, inputs, record, wanted);
  },
  async delete(context, record) {
    const { session, keepsCopy } = context;
    const DBClusterIdentifier = nameOf(record);
    if (keepsCopy && savesNothing(record))
      throw new Terminal(
        'AwsRefused',
        `no final snapshot can be made of database cluster ${DBClusterIdentifier}, which is ${record.Status}: bring it back, or set spec.deletionPolicy to Delete if its automated backups and earlier snapshots will do`,
      );
    const copy = keepsCopy ? await finalSnapshotOfCluster(session, record) : undefined;
    if (record.DeletionProtection === true) await unprotect(context, record);
    const answer = await unlessGone(
      session.rds.send(
        new DeleteDBClusterCommand({
          DBClusterIdentifier,
          ...(copy ?? { SkipFinalSnapshot: true }),
          DeleteAutomatedBackups: !keepsCopy,
        }),
      ),
    );
    return answer && { ...record, Status: 'deleting' };
  },
};

/** The last thing before a cluster goes. AWS makes no snapshot of it while it carries that out. */
async function unprotect({ session, wrote }: ActionContext<AwsSession>, record: Cluster): Promise<void> {
  const DBClusterIdentifier = nameOf(record);
  const answer = await session.rds.send(
    new ModifyDBClusterCommand({ DBClusterIdentifier, DeletionProtection: false }),
  );
  const { Tags: _, ...made } = brief(must(answer.DBCluster, 'DBCluster'));
  wrote(dbClusters, arnOf(record), (listed) => listed && { ...listed, ...made });
  if (made.Status !== 'available')
    throw new Waiting(
      'WaitingForAws',
      `database cluster ${DBClusterIdentifier} is losing its protection against deletion`,
    );
}

/** What stays as it was made. Storage that is not encrypted somebody else has made. */
function fixedChanges(inputs: DbClusterInputs, record: Cluster): Change[] {
  // What databases one has that was made of a copy, the copy said.
  const isRestored = TAG.restoredFrom in tagsOf(record);
  return [
    ...fixedChangeOf('name', record.DBClusterIdentifier, inputs.name),
    ...fixedChangeOf('engine', record.Engine, inputs.engine),
    ...fixedChangeOf('databaseName', record.DatabaseName ?? '', isRestored ? undefined : inputs.databaseName),
    ...fixedChangeOf('masterUsername', record.MasterUsername, inputs.masterUsername),
    ...fixedChangeOf('subnetGroupName', record.DBSubnetGroup, inputs.subnetGroupName),
    ...fixedChangeOf('encrypted', record.StorageEncrypted, true),
    ...fixedChangeOf('kmsKeyId', record.KmsKeyId, inputs.kmsKeyId),
  ];
}

/**
 * Asked for without ApplyImmediately it waits for the window, and with it everything else that waits comes too: ModifyDBCluster, API
 * reference.
 */
async function changePassword(
  { session, wrote }: ActionContext<AwsSession>,
  password: StoredPassword,
  { applyImmediately }: DbClusterInputs,
  record: Cluster,
): Promise<void> {
  const DBClusterIdentifier = nameOf(record);
  const waiting = pendingLines(record.PendingModifiedValues, false);
  if (!applyImmediately && waiting.length > 0)
    throw new Waiting(
      'WaitingForAws',
      `database cluster ${DBClusterIdentifier}: the new password follows ${waiting.join(', ')}, which AWS does in the maintenance window; applyChanges: Immediately has all of it done now`,
    );
  const made = await givePassword(session, { arn: arnOf(record), password, store: record }, async (sent) => {
    const answer = await session.rds.send(
      new ModifyDBClusterCommand({ DBClusterIdentifier, ...sent, ApplyImmediately: true }),
    );
    return brief(must(answer.DBCluster, 'DBCluster'));
  });
  const Status = 'resetting-master-credentials';
  wrote(dbClusters, arnOf(record), (listed) => {
    const isShown = listed && passwordChange(password, listed).length === 0;
    return isShown ? listed : listed && { ...listed, ...made, Status };
  });
}

/** One call a visit: AWS takes no further change until it has made the one before. */
async function change(
  context: ActionContext<AwsSession>,
  inputs: DbClusterInputs,
  record: Cluster,
  wanted: readonly Change[],
): Promise<void> {
  const DBClusterIdentifier = nameOf(record);
  const what = `database cluster ${DBClusterIdentifier}`;
  if (record.Status !== 'available')
    throw new Waiting('WaitingForAws', `${what} is ${record.Status}; the change follows`);
  const { password } = inputs;
  if (password && wanted.some(({ path }) => path === 'password')) {
    await changePassword(context, password, inputs, record);
    return;
  }
  const { rds } = context.session;
  const [due] = wanted.some(({ path }) => path.startsWith('members[')) ? rebootsDue(record) : [];
  if (due !== undefined) {
    await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: due }));
    context.wrote(dbClusters, arnOf(record), (listed) => listed && withReboot(listed, due));
    return;
  }
  // Whatever else is asked for follows an upgrade, of which AWS makes a change of its own.
  const isUpgrade = ({ path }: Change) => path === 'engineVersion' || path === 'parameterGroupName';
  const now = wanted.some(({ path }) => path === 'engineVersion') ? wanted.filter(isUpgrade) : wanted;
  if (majorUpgradeIn(inputs.engine, record.EngineVersion ?? '', now) && !inputs.allowMajorVersionUpgrade)
    throw new Terminal(
      'InvalidSpec',
      `${what} has version ${record.EngineVersion}, and engineVersion asks for ${inputs.engineVersion}: set allowMajorVersionUpgrade to true to have it upgraded, which nobody can take back`,
    );
  const answer = await rds.send(
    new ModifyDBClusterCommand({
      DBClusterIdentifier,
      ...settingsFor(inputs, record, now),
      ApplyImmediately: inputs.applyImmediately,
    }),
  );
  const { Tags: _, ...made } = brief(must(answer.DBCluster, 'DBCluster'));
  const sent = new Set(now.map(({ path }) => path));
  context.wrote(dbClusters, arnOf(record), (listed) => {
    const isShown = listed && !dbClusterKind.diff(inputs, listed).some(({ path }) => sent.has(path));
    return isShown ? listed : listed && { ...listed, ...made, Status: 'modifying' };
  });
}

/** A member that is started anew has the parameters of its cluster. */
function withReboot(cluster: Cluster, name: string): Cluster {
  return {
    ...cluster,
    DBClusterMembers: (cluster.DBClusterMembers ?? []).map((member) =>
      member.DBInstanceIdentifier === name ? { ...member, DBClusterParameterGroupStatus: 'in-sync' } : member,
    ),
  };
}
