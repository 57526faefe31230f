import type { Service, Task } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { definitionIn } from '../../../../operator/aws/ecs/running.ts';
import { ecsServiceKind as kind, ecsServices } from '../../../../operator/aws/ecs/service.ts';
import type { EcsServiceInputs } from '../../../../operator/aws/ecs/service-settings.ts';
import { MARK } from '../../../../operator/aws/ecs/shared.ts';
import { interpret, isAlreadyThere } from '../../../../operator/aws/errors.ts';
import { shortHash } from '../../../../operator/graph/ownership.ts';
import { linesOf } from '../changes.ts';
import { CLUSTER, listed as record, REVISION, SERVICE, service as inputs } from './cases.ts';
import { contextOf, fakeSession, listed, nominating, OWN, OWN_TAGS, refusal } from './fake-session.ts';

const NEXT = REVISION.replace(/:3$/, ':4');
const [primary] = record.deployments;
const next = { ...inputs, taskDefinition: NEXT };
/** As AWS describes it when a rollout of {@link NEXT} has begun. */
const begun = {
  ...primary,
  id: 'ecs-svc/2',
  taskDefinition: NEXT,
  runningCount: 0,
  rolloutState: 'IN_PROGRESS' as const,
  rolloutStateReason: 'ECS deployment ecs-svc/2 in progress.',
  createdAt: new Date('2026-01-02T00:00:00Z'),
};
const rolling = {
  ...record,
  taskDefinition: NEXT,
  deployments: [begun, { ...primary, status: 'ACTIVE' }],
};
const REVISION_ARN = 'arn:aws:ecs:eu-central-1:111111111111:service-revision/web/backend-service/2';

/** Answers of AWS that remembers one rollout. */
const remembering = (status: string, target: Partial<Service> = {}, stopped: Partial<Task> = {}) => ({
  ListServiceDeployments: () => ({
    serviceDeployments: [
      {
        status: 'SUCCESSFUL',
        createdAt: new Date('2026-01-01T00:00:00Z'),
        targetServiceRevisionArn: 'arn:of-the-first',
      },
      {
        status,
        statusReason: 'the circuit breaker threshold was exceeded',
        createdAt: new Date('2026-01-02T00:00:00Z'),
        targetServiceRevisionArn: REVISION_ARN,
      },
    ],
  }),
  DescribeServiceRevisions: () => ({
    serviceRevisions: [{ ...record, taskDefinition: NEXT, platformVersion: '1.4.0', ...target }],
  }),
  ListTasks: () => ({ taskArns: ['arn:task'] }),
  DescribeTasks: () => ({
    tasks: [
      {
        taskDefinitionArn: NEXT,
        stopCode: 'TaskFailedToStart',
        stoppedReason: 'CannotPullContainerError: not found',
        stoppedAt: new Date('2026-01-02T00:00:00Z'),
        ...stopped,
      },
    ],
  }),
  UpdateService: () => ({ service: rolling }),
});

/** What a service's mark says of a restart before it is sent. */
const follows = (deployment: string, restart = 'tuesday') => `${deployment} ${shortHash(restart)}`;
const noted = (value: string) => [
  'TagResource',
  { resourceArn: SERVICE, tags: [{ key: MARK.restarted, value }] },
];
const marked = (value: string): Service => ({ ...record, tags: [{ key: MARK.restarted, value }] });

async function update(wanted: EcsServiceInputs, answers = {}, from: Service = record) {
  const fake = fakeSession({ UpdateService: () => ({ service: rolling }), ...answers });
  const { context, laidOver } = contextOf(fake.session);
  const error: unknown = await kind
    .update(context, wanted, from, kind.diff(wanted, from))
    .then(() => undefined)
    .catch((thrown: unknown) => thrown);
  return { ...fake, laidOver, error };
}

