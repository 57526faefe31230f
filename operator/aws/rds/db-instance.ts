import {
  CreateDBInstanceCommand,
  DeleteDBInstanceCommand,
  ModifyDBInstanceCommand,
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
import { securityGroupsOf } from './attached.ts';
import { createOf } from './db-instance-create.ts';
import type { DbInstanceInputs } from './db-instance-inputs.ts';
import { arnOf, brief, isMember, nameOf, type Instance } from './db-instance-record.ts';
import { settingChanges, settingsFor } from './db-instance-settings.ts';
import { isComing, isStorageResting, savesNothing, stateOf, takesChanges } from './db-instance-state.ts';
import { isOfVolume } from './db-instance-storage.ts';
import { dbInstances, outputsOf } from './db-instances.ts';
import { finalSnapshotOf, LAST_COPY } from './final-snapshot.ts';
import { givePassword, KEPT_PASSWORD, markTag, passwordChange, passwordFor } from './password.ts';
import { restoreInstance, RESTORES_OF_INSTANCES } from './restore-instance.ts';
import { fixedChangeOf, setChanges } from './settings.ts';
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

/** A database server. Whether changes that interrupt wait for its window the spec says. */
export const dbInstanceKind: AwsKind<DbInstanceInputs, Instance> = {
  type: 'DbInstance',
  collection: dbInstances,
  idempotency: 'name',
  stateful: true,
  iam: [
    ...makes('CreateDBInstance', 'db'),
    // Create: what it is made with, and of members the cluster.
    ...onOurs('CreateDBInstance', 'DeleteDBInstance', 'ModifyDBInstance', 'RebootDBInstance'),
    withDefaultOptions('CreateDBInstance'),
    withDefaultOptions('ModifyDBInstance'),
    ...TAG_WRITES,
    ...LAST_COPY,
    ...MANAGED_PASSWORD,
    ...KEPT_PASSWORD,
    // The first database of an account makes the role by which RDS works.
    {
      action: 'iam:CreateServiceLinkedRole',
      on: 'anything',
      resource: 'iam::{account}:role/aws-service-role/rds.amazonaws.com/*',
      when: { 'iam:AWSServiceName': ['rds.amazonaws.com'] },
    },
  ],
  after: [],
  // A cluster keeps what serves until what takes its place does.
  heldBy: ['DbInstance'],
  copyOf: ({ own }) => copyWords(own?.restoreFrom),
  iamFor: ({ own }) => (own?.restoreFrom ? RESTORES_OF_INSTANCES : []),
  holdsNothing: ({ record, inputs }) => (record ? isMember(record) : inputs?.clusterName !== undefined),

  diff(inputs, record) {
    if (!record) return [];
    const fixed = fixedChanges(inputs, record);
    // What is asked for is not shown in full before it is made.
    if (isComing(record)) return fixed;
    const changes = [
      ...fixed,
      ...settingChanges(inputs, record),
      ...groupChanges(inputs, record),
      ...passwordChange(inputs.own?.password, record),
    ];
    if (changes.length > 0 || !inputs.applyImmediately || record.DBInstanceStatus !== 'available')
      return changes;
    const status = record.DBParameterGroups?.[0]?.ParameterApplyStatus;
    return status === 'pending-reboot' ? [{ path: 'parameters', from: status, to: 'in-sync' }] : [];
  },
  state: stateOf,
  outputs: outputsOf,
  gone: () => false,
  needs(record) {
    const beside = (sort: 'pg' | 'subgrp' | 'cluster' | 'og', name: string | undefined) =>
      name === undefined || /^default([.:]|$)/.test(name) ? [] : [arnBeside(arnOf(record), sort, name)];
    return [
      ...beside('subgrp', record.DBSubnetGroup?.DBSubnetGroupName),
      ...(record.DBParameterGroups ?? []).flatMap((group) => beside('pg', group.DBParameterGroupName)),
      ...(record.OptionGroupMemberships ?? []).flatMap((group) => beside('og', group.OptionGroupName)),
      ...beside('cluster', record.DBClusterIdentifier),
      ...securityGroupsOf(record),
    ];
  },

  async create({ session, tags }, inputs) {
    const { own } = inputs;
    if (own?.restoreFrom) return restoreInstance(session, { inputs, own, copy: own.restoreFrom, tags });
    const Tags = tagList({ ...tags, ...markTag(own?.password) });
    const answer = await session.rds.send(
      new CreateDBInstanceCommand({
        ...createOf(inputs),
        ...(await passwordFor(session, own?.password)),
        Tags,
      }),
    );
    const made = brief(must(answer.DBInstance, 'DBInstance'));
    return { ...made, DBInstanceStatus: made.DBInstanceStatus ?? 'creating', Tags };
  },
  async conflicting(session, { name }) {
    const [found] = await dbInstances.get(session, [arnIn(session, 'db', name)]);
    return found;
  },
  async update(context, inputs, record, changes) {
    const arn = arnOf(record);
    const tags = await writeTags(context, arn, changes);
    if (tags) context.wrote(dbInstances, arn, (listed) => listed && retagged(listed, tags));
    const wanted = changes.filter(({ path }) => !path.startsWith('tags.'));
    if (wanted.length > 0) await change(context, inputs, record, wanted);
  },
  async delete({ session, keepsCopy }, record) {
    if (keepsCopy && !isMember(record) && savesNothing(record))
      throw new Terminal(
        'AwsRefused',
        `no final snapshot can be made of database instance ${nameOf(record)}, which is ${record.DBInstanceStatus}: bring it back, or set spec.deletionPolicy to Delete if its automated backups and earlier snapshots will do`,
      );
    const copy = isMember(record) || !keepsCopy ? undefined : await finalSnapshotOf(session, record);
    if (record.DeletionProtection === true)
      await unlessGone(
        session.rds.send(
          new ModifyDBInstanceCommand({
            DBInstanceIdentifier: nameOf(record),
            DeletionProtection: false,
          }),
        ),
      );
    const answer = await unlessGone(
      session.rds.send(
        new DeleteDBInstanceCommand({
          DBInstanceIdentifier: nameOf(record),
          ...(copy ?? { SkipFinalSnapshot: true }),
          DeleteAutomatedBackups: !keepsCopy,
        }),
      ),
    );
    return answer && { ...record, DBInstanceStatus: 'deleting' };
  },
};

/** What stays as it was made. Storage that is not encrypted somebody else has made. */
function fixedChanges(inputs: DbInstanceInputs, record: Instance): Change[] {
  const { own } = inputs;
  // What databases one has that was made of a copy, the copy said.
  const isRestored = TAG.restoredFrom in tagsOf(record);
  return [
    ...fixedChangeOf('name', record.DBInstanceIdentifier, inputs.name),
    ...fixedChangeOf('engine', record.Engine, inputs.engine),
    ...fixedChangeOf('clusterName', record.DBClusterIdentifier ?? '', inputs.clusterName ?? ''),
    ...fixedChangeOf('databaseName', record.DBName ?? '', isRestored ? undefined : own?.databaseName),
    ...fixedChangeOf('masterUsername', record.MasterUsername, own?.masterUsername),
    ...fixedChangeOf('subnetGroupName', record.DBSubnetGroup?.DBSubnetGroupName, own?.subnetGroupName),
    ...fixedChangeOf('encrypted', record.StorageEncrypted, own && true),
    ...fixedChangeOf('kmsKeyId', record.KmsKeyId, own?.kmsKeyId),
  ];
}

function groupChanges({ own }: DbInstanceInputs, record: Instance): Change[] {
  return own ? setChanges('securityGroupIds', securityGroupsOf(record), own.securityGroupIds) : [];
}

/** AWS gives it at once, whatever waits for the window: MasterUserPassword of ModifyDBInstance, API reference. */
async function changePassword(
  { session, wrote }: ActionContext<AwsSession>,
  password: StoredPassword,
  record: Instance,
  ApplyImmediately: boolean,
): Promise<void> {
  const DBInstanceIdentifier = nameOf(record);
  const made = await givePassword(session, { arn: arnOf(record), password, store: record }, async (sent) => {
    const answer = await session.rds.send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier, ...sent, ApplyImmediately }),
    );
    return brief(must(answer.DBInstance, 'DBInstance'));
  });
  const DBInstanceStatus = 'resetting-master-credentials';
  wrote(dbInstances, arnOf(record), (listed) => {
    const isShown = listed && passwordChange(password, listed).length === 0;
    return isShown ? listed : listed && { ...listed, ...made, DBInstanceStatus };
  });
}

