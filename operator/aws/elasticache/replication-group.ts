import {
  CreateReplicationGroupCommand,
  DeleteReplicationGroupCommand,
  type ReplicationGroup,
} from '@aws-sdk/client-elasticache';
import { Waiting } from '../../errors.ts';
import { READY, type Permission, type State } from '../../graph/kind.ts';
import { shortHash, TAG } from '../../graph/ownership.ts';
import { copyTag, copyWords, restoredFrom } from '../copy.ts';
import { isSnapshotThere, unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOurSecrets } from '../secretsmanager/secret.ts';
import { readCredentials } from '../secretsmanager/value.ts';
import { tagList, tagsOf } from '../tags.ts';
import { requireSnapshot, RESTORES_OF_CACHES } from './copies.ts';
import {
  changesOf,
  isFailingOver,
  pendingOf,
  type ReplicationGroupInputs,
} from './replication-group-diff.ts';
import { makeNext } from './replication-group-changes.ts';
import { describe, idOf, replicationGroups, type CacheGroup } from './replication-groups.ts';
import { besideArn, makes, onOurs, tagging } from './shared.ts';
import { createdWith, tokenOf } from './token-state.ts';

const SORT = 'replicationgroup';
/** How many last snapshots of one life there may be: of deletes that AWS took and did not carry out. */
const SNAPSHOTS_MAX = 9;
/** CreateSnapshot is asked for where a delete is to leave one: API reference, DeleteReplicationGroup. */
const SNAPSHOTS: Permission[] = [
  ...onOurs(SORT, 'CreateSnapshot'),
  ...['CreateSnapshot', 'DeleteReplicationGroup'].map((action): Permission => ({
    action: `elasticache:${action}`,
    on: 'anything',
    resource: 'elasticache:{region}:{account}:snapshot:*',
  })),
];

/** A cache of Redis OSS or Valkey: encrypted at rest and in transit, in one shard or several, each with its replicas. */
export const replicationGroupKind: AwsKind<ReplicationGroupInputs, CacheGroup> = {
  type: 'ReplicationGroup',
  collection: replicationGroups,
  idempotency: 'name',
  stateful: true,
  iam: [
    ...makes('CreateReplicationGroup', SORT),
    ...onOurs('parametergroup', 'CreateReplicationGroup', 'ModifyReplicationGroup'),
    ...onOurs('subnetgroup', 'CreateReplicationGroup'),
    ...onOurs(
      SORT,
      'DecreaseReplicaCount',
      'DeleteReplicationGroup',
      'IncreaseReplicaCount',
      'ModifyReplicationGroup',
      'ModifyReplicationGroupShardConfiguration',
    ),
    ...SNAPSHOTS,
    ...onOurSecrets('GetSecretValue'),
    ...tagging(SORT),
    // The first cache of an account makes the role with which the service itself acts.
    {
      action: 'iam:CreateServiceLinkedRole',
      on: 'anything',
      resource: 'iam::{account}:role/aws-service-role/elasticache.amazonaws.com/*',
      when: { 'iam:AWSServiceName': ['elasticache.amazonaws.com'] },
    },
  ],
  after: [],

  copyOf: ({ restoreFrom }) => copyWords(restoreFrom),
  iamFor: ({ restoreFrom }) => (restoreFrom ? RESTORES_OF_CACHES : []),
  diff: (inputs, group) => (group ? changesOf(inputs, group) : []),
  state: stateOf,
  outputs: outputsOf,
  gone: () => false,
  needs: ({ node, ...group }) => [
    ...(node?.subnetGroup === undefined ? [] : [besideArn(idOf(group), 'subnetgroup', node.subnetGroup)]),
    ...(node?.parameterGroup === undefined
      ? []
      : [besideArn(idOf(group), 'parametergroup', node.parameterGroup)]),
    ...(node?.securityGroupIds ?? []),
  ],

  async create({ session, tags }, inputs) {
    const { clusterMode, shards, replicasPerShard, token, restoreFrom } = inputs;
    await requireSnapshot(session, inputs);
    const Tags = tagList({
      ...tags,
      ...copyTag(restoreFrom),
      ...(token && { [TAG.password]: createdWith(token.mark) }),
    });
    const answer = await session.elasticache.send(
      new CreateReplicationGroupCommand({
        ReplicationGroupId: inputs.name,
        ReplicationGroupDescription: inputs.description,
        Engine: inputs.engine,
        EngineVersion: inputs.engineVersion,
        CacheNodeType: inputs.nodeType,
        CacheParameterGroupName: inputs.parameterGroup,
        CacheSubnetGroupName: inputs.subnetGroup,
        SecurityGroupIds: [...inputs.securityGroupIds],
        ...(clusterMode
          ? { NumNodeGroups: shards, ReplicasPerNodeGroup: replicasPerShard }
          : { NumCacheClusters: replicasPerShard + 1 }),
        AutomaticFailoverEnabled: isFailingOver(inputs),
        MultiAZEnabled: replicasPerShard > 0,
        AtRestEncryptionEnabled: true,
        ...(inputs.kmsKeyArn !== undefined && { KmsKeyId: inputs.kmsKeyArn }),
        TransitEncryptionEnabled: true,
        TransitEncryptionMode: 'required',
        SnapshotRetentionLimit: inputs.snapshotRetentionDays,
        ...(inputs.snapshotWindow !== undefined && { SnapshotWindow: inputs.snapshotWindow }),
        ...(inputs.maintenanceWindow !== undefined && {
          PreferredMaintenanceWindow: inputs.maintenanceWindow,
        }),
        ...(restoreFrom && { SnapshotName: restoreFrom.snapshot }),
        ...(token && { AuthToken: (await readCredentials(session, token)).password }),
        Tags,
      }),
    );
    const { parameterGroup, subnetGroup, securityGroupIds } = inputs;
    const node = { parameterGroup, subnetGroup, securityGroupIds: [...securityGroupIds].sort(), pending: {} };
    return { ...must(answer.ReplicationGroup, 'ReplicationGroup'), node, Tags };
  },
  conflicting: (session, { name }) => describe(session, name),
  update: (context, inputs, group, changes) => makeNext({ context, inputs, group, changes }),
  async delete({ session, keepsCopy }, group) {
    const { ReplicationGroupId, Status = '' } = group;
    if (Status === 'deleting') return group;
    // One that was never there whole holds nothing, and AWS takes no snapshot of it.
    const isCopied = keepsCopy && Status !== 'create-failed';
    if (isCopied && Status !== 'available')
      throw new Waiting(
        'BackingUp',
        `cache ${ReplicationGroupId} is ${Status}; its last snapshot is made when it is available`,
      );
    const send = (FinalSnapshotIdentifier?: string) =>
      unlessGone(
        session.elasticache.send(
          new DeleteReplicationGroupCommand({
            ReplicationGroupId,
            ...(FinalSnapshotIdentifier !== undefined && { FinalSnapshotIdentifier }),
          }),
        ),
      );
    const answer = await (isCopied ? withSnapshot(lastSnapshotOf(group), send) : send());
    return answer && { ...group, Status: 'deleting' };
  },
};

