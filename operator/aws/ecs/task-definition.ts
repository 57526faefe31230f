import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type Tag,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { READY } from '../../graph/kind.ts';
import { isUnresolved } from '../../graph/ref.ts';
import { isNotFound, PartialFailure, unlessGone } from '../errors.ts';
import { ROLES } from '../iam/role.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import { NOMINATION_ACTIONS, nominated } from '../nominated.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { unlessTooYoung } from './passed-roles.ts';
import { makes, MARK, markOf, nameIn, onOwnThings, tagList, tagsOf, updateTags, writable } from './shared.ts';
import { contentChanges, contentHash, openChanges } from './task-definition-changes.ts';
import type { TaskDefinitionInputs } from './task-definition-inputs.ts';

/** Revisions of a node that stay: the one in force and those before it, to go back to. */
const REVISIONS_KEPT = 5;
/** Task definitions that one call deletes. */
const DELETES_MAX = 10;

/** One revision of a family. */
export interface TaskDefinitionRevision {
  readonly arn: string;
  readonly status: string;
  readonly tags: Tag[];
  /** What it says, of the last of a family; it never changes, and decides nothing. */
  readonly described?: TaskDefinition;
}

/**
 * Task definitions that can be used. AWS lists them by status and not by tag, and never forgets one; so the tagging API
 * nominates, which names the deregistered too, and the list of active ones decides.
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
  },
  async get(session, arns) {
    const found = await Promise.all(arns.map((arn) => read(session, arn)));
    return found.flatMap((revision) => revision ?? []);
  },
  id: ({ arn }) => arn,
  tags: tagsOf,
};

/**
 * What a task is made of. Nothing of a revision can change, so other content is another revision; of which content a
 * revision is stands in a tag of it, as a hash. Comparing with what AWS describes would revise on every look, since AWS
 * fills in defaults (crossplane-contrib/provider-upjet-aws#825).
 */
export const taskDefinitionKind: AwsKind<TaskDefinitionInputs, TaskDefinitionRevision> = {
  type: 'TaskDefinition',
  collection: taskDefinitions,
  idempotency: 'none',
  iam: [
    ...makes('ecs:RegisterTaskDefinition'),
    {
      action: 'iam:PassRole',
      on: 'anything',
      resource: ROLES,
      when: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com'] },
    },
    ...onOwnThings('ecs:DeleteTaskDefinitions'),
    // AWS knows no resource of this action, so no policy can bound it:
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
    { action: 'ecs:DeregisterTaskDefinition', on: 'anything' },
    ...reads('iam:GetRole'),
  ],
  after: ['EcsService'],

  diff(inputs, revision) {
    if (!revision) return [];
    // The hash is of what is known: what is still to come may come back as it was.
    if (isUnresolved(inputs)) return openChanges(inputs);
    const [from, to] = [markOf(revision, MARK.content), contentHash(inputs)];
    if (from === to) return [];
    const fields = revision.described ? contentChanges(inputs, revision.described) : [];
    return fields.length > 0
      ? fields
      : [{ path: 'content', ...(from !== undefined && { from }), to, replace: true }];
  },
  state: () => READY,
  outputs: ({ arn }) => {
    const [family = '', revision = ''] = nameIn(arn).split(':');
    return { id: arn, arn, family, revision };
  },
  gone: ({ status }) => status !== 'ACTIVE',
  // What the last revision uses. Roles and log groups wait for services anyway, and those before it may have had others.
  needs: ({ described }) => [
    ...[described?.executionRoleArn, described?.taskRoleArn].flatMap((role) => (role ? [nameIn(role)] : [])),
    ...new Set(
      (described?.containerDefinitions ?? []).flatMap(
        ({ logConfiguration }) => logConfiguration?.options?.['awslogs-group'] ?? [],
      ),
    ),
  ],
  keeps: (superseded, isUsed) =>
    [...superseded]
      .sort((a, b) => numberOf(b.arn) - numberOf(a.arn))
      .filter((revision, index) => index < REVISIONS_KEPT - 1 || isUsed(revision)),

  async create({ session, tags }, inputs) {
    const marked = tagList({ ...tags, [MARK.content]: contentHash(inputs) });
    const register = new RegisterTaskDefinitionCommand({ ...writable(inputs), tags: marked });
    const roles = [inputs.executionRoleArn, inputs.taskRoleArn];
    const answer = await unlessTooYoung(session, roles, session.ecsOnce.send(register));
    const definition = must(answer.taskDefinition, 'taskDefinition');
    const arn = must(definition.taskDefinitionArn, 'taskDefinitionArn');
    known(session).set(arn, definition);
    return revisionOf(arn, 'ACTIVE', marked, definition);
  },
  update: (context, _inputs, { arn }, changes) => updateTags(context, taskDefinitions, arn, changes),
  // Only what is deregistered can be deleted. AWS keeps it until the last task that was made of it is gone.
  async delete({ session }, { arn }) {
    await unlessGone(session.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn })));
    const failed = await session.batches.ask('delete-task-definitions', arn, (arns) =>
      deleteAll(session, arns),
    );
    if (failed) throw failed;
    return undefined;
  },
};

function revisionOf(
  arn: string,
  status: string,
  tags: Tag[],
  described: TaskDefinition | undefined,
): TaskDefinitionRevision {
  return { arn, status, tags, ...(described && { described }) };
}

/** Deletes task definitions in calls of ten; answers with those that AWS did not delete. */
async function deleteAll(
  session: AwsSession,
  arns: readonly string[],
): Promise<ReadonlyMap<string, PartialFailure>> {
  const failures = new Map<string, PartialFailure>();
  for (let start = 0; start < arns.length; start += DELETES_MAX) {
    const taskDefinitions = arns.slice(start, start + DELETES_MAX);
    const answer = await session.ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions }));
    for (const { arn = '', reason = '' } of answer.failures ?? []) {
      if (IS_GONE.test(reason)) continue;
      failures.set(arn, new PartialFailure('DeleteTaskDefinitions', 'ClientException', `${arn}: ${reason}`));
    }
  }
  return failures;
}

/** AWS's words for a task definition that there is none of, or that it is deleting already. */
const IS_GONE = /does not exist|DELETE_IN_PROGRESS|in the process of being deleted/;

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

function numberOf(arn: string): number {
  return Number(arn.slice(arn.lastIndexOf(':') + 1));
}

/** What was read or registered, by session and ARN: it never changes, so it is read once. */
const contents = new WeakMap<AwsSession, Map<string, TaskDefinition>>();

function known(session: AwsSession): Map<string, TaskDefinition> {
  const of = contents.get(session) ?? new Map<string, TaskDefinition>();
  contents.set(session, of);
  return of;
}

/** What these say; what was known of others `before` they were listed is forgotten. */
async function contentsOf(
  session: AwsSession,
  arns: readonly string[],
  before: readonly string[],
): Promise<ReadonlyMap<string, TaskDefinition>> {
  const of = known(session);
  const unread = arns.filter((arn) => !of.has(arn));
  const found = await Promise.all(unread.map((arn) => read(session, arn)));
  for (const revision of found) if (revision?.described) of.set(revision.arn, revision.described);
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
