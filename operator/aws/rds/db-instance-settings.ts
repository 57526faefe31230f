import type { ModifyDBInstanceMessage } from '@aws-sdk/client-rds';
import type { Change } from '../../graph/kind.ts';
import type { DbInstanceInputs, OwnInputs } from './db-instance-inputs.ts';
import { logsOf, type Instance } from './db-instance-record.ts';
import { storageChanges, storageFor } from './db-instance-storage.ts';
import { isBelow, majorOf } from './versions.ts';
import { windowChanges, windowsFor } from './windows.ts';

type Sent = Partial<ModifyDBInstanceMessage>;

/** Something that ModifyDBInstance changes. */
interface Setting<I> {
  readonly path: string;
  readonly of: (record: Instance) => unknown;
  /** Undefined where it is left as it is. */
  readonly wanted: (inputs: I) => unknown;
  readonly sent: (inputs: I) => Sent;
}

/** Of every instance. */
const SETTINGS: readonly Setting<DbInstanceInputs>[] = [
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
    path: 'promotionTier',
    of: ({ PromotionTier: now }) => now,
    wanted: ({ promotionTier }) => promotionTier,
    sent: ({ promotionTier }) => ({ PromotionTier: promotionTier }),
  },
  {
    path: 'publiclyAccessible',
    of: ({ PubliclyAccessible: now }) => now ?? false,
    wanted: () => false,
    sent: () => ({ PubliclyAccessible: false }),
  },
];

/** Of those that are in no cluster. */
const OWN_SETTINGS: readonly Setting<OwnInputs>[] = [
  {
    path: 'multiAz',
    of: ({ MultiAZ: now, PendingModifiedValues: pending }) => pending?.MultiAZ ?? now ?? false,
    wanted: ({ multiAz }) => multiAz,
    sent: ({ multiAz }) => ({ MultiAZ: multiAz }),
  },
  {
    path: 'managesPassword',
    of: ({ MasterUserSecret: secret }) => secret !== undefined,
    wanted: ({ managesPassword }) => managesPassword || undefined,
    sent: () => ({ ManageMasterUserPassword: true }),
  },
  {
    path: 'backupDays',
    of: ({ BackupRetentionPeriod: now, PendingModifiedValues: pending }) =>
      pending?.BackupRetentionPeriod ?? now,
    wanted: ({ backupDays }) => backupDays,
    sent: ({ backupDays }) => ({ BackupRetentionPeriod: backupDays }),
  },
  {
    path: 'deletionProtection',
    of: ({ DeletionProtection: now }) => now ?? false,
    wanted: ({ deletionProtection }) => deletionProtection,
    sent: ({ deletionProtection }) => ({ DeletionProtection: deletionProtection }),
  },
  {
    path: 'iamAuthentication',
    of: ({ IAMDatabaseAuthenticationEnabled: now, PendingModifiedValues: pending }) =>
      pending?.IAMDatabaseAuthenticationEnabled ?? now ?? false,
    wanted: ({ iamAuthentication }) => iamAuthentication,
    sent: ({ iamAuthentication }) => ({ EnableIAMDatabaseAuthentication: iamAuthentication }),
  },
  {
    path: 'copiesTagsToSnapshots',
    of: ({ CopyTagsToSnapshot: now }) => now ?? false,
    wanted: () => true,
    sent: () => ({ CopyTagsToSnapshot: true }),
  },
  {
    path: 'optionGroupName',
    of: ({ OptionGroupMemberships: groups = [] }) =>
      groups.find(({ Status: status = '' }) => !status.includes('removal'))?.OptionGroupName,
    wanted: ({ optionGroupName }) => optionGroupName,
    sent: ({ optionGroupName }) => ({ OptionGroupName: optionGroupName }),
  },
];

/** What differs of an instance's settings, without what it cannot change. */
export function settingChanges(inputs: DbInstanceInputs, record: Instance): Change[] {
  const { own } = inputs;
  // Once nothing is under way, what waits for the window is asked for again where nobody wants to wait.
  const { PendingModifiedValues: _, ...applied } = record;
  const now = inputs.applyImmediately && record.DBInstanceStatus === 'available' ? applied : record;
  const of = <I>(settings: readonly Setting<I>[], wanted: I) =>
    settings.flatMap((setting) => changeOf(setting.path, setting.of(now), setting.wanted(wanted)));
  return [
    ...of(SETTINGS, inputs),
    ...groupChange(inputs, now),
    ...windowChanges({ ...windowOf(inputs), ...(own && backupOf(own)) }, now),
    ...(own
      ? [...of(OWN_SETTINGS, own), ...versionChange(inputs, own, now), ...storageChanges(own, now)]
      : []),
    ...(own ? logChanges(own, now) : []),
  ];
}