/** One call a visit: AWS takes no further change until it has made the one before. */
async function change(
  context: ActionContext<AwsSession>,
  inputs: DbInstanceInputs,
  record: Instance,
  wanted: readonly Change[],
): Promise<void> {
  const DBInstanceIdentifier = nameOf(record);
  const what = `database instance ${DBInstanceIdentifier}`;
  if (!takesChanges(record))
    throw new Waiting('WaitingForAws', `${what} is ${record.DBInstanceStatus}; the change follows`);
  const { password } = inputs.own ?? {};
  if (password && wanted.some(({ path }) => path === 'password')) {
    await changePassword(context, password, record, inputs.applyImmediately);
    return;
  }
  const now = isStorageResting(record) ? wanted.filter((one) => !isOfVolume(one)) : wanted;
  if (now.length === 0)
    throw new Waiting(
      'WaitingForAws',
      `the storage of ${what} was changed a moment ago, and AWS takes no further change of it for six hours`,
    );
  if (
    majorUpgradeIn(inputs.engine, record.EngineVersion ?? '', now) &&
    inputs.own?.allowMajorVersionUpgrade !== true
  )
    throw new Terminal(
      'InvalidSpec',
      `${what} has version ${record.EngineVersion}, and engineVersion asks for ${inputs.own?.engineVersion}: set allowMajorVersionUpgrade to true to have it upgraded, which nobody can take back`,
    );
  const { rds } = context.session;
  const isReboot = now.some(({ path }) => path === 'parameters');
  const answer = isReboot
    ? await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier }))
    : await rds.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier,
          ...settingsFor(inputs, record, now),
          ...(now.some(({ path }) => path.startsWith('securityGroupIds[')) && {
            VpcSecurityGroupIds: [...(inputs.own?.securityGroupIds ?? [])],
          }),
          ApplyImmediately: inputs.applyImmediately,
        }),
      );
  const { Tags: _, ...made } = brief(must(answer.DBInstance, 'DBInstance'));
  const DBInstanceStatus = isReboot ? 'rebooting' : 'modifying';
  const sent = new Set(now.map(({ path }) => path));
  context.wrote(dbInstances, arnOf(record), (listed) => {
    const isShown = listed && !dbInstanceKind.diff(inputs, listed).some(({ path }) => sent.has(path));
    return isShown ? listed : listed && { ...listed, ...made, DBInstanceStatus };
  });
}
