import type { ModifyDBClusterMessage } from '@aws-sdk/client-rds';
import { majorOf } from '../../engine-versions.ts';
import type { Change } from '../../graph/kind.ts';
import { securityGroupsOf } from './attached.ts';
import type { DbClusterInputs } from './db-cluster-inputs.ts';
import type { Cluster } from './db-cluster-record.ts';
import { logChanges, logsFor } from './log-exports.ts';
import { changeOf, changesOf, sentFor, setChanges, type Setting } from './settings.ts';
import { STORE_SETTINGS } from './store-settings.ts';
import { majorUpgradeIn, versionChange } from './versions.ts';
import { windowChanges, windowsFor } from './windows.ts';

type Sent = Partial<ModifyDBClusterMessage>;

const SETTINGS: readonly Setting<DbClusterInputs, Cluster, Sent>[] = [
  ...STORE_SETTINGS,
  {
    // AWS takes it from no cluster that has it once, and where no member is serverless it says nothing.
    path: 'capacity',
    of: ({ ServerlessV2ScalingConfiguration: now }) => now && rangeOf(now.MinCapacity, now.MaxCapacity),
    wanted: ({ capacity }) => capacity && rangeOf(capacity.min, capacity.max),
    sent: ({ capacity }) =>
      capacity
        ? { ServerlessV2ScalingConfiguration: { MinCapacity: capacity.min, MaxCapacity: capacity.max } }
        : {},
  },
];

function rangeOf(least: number | undefined, most: number | undefined): string {
  return `${least} to ${most}`;
}

/** What differs of a cluster's settings, without what it cannot change. */
export function settingChanges(inputs: DbClusterInputs, record: Cluster): Change[] {
  // Once nothing is under way, what waits for the window is asked for again where nobody wants to wait.
  const { PendingModifiedValues: _, ...applied } = record;
  const now: Cluster = inputs.applyImmediately && record.Status === 'available' ? applied : record;
  return [
    ...changesOf(SETTINGS, inputs, now),
    ...groupChange(inputs, now),
    ...windowChanges(inputs, now),
    ...versionChange(inputs.engine, inputs.engineVersion, now),
    ...logChanges(inputs.logExports, now),
    ...setChanges('securityGroupIds', securityGroupsOf(now), inputs.securityGroupIds),
  ];
}

/**
 * These changes as ModifyDBCluster takes them. "For major version upgrades […] a new DB cluster parameter group" and one of the
 * members go along where theirs are no default ones: EngineVersion and DBInstanceParameterGroupName, API reference.
 */
export function settingsFor(inputs: DbClusterInputs, record: Cluster, changes: readonly Change[]): Sent {
  const upgrade = changes.find(({ path }) => path === 'engineVersion');
  const isMajor = majorUpgradeIn(inputs.engine, record.EngineVersion ?? '', changes);
  return Object.assign(
    {},
    ...sentFor(SETTINGS, inputs, changes),
    windowsFor(inputs, changes),
    logsFor(changes),
    changes.some(({ path }) => path === 'parameterGroupName') || isMajor
      ? { DBClusterParameterGroupName: inputs.parameterGroupName }
      : {},
    changes.some(({ path }) => path.startsWith('securityGroupIds['))
      ? { VpcSecurityGroupIds: [...inputs.securityGroupIds] }
      : {},
    upgrade ? { EngineVersion: String(upgrade.to) } : {},
    isMajor
      ? {
          AllowMajorVersionUpgrade: inputs.allowMajorVersionUpgrade,
          DBInstanceParameterGroupName: inputs.memberGroupName,
        }
      : {},
  ) as Sent;
}

/** A group of the family of a version that is still to come is there with it. */
function groupChange({ engine, parameterGroupName }: DbClusterInputs, record: Cluster): Change[] {
  const { EngineVersion: version = '', PendingModifiedValues: pending } = record;
  const next = pending?.EngineVersion;
  if (next !== undefined && majorOf(engine, next) !== majorOf(engine, version)) return [];
  return changeOf('parameterGroupName', record.DBClusterParameterGroup, parameterGroupName);
}
