import {
  CreateDBSubnetGroupCommand,
  DeleteDBSubnetGroupCommand,
  DescribeDBSubnetGroupsCommand,
  ModifyDBSubnetGroupCommand,
  type DBSubnetGroup,
} from '@aws-sdk/client-rds';
import { READY, type Change } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { chosen, NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import { tagList, tagsOf } from '../tags.ts';
import {
  existing,
  makes,
  nameIn,
  onOurs,
  PAGE,
  TAG_READS,
  TAG_WRITES,
  updateTags,
  withTags,
  type Tagged,
} from './shared.ts';

export interface DbSubnetGroupInputs {
  /** At most 255 small letters, digits and hyphens, unique in account and region. */
  readonly name: string;
  readonly description: string;
  /** In two zones at least, all of one VPC. */
  readonly subnetIds: readonly string[];
}

/** Subnet groups. AWS lists them without tags, which the tagging API knows. */
export const dbSubnetGroups: AwsCollection<Tagged<DBSubnetGroup>> = {
  name: 'rds/db-subnet-groups',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('rds:DescribeDBSubnetGroups'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    const all = pages<DBSubnetGroup>(async (Marker) => {
      const answer = await session.rds.send(
        new DescribeDBSubnetGroupsCommand({ MaxRecords: PAGE, ...(Marker !== undefined && { Marker }) }),
      );
      return { items: answer.DBSubnetGroups, next: answer.Marker };
    });
    for await (const tags of nominated(session, 'rds:subgrp', installation))
      for await (const page of all) yield chosen(page, arnOf, tags);
  },
  async get(session, arns) {
    const found = await existing(arns.map(nameIn), async (DBSubnetGroupName) => {
      const answer = await session.rds.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName }));
      return answer.DBSubnetGroups;
    });
    return withTags(session, found, arnOf);
  },
  id: arnOf,
  tags: tagsOf,
};

/** The subnets in which a database may stand. */
export const dbSubnetGroupKind: AwsKind<DbSubnetGroupInputs, Tagged<DBSubnetGroup>> = {
  type: 'DbSubnetGroup',
  collection: dbSubnetGroups,
  idempotency: 'name',
  iam: [
    ...makes('CreateDBSubnetGroup', 'subgrp'),
    ...onOurs('DeleteDBSubnetGroup', 'ModifyDBSubnetGroup'),
    ...TAG_WRITES,
    ...TAG_READS,
  ],
  after: ['DbInstance'],

  diff(inputs, group) {
    if (!group) return [];
    const fixed = (path: string, from: unknown, to: unknown, how: Partial<Change> = {}): Change[] =>
      from === to ? [] : [{ path, from, to, ...how }];
    const now = subnetIdsOf(group);
    return [
      ...fixed('name', group.DBSubnetGroupName, inputs.name, { replace: true }),
      ...fixed('description', group.DBSubnetGroupDescription, inputs.description),
      ...inputs.subnetIds
        .filter((id) => !now.includes(id))
        .map((id): Change => ({ path: `subnetIds[${id}]`, to: id })),
      ...now
        .filter((id) => !inputs.subnetIds.includes(id))
        .map((id): Change => ({ path: `subnetIds[${id}]`, from: id })),
    ];
  },
  state: () => READY,
  outputs: (group) => ({ id: arnOf(group), name: group.DBSubnetGroupName ?? '' }),
  gone: () => false,
  needs: subnetIdsOf,

  async create({ session, tags }, inputs) {
    const answer = await session.rds.send(
      new CreateDBSubnetGroupCommand({
        DBSubnetGroupName: inputs.name,
        DBSubnetGroupDescription: inputs.description,
        SubnetIds: [...inputs.subnetIds],
        Tags: tagList(tags),
      }),
    );
    return { ...must(answer.DBSubnetGroup, 'DBSubnetGroup'), Tags: tagList(tags) };
  },
  async conflicting(session, { name }) {
    const found = await existing([name], async (DBSubnetGroupName) => {
      const answer = await session.rds.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName }));
      return answer.DBSubnetGroups;
    });
    return (await withTags(session, found, arnOf))[0];
  },
  async update(context, inputs, group, changes) {
    const arn = arnOf(group);
    await updateTags(context, dbSubnetGroups, arn, changes);
    if (changes.every(({ path }) => path.startsWith('tags.'))) return;
    const { name: DBSubnetGroupName, description: DBSubnetGroupDescription, subnetIds } = inputs;
    const answer = await context.session.rds.send(
      new ModifyDBSubnetGroupCommand({
        DBSubnetGroupName,
        DBSubnetGroupDescription,
        SubnetIds: [...subnetIds],
      }),
    );
    const now = must(answer.DBSubnetGroup, 'DBSubnetGroup');
    context.wrote(dbSubnetGroups, arn, (record) => record && { ...record, ...now });
  },
  async delete({ session }, { DBSubnetGroupName }) {
    await unlessGone(session.rds.send(new DeleteDBSubnetGroupCommand({ DBSubnetGroupName })));
    return undefined;
  },
};

function subnetIdsOf({ Subnets = [] }: DBSubnetGroup): string[] {
  return Subnets.flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []);
}

function arnOf(group: DBSubnetGroup): string {
  return must(group.DBSubnetGroupArn, 'DBSubnetGroupArn');
}
