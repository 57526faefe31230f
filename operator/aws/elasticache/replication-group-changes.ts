import {
  DecreaseReplicaCountCommand,
  IncreaseReplicaCountCommand,
  ModifyReplicationGroupCommand,
  ModifyReplicationGroupShardConfigurationCommand,
  type ModifyReplicationGroupMessage,
} from '@aws-sdk/client-elasticache';
import { isBelow, majorOf } from '../../engine-versions.ts';
import { Terminal, Waiting } from '../../errors.ts';
import type { ActionContext, Change } from '../../graph/kind.ts';
import { unlessDone } from '../errors.ts';
import { changedSet } from '../id-sets.ts';
import type { AwsSession } from '../session.ts';
import { giveToken } from './auth-token.ts';
import { pendingOf, shardsOf, type ReplicationGroupInputs } from './replication-group-diff.ts';
import { idOf, layOver, replicationGroups, type CacheGroup } from './replication-groups.ts';
import { updateTags } from './shared.ts';
import { strategyFor } from './token-state.ts';

type Modified = Omit<ModifyReplicationGroupMessage, 'ReplicationGroupId' | 'ApplyImmediately'>;

interface At {
  readonly context: ActionContext<AwsSession>;
  readonly inputs: ReplicationGroupInputs;
  readonly group: CacheGroup;
  /** Those that AWS takes together. */
  readonly changes: readonly Change[];
}

/** Changes that AWS takes together; what of the record they change at once is returned. */
interface Step {
  readonly takes: (change: Change) => boolean;
  run(at: At): Promise<Partial<CacheGroup>>;
}

