import {
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
  type Tag,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { isNotFound } from '../errors.ts';
import { pages, type AwsCollection } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { tagList, tagsOf } from './shared.ts';

/** One revision of a family. */
export interface TaskDefinitionRevision {
  readonly arn: string;
  readonly status: string;
  readonly tags: Tag[];
  /** What it says, of the last of a family; it never changes, and decides nothing. */
  readonly described?: TaskDefinition;
}

/**
 * Task definitions that are there. AWS lists them by status and not by tag, and never forgets one; so the tagging API
 * nominates, which names the deregistered and the deleted too, and the list of active ones decides. What it does not
 * have is looked at once: a crash, or somebody else, may have deregistered it and not deleted it.
 */
export const taskDefinitions: AwsCollection<TaskDefinitionRevision> = {
  name: 'ecs/task-definitions',
  lane: 'fast',
  scope: 'region',
  iam: [...reads('ecs:ListTaskDefinitions', 'ecs:DescribeTaskDefinition'), ...NOMINATION_ACTIONS],
  async *list(session, installation) {
    const before = [...known(session).keys()];
    const tagged = new Map<string, Tag[]>();
    for await (const page of nominated(session, 'ecs:task-definition', installation))
      for (const [arn, tags] of page) tagged.set(arn, tagList(tags));
    if (tagged.size === 0) return;
    const active = (await activeArns(session)).filter((arn) => tagged.has(arn));
    const contents = await contentsOf(session, lastOfFamilies(active), before);
    yield active.map((arn) => revisionOf(arn, 'ACTIVE', tagged.get(arn) ?? [], contents.get(arn)));
    yield await strays(session, tagged, new Set(active));
  },
  async get(session, arns) {
    const found = await Promise.all(arns.map((arn) => read(session, arn)));
    return found.flatMap((revision) => revision ?? []);
  },
  id: ({ arn }) => arn,
  tags: tagsOf,
};

export function revisionOf(
  arn: string,
  status: string,
  tags: Tag[],
  described: TaskDefinition | undefined,
): TaskDefinitionRevision {
  return { arn, status, tags, ...(described && { described }) };
}

async function activeArns(session: AwsSession): Promise<string[]> {
  const arns: string[] = [];
  const list = pages(async (token) => {
    const answer = await session.ecs.send(
      new ListTaskDefinitionsCommand({
        status: 'ACTIVE',
        maxResults: 100,
        ...(token !== undefined && { nextToken: token }),
      }),
    );
    return { items: answer.taskDefinitionArns, next: answer.nextToken };
  });
  for await (const page of list) arns.push(...page);
  return arns;
}

/** Those that carry the tag and are not active, less those that are deleted: these never come back. */
async function strays(
  session: AwsSession,
  tagged: ReadonlyMap<string, Tag[]>,
  active: ReadonlySet<string>,
): Promise<TaskDefinitionRevision[]> {
  const gone = deleted(session);
  for (const arn of gone) if (!tagged.has(arn)) gone.delete(arn);
  const unclear = [...tagged.keys()].filter((arn) => !active.has(arn) && !gone.has(arn));
  const found = await Promise.all(unclear.map((arn) => read(session, arn)));
  return found.flatMap((revision, index) => {
    if (revision && revision.status !== 'DELETE_IN_PROGRESS') return revision;
    gone.add(unclear[index] ?? '');
    return [];
  });
}

/** Of each family the ARN with the highest number. */
function lastOfFamilies(arns: readonly string[]): string[] {
  const last = new Map<string, string>();
  for (const arn of arns) {
    const family = arn.slice(0, arn.lastIndexOf(':'));
    const before = last.get(family);
    if (before === undefined || numberOf(before) < numberOf(arn)) last.set(family, arn);
  }
  return [...last.values()];
}

/** The number of a revision in its family: they only grow. */
export function numberOf(arn: string): number {
  return Number(arn.slice(arn.lastIndexOf(':') + 1));
}

/** What was read or registered, by session and ARN: it never changes, so it is read once. */
const contents = new WeakMap<AwsSession, Map<string, TaskDefinition>>();

function known(session: AwsSession): Map<string, TaskDefinition> {
  const of = contents.get(session) ?? new Map<string, TaskDefinition>();
  contents.set(session, of);
  return of;
}

/** What was registered need not be read. */
export function noteRegistered(session: AwsSession, definition: TaskDefinition): void {
  known(session).set(definition.taskDefinitionArn ?? '', definition);
}

/** Deleted task definitions, by session: the tagging API goes on naming them for hours. */
const ended = new WeakMap<AwsSession, Set<string>>();

function deleted(session: AwsSession): Set<string> {
  const of = ended.get(session) ?? new Set<string>();
  ended.set(session, of);
  return of;
}

/** What was deleted need not be looked for. */
export function noteDeleted(session: AwsSession, arn: string): void {
  deleted(session).add(arn);
}

/** Being read just now, by session and ARN: two who ask for one share its answer. */
const underWay = new WeakMap<AwsSession, Map<string, Promise<TaskDefinition | undefined>>>();

/** What a revision says, whosever it is; undefined where there is none any more. */
export function definitionOf(session: AwsSession, arn: string): Promise<TaskDefinition | undefined> {
  const definition = known(session).get(arn);
  if (definition) return Promise.resolve(definition);
  const reading = underWay.get(session) ?? new Map<string, Promise<TaskDefinition | undefined>>();
  underWay.set(session, reading);
  const answer =
    reading.get(arn) ??
    read(session, arn)
      .then((revision) => revision?.described)
      .finally(() => reading.delete(arn));
  reading.set(arn, answer);
  return answer;
}

/** What these say; what was known of others `before` they were listed is forgotten. */
async function contentsOf(
  session: AwsSession,
  arns: readonly string[],
  before: readonly string[],
): Promise<ReadonlyMap<string, TaskDefinition>> {
  const of = known(session);
  const unread = arns.filter((arn) => !of.has(arn));
  const found = await Promise.all(
    unread.map(async (arn) => [arn, await definitionOf(session, arn)] as const),
  );
  for (const [arn, definition] of found) if (definition) of.set(arn, definition);
  const wanted = new Set(arns);
  for (const arn of before) if (!wanted.has(arn)) of.delete(arn);
  return of;
}

async function read(session: AwsSession, arn: string): Promise<TaskDefinitionRevision | undefined> {
  try {
    const { taskDefinition, tags = [] } = await session.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ['TAGS'] }),
    );
    return taskDefinition && revisionOf(arn, taskDefinition.status ?? '', tags, taskDefinition);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