/** These changes as ModifyDBInstance takes them. */
export function settingsFor(inputs: DbInstanceInputs, record: Instance, changes: readonly Change[]): Sent {
  const { own } = inputs;
  const has = (path: string) => changes.some((change) => change.path === path);
  const of = <I>(settings: readonly Setting<I>[], wanted: I): Sent[] =>
    settings.filter(({ path }) => has(path)).map(({ sent }) => sent(wanted));
  const upgrades = own && has('engineVersion');
  return Object.assign(
    {},
    ...of(SETTINGS, inputs),
    ...(own ? of(OWN_SETTINGS, own) : []),
    has('parameterGroupName') ? { DBParameterGroupName: inputs.parameterGroupName } : {},
    windowsFor({ ...windowOf(inputs), ...(own && backupOf(own)) }, changes),
    upgrades ? upgradeFor(inputs, own, record, changes) : {},
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

/** A group of the family of a version that is still to come is there with it. */
function groupChange({ engine, parameterGroupName }: DbInstanceInputs, record: Instance): Change[] {
  const { EngineVersion: version = '', PendingModifiedValues: pending } = record;
  const next = pending?.EngineVersion;
  if (next !== undefined && majorOf(engine, next) !== majorOf(engine, version)) return [];
  return changeOf(
    'parameterGroupName',
    record.DBParameterGroups?.[0]?.DBParameterGroupName,
    parameterGroupName,
  );
}

function versionChange({ engine }: DbInstanceInputs, own: OwnInputs, record: Instance): Change[] {
  const { EngineVersion: now = '', PendingModifiedValues: pending } = record;
  const next = pending?.EngineVersion;
  if (isBelow(next ?? now, own.engineVersion))
    return changeOf('engineVersion', next ?? now, own.engineVersion);
  // An upgrade that nobody wants any more is called off before its window.
  const isUnwanted = next !== undefined && majorOf(engine, next) !== majorOf(engine, own.engineVersion);
  return isUnwanted && !isBelow(now, own.engineVersion) ? changeOf('engineVersion', next, now) : [];
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
  const to = String(changes.find(({ path }) => path === 'engineVersion')?.to ?? '');
  const isMajor = majorOf(engine, now) !== majorOf(engine, to);
  return {
    EngineVersion: to,
    ...(isMajor && {
      AllowMajorVersionUpgrade: allowMajorVersionUpgrade,
      DBParameterGroupName: parameterGroupName,
    }),
  };
}

/** Whether these changes are an upgrade that only somebody's word allows. */
export function isMajorUpgrade(
  { engine }: DbInstanceInputs,
  { EngineVersion: now = '' }: Instance,
  changes: readonly Change[],
): boolean {
  const change = changes.find(({ path }) => path === 'engineVersion');
  return change !== undefined && majorOf(engine, String(change.to)) !== majorOf(engine, now);
}

function logChanges({ logExports }: OwnInputs, record: Instance): Change[] {
  const now = logsOf(record);
  return [
    ...logExports
      .filter((log) => !now.includes(log))
      .map((log): Change => ({ path: `logExports[${log}]`, to: log })),
    ...now
      .filter((log) => !logExports.includes(log))
      .map((log): Change => ({ path: `logExports[${log}]`, from: log })),
  ];
}

function logsFor(changes: readonly Change[]): Sent {
  const logs = changes.filter(({ path }) => path.startsWith('logExports['));
  if (logs.length === 0) return {};
  const named = ({ path }: Change) => path.slice('logExports['.length, -1);
  const EnableLogTypes = logs.filter(({ to }) => to !== undefined).map(named);
  const DisableLogTypes = logs.filter(({ to }) => to === undefined).map(named);
  return {
    CloudwatchLogsExportConfiguration: {
      ...(EnableLogTypes.length > 0 && { EnableLogTypes }),
      ...(DisableLogTypes.length > 0 && { DisableLogTypes }),
    },
  };
}

/** The change of one value; none where nobody says what it is to be. */
export function changeOf(path: string, from: unknown, to: unknown): Change[] {
  return to === undefined || from === to ? [] : [{ path, ...(from !== undefined && { from }), to }];
}
