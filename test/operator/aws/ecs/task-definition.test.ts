import { describe, expect, it } from 'vitest';
import { taskDefinitionKind as kind } from '../../../../operator/aws/ecs/task-definition.ts';
import type { ContainerInputs } from '../../../../operator/aws/ecs/task-definition-inputs.ts';
import {
  taskDefinitions,
  type TaskDefinitionRevision,
} from '../../../../operator/aws/ecs/task-definitions.ts';
import { differInImagesAlone } from '../../../../operator/aws/ecs/task-definition-changes.ts';
import { MARK } from '../../../../operator/aws/ecs/shared.ts';
import { interpret } from '../../../../operator/aws/errors.ts';
import { ref } from '../../../../operator/graph/ref.ts';
import { linesOf } from '../changes.ts';
import { described, REVISION, revision, taskDefinition as inputs } from './cases.ts';
import { contextOf, fakeSession, listed, nominating, OWN, OWN_TAGS, refusal } from './fake-session.ts';

const FAMILY = REVISION.replace(/:\d+$/, '');
const [container] = inputs.containerDefinitions as [ContainerInputs];

/** With one container that differs. */
const withContainer = (change: Partial<ContainerInputs>) => ({
  ...inputs,
  containerDefinitions: [{ ...container, ...change }],
});

function revisionOf(number: number): TaskDefinitionRevision {
  return { ...revision, arn: `${FAMILY}:${number}` };
}

describe('content', () => {
  // crossplane-contrib/provider-upjet-aws#825: who compares with what AWS describes revises for ever.
  it('is compared by its hash alone, whatever AWS adds to it', () => {
    const filled = { ...described, ipcMode: 'host' as const, cpu: '1024' };
    expect(kind.diff(inputs, { ...revision, described: filled })).toEqual([]);
  });

  it('is the same in whatever order its keys come', () => {
    const { family, ...rest } = inputs;
    expect(kind.diff({ ...rest, family }, revision)).toEqual([]);
  });

  it.each<[Partial<ContainerInputs>, string[]]>([
    [{ image: 'backend:2' }, ['containers[backend].image: backend:1 -> backend:2 (replace)']],
    [
      { environment: [{ name: 'PORT', value: '8080' }] },
      [
        'containers[backend].environment[STAGE]: dev -> (nothing) (replace)',
        'containers[backend].environment[PORT]: 5000 -> 8080 (replace)',
      ],
    ],
    [
      { secrets: [] },
      ['containers[backend].secrets[PASSWORD]: arn:aws:secretsmanager:x -> (nothing) (replace)'],
    ],
    [
      { portMappings: [{ containerPort: 80 }] },
      [
        'containers[backend].portMappings: [{"containerPort":5000,"hostPort":5000,"protocol":"tcp"}] -> [{"containerPort":80}] (replace)',
      ],
    ],
    [{ essential: false }, ['containers[backend].essential: true -> false (replace)']],
    [{ command: ['serve'] }, ['containers[backend].command: (nothing) -> ["serve"] (replace)']],
  ])('%j is told by its fields', (change, lines) => {
    expect(linesOf(kind.diff(withContainer(change), revision))).toEqual(lines);
  });

  it('of another container is told by all of its fields', () => {
    const sidecar = { name: 'sidecar', image: 'proxy:1', essential: true };
    const two = { ...inputs, containerDefinitions: [container, sidecar] };
    expect(linesOf(kind.diff(two, revision))).toEqual([
      'containers[sidecar].image: (nothing) -> proxy:1 (replace)',
      'containers[sidecar].essential: (nothing) -> true (replace)',
    ]);
  });

  it('of a revision that was not described is told by its hash', () => {
    const { described: _, ...undescribed } = revision;
    expect(linesOf(kind.diff(withContainer({ image: 'backend:2' }), undescribed))).toEqual([
      expect.stringMatching(/^content: [0-9a-f]{32} -> [0-9a-f]{32} \(replace\)$/),
    ]);
    expect(kind.diff(inputs, undescribed)).toEqual([]);
  });

  it('that somebody took the hash off is registered anew', () => {
    expect(kind.diff(inputs, { ...revision, tags: [] })).toMatchObject([{ path: 'content', replace: true }]);
  });

  it('of which something is still to come is not judged, but for what is to come', () => {
    const coming = { ...inputs, cpu: '4096', executionRoleArn: ref('role/execution', 'arn') };
    expect(kind.diff(coming, revision)).toEqual([
      { path: 'executionRoleArn', to: ref('role/execution', 'arn'), replace: true },
    ]);
  });
});