describe('a revision of others in place of ours', () => {
  const instead = { of: REVISION, is: NEXT };

  it('is left alone as long as ours would be the same but for images', () => {
    expect(kind.diff({ ...inputs, instead }, { ...record, taskDefinition: NEXT })).toEqual([]);
    const later = { ...inputs, instead, taskDefinition: `${REVISION}0` };
    expect(linesOf(kind.diff(later, { ...record, taskDefinition: NEXT }))).toEqual([
      `taskDefinition: ${NEXT} -> ${REVISION}0`,
    ]);
  });

  it('is what a service runs that is made again', async () => {
    const { session, sent } = fakeSession({
      CreateService: () => ({ service: { ...record, tags: OWN_TAGS } }),
    });
    await kind.create?.(contextOf(session).context, { ...inputs, instead });
    expect(sent[0]?.[1]).toMatchObject({ taskDefinition: NEXT });
  });
});

describe('how tasks are placed', () => {
  const zones = { type: 'spread', field: 'attribute:ecs.availability-zone' } as const;

  it.each(['cpu', 'memory'])('%s is the same in the upper case in which AWS tells it', (field) => {
    const by = (name: string) => [zones, { type: 'binpack', field: name } as const];
    const wanted = { ...inputs, placementStrategy: by(field) };
    expect(kind.diff(wanted, { ...record, placementStrategy: by(field.toUpperCase()) })).toEqual([]);
    expect(kind.diff(wanted, { ...record, placementStrategy: by('other') })).toHaveLength(1);
  });
});

describe('how tasks are spread over zones again', () => {
  const { deployment } = inputs;
  const zones = { type: 'spread', field: 'attribute:ecs.availability-zone' } as const;
  const elsewhere = {
    type: 'memberOf',
    expression: 'attribute:ecs.availability-zone == eu-central-1a',
  } as const;

  it.each<[string, Partial<EcsServiceInputs>, string]>([
    ['anything', {}, 'ENABLED'],
    ['maximumPercent 101', { deployment: { ...deployment, maximumPercent: 101 } }, 'ENABLED'],
    ['maximumPercent 100', { deployment: { ...deployment, maximumPercent: 100 } }, 'DISABLED'],
    ['zones first', { placementStrategy: [zones, { type: 'binpack', field: 'cpu' }] }, 'ENABLED'],
    ['zones second', { placementStrategy: [{ type: 'random' }, zones] }, 'DISABLED'],
    ['instances first', { placementStrategy: [{ type: 'spread', field: 'instanceId' }] }, 'DISABLED'],
    ['a zone given', { placementConstraints: [elsewhere] }, 'DISABLED'],
  ])('with %s: %s', async (_, some, expected) => {
    const wanted = { ...inputs, ...some };
    const fake = fakeSession({ CreateService: (input) => ({ service: { ...record, tags: input['tags'] } }) });
    await kind.create?.(contextOf(fake.session).context, wanted);
    expect(fake.sent[0]?.[1]).toMatchObject({ availabilityZoneRebalancing: expected });
    const other = expected === 'ENABLED' ? 'DISABLED' : 'ENABLED';
    const from: Service = { ...record, availabilityZoneRebalancing: other };
    expect(linesOf(kind.diff(wanted, from))).toContain(
      `availabilityZoneRebalancing: ${other} -> ${expected}`,
    );
  });

  it('is written together with what it does not go with', async () => {
    const wanted = { ...inputs, deployment: { ...deployment, maximumPercent: 100 } };
    const { sent } = await update(wanted);
    expect(sent).toMatchObject([
      [
        'UpdateService',
        { deploymentConfiguration: { maximumPercent: 100 }, availabilityZoneRebalancing: 'DISABLED' },
      ],
    ]);
  });

  it('is off where AWS says nothing of it', () => {
    const { availabilityZoneRebalancing: _, ...old } = record;
    expect(linesOf(kind.diff(inputs, old))).toEqual(['availabilityZoneRebalancing: DISABLED -> ENABLED']);
  });
});

