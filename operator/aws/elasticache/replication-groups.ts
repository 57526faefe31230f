import { isDeepStrictEqual } from 'node:util';
import {
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  type CacheCluster,
  type ReplicationGroup,
} from '@aws-sdk/client-elasticache';
import type { ActionContext } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection } from '../kind.ts';
import { chosen, NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagsOf } from '../tags.ts';
import { nameOf, PAGE, withTags, type Tagged } from './shared.ts';

/** What only the nodes show of their group, though it holds of all of them. */
export interface NodeSettings {
  /** With the patch level: `7.0.7`. Undefined of a group that was just made. */
  readonly engineVersion?: string | undefined;
  readonly subnetGroup?: string | undefined;
  readonly parameterGroup?: string | undefined;
  readonly securityGroupIds: readonly string[];
  readonly maintenanceWindow?: string | undefined;
  /** What AWS has taken and not carried out yet. */
  readonly pending: { readonly nodeType?: string | undefined; readonly engineVersion?: string | undefined };
  /** `in-sync`, or `pending-reboot` where a parameter holds only after one. */
  readonly parameters?: string | undefined;
}

/** A replication group with what its first node shows; undefined where AWS lists none of its nodes yet. */
export type CacheGroup = Tagged<ReplicationGroup> & { readonly node?: NodeSettings };

/** Replication groups. DescribeReplicationGroups knows no tags, so the tagging API says which are ours. */
export const replicationGroups: AwsCollection<CacheGroup> = {
  name: 'elasticache/replication-groups',
  lane: 'fast',
  scope: 'region',
  iam: [
    ...reads('elasticache:DescribeCacheClusters', 'elasticache:DescribeReplicationGroups'),
    ...NOMINATION_ACTIONS,
  ],
  async *list(session, installation) {
    for await (const tags of nominated(session, 'elasticache:replicationgroup', installation)) {
      const groups: Tagged<ReplicationGroup>[] = [];
      for await (const page of everyGroup(session)) groups.push(...chosen(page, idOf, tags));
      // Afterwards: a group that is no longer being changed would have nodes from before the change.
      const nodes = new Map<string, CacheCluster>();
      for await (const page of everyNode(session))
        for (const node of page) nodes.set(node.CacheClusterId ?? '', node);
      yield groups.map((group) => withNode(group, nodes.get(firstOf(group) ?? '')));
    }
  },
  async get(session, arns) {
    const found = await Promise.all(arns.map((arn) => describe(session, nameOf(arn))));
    return found.filter((group) => group !== undefined);
  },
  id: idOf,
  tags: tagsOf,
};

/** The group of a name with its tags, whoever owns it; undefined where there is none. */
export async function describe(
  session: AwsSession,
  ReplicationGroupId: string,
): Promise<CacheGroup | undefined> {
  const { elasticache } = session;
  const answer = await unlessGone(
    elasticache.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId })),
  );
  const group = answer?.ReplicationGroups?.[0];
  const tagged = group && (await withTags(session, group, idOf(group)));
  const CacheClusterId = group && firstOf(group);
  if (!tagged || CacheClusterId === undefined) return tagged;
  const nodes = await unlessGone(elasticache.send(new DescribeCacheClustersCommand({ CacheClusterId })));
  return withNode(tagged, nodes?.CacheClusters?.[0]);
}

export function idOf(group: ReplicationGroup): string {
  return must(group.ARN, 'ARN');
}

function everyGroup({ elasticache }: AwsSession) {
  return pages<ReplicationGroup>(async (Marker) => {
    const answer = await elasticache.send(
      new DescribeReplicationGroupsCommand({ MaxRecords: PAGE, ...(Marker !== undefined && { Marker }) }),
    );
    return { items: answer.ReplicationGroups, next: answer.Marker };
  });
}

function everyNode({ elasticache }: AwsSession) {
  return pages<CacheCluster>(async (Marker) => {
    const answer = await elasticache.send(
      new DescribeCacheClustersCommand({ MaxRecords: PAGE, ...(Marker !== undefined && { Marker }) }),
    );
    return { items: answer.CacheClusters, next: answer.Marker };
  });
}

function firstOf({ MemberClusters = [] }: ReplicationGroup): string | undefined {
  return [...MemberClusters].sort()[0];
}

function withNode(group: Tagged<ReplicationGroup>, node: CacheCluster | undefined): CacheGroup {
  if (!node) return group;
  const { CacheParameterGroup: parameters, PendingModifiedValues: pending } = node;
  return {
    ...group,
    node: {
      engineVersion: node.EngineVersion,
      subnetGroup: node.CacheSubnetGroupName,
      parameterGroup: parameters?.CacheParameterGroupName,
      securityGroupIds: (node.SecurityGroups ?? []).flatMap(({ SecurityGroupId: id }) => id ?? []).sort(),
      maintenanceWindow: node.PreferredMaintenanceWindow,
      pending: { nodeType: pending?.CacheNodeType, engineVersion: pending?.EngineVersion },
      parameters: parameters?.ParameterApplyStatus,
    },
  };
}

/** Lays what a call changed over the record as it was; a listing that shows any other one is newer. */
export function layOver(
  { wrote }: Pick<ActionContext<AwsSession>, 'wrote'>,
  group: CacheGroup,
  shown: Partial<CacheGroup>,
): void {
  const untagged = ({ Tags: _, ...rest }: CacheGroup) => rest;
  wrote(replicationGroups, idOf(group), (record) =>
    record && isDeepStrictEqual(untagged(record), untagged(group)) ? { ...record, ...shown } : record,
  );
}