// hashicorp/terraform-provider-aws#632: an external pipeline's image is reverted.
describe('images that others choose', () => {
  const theirs = withContainer({ image: 'backend:9' });

  it('do not count of the revision that others stand in for, and of no other', () => {
    expect(kind.diff({ ...theirs, imagesAsideOf: REVISION }, revision)).toEqual([]);
    expect(linesOf(kind.diff({ ...theirs, imagesAsideOf: `${FAMILY}:9` }, revision))).toEqual([
      'containers[backend].image: backend:1 -> backend:9 (replace)',
    ]);
  });

  it('are told, and registered, when something else changes', async () => {
    const bigger = { ...theirs, cpu: '512', imagesAsideOf: REVISION };
    expect(linesOf(kind.diff(bigger, revision))).toEqual([
      'cpu: 256 -> 512 (replace)',
      'containers[backend].image: backend:1 -> backend:9 (replace)',
    ]);
    const { session, sent } = fakeSession({ RegisterTaskDefinition: () => ({ taskDefinition: described }) });
    const made = await kind.create?.(contextOf(session).context, bigger);
    expect(sent[0]?.[1]).not.toHaveProperty('imagesAsideOf');
    expect(made && kind.diff({ ...theirs, cpu: '512' }, made)).toEqual([]);
  });

  it.each([
    [{ image: 'backend:9' }, true],
    [{ image: 'backend:9', environment: [...(container.environment ?? [])].reverse() }, true],
    [{ image: 'backend:9', cpu: 64 }, false],
    [{ environment: [] }, false],
    [{ name: 'other' }, false],
  ])('%j: in images alone %s', (change, alone) => {
    const [first] = described.containerDefinitions;
    const other = { ...described, revision: 9, containerDefinitions: [{ ...first, ...change }] };
    expect(differInImagesAlone(described, other as typeof described)).toBe(alone);
    expect(differInImagesAlone(other as typeof described, described)).toBe(alone);
  });
});

describe('listing', () => {
  const arns = [1, 2, 3].map((number) => `${FAMILY}:${number}`);
  const other = 'arn:aws:ecs:eu-central-1:111111111111:task-definition/theirs:7';
  const answers = {
    GetResources: nominating(arns),
    ListTaskDefinitions: ({ nextToken }: Record<string, unknown>) =>
      nextToken === undefined
        ? { taskDefinitionArns: [arns[0], other], nextToken: 'more' }
        : { taskDefinitionArns: [arns[1], arns[2]] },
    DescribeTaskDefinition: ({ taskDefinition }: Record<string, unknown>) => ({
      taskDefinition: { ...described, taskDefinitionArn: taskDefinition },
    }),
  };

  it('has what is active and ours; the last of a family is read, once', async () => {
    const { session, actions } = fakeSession(answers);
    const found = await listed(taskDefinitions.list(session, 'test'));
    expect(found.map(({ arn, described: content }) => [arn, content !== undefined])).toEqual([
      [arns[0], false],
      [arns[1], false],
      [arns[2], true],
    ]);
    expect(found.map((one) => taskDefinitions.tags(one))).toEqual([OWN, OWN, OWN]);
    const first = ['GetResources', 'ListTaskDefinitions', 'ListTaskDefinitions', 'DescribeTaskDefinition'];
    expect(actions()).toEqual(first);
    await listed(taskDefinitions.list(session, 'test'));
    expect(actions().slice(first.length)).toEqual(first.slice(0, 3));
  });

  it('asks nothing of ECS where nothing carries the tag', async () => {
    const { session, actions } = fakeSession();
    expect(await listed(taskDefinitions.list(session, 'test'))).toEqual([]);
    expect(actions()).toEqual(['GetResources']);
  });

  it('knows what was registered without reading it', async () => {
    const { session, actions } = fakeSession({
      ...answers,
      RegisterTaskDefinition: () => ({ taskDefinition: { ...described, taskDefinitionArn: arns[2] } }),
    });
    await kind.create?.(contextOf(session).context, inputs);
    await listed(taskDefinitions.list(session, 'test'));
    expect(actions()).not.toContain('DescribeTaskDefinition');
  });

  // AWS deregisters and deletes in two calls, between which an operator may die.
  it('has what is only deregistered, and looks at what is deleted once', async () => {
    const [off, going, never] = [7, 8, 9].map((number) => `${FAMILY}:${number}`);
    const { session, sent } = fakeSession({
      ...answers,
      // It goes on naming what was deregistered, and for hours what was deleted.
      GetResources: nominating([...arns, off ?? '', going ?? '', never ?? '']),
      DescribeTaskDefinition({ taskDefinition }) {
        if (taskDefinition === never)
          return refusal('ClientException', 'Unable to describe task definition.');
        const status = { [off ?? '']: 'INACTIVE', [going ?? '']: 'DELETE_IN_PROGRESS' }[
          String(taskDefinition)
        ];
        return { taskDefinition: { ...described, status: status ?? 'ACTIVE' }, tags: OWN_TAGS };
      },
    });
    const list = () => listed(taskDefinitions.list(session, 'test'));
    const read = () => sent.flatMap(([action, input]) => (action.startsWith('Describe') ? [input] : []));
    const found = (await list()).map(({ arn, status }) => [arn, status]);
    expect(found).toEqual([...arns.map((arn) => [arn, 'ACTIVE']), [off, 'INACTIVE']]);
    expect(read().map(({ taskDefinition }) => taskDefinition)).toEqual([arns[2], off, going, never]);
    expect((await list()).map(({ arn, status }) => [arn, status])).toEqual(found);
    expect(
      read()
        .map(({ taskDefinition }) => taskDefinition)
        .slice(4),
    ).toEqual([off]);
    await kind.delete?.(contextOf(session).context, { ...revisionOf(7), status: 'INACTIVE' });
    expect(sent.slice(-1)).toEqual([['DeleteTaskDefinitions', { taskDefinitions: [off] }]]);
    expect((await list()).map(({ arn }) => arn)).toEqual(arns);
    expect(read()).toHaveLength(5);
  });

  it('by id has the deregistered as well, and leaves out what there never was', async () => {
    const { session } = fakeSession({
      DescribeTaskDefinition: ({ taskDefinition }) =>
        taskDefinition === arns[0]
          ? { taskDefinition: { ...described, status: 'INACTIVE' }, tags: OWN_TAGS }
          : refusal('ClientException', 'Unable to describe task definition.'),
    });
    const found = await taskDefinitions.get(session, [`${FAMILY}:1`, `${FAMILY}:9`]);
    expect(found).toMatchObject([{ arn: arns[0], status: 'INACTIVE', tags: OWN_TAGS }]);
    expect(found.map((one) => kind.gone(one))).toEqual([false]);
  });
});