describe('what a service runs', () => {
  it('is read with it, once, whosever it is', async () => {
    const { session, actions } = fakeSession({
      GetResources: nominating([SERVICE]),
      DescribeServices: () => ({ services: [{ ...record, tags: OWN_TAGS }] }),
      DescribeTaskDefinition: ({ taskDefinition }) => ({
        taskDefinition: { taskDefinitionArn: taskDefinition, family: 'theirs' },
      }),
    });
    const [first] = await listed(ecsServices.list(session, 'test'));
    const [again] = await listed(ecsServices.list(session, 'test'));
    for (const service of [first, again])
      expect(service && definitionIn(service)).toMatchObject({ family: 'theirs' });
    expect(first && definitionIn({ ...first, taskDefinition: NEXT })).toBeUndefined();
    expect(actions().filter((action) => action === 'DescribeTaskDefinition')).toHaveLength(1);
  });
});

describe('a deployment that failed', () => {
  const failed = { ...begun, rolloutState: 'FAILED', rolloutStateReason: 'tasks failed to start.' } as const;

  it('is told of with why its last task stopped, which is asked once', async () => {
    const { session, actions } = fakeSession({
      GetResources: nominating([SERVICE]),
      DescribeServices: () => ({ services: [{ ...record, deployments: [failed], tags: OWN_TAGS }] }),
      DescribeTaskDefinition: () => ({}),
      ListTasks: () => ({ taskArns: ['arn:task'] }),
      DescribeTasks: () => ({
        tasks: [
          {
            taskDefinitionArn: failed.taskDefinition,
            stopCode: 'TaskFailedToStart',
            stoppedReason: 'CannotPullContainerError: not found',
          },
        ],
      }),
    });
    await listed(ecsServices.list(session, 'test'));
    const [service] = await listed(ecsServices.list(session, 'test'));
    expect(service && kind.state(service)).toMatchObject({
      phase: 'failed',
      message: expect.stringMatching(
        /: tasks failed to start; CannotPullContainerError: not found; last event/,
      ),
    });
    expect(actions().filter((action) => action === 'ListTasks')).toHaveLength(1);
    // Of one that came after it nothing is known.
    const later = { ...service, deployments: [{ ...failed, id: 'ecs-svc/9' }] };
    expect(kind.state(later)).toMatchObject({
      message: expect.stringMatching(/: tasks failed to start; last event/),
    });
  });
});

describe('state', () => {
  it.each<[string, Partial<Service>, string, RegExp | undefined]>([
    ['all tasks run', {}, 'ready', undefined],
    ['nothing is wanted', { desiredCount: 0, runningCount: 0 }, 'ready', undefined],
    ['tasks are missing', { runningCount: 1 }, 'pending', /^service backend-service: 1 of 2 tasks run/],
    ['too many run', { runningCount: 3 }, 'pending', /3 of 2 tasks run, rollout COMPLETED/],
    [
      'a rollout is under way',
      { deployments: [begun], taskDefinition: NEXT, runningCount: 1 },
      'pending',
      /1 of 2 tasks run, rollout IN_PROGRESS; last event: .*steady state/,
    ],
    ['a rollout was ordered', { taskDefinition: NEXT }, 'pending', /rollout about to begin/],
    [
      'a rollout has failed',
      {
        deployments: [{ ...begun, rolloutState: 'FAILED', rolloutStateReason: 'tasks failed to start.' }],
      },
      'failed',
      /^the rollout of service backend-service has failed, 2 of 2 tasks run: tasks failed to start; last event/,
    ],
    [
      'AWS goes back',
      {
        deployments: [
          { ...primary, rolloutState: 'IN_PROGRESS' },
          {
            ...begun,
            status: 'ACTIVE',
            rolloutState: 'FAILED',
            rolloutStateReason: 'tasks failed to start.',
          },
        ],
      },
      'pending',
      /the rollout before it failed: tasks failed to start; last event/,
    ],
    ['it drains', { status: 'DRAINING' }, 'deleting', /is DRAINING, 2 of its tasks still run/],
    ['it is gone', { status: 'INACTIVE' }, 'deleting', undefined],
  ])('where %s', (_, change, phase, message) => {
    const state = kind.state({ ...record, ...change });
    expect(state.phase).toBe(phase);
    if (message) expect(state).toMatchObject({ message: expect.stringMatching(message) });
    expect(kind.gone({ ...record, ...change })).toBe(change.status === 'INACTIVE');
  });
});