/** With the first of the names that no snapshot has: what has one was written before the cache went on serving. */
async function withSnapshot<T>(name: string, send: (name: string) => Promise<T>): Promise<T> {
  for (let count = 1; count < SNAPSHOTS_MAX; count += 1) {
    try {
      return await send(count === 1 ? name : `${name}-${count}`);
    } catch (error) {
      if (!isSnapshotThere(error)) throw error;
    }
  }
  return send(`${name}-${SNAPSHOTS_MAX}`);
}

/** A name that no other life of a group of this name has: the account, the region and when it was made are in it. */
function lastSnapshotOf(group: ReplicationGroup): string {
  const life = `${idOf(group)} ${group.ReplicationGroupCreateTime?.toISOString() ?? ''}`;
  return `${group.ReplicationGroupId}-final-${shortHash(life)}`;
}

/** A daily snapshot, as any, takes nothing away from who uses the cache. */
function stateOf({ ReplicationGroupId: name, Status = '' }: CacheGroup): State {
  if (Status === 'available' || Status === 'snapshotting') return READY;
  const message = `cache ${name} is ${Status}`;
  if (Status === 'deleting') return { phase: 'deleting', reason: 'WaitingForAws', message };
  if (Status === 'create-failed')
    return {
      phase: 'failed',
      reason: 'AwsRefused',
      message: `cache ${name} could not be made (${Status}), and AWS gives no reason; its events in ElastiCache may. Delete it there, and approve that it is made again`,
    };
  return { phase: 'pending', reason: 'WaitingForAws', message };
}

/** Names of its nodes: `node1`, `node2`, … */
function nodesOf({ MemberClusters = [] }: CacheGroup): Record<string, string> {
  return Object.fromEntries([...MemberClusters].sort().map((name, index) => [`node${index + 1}`, name]));
}

function outputsOf(group: CacheGroup): Record<string, string> {
  const { ConfigurationEndpoint, NodeGroups: [first] = [], node, Status = '' } = group;
  const endpoint = ConfigurationEndpoint ?? first?.PrimaryEndpoint;
  const reader = first?.ReaderEndpoint;
  const pending = pendingOf(node);
  return {
    id: idOf(group),
    name: group.ReplicationGroupId ?? '',
    engine: group.Engine ?? '',
    state: Status,
    ...(node?.engineVersion !== undefined && { engineVersion: node.engineVersion }),
    ...(endpoint?.Address !== undefined && { address: endpoint.Address, port: String(endpoint.Port ?? '') }),
    ...(reader?.Address !== undefined && { readerAddress: reader.Address }),
    ...nodesOf(group),
    ...restoredFrom(tagsOf(group)),
    ...(TAG.password in tagsOf(group) && { password: tokenOf(group) }),
    ...(pending.length > 0 && { pending: pending.join('\n') }),
  };
}
