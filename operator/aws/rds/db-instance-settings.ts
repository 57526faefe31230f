import type { ModifyDBInstanceMessage } from '@aws-sdk/client-rds';
import { familyOf, majorOf } from '../../engine-versions.ts';
import { textOf, type Change } from '../../graph/kind.ts';
import type { DbInstanceInputs, OwnInputs } from './db-instance-inputs.ts';
import type { Instance } from './db-instance-record.ts';
import { storageChanges, storageFor } from './db-instance-storage.ts';
import { logChanges, logsFor } from './log-exports.ts';
import { appliedGroups, isDefaultOptionGroup, optionGroupOf } from './option-membership.ts';
import { changeOf, changesOf, sentFor, type Setting } from './settings.ts';
import { STORE_SETTINGS } from './store-settings.ts';
import { majorUpgradeIn, versionChange } from './versions.ts';
import { windowChanges, windowsFor } from './windows.ts';

type Sent = Partial<ModifyDBInstanceMessage>;

/** Of every instance. */
const SETTINGS: readonly Setting<DbInstanceInputs, Instance, Sent>[] = [
  {
    path: 'instanceClass',
    of: ({ DBInstanceClass: now, PendingModifiedValues: pending }) => pending?.DBInstanceClass ?? now,
    wanted: ({ instanceClass }) => instanceClass,
    sent: ({ instanceClass }) => ({ DBInstanceClass: instanceClass }),
  },
  {
    path: 'insightsDays',
    of: (record) =>
      record.PerformanceInsightsEnabled === true ? (record.PerformanceInsightsRetentionPeriod ?? 7) : 0,
    wanted: ({ insightsDays = 0 }) => insightsDays,
    sent: ({ insightsDays = 0 }) => ({
      EnablePerformanceInsights: insightsDays > 0,
      ...(insightsDays > 0 && { PerformanceInsightsRetentionPeriod: insightsDays }),
    }),
  },
  {
    path: 'publiclyAccessible',
    of: ({ PubliclyAccessible: now }) => now ?? false,
    wanted: () => false,
    sent: () => ({ PubliclyAccessible: false }),
  },
];

/** Of those that are in no cluster. */
const OWN_SETTINGS: readonly Setting<OwnInputs, Instance, Sent>[] = [
  {
    path: 'multiAz',
    of: ({ MultiAZ: now, PendingModifiedValues: pending }) => pending?.MultiAZ ?? now ?? false,
    wanted: ({ multiAz }) => multiAz,
    sent: ({ multiAz }) => ({ MultiAZ: multiAz }),
  },
  ...STORE_SETTINGS,
];

/** What differs of an instance's settings, without what it cannot change. */
export function settingChanges(inputs: DbInstanceInputs, record: Instance): Change[] {
  const { own } = inputs;
  // Once nothing is under way, what waits for the window is asked for again where nobody wants to wait.
  const { PendingModifiedValues: _, ...applied } = record;
  const isAskedAgain = inputs.applyImmediately && record.DBInstanceStatus === 'available';
  const now = isAskedAgain ? { ...applied, OptionGroupMemberships: appliedGroups(record) } : record;
  return [
    ...changesOf(SETTINGS, inputs, now),
    ...groupChange(inputs, now),
    ...windowChanges({ ...windowOf(inputs), ...(own && backupOf(own)) }, now),
    ...(own
      ? [
          ...changesOf(OWN_SETTINGS, own, now),
          ...optionsChange(own, now),
          ...versionChange(inputs.engine, own.engineVersion, now),
          ...storageChanges(own, now),
          ...logChanges(own.logExports, now),
        ]
      : []),
  ];
}

/** These changes as ModifyDBInstance takes them. */
export function settingsFor(inputs: DbInstanceInputs, record: Instance, changes: readonly Change[]): Sent {
  const { own } = inputs;
  const has = (path: string) => changes.some((change) => change.path === path);
  const upgrades = own && has('engineVersion');
  return Object.assign(
    {},
    ...sentFor(SETTINGS, inputs, changes),
    ...(own ? sentFor(OWN_SETTINGS, own, changes) : []),
    has('parameterGroupName') ? { DBParameterGroupName: inputs.parameterGroupName } : {},
    windowsFor({ ...windowOf(inputs), ...(own && backupOf(own)) }, changes),
    upgrades ? upgradeFor(inputs, own, record, changes) : {},
    own ? optionsFor(inputs, own, record, changes) : {},
    own ? storageFor(own, record, changes) : {},
    own ? logsFor(changes) : {},
  ) as Sent;
}

function windowOf({ maintenanceWindow }: DbInstanceInputs) {
  return maintenanceWindow === undefined ? {} : { maintenanceWindow };
}

function backupOf({ backupWindow }: OwnInputs) {
  return backupWindow === undefined ? {} : { backupWindow };
}

/** Whether another major version is still to come, whose groups were named with it. */
function awaitsMajor({
  Engine: engine = '',
  EngineVersion: now = '',
  PendingModifiedValues: pending,
}: Instance) {
  const next = pending?.EngineVersion;
  return next !== undefined && majorOf(engine, next) !== majorOf(engine, now);
}

/**
 * A group of the family of a version that is still to come is there with it; a member gets it with the upgrade of its cluster.
 */
function groupChange(inputs: DbInstanceInputs, record: Instance): Change[] {
  const { engine, parameterGroupName, parameterGroupFamily } = inputs;
  const { EngineVersion: version = '' } = record;
  if (awaitsMajor(record)) return [];
  if (parameterGroupFamily !== undefined && parameterGroupFamily !== familyOf(engine, version)) return [];
  return changeOf(
    'parameterGroupName',
    record.DBParameterGroups?.[0]?.DBParameterGroupName,
    parameterGroupName,
  );
}

/** AWS's own group is that of the version, whichever that is. */
function optionsChange({ optionGroupName: wanted }: OwnInputs, record: Instance): Change[] {
  const now = optionGroupOf(record);
  const isAws = isDefaultOptionGroup(wanted) && now !== undefined && isDefaultOptionGroup(now);
  return isAws || awaitsMajor(record) ? [] : changeOf('optionGroupName', now, wanted);
}

/** With another major version AWS gives its own group of that where none is named, which may not be there before. */
function optionsFor(
  { engine }: DbInstanceInputs,
  { optionGroupName }: OwnInputs,
  { EngineVersion: now = '' }: Instance,
  changes: readonly Change[],
): Sent {
  if (!changes.some(({ path }) => path === 'optionGroupName')) return {};
  if (isDefaultOptionGroup(optionGroupName) && majorUpgradeIn(engine, now, changes)) return {};
  return { OptionGroupName: optionGroupName };
}

/**
 * "For major version upgrades, if a nondefault DB parameter group is currently in use, a new DB parameter group in the DB
 * parameter group family for the new engine version must be specified": EngineVersion of ModifyDBInstance, API reference.
 */
function upgradeFor(
  { engine, parameterGroupName }: DbInstanceInputs,
  { allowMajorVersionUpgrade }: OwnInputs,
  { EngineVersion: now = '' }: Instance,
  changes: readonly Change[],
): Sent {
  const to = textOf(changes.find(({ path }) => path === 'engineVersion')?.to ?? '');
  return {
    EngineVersion: to,
    ...(majorUpgradeIn(engine, now, changes) && {
      AllowMajorVersionUpgrade: allowMajorVersionUpgrade,
      DBParameterGroupName: parameterGroupName,
    }),
  };
}