describe('a new service', () => {
  it('is made with all of its settings and its tags', async () => {
    const { session, sent } = fakeSession({
      CreateService: (input) => ({ service: { ...record, tags: input['tags'] } }),
    });
    const made = await kind.create?.(contextOf(session).context, inputs);
    const { tags: _, deployments, events, status, runningCount, pendingCount, ...kept } = record;
    expect(sent).toMatchObject([
      [
        'CreateService',
        {
          cluster: CLUSTER,
          serviceName: 'backend-service',
          taskDefinition: REVISION,
          desiredCount: 2,
          launchType: 'FARGATE',
          healthCheckGracePeriodSeconds: 60,
          loadBalancers: kept.loadBalancers,
          deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 200 },
          tags: [...OWN_TAGS, { key: MARK.restarted, value: 'monday' }],
        },
      ],
    ]);
    // A name has one active service; the token of a deleted one of the name might be answered with that.
    expect(sent[0]?.[1]).not.toHaveProperty('clientToken');
    expect(sent[0]?.[1]).not.toHaveProperty('placementStrategy');
    expect(sent[0]?.[1]).not.toHaveProperty('capacityProviderStrategy');
    expect(made && kind.diff(inputs, made)).toEqual([]);
    expect(made && ecsServices.tags(made)).toEqual(OWN);
  });

  it('whose count is set by others begins with what it is told to begin with, and is left alone then', async () => {
    const { desiredCount: _, ...free } = inputs;
    const { session, sent } = fakeSession({
      CreateService: (input) => ({ service: { ...record, tags: input['tags'] } }),
    });
    await kind.create?.(contextOf(session).context, { ...free, initialCount: 4 });
    await kind.create?.(contextOf(session).context, free);
    expect(sent.map(([, input]) => input['desiredCount'])).toEqual([4, 1]);
    expect(kind.diff(free, { ...record, desiredCount: 17 })).toEqual([]);
  });

  it('that AWS takes for another one of the very same settings is not ours', async () => {
    const { session } = fakeSession({ CreateService: () => ({ service: { ...record, tags: [] } }) });
    const error = await kind.create?.(contextOf(session).context, inputs).catch((thrown: unknown) => thrown);
    expect(isAlreadyThere(error)).toBe(true);
  });

  const taken = () => refusal('InvalidParameterException', 'Creation of service was not idempotent.');

  describe('in the place of another', () => {
    const REV = { ...OWN, 'landfall.dev/rev': 'abcd1234' };
    const REV_TAGS = Object.entries(REV).map(([key, value]) => ({ key, value }));
    const beside = { ...record, serviceName: 'backend-service-abcd1234', tags: REV_TAGS };

    it.each<[string, Service[], string | undefined]>([
      ['has a name of its own while that one has its', [record], 'backend-service-abcd1234'],
      ['has the name where that one is elsewhere', [], 'backend-service'],
      ['has the name where that one is gone', [{ ...record, status: 'INACTIVE' }], 'backend-service'],
      ['is not made again where it is there', [record, beside], undefined],
    ])('%s', async (_, services, name) => {
      const { session, sent } = fakeSession({
        DescribeServices: () => ({ services }),
        CreateService: (input) => ({
          service: { ...record, serviceName: input['serviceName'], tags: input['tags'] },
        }),
      });
      const made = await kind.create?.(contextOf(session, REV).context, inputs);
      const created = sent.filter(([action]) => action === 'CreateService');
      expect(created.map(([, input]) => input['serviceName'])).toEqual(name === undefined ? [] : [name]);
      expect(made && linesOf(kind.diff(inputs, made))).toEqual(
        name === undefined ? ['restartedAt: (nothing) -> monday'] : [],
      );
    });
  });

  it('that takes nobody’s place does not get another name', async () => {
    const { session, actions } = fakeSession({
      CreateService: taken,
      DescribeServices: () => ({ services: [{ ...record, tags: [] }] }),
    });
    const error = await kind.create?.(contextOf(session).context, inputs).catch((thrown: unknown) => thrown);
    expect(interpret(error)).toMatchObject({ kind: 'exists' });
    expect(actions()).toEqual(['CreateService']);
    expect(await kind.conflicting?.(session, inputs)).toMatchObject({ serviceName: 'backend-service' });
  });
});

