import {
  CreateCacheParameterGroupCommand,
  DeleteCacheParameterGroupCommand,
  DescribeCacheParameterGroupsCommand,
  type CacheParameterGroup,
} from '@aws-sdk/client-elasticache';
import { READY, type Change } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { generationName } from '../names.ts';
import { tagList, tagsOf } from '../tags.ts';
import { GROUP_NAME_MAX, groupArn, groupNamed, groupsCollection } from './groups.ts';
import { cacheParameters } from './parameters.ts';
import { makes, onOurs, tagging, updateTags, type Tagged } from './shared.ts';

const SORT = 'parametergroup';

export interface CacheParameterGroupInputs {
  /** At most 255 lower-case letters, digits and single hyphens, unique in account and region. */
  readonly name: string;
  /** Shown to people; AWS changes it never. */
  readonly description: string;
  /** As `redis7` or `valkey8`. */
  readonly family: string;
}

/** Parameter groups of caches. DescribeCacheParameterGroups knows no tags, so the tagging API says which are ours. */
export const cacheParameterGroups = groupsCollection<CacheParameterGroup>({
  name: 'elasticache/parameter-groups',
  sort: SORT,
  action: 'DescribeCacheParameterGroups',
  async describe({ elasticache }, which) {
    const asked = 'name' in which ? { CacheParameterGroupName: which.name } : which;
    const answer = await elasticache.send(new DescribeCacheParameterGroupsCommand(asked));
    return { items: answer.CacheParameterGroups, next: answer.Marker };
  },
});

/** What the engines of caches are told at their start; the parameters themselves are a facet. */
export const cacheParameterGroupKind: AwsKind<CacheParameterGroupInputs, Tagged<CacheParameterGroup>> = {
  type: 'CacheParameterGroup',
  collection: cacheParameterGroups,
  idempotency: 'name',
  iam: [
    ...makes('CreateCacheParameterGroup', SORT),
    ...onOurs(SORT, 'DeleteCacheParameterGroup'),
    ...tagging(SORT),
  ],
  // AWS keeps what a cache is told by (InvalidCacheParameterGroupState).
  after: ['ReplicationGroup'],
  heldBy: ['ReplicationGroup'],

  diff(inputs, group) {
    if (!group) return [];
    const changes: Change[] = [];
    const fixed = (path: string, from: unknown, to: unknown) => {
      if (from !== to) changes.push({ path, from, to, replace: true });
    };
    const name = generationName(inputs.name, GROUP_NAME_MAX, tagsOf(group)[TAG.revision]);
    fixed('name', group.CacheParameterGroupName, name);
    fixed('family', group.CacheParameterGroupFamily, inputs.family);
    return changes;
  },
  state: () => READY,
  outputs: (group) => ({ id: groupArn(group), name: group.CacheParameterGroupName ?? '' }),
  gone: () => false,
  needs: () => [],

  async create({ session, tags, revision, wrote }, { name, description, family }) {
    const answer = await session.elasticache.send(
      new CreateCacheParameterGroupCommand({
        CacheParameterGroupName: generationName(name, GROUP_NAME_MAX, revision),
        CacheParameterGroupFamily: family,
        Description: description,
        Tags: tagList(tags),
      }),
    );
    const group = must(answer.CacheParameterGroup, 'CacheParameterGroup');
    wrote(cacheParameters, groupArn(group), () => ({ arn: groupArn(group), parameters: {} }));
    return { ...group, Tags: tagList(tags) };
  },
  conflicting: (session, { name }, revision) =>
    groupNamed(session, cacheParameterGroups, SORT, generationName(name, GROUP_NAME_MAX, revision)),
  update: (context, _inputs, group, changes) =>
    updateTags(context, cacheParameterGroups, groupArn(group), changes),
  async delete({ session }, { CacheParameterGroupName }) {
    await unlessGone(
      session.elasticache.send(new DeleteCacheParameterGroupCommand({ CacheParameterGroupName })),
    );
    return undefined;
  },
};
