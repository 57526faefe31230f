import type { ReplicationGroup } from '@aws-sdk/client-elasticache';
import { isBelow } from '../../engine-versions.ts';
import type { Change } from '../../graph/kind.ts';
import { compareSet } from '../id-sets.ts';
import type { StoredPassword } from '../secretsmanager/value.ts';
import type { CacheGroup, NodeSettings } from './replication-groups.ts';
import { givenTo } from './token-state.ts';

/** The first version of Valkey that ElastiCache has; Redis OSS ends before it. */
const VALKEY_FROM = '7.2';

export interface ReplicationGroupInputs {
  /** At most 40 lower-case letters, digits and single hyphens, unique in account and region. */
  readonly name: string;
  readonly description: string;
  readonly engine: 'redis' | 'valkey';
  /** The least that is to run, as `7.0`: AWS patches by itself, and nobody can go back. */
  readonly engineVersion: string;
  /** As `cache.t3.micro`. */
  readonly nodeType: string;
  /** Whether keys are spread over shards. It cannot change. */
  readonly clusterMode: boolean;
  /** 1 where the cluster mode is off. */
  readonly shards: number;
  /** Nodes of each shard besides the one that is written to. */
  readonly replicasPerShard: number;
  readonly parameterGroup: string;
  readonly subnetGroup: string;
  readonly securityGroupIds: readonly string[];
  /** 0 for no daily snapshots. */
  readonly snapshotRetentionDays: number;
  /** UTC, as `03:00-04:00`; what AWS has chosen stays where nothing is said. */
  readonly snapshotWindow?: string | undefined;
  /** UTC, as `sun:05:00-sun:06:00`. */
  readonly maintenanceWindow?: string | undefined;
  /** ARN of the key that encrypts it on disk; absent for ElastiCache's own. */
  readonly kmsKeyArn?: string;
  /** The token that whoever uses it gives; absent for none. */
  readonly token?: StoredPassword;
  /** Whether what interrupts is done at once, and not in the maintenance window. */
  readonly isImmediate: boolean;
  /** The snapshot that it is made of; undefined for an empty one. Of one that is there it says nothing. */
  readonly restoreFrom?: { readonly snapshot: string };
  /** Whether it may go to another major version, or to Valkey. */
  readonly mayUpgrade: boolean;
}

/** With replicas a failure costs seconds: one of them takes over, and they lie in several zones. */
export function isFailingOver({ clusterMode, replicasPerShard }: ReplicationGroupInputs): boolean {
  return clusterMode || replicasPerShard > 0;
}

/** What a change calls the key of ElastiCache. */
const OWN_KEY = 'that of ElastiCache';