describe('changes', () => {
  it('of several settings go in one call, and nothing else in it', async () => {
    const wanted = {
      ...inputs,
      desiredCount: 5,
      deployment: { ...inputs.deployment, maximumPercent: 150 },
    };
    const { sent, laidOver } = await update(wanted, {
      UpdateService: () => ({
        service: {
          ...record,
          desiredCount: 5,
          deploymentConfiguration: { ...record.deploymentConfiguration, maximumPercent: 150 },
        },
      }),
    });
    expect(sent).toEqual([
      [
        'UpdateService',
        {
          cluster: CLUSTER,
          service: SERVICE,
          desiredCount: 5,
          deploymentConfiguration: {
            minimumHealthyPercent: 50,
            maximumPercent: 150,
            deploymentCircuitBreaker: { enable: true, rollback: true },
          },
        },
      ],
    ]);
    expect(kind.diff(wanted, laidOver<Service>(record))).toEqual([]);
  });

  it('of the task definition are a rollout, pending until a listing shows how it ends', async () => {
    const { actions, laidOver } = await update(next);
    expect(actions()).toEqual(['ListServiceDeployments', 'UpdateService']);
    const now = laidOver<Service>(record);
    expect(kind.diff(next, now)).toEqual([]);
    expect(kind.state(now).phase).toBe('pending');
    const complete = {
      ...rolling,
      runningCount: 2,
      deployments: [{ ...begun, rolloutState: 'COMPLETED' as const }],
    };
    expect(laidOver<Service>(complete)).toBe(complete);
    // Taken back already: what is listed is later than what we were answered.
    const back = { ...record, deployments: [{ ...primary, id: 'ecs-svc/3' }] };
    expect(laidOver<Service>(back)).toBe(back);
  });

  it('of tasks make what is known of the targets’ health out of date, and no other change does', async () => {
    const [group] = record.loadBalancers ?? [];
    const health = { arn: group?.targetGroupArn, targets: [{ TargetHealth: { State: 'healthy' } }] };
    const unknown = { ...health, targets: [] };
    const after = async (wanted: EcsServiceInputs, service: Service = rolling) => {
      const { laidOver } = await update(wanted, { UpdateService: () => ({ service }) });
      return laidOver(health, 'elbv2');
    };
    expect(await after(next)).toEqual(unknown);
    expect(await after({ ...inputs, desiredCount: 5 }, { ...record, desiredCount: 5 })).toEqual(unknown);
    const quiet = { ...inputs, healthCheckGracePeriodSeconds: 90 };
    expect(await after(quiet, { ...record, healthCheckGracePeriodSeconds: 90 })).toBe(health);
  });

  it('of capacity need a new deployment', async () => {
    const { launchType: _, ...rest } = inputs;
    const capacityProviderStrategy = [{ capacityProvider: 'FARGATE_SPOT', weight: 1, base: 0 }];
    const { sent } = await update({ ...rest, capacityProviderStrategy });
    expect(sent.at(-1)).toEqual([
      'UpdateService',
      { cluster: CLUSTER, service: SERVICE, capacityProviderStrategy, forceNewDeployment: true },
    ]);
  });

  it('back to the launch type take the strategy away', async () => {
    const { launchType: _, ...rest } = record;
    const onSpot = {
      ...rest,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1, base: 0 }],
    };
    const { sent } = await update(inputs, {}, onSpot);
    expect(sent.at(-1)?.[1]).toMatchObject({ capacityProviderStrategy: [], forceNewDeployment: true });
  });

  it('a restart is a new deployment of the same, and is noted when it has begun', async () => {
    const { sent, laidOver } = await update({ ...inputs, restartedAt: 'tuesday' });
    expect(sent).toEqual([
      noted(follows('ecs-svc/1')),
      ['UpdateService', { cluster: CLUSTER, service: SERVICE, forceNewDeployment: true }],
      noted('tuesday'),
    ]);
    expect(kind.diff({ ...inputs, restartedAt: 'tuesday' }, laidOver<Service>(record))).toEqual([]);
  });

  it('a restart of which nobody saw the answer is only noted: another deployment has come', async () => {
    const { sent } = await update({ ...inputs, restartedAt: 'tuesday' }, {}, marked(follows('ecs-svc/0')));
    expect(sent).toEqual([noted('tuesday')]);
  });

  it('what changes besides such a restart is no restart', async () => {
    const wanted = { ...inputs, restartedAt: 'tuesday', desiredCount: 5 };
    const { sent } = await update(wanted, {}, marked(follows('ecs-svc/0')));
    expect(sent).toEqual([
      ['UpdateService', { cluster: CLUSTER, service: SERVICE, desiredCount: 5 }],
      noted('tuesday'),
    ]);
  });

  it.each([
    ['that was noted and not sent', follows('ecs-svc/1')],
    ['asked for after one of which nobody saw the answer', follows('ecs-svc/0', 'wednesday')],
  ])('a restart %s is sent', async (_, mark) => {
    const { sent } = await update({ ...inputs, restartedAt: 'tuesday' }, {}, marked(mark));
    expect(sent).toEqual([
      noted(follows('ecs-svc/1')),
      ['UpdateService', { cluster: CLUSTER, service: SERVICE, forceNewDeployment: true }],
      noted('tuesday'),
    ]);
  });

  it('no restart is asked for when the annotation goes', () => {
    const { restartedAt: _, ...rest } = inputs;
    expect(kind.diff(rest, record)).toEqual([]);
  });
});

