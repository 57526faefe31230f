import {
  CreateCacheSubnetGroupCommand,
  DeleteCacheSubnetGroupCommand,
  DescribeCacheSubnetGroupsCommand,
  ModifyCacheSubnetGroupCommand,
  type CacheSubnetGroup,
} from '@aws-sdk/client-elasticache';
import { READY, type Change } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { unlessGone } from '../errors.ts';
import { changedSet, compareSet } from '../id-sets.ts';
import { must, type AwsKind } from '../kind.ts';
import { generationName } from '../names.ts';
import { tagList, tagsOf } from '../tags.ts';
import { GROUP_NAME_MAX, groupArn, groupNamed, groupsCollection } from './groups.ts';
import { makes, onOurs, tagging, updateTags, type Tagged } from './shared.ts';

const SORT = 'subnetgroup';

export interface CacheSubnetGroupInputs {
  /** At most 255 lower-case letters, digits and single hyphens, unique in account and region. */
  readonly name: string;
  readonly description: string;
  readonly subnetIds: readonly string[];
}

/** Subnet groups of caches. DescribeCacheSubnetGroups knows no tags, so the tagging API says which are ours. */
export const cacheSubnetGroups = groupsCollection<CacheSubnetGroup>({
  name: 'elasticache/subnet-groups',
  sort: SORT,
  action: 'DescribeCacheSubnetGroups',
  async describe({ elasticache }, which) {
    const asked = 'name' in which ? { CacheSubnetGroupName: which.name } : which;
    const answer = await elasticache.send(new DescribeCacheSubnetGroupsCommand(asked));
    return { items: answer.CacheSubnetGroups, next: answer.Marker };
  },
});

/** The subnets in which the nodes of caches may lie. */
export const cacheSubnetGroupKind: AwsKind<CacheSubnetGroupInputs, Tagged<CacheSubnetGroup>> = {
  type: 'CacheSubnetGroup',
  collection: cacheSubnetGroups,
  idempotency: 'name',
  iam: [
    ...makes('CreateCacheSubnetGroup', SORT),
    ...onOurs(SORT, 'DeleteCacheSubnetGroup', 'ModifyCacheSubnetGroup'),
    ...tagging(SORT),
  ],
  // AWS keeps what a cache lies in (CacheSubnetGroupInUse).
  after: ['ReplicationGroup'],

  diff(inputs, group) {
    if (!group) return [];
    const changes: Change[] = compareSet('subnetIds', inputs.subnetIds, subnetsOf(group));
    const { CacheSubnetGroupDescription: description } = group;
    if (description !== inputs.description)
      changes.push({ path: 'description', from: description, to: inputs.description });
    const name = generationName(inputs.name, GROUP_NAME_MAX, tagsOf(group)[TAG.revision]);
    if (group.CacheSubnetGroupName !== name)
      changes.push({ path: 'name', from: group.CacheSubnetGroupName, to: name, replace: true });
    return changes;
  },
  state: () => READY,
  outputs: (group) => ({ id: groupArn(group), name: group.CacheSubnetGroupName ?? '' }),
  gone: () => false,
  needs: (group) => [...(group.VpcId === undefined ? [] : [group.VpcId]), ...subnetsOf(group)],

  async create({ session, tags, revision }, { name, description, subnetIds }) {
    const answer = await session.elasticache.send(
      new CreateCacheSubnetGroupCommand({
        CacheSubnetGroupName: generationName(name, GROUP_NAME_MAX, revision),
        CacheSubnetGroupDescription: description,
        SubnetIds: [...subnetIds],
        Tags: tagList(tags),
      }),
    );
    return { ...must(answer.CacheSubnetGroup, 'CacheSubnetGroup'), Tags: tagList(tags) };
  },
  conflicting: (session, { name }, revision) =>
    groupNamed(session, cacheSubnetGroups, SORT, generationName(name, GROUP_NAME_MAX, revision)),
  async update(context, inputs, group, changes) {
    const arn = groupArn(group);
    await updateTags(context, cacheSubnetGroups, arn, changes);
    const isOf = (path: string) => changes.some((change) => change.path.startsWith(path));
    if (!isOf('subnetIds[') && !isOf('description')) return;
    const answer = await context.session.elasticache.send(
      new ModifyCacheSubnetGroupCommand({
        CacheSubnetGroupName: group.CacheSubnetGroupName,
        ...(isOf('subnetIds[') && { SubnetIds: changedSet(subnetsOf(group), 'subnetIds', changes) }),
        ...(isOf('description') && { CacheSubnetGroupDescription: inputs.description }),
      }),
    );
    const now = must(answer.CacheSubnetGroup, 'CacheSubnetGroup');
    context.wrote(cacheSubnetGroups, arn, (record) => record && { ...record, ...now });
  },
  async delete({ session }, { CacheSubnetGroupName }) {
    await unlessGone(session.elasticache.send(new DeleteCacheSubnetGroupCommand({ CacheSubnetGroupName })));
    return undefined;
  },
};

function subnetsOf({ Subnets = [] }: CacheSubnetGroup): string[] {
  return Subnets.flatMap(({ SubnetIdentifier: id }) => (id === undefined ? [] : [id]));
}
