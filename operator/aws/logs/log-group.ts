import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type LogGroup,
} from '@aws-sdk/client-cloudwatch-logs';
import { READY, type ActionContext, type Change, type Permission } from '../../graph/kind.ts';
import { tagWrites } from '../../graph/tags.ts';
import { isNotFound, unlessGone } from '../errors.ts';
import { must, type AwsCollection, type AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { onOwn, reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';

/** Log groups that one DescribeLogGroups call may name. */
const IDENTIFIERS_MAX = 50;

/**
 * The only log groups that Landfall makes or takes over: its own, and those that a service may be given. To make one, AWS
 * asks for a resource that goes on behind the name, and to tag one for the name alone.
 */
const LOG_GROUPS = ['/landfall/*', '/ecs/*', '/*/ecs-application-logs*'].map(
  (name) => `logs:{region}:{account}:log-group:${name}`,
);

export interface LogGroupInputs {
  readonly name: string;
  /** One of the numbers that CloudWatch Logs allows, in days. */
  readonly retentionDays: number;
}

/** A log group with the tags that a second service lists. */
export interface TaggedLogGroup extends LogGroup {
  readonly tags: Readonly<Record<string, string>>;
}

/** Log groups. DescribeLogGroups knows no tags and would read the whole account, so the tagging API nominates. */
export const logGroups: AwsCollection<TaggedLogGroup> = {
  name: 'logs/log-groups',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('logs:DescribeLogGroups'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    for await (const page of nominated(session, 'logs:log-group', installation)) {
      const tags = new Map([...page].map(([arn, given]) => [nameOf(arn), given]));
      yield (await describe(session, [...tags.keys()])).map((group) => ({
        ...group,
        tags: tags.get(group.logGroupName ?? '') ?? {},
      }));
    }
  },
  async get(session, names) {
    const groups = await describe(session, names);
    return Promise.all(groups.map(async (group) => ({ ...group, tags: await readTags(session, group) })));
  },
  id: (group) => must(group.logGroupName, 'logGroupName'),
  tags: (group) => group.tags,
};

/** A log group with its retention. Its name is unique in account and region. */
export const logGroupKind: AwsKind<LogGroupInputs, TaggedLogGroup> = {
  type: 'LogGroup',
  collection: logGroups,
  idempotency: 'name',
  iam: [
    ...LOG_GROUPS.flatMap((resource): Permission[] => [
      { action: 'logs:CreateLogGroup', on: 'new', resource },
      // With tags, CreateLogGroup asks for it too: CloudWatch Logs API reference, CreateLogGroup, tags.
      { action: 'logs:TagResource', on: 'untagged', resource },
    ]),
    ...onOwn('logs:DeleteLogGroup', 'logs:PutRetentionPolicy', 'logs:TagResource', 'logs:UntagResource').map(
      (permission) => ({ ...permission, resource: 'logs:{region}:{account}:log-group:*' }),
    ),
    ...reads('logs:ListTagsForResource'),
  ],
  after: ['FlowLog', 'EcsService', 'TaskDefinition'],

  diff(inputs, group) {
    if (!group) return [];
    const changes: Change[] = [];
    // The name cannot change; one that was taken over keeps what it came with.
    if (group.retentionInDays !== inputs.retentionDays) {
      changes.push({
        path: 'retentionDays',
        ...(group.retentionInDays !== undefined && { from: group.retentionInDays }),
        to: inputs.retentionDays,
      });
    }
    return changes;
  },
  state: () => READY,
  outputs: (group) => ({
    id: must(group.logGroupName, 'logGroupName'),
    name: must(group.logGroupName, 'logGroupName'),
  }),
  gone: () => false,
  needs: () => [],

  async create({ session, tags }, { name }) {
    await session.logs.send(new CreateLogGroupCommand({ logGroupName: name, tags: { ...tags } }));
    return { logGroupName: name, tags, arn: arnOf(session, name) };
  },
  async conflicting(session, { name }) {
    const [group] = await logGroups.get(session, [name]);
    return group;
  },
  async update(context, inputs, group, changes) {
    const name = must(group.logGroupName, 'logGroupName');
    if (changes.some((change) => change.path === 'retentionDays')) {
      await context.session.logs.send(
        new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: inputs.retentionDays }),
      );
      context.wrote(
        logGroups,
        name,
        (record) => record && { ...record, retentionInDays: inputs.retentionDays },
      );
    }
    await updateTags(context, name, changes);
  },
  async delete({ session }, group) {
    await unlessGone(session.logs.send(new DeleteLogGroupCommand({ logGroupName: group.logGroupName })));
    return undefined;
  },
};

async function updateTags(
  context: ActionContext<AwsSession>,
  name: string,
  changes: readonly Change[],
): Promise<void> {
  const { set, unset } = tagWrites(changes);
  const resourceArn = arnOf(context.session, name);
  if (Object.keys(set).length > 0)
    await context.session.logs.send(new TagResourceCommand({ resourceArn, tags: set }));
  if (unset.length > 0)
    await context.session.logs.send(new UntagResourceCommand({ resourceArn, tagKeys: unset }));
  context.wrote(logGroups, name, (record) => {
    if (!record) return undefined;
    const kept = Object.entries(record.tags).filter(([key]) => !unset.includes(key));
    return { ...record, tags: { ...Object.fromEntries(kept), ...set } };
  });
}

async function describe(session: AwsSession, names: readonly string[]): Promise<LogGroup[]> {
  const found: LogGroup[] = [];
  for (let start = 0; start < names.length; start += IDENTIFIERS_MAX) {
    const logGroupIdentifiers = names.slice(start, start + IDENTIFIERS_MAX);
    const answer = await session.logs.send(new DescribeLogGroupsCommand({ logGroupIdentifiers }));
    found.push(...(answer.logGroups ?? []));
  }
  return found;
}

async function readTags(session: AwsSession, group: LogGroup): Promise<Record<string, string>> {
  try {
    const answer = await session.logs.send(
      new ListTagsForResourceCommand({ resourceArn: arnOf(session, group.logGroupName ?? '') }),
    );
    return answer.tags ?? {};
  } catch (error) {
    if (isNotFound(error)) return {};
    throw error;
  }
}

function arnOf(session: AwsSession, name: string): string {
  return `arn:${session.partition}:logs:${session.region}:${session.accountId}:log-group:${name}`;
}

function nameOf(arn: string): string {
  return arn.split(':').slice(6).join(':').replace(/:\*$/, '');
}