/** All that differs, whether it can be changed yet or not. What AWS does not show of a group that is new does not differ. */
export function changesOf(inputs: ReplicationGroupInputs, group: CacheGroup): Change[] {
  const changes: Change[] = [];
  const compare = (path: string, from: unknown, to: unknown, more: { replace?: true } = {}) => {
    if (from !== undefined && to !== undefined && from !== to) changes.push({ path, from, to, ...more });
  };
  const fixed = { replace: true } as const;
  const { node } = group;
  const now = comingOf(group, inputs.isImmediate);
  compare('name', group.ReplicationGroupId, inputs.name, fixed);
  compare('clusterMode', group.ClusterEnabled, inputs.clusterMode, fixed);
  compare('encryptionAtRest', group.AtRestEncryptionEnabled, true, fixed);
  compare('kmsKeyArn', group.KmsKeyId ?? OWN_KEY, inputs.kmsKeyArn ?? OWN_KEY, fixed);
  compare('subnetGroup', node?.subnetGroup, inputs.subnetGroup, fixed);
  compare('engine', now.engine, inputs.engine, inputs.engine === 'redis' ? fixed : {});
  if (now.version !== undefined && isBelow(now.version, inputs.engineVersion))
    changes.push({ path: 'engineVersion', from: now.version, to: inputs.engineVersion });
  compare('parameterGroup', now.parameterGroup, inputs.parameterGroup);
  compare('nodeType', now.nodeType, inputs.nodeType);
  compare('description', group.Description, inputs.description);
  compare('snapshotRetentionDays', group.SnapshotRetentionLimit, inputs.snapshotRetentionDays);
  compare('snapshotWindow', group.SnapshotWindow, inputs.snapshotWindow);
  compare('maintenanceWindow', node?.maintenanceWindow, inputs.maintenanceWindow);
  compare('transitEncryption', transitOf(group), 'required');
  compare('token', givenTo(group)?.mark ?? '', inputs.token?.mark);
  if (node) changes.push(...compareSet('securityGroupIds', inputs.securityGroupIds, node.securityGroupIds));
  // The order in which AWS takes them: what needs replicas goes before them and comes after them.
  const failover = (to: boolean) => {
    if (isFailingOver(inputs) !== to) return;
    compare('automaticFailover', now.automaticFailover, to);
    compare('multiAz', group.MultiAZ && group.MultiAZ === 'enabled', to && inputs.replicasPerShard > 0);
  };
  failover(false);
  const shards = shardsOf(group);
  if (shards.length > 0) {
    compare('shards', shards.length, inputs.shards);
    const counts = [...new Set(shards.map(({ replicas }) => replicas))].sort((a, b) => a - b);
    if (counts.some((count) => count !== inputs.replicasPerShard))
      changes.push({
        path: 'replicasPerShard',
        from: counts.length === 1 ? counts[0] : counts.join(' to '),
        to: inputs.replicasPerShard,
      });
  }
  failover(true);
  return changes;
}

interface Coming {
  readonly engine: string | undefined;
  readonly version: string | undefined;
  readonly nodeType: string | undefined;
  readonly parameterGroup: string | undefined;
  readonly automaticFailover: boolean | undefined;
}

/**
 * The group as it is when all that AWS has taken is carried out. What waits for the maintenance window does not come where it
 * is to be done at once.
 */
function comingOf(group: CacheGroup, isImmediate: boolean): Coming {
  const { node, PendingModifiedValues: pending } = group;
  const taken = isImmediate && group.Status === 'available' ? {} : (node?.pending ?? {});
  const failover = pending?.AutomaticFailoverStatus ?? group.AutomaticFailover;
  const version = taken.engineVersion ?? node?.engineVersion;
  // No pending value says to which engine: Valkey's versions begin where those of Redis OSS end.
  const toValkey = taken.engineVersion !== undefined && !isBelow(taken.engineVersion, VALKEY_FROM);
  return {
    engine: toValkey ? 'valkey' : group.Engine,
    version,
    nodeType: taken.nodeType ?? group.CacheNodeType,
    // It comes with the version, and is not shown among what is pending.
    parameterGroup: taken.engineVersion === undefined ? node?.parameterGroup : undefined,
    automaticFailover: failover && failover.startsWith('enabl'),
  };
}

function transitOf(group: ReplicationGroup): string | undefined {
  if (group.TransitEncryptionEnabled === undefined) return undefined;
  const { TransitEncryptionMode: mode = 'required', PendingModifiedValues: pending } = group;
  return group.TransitEncryptionEnabled ? (pending?.TransitEncryptionMode ?? mode) : 'off';
}

/** The shards with how many replicas each has; none where AWS does not show them yet. */
export function shardsOf({ NodeGroups = [] }: ReplicationGroup): { id: string; replicas: number }[] {
  return NodeGroups.map(({ NodeGroupId: id = '', NodeGroupMembers: members = [] }) => ({
    id,
    replicas: members.length - 1,
  })).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** In words, what AWS has taken and carries out in the maintenance window, or at the next reboot. */
export function pendingOf(node: NodeSettings | undefined): string[] {
  const { engineVersion, nodeType } = node?.pending ?? {};
  return [
    ...(engineVersion === undefined ? [] : [`engineVersion ${engineVersion}`]),
    ...(nodeType === undefined ? [] : [`nodeType ${nodeType}`]),
    ...(node?.parameters === 'pending-reboot' ? ['parameters, which hold after a reboot'] : []),
  ];
}