/** In the order in which they are made: what needs replicas is given up before they go, and comes after them. */
const STEPS: readonly Step[] = [
  {
    takes: ({ path }) =>
      /^(description|snapshotRetentionDays|snapshotWindow|maintenanceWindow|securityGroupIds\[.*)$/.test(
        path,
      ),
    run: setUp,
  },
  { takes: ({ path }) => path === 'transitEncryption', run: encrypt },
  { takes: ({ path }) => path === 'token', run: authenticate },
  { takes: ({ path }) => /^(engine|engineVersion|parameterGroup)$/.test(path), run: upgrade },
  { takes: ({ path }) => path === 'nodeType', run: resize },
  { takes: ({ path, to }) => /^(automaticFailover|multiAz)$/.test(path) && to === false, run: failover },
  { takes: ({ path }) => path === 'shards', run: reshard },
  { takes: ({ path }) => path === 'replicasPerShard', run: replicate },
  { takes: ({ path, to }) => /^(automaticFailover|multiAz)$/.test(path) && to === true, run: failover },
];

/**
 * Makes the first of the changes that AWS takes one after the other: each makes the group `modifying`, and the next is taken
 * when it is available again. Throws {@link Waiting} where some are left.
 */
export async function makeNext(at: At): Promise<void> {
  const { context, group, changes } = at;
  const name = group.ReplicationGroupId ?? '';
  if (group.Status !== 'available') throw waitingFor(`cache ${name} is ${group.Status}`, changes);
  await updateTags(context, replicationGroups, idOf(group), changes);
  const left = changes.filter(({ path }) => !path.startsWith('tags.'));
  const step = STEPS.find(({ takes }) => left.some(takes));
  if (!step) return;
  const shown = await step.run({ ...at, changes: left.filter(step.takes) });
  layOver(context, group, { Status: 'modifying', ...shown });
  const later = left.filter((change) => !step.takes(change));
  if (later.length > 0) throw waitingFor(`cache ${name} is modifying`, later);
}

function waitingFor(why: string, changes: readonly Change[]): Waiting {
  const next = changes.map(({ path }) => path).join(', ');
  return new Waiting('WaitingForAws', `${why}; ${next} when it is available again`);
}

async function modify({ context, group }: At, sent: Modified, ApplyImmediately: boolean): Promise<void> {
  const { ReplicationGroupId } = group;
  await context.session.elasticache.send(
    new ModifyReplicationGroupCommand({ ReplicationGroupId, ApplyImmediately, ...sent }),
  );
}

/** What changes at once and interrupts nobody. It is not asked for immediately: what waits for the window would come too. */
async function setUp(at: At): Promise<Partial<CacheGroup>> {
  const { inputs, group, changes } = at;
  const { node } = group;
  const changed = (path: string) => changes.some((change) => change.path.startsWith(path));
  const securityGroupIds = changedSet(node?.securityGroupIds ?? [], 'securityGroupIds', changes);
  // Without it, AWS takes no daily snapshots of a group that had none and is not in cluster mode.
  const snapshotted =
    !group.ClusterEnabled && !group.SnapshotRetentionLimit && [...(group.MemberClusters ?? [])].sort()[0];
  // Both where one changes: AWS compares a new one with the one that is there, and the two may change places.
  const hasWindow = changed('snapshotWindow') || changed('maintenanceWindow');
  const ofGroup = {
    ...(changed('snapshotRetentionDays') && { SnapshotRetentionLimit: inputs.snapshotRetentionDays }),
    ...(hasWindow && inputs.snapshotWindow !== undefined && { SnapshotWindow: inputs.snapshotWindow }),
  };
  await modify(
    at,
    {
      ...ofGroup,
      ...(changed('description') && { ReplicationGroupDescription: inputs.description }),
      ...(changed('snapshotRetentionDays') && snapshotted && { SnapshottingClusterId: snapshotted }),
      ...(hasWindow &&
        inputs.maintenanceWindow !== undefined && { PreferredMaintenanceWindow: inputs.maintenanceWindow }),
      ...(changed('securityGroupIds[') && { SecurityGroupIds: securityGroupIds }),
    },
    false,
  );
  return {
    ...ofGroup,
    Description: inputs.description,
    ...(node && {
      node: {
        ...node,
        securityGroupIds,
        maintenanceWindow: inputs.maintenanceWindow ?? node.maintenanceWindow,
      },
    }),
  };
}

/** Where it was taken off, in two steps: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption-enable.html */
async function encrypt(at: At): Promise<Partial<CacheGroup>> {
  requireNothingPending(at);
  const isOn = at.group.TransitEncryptionEnabled === true;
  await modify(
    at,
    isOn
      ? { TransitEncryptionMode: 'required' }
      : { TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' },
    true,
  );
  return {};
}

async function authenticate({ context, group, inputs: { token } }: At): Promise<Partial<CacheGroup>> {
  if (token) await giveToken({ context, group, token, strategy: strategyFor(token.mark, group) });
  return {};
}

/** Engine, version and the parameters of its family go in one call: AWS takes none without the others. */
async function upgrade(at: At): Promise<Partial<CacheGroup>> {
  const { inputs, group } = at;
  const from = group.node?.engineVersion ?? '';
  const toValkey = inputs.engine === 'valkey' && group.Engine !== 'valkey';
  const isMajor =
    from !== '' && isBelow(majorOf(inputs.engine, from), majorOf(inputs.engine, inputs.engineVersion));
  if ((toValkey || isMajor) && !inputs.mayUpgrade)
    throw new Terminal(
      'InvalidSpec',
      `cache ${inputs.name} runs ${group.Engine} ${from}, and nobody can go back from ${inputs.engine} ${inputs.engineVersion}: set allowMajorVersionUpgrade to true, or take the change back`,
    );
  const isNewer = toValkey || isBelow(from, inputs.engineVersion);
  await modify(
    at,
    {
      ...(toValkey && { Engine: 'valkey' }),
      ...(isNewer && { EngineVersion: inputs.engineVersion }),
      ...(group.node?.parameterGroup !== inputs.parameterGroup && {
        CacheParameterGroupName: inputs.parameterGroup,
      }),
    },
    inputs.isImmediate,
  );
  return isNewer ? pending(group, { engineVersion: inputs.engineVersion }) : {};
}

async function resize(at: At): Promise<Partial<CacheGroup>> {
  const { nodeType, isImmediate } = at.inputs;
  await modify(at, { CacheNodeType: nodeType }, isImmediate);
  return pending(at.group, { nodeType });
}

/** Interrupts nobody, and holds up the replicas: so it is done at once. */
async function failover(at: At): Promise<Partial<CacheGroup>> {
  requireNothingPending(at);
  const to = (path: string) => at.changes.find((change) => change.path === path)?.to;
  const [automatic, multiAz] = [to('automaticFailover'), to('multiAz')];
  await modify(
    at,
    {
      ...(automatic !== undefined && { AutomaticFailoverEnabled: automatic === true }),
      ...(multiAz !== undefined && { MultiAZEnabled: multiAz === true }),
    },
    true,
  );
  return {};
}

/** What is asked for immediately takes along what waits for the window ("and any pending modifications": API reference, ApplyImmediately). */
function requireNothingPending({ group, inputs, changes }: At): void {
  const waiting = inputs.isImmediate ? [] : pendingOf(group.node);
  if (waiting.length === 0) return;
  const next = changes.map(({ path }) => path).join(', ');
  throw new Waiting(
    'WaitingForAws',
    `cache ${inputs.name}: ${next} follows ${waiting.join(', ')}, which AWS does in the maintenance window; applyChanges: Immediately has all of it done now`,
  );
}

async function reshard({ context, group, inputs }: At): Promise<Partial<CacheGroup>> {
  const surplus = shardsOf(group).slice(inputs.shards);
  await context.session.elasticache.send(
    new ModifyReplicationGroupShardConfigurationCommand({
      ReplicationGroupId: group.ReplicationGroupId,
      NodeGroupCount: inputs.shards,
      // It must be so: "ApplyImmediately=False is not currently supported".
      ApplyImmediately: true,
      ...(surplus.length > 0 && { NodeGroupsToRemove: surplus.map(({ id }) => id) }),
    }),
  );
  return {};
}

/** More first, then fewer: AWS takes either for some of the shards. */
async function replicate({ context, group, inputs }: At): Promise<Partial<CacheGroup>> {
  const NewReplicaCount = inputs.replicasPerShard;
  const shards = shardsOf(group);
  const tooFew = shards.filter(({ replicas }) => replicas < NewReplicaCount);
  const some = tooFew.length > 0 ? tooFew : shards.filter(({ replicas }) => replicas > NewReplicaCount);
  const Command = tooFew.length > 0 ? IncreaseReplicaCountCommand : DecreaseReplicaCountCommand;
  const ReplicaConfiguration = some.map(({ id: NodeGroupId }) => ({ NodeGroupId, NewReplicaCount }));
  await unlessDone(
    context.session.elasticache.send(
      new Command({
        ReplicationGroupId: group.ReplicationGroupId,
        // As for shards.
        ApplyImmediately: true,
        ...(group.ClusterEnabled ? { ReplicaConfiguration } : { NewReplicaCount }),
      }),
    ),
  );
  return {};
}

function pending(
  { node }: CacheGroup,
  values: { readonly engineVersion?: string; readonly nodeType?: string },
): Partial<CacheGroup> {
  return node ? { node: { ...node, pending: { ...node.pending, ...values } } } : {};
}