describe('a rollout that failed', () => {
  it.each(['ROLLBACK_SUCCESSFUL', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_FAILED'])(
    'is not tried again: %s',
    async (status) => {
      const { actions, error } = await update(next, remembering(status));
      expect(actions()).not.toContain('UpdateService');
      expect(interpret(error)).toEqual({
        kind: 'stalled',
        reason: 'RolloutFailed',
        message:
          'the rollout of backend-task:4 has failed: the circuit breaker threshold was exceeded; CannotPullContainerError: not found; service backend-service goes on with backend-task:3, and this is not tried again before something of it changes or a restart is asked for',
      });
    },
  );

  // With the same code AWS stops tasks that fail their checks, and those that are one too many.
  it.each([
    ['Task failed ELB health checks in (target-group arn:group)', /; Task failed ELB health checks in/],
    ['Scaling activity initiated by deployment ecs-svc/2', /threshold was exceeded; service backend/],
  ])('says why its last task stopped, where that says something: %s', async (stoppedReason, message) => {
    const stopped = { stopCode: 'ServiceSchedulerInitiated', stoppedReason } as const;
    const { error } = await update(next, remembering('ROLLBACK_SUCCESSFUL', {}, stopped));
    expect(interpret(error)).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('does not keep other settings from being changed', async () => {
    const { sent, error } = await update({ ...next, desiredCount: 5 }, remembering('ROLLBACK_SUCCESSFUL'));
    expect(sent.at(-1)).toEqual(['UpdateService', { cluster: CLUSTER, service: SERVICE, desiredCount: 5 }]);
    expect(interpret(error)).toMatchObject({ reason: 'RolloutFailed' });
  });

  it.each<[string, string, Partial<Service>]>([
    ['it was of another task definition', 'ROLLBACK_SUCCESSFUL', { taskDefinition: REVISION }],
    ['it was with other load balancers', 'ROLLBACK_SUCCESSFUL', { loadBalancers: [] }],
    ['the last one succeeded', 'SUCCESSFUL', {}],
    ['the last one was stopped by another', 'STOPPED', {}],
  ])('is tried where %s', async (_, status, target) => {
    const { actions, error } = await update(next, remembering(status, target));
    expect(error).toBeUndefined();
    expect(actions()).toContain('UpdateService');
  });

  it('is not tried again for the sake of a restart that was sent with it', async () => {
    const wanted = { ...next, restartedAt: 'tuesday' };
    const { actions, error } = await update(
      wanted,
      remembering('ROLLBACK_SUCCESSFUL'),
      marked(follows('ecs-svc/0')),
    );
    expect(actions()).not.toContain('UpdateService');
    expect(interpret(error)).toMatchObject({ kind: 'stalled', reason: 'RolloutFailed' });
  });

  it('is tried again where a restart is asked for', async () => {
    const { sent, error } = await update(
      { ...next, restartedAt: 'tuesday' },
      remembering('ROLLBACK_SUCCESSFUL'),
    );
    expect(error).toBeUndefined();
    expect(sent[1]).toEqual([
      'UpdateService',
      { cluster: CLUSTER, service: SERVICE, taskDefinition: NEXT, forceNewDeployment: true },
    ]);
  });
});

describe('listing', () => {
  it('takes a call for ten services of a cluster', async () => {
    const arns = Array.from(
      { length: 23 },
      (_, n) => `arn:aws:ecs:eu-central-1:111111111111:service/${n % 2 === 0 ? 'a' : 'b'}/s${n}`,
    );
    const { session, sent } = fakeSession({
      GetResources: nominating(arns),
      DescribeServices: ({ services }) => ({
        services: (services as string[]).map((serviceArn) => ({ ...record, serviceArn })),
      }),
    });
    expect(await listed(ecsServices.list(session, 'test'))).toHaveLength(23);
    const described = sent.filter(([action]) => action === 'DescribeServices').map(([, input]) => input);
    expect(
      described.map(({ cluster, services, include }) => [cluster, (services as []).length, include]),
    ).toEqual([
      ['a', 10, ['TAGS']],
      ['b', 10, ['TAGS']],
      ['a', 2, ['TAGS']],
      ['b', 1, ['TAGS']],
    ]);
  });

  it('leaves out what is gone, with its cluster or without', async () => {
    const { session } = fakeSession({
      DescribeServices: ({ cluster }) =>
        cluster === 'web'
          ? { services: [], failures: [{ arn: SERVICE, reason: 'MISSING' }] }
          : refusal('ClusterNotFoundException', 'Cluster not found.'),
    });
    const elsewhere = SERVICE.replace('/web/', '/gone/');
    expect(await ecsServices.get(session, [SERVICE, elsewhere])).toEqual([]);
  });

  it('keeps the last events, newest first', async () => {
    const events = Array.from({ length: 100 }, (_, n) => ({
      createdAt: new Date(Date.UTC(2026, 0, 1, 0, n)),
      message: String(n),
    }));
    const { session } = fakeSession({ DescribeServices: () => ({ services: [{ ...record, events }] }) });
    const [found] = await ecsServices.get(session, [SERVICE]);
    expect(found?.events?.map(({ message }) => message)).toEqual(['99', '98', '97', '96', '95']);
  });
});

describe('deleting', () => {
  it('leaves a service that drains, tags and all', async () => {
    const { session, sent } = fakeSession({ DeleteService: () => ({ service: { status: 'DRAINING' } }) });
    const left = await kind.delete?.(contextOf(session).context, record);
    expect(sent).toEqual([['DeleteService', { cluster: CLUSTER, service: SERVICE, force: true }]]);
    expect(left).toEqual({ ...record, status: 'DRAINING' });
  });

  it.each(['ServiceNotFoundException', 'ClusterNotFoundException'])('%s is success', async (code) => {
    const { session } = fakeSession({ DeleteService: () => refusal(code, 'not found') });
    expect(await kind.delete?.(contextOf(session).context, record)).toBeUndefined();
  });
});
