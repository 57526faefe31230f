import {
  CreateCacheParameterGroupCommand,
  DeleteCacheParameterGroupCommand,
  DescribeCacheParameterGroupsCommand,
  type CacheParameterGroup,
} from '@aws-sdk/client-elasticache';
import { READY, type Change } from '../../graph/kind.ts';
import { TAG } from '../../graph/ownership.ts';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { generationName } from '../names.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import { tagList, tagsOf } from '../tags.ts';
import { cacheParameters } from './parameters.ts';
import {
  chosen,
  makes,
  nameOf,
  onOurs,
  PAGE,
  tagging,
  unlessMissing,
  updateTags,
  withTags,
  type Tagged,
} from './shared.ts';

/** The longest name: API reference, CreateCacheParameterGroup. */
const NAME_MAX = 255;
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
export const cacheParameterGroups: AwsCollection<Tagged<CacheParameterGroup>> = {
  name: 'elasticache/parameter-groups',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('elasticache:DescribeCacheParameterGroups'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    const all = pages<CacheParameterGroup>(async (Marker) => {
      const answer = await session.elasticache.send(
        new DescribeCacheParameterGroupsCommand({
          MaxRecords: PAGE,
          ...(Marker !== undefined && { Marker }),
        }),
      );
      return { items: answer.CacheParameterGroups, next: answer.Marker };
    });
    for await (const tags of nominated(session, `elasticache:${SORT}`, installation))
      for await (const page of all) yield chosen(page, arnOf, tags);
  },
  async get(session, arns) {
    const found = await Promise.all(
      arns.map(async (arn) => {
        const CacheParameterGroupName = nameOf(arn);
        const answer = await unlessMissing(
          session.elasticache.send(new DescribeCacheParameterGroupsCommand({ CacheParameterGroupName })),
        );
        const group = answer?.CacheParameterGroups?.[0];
        return group && withTags(session, group, arn);
      }),
    );
    return found.filter((group) => group !== undefined);
  },
  id: arnOf,
  tags: tagsOf,
};

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
    const name = generationName(inputs.name, NAME_MAX, tagsOf(group)[TAG.revision]);
    fixed('name', group.CacheParameterGroupName, name);
    fixed('family', group.CacheParameterGroupFamily, inputs.family);
    return changes;
  },
  state: () => READY,
  outputs: (group) => ({ id: arnOf(group), name: group.CacheParameterGroupName ?? '' }),
  gone: () => false,
  needs: () => [],

  async create({ session, tags, revision, wrote }, { name, description, family }) {
    const answer = await session.elasticache.send(
      new CreateCacheParameterGroupCommand({
        CacheParameterGroupName: generationName(name, NAME_MAX, revision),
        CacheParameterGroupFamily: family,
        Description: description,
        Tags: tagList(tags),
      }),
    );
    const group = must(answer.CacheParameterGroup, 'CacheParameterGroup');
    wrote(cacheParameters, arnOf(group), () => ({ arn: arnOf(group), parameters: {} }));
    return { ...group, Tags: tagList(tags) };
  },
  async conflicting(session, { name }, revision) {
    const CacheParameterGroupName = generationName(name, NAME_MAX, revision);
    const answer = await unlessMissing(
      session.elasticache.send(new DescribeCacheParameterGroupsCommand({ CacheParameterGroupName })),
    );
    const group = answer?.CacheParameterGroups?.[0];
    return group && withTags(session, group, arnOf(group));
  },
  update: (context, _inputs, group, changes) =>
    updateTags(context, cacheParameterGroups, arnOf(group), changes),
  async delete({ session }, { CacheParameterGroupName }) {
    await unlessGone(
      session.elasticache.send(new DeleteCacheParameterGroupCommand({ CacheParameterGroupName })),
    );
    return undefined;
  },
};

function arnOf(group: CacheParameterGroup): string {
  return must(group.ARN, 'ARN');
}
