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
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { generationName } from '../names.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import { tagList, tagsOf } from '../tags.ts';
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

/** The longest name: API reference, CreateCacheSubnetGroup. */
const NAME_MAX = 255;
const SORT = 'subnetgroup';

export interface CacheSubnetGroupInputs {
  /** At most 255 lower-case letters, digits and single hyphens, unique in account and region. */
  readonly name: string;
  readonly description: string;
  readonly subnetIds: readonly string[];
}

/** Subnet groups of caches. DescribeCacheSubnetGroups knows no tags, so the tagging API says which are ours. */
export const cacheSubnetGroups: AwsCollection<Tagged<CacheSubnetGroup>> = {
  name: 'elasticache/subnet-groups',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('elasticache:DescribeCacheSubnetGroups'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    const all = pages<CacheSubnetGroup>(async (Marker) => {
      const answer = await session.elasticache.send(
        new DescribeCacheSubnetGroupsCommand({ MaxRecords: PAGE, ...(Marker !== undefined && { Marker }) }),
      );
      return { items: answer.CacheSubnetGroups, next: answer.Marker };
    });
    for await (const tags of nominated(session, `elasticache:${SORT}`, installation))
      for await (const page of all) yield chosen(page, arnOf, tags);
  },
  async get(session, arns) {
    const found = await Promise.all(
      arns.map(async (arn) => {
        const CacheSubnetGroupName = nameOf(arn);
        const answer = await unlessMissing(
          session.elasticache.send(new DescribeCacheSubnetGroupsCommand({ CacheSubnetGroupName })),
        );
        const group = answer?.CacheSubnetGroups?.[0];
        return group && withTags(session, group, arn);
      }),
    );
    return found.filter((group) => group !== undefined);
  },
  id: arnOf,
  tags: tagsOf,
};

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
    const name = generationName(inputs.name, NAME_MAX, tagsOf(group)[TAG.revision]);
    if (group.CacheSubnetGroupName !== name)
      changes.push({ path: 'name', from: group.CacheSubnetGroupName, to: name, replace: true });
    return changes;
  },
  state: () => READY,
  outputs: (group) => ({ id: arnOf(group), name: group.CacheSubnetGroupName ?? '' }),
  gone: () => false,
  needs: (group) => [...(group.VpcId === undefined ? [] : [group.VpcId]), ...subnetsOf(group)],

  async create({ session, tags, revision }, { name, description, subnetIds }) {
    const answer = await session.elasticache.send(
      new CreateCacheSubnetGroupCommand({
        CacheSubnetGroupName: generationName(name, NAME_MAX, revision),
        CacheSubnetGroupDescription: description,
        SubnetIds: [...subnetIds],
        Tags: tagList(tags),
      }),
    );
    return { ...must(answer.CacheSubnetGroup, 'CacheSubnetGroup'), Tags: tagList(tags) };
  },
  async conflicting(session, { name }, revision) {
    const CacheSubnetGroupName = generationName(name, NAME_MAX, revision);
    const answer = await unlessMissing(
      session.elasticache.send(new DescribeCacheSubnetGroupsCommand({ CacheSubnetGroupName })),
    );
    const group = answer?.CacheSubnetGroups?.[0];
    return group && withTags(session, group, arnOf(group));
  },
  async update(context, inputs, group, changes) {
    const arn = arnOf(group);
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

function arnOf(group: CacheSubnetGroup): string {
  return must(group.ARN, 'ARN');
}
