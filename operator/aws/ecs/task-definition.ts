import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { READY, type Change } from '../../graph/kind.ts';
import { isUnresolved } from '../../graph/ref.ts';
import { PartialFailure, unlessGone } from '../errors.ts';
import { ROLES } from '../iam/role.ts';
import { must, type AwsKind } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { unlessTooYoung } from './passed-roles.ts';
import { makes, MARK, markOf, nameIn, onOwnThings, tagList, updateTags, writable } from './shared.ts';
import {
  contentChanges,
  contentHash,
  contentOf,
  openChanges,
  withImagesOf,
} from './task-definition-changes.ts';
import type { TaskDefinitionInputs } from './task-definition-inputs.ts';
import {
  noteDeleted,
  noteRegistered,
  numberOf,
  revisionOf,
  taskDefinitions,
  type TaskDefinitionRevision,
} from './task-definitions.ts';

/** Revisions of a node that stay: the one in force and those before it, to go back to. */
const REVISIONS_KEPT = 5;
/** Task definitions that one call deletes. */
const DELETES_MAX = 10;

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
    if (isUnresolved(inputs)) return [...inactiveOf(revision), ...openChanges(inputs)];
    const off = inactiveOf(revision);
    const [from, to] = [markOf(revision, MARK.content), contentHash(inputs)];
    if (from === to || (from !== undefined && from === hashAsideImages(inputs, revision))) return off;
    const fields = revision.described ? contentChanges(inputs, revision.described) : [];
    return fields.length > 0
      ? [...off, ...fields]
      : [...off, { path: 'content', ...(from !== undefined && { from }), to, replace: true }];
  },
  state: () => READY,
  outputs: ({ arn }) => {
    const [family = '', revision = ''] = nameIn(arn).split(':');
    return { id: arn, arn, family, revision };
  },
  // What is only deregistered is there for ever, and nobody but us would delete it.
  gone: ({ status }) => status !== 'ACTIVE' && status !== 'INACTIVE',
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
      .filter(({ status }) => status === 'ACTIVE')
      .sort((a, b) => numberOf(b.arn) - numberOf(a.arn))
      .filter((revision, index) => index < REVISIONS_KEPT - 1 || isUsed(revision)),

  async create({ session, tags }, inputs) {
    const marked = tagList({ ...tags, [MARK.content]: contentHash(inputs) });
    const register = new RegisterTaskDefinitionCommand({ ...writable(contentOf(inputs)), tags: marked });
    const roles = [inputs.executionRoleArn, inputs.taskRoleArn];
    const answer = await unlessTooYoung(session, roles, session.ecsOnce.send(register));
    const definition = must(answer.taskDefinition, 'taskDefinition');
    const arn = must(definition.taskDefinitionArn, 'taskDefinitionArn');
    noteRegistered(session, definition);
    return revisionOf(arn, 'ACTIVE', marked, definition);
  },
  update: (context, _inputs, { arn }, changes) => updateTags(context, taskDefinitions, arn, changes),
  // Only what is deregistered can be deleted. AWS keeps it until the last task that was made of it is gone.
  async delete({ session }, { arn, status }) {
    if (status !== 'INACTIVE')
      await unlessGone(session.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn })));
    const failed = await session.batches.ask('delete-task-definitions', arn, (arns) =>
      deleteAll(session, arns),
    );
    if (failed) throw failed;
    noteDeleted(session, arn);
    return undefined;
  },
};

/** The hash of what is wanted with the images that a revision has, where these are others' to choose. */
function hashAsideImages(
  inputs: TaskDefinitionInputs,
  { arn, described }: TaskDefinitionRevision,
): string | undefined {
  if (inputs.imagesAsideOf !== arn || !described) return undefined;
  return contentHash(withImagesOf(inputs, described));
}

/** What is deregistered runs nowhere anew, and never becomes active again: UpdateService and CreateService refuse it. */
function inactiveOf({ status }: TaskDefinitionRevision): Change[] {
  return status === 'INACTIVE' ? [{ path: 'status', from: status, to: 'ACTIVE', replace: true }] : [];
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