it('what is deregistered is replaced and no history, what is being deleted is gone', () => {
  const off = { ...revision, status: 'INACTIVE' };
  expect(linesOf(kind.diff(inputs, off))).toEqual(['status: INACTIVE -> ACTIVE (replace)']);
  expect(kind.keeps?.([off], () => true)).toEqual([]);
  const going = { ...revision, status: 'DELETE_IN_PROGRESS' };
  expect([off, going].map((one) => kind.gone(one))).toEqual([false, true]);
});

describe('registering', () => {
  it('sends what is asked for, as it is, with the hash in a tag', async () => {
    const { session, sent } = fakeSession({ RegisterTaskDefinition: () => ({ taskDefinition: described }) });
    const made = await kind.create?.(contextOf(session).context, inputs);
    const hash = { key: MARK.content, value: expect.stringMatching(/^[0-9a-f]{32}$/) };
    expect(sent).toEqual([['RegisterTaskDefinition', { ...inputs, tags: [...OWN_TAGS, hash] }]]);
    expect(made && kind.diff(inputs, made)).toEqual([]);
    expect(made && taskDefinitions.tags(made)).toEqual(OWN);
    expect(made && kind.outputs(made)).toEqual({
      id: REVISION,
      arn: REVISION,
      family: 'backend-task',
      revision: '3',
    });
  });

  // terraform-aws-modules/terraform-aws-ecs#414
  it.each([
    ['waits for a role that was made a moment ago', 5_000, 'waiting', 'WaitingForAws'],
    ['believes that an old one may not be passed on', 600_000, 'stalled', 'AccessDenied'],
  ])('%s', async (_, ageMs, kindOfVerdict, reason) => {
    const { session } = fakeSession({
      RegisterTaskDefinition: () =>
        refusal('AccessDeniedException', 'User: x is not authorized to perform: iam:PassRole on resource: y'),
      GetRole: () => ({ Role: { CreateDate: new Date(Date.now() - ageMs) } }),
    });
    const error = await kind.create?.(contextOf(session).context, inputs).catch((thrown: unknown) => thrown);
    expect(interpret(error)).toMatchObject({ kind: kindOfVerdict, reason });
  });
});

describe('deregistering', () => {
  it('deletes as well, those asked for together in one call', async () => {
    const { session, sent } = fakeSession({
      DeleteTaskDefinitions: () => ({
        failures: [{ arn: `${FAMILY}:1`, reason: 'The specified task definition does not exist.' }],
      }),
    });
    const { context } = contextOf(session);
    await Promise.all([1, 2].map(async (number) => kind.delete?.(context, revisionOf(number))));
    expect(sent).toEqual([
      ['DeregisterTaskDefinition', { taskDefinition: `${FAMILY}:1` }],
      ['DeregisterTaskDefinition', { taskDefinition: `${FAMILY}:2` }],
      ['DeleteTaskDefinitions', { taskDefinitions: [`${FAMILY}:1`, `${FAMILY}:2`] }],
    ]);
  });

  it('says what AWS did not delete', async () => {
    const { session } = fakeSession({
      DeleteTaskDefinitions: () => ({ failures: [{ arn: `${FAMILY}:1`, reason: 'still ACTIVE' }] }),
    });
    await expect(kind.delete?.(contextOf(session).context, revisionOf(1))).rejects.toThrow(
      /:1: still ACTIVE/,
    );
  });

  it('of what was never there is done', async () => {
    const { session } = fakeSession({
      DeregisterTaskDefinition: () => refusal('ClientException', 'Unable to describe task definition.'),
    });
    await expect(kind.delete?.(contextOf(session).context, revisionOf(1))).resolves.toBeUndefined();
  });
});

it('the last four before the one in force stay, and what is in use', () => {
  const past = [9, 10, 2, 3, 11, 1].map(revisionOf);
  const kept = kind.keeps?.(past, ({ arn }) => arn === `${FAMILY}:1`) ?? [];
  expect(kept.map(({ arn }) => arn.split(':').at(-1))).toEqual(['11', '10', '9', '3', '1']);
});
