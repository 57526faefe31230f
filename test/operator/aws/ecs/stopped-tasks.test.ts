import type { Deployment, Service, Task } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { ecsServiceKind as kind, ecsServices } from '../../../../operator/aws/ecs/service.ts';
import { listed as record, REVISION, SERVICE } from './cases.ts';
import { fakeSession, listed, nominating, OWN_TAGS, refusal } from './fake-session.ts';

const complete = { ...record.deployments[0], id: 'ecs-svc/1' };
const inProgress = {
  ...complete,
  runningCount: 0,
  failedTasks: 0,
  rolloutState: 'IN_PROGRESS' as const,
};
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
const notPulled: Task = {
  taskDefinitionArn: REVISION,
  stopCode: 'TaskFailedToStart',
  stoppedReason: 'CannotPullContainerError: not found',
  stoppingAt: at(1),
  stoppedAt: at(2),
};

/** A service of which AWS shows one deployment after another; `look` reads it once, in a listing or by its id. */
function watched(tasks: () => readonly Task[] = () => [notPulled]) {
  let shown: Service = record;
  const fake = fakeSession({
    GetResources: nominating([SERVICE]),
    DescribeServices: () => ({ services: [{ ...shown, tags: OWN_TAGS }] }),
    DescribeTaskDefinition: () => ({ taskDefinition: { taskDefinitionArn: REVISION } }),
    ListTasks: () => ({ taskArns: tasks().map((_, index) => `arn:task/${index}`) }),
    DescribeTasks: () => ({ tasks: tasks() }),
  });
  const show = (deployment: Partial<Deployment>, others: readonly Deployment[] = []) => {
    const primary = { ...inProgress, ...deployment };
    shown = { ...record, runningCount: primary.runningCount, deployments: [primary, ...others] };
  };
  const look = async (how: 'list' | 'get' = 'list') => {
    const list = ecsServices.list(fake.session, 'test');
    const [service] = how === 'list' ? await listed(list) : await ecsServices.get(fake.session, [SERVICE]);
    if (!service) throw new Error('it is not there');
    return { message: messageOf(service), last: lastOf(service) };
  };
  const asked = () => fake.actions().filter((action) => action.endsWith('Tasks'));
  return { show, look, asked };
}

function messageOf(service: Service): string | undefined {
  const state = kind.state(service);
  return state.phase === 'ready' ? undefined : state.message;
}

function lastOf(service: Service): unknown {
  const { lastStoppedTask = '' } = kind.outputs(service);
  return lastStoppedTask === '' ? undefined : JSON.parse(lastStoppedTask);
}

describe('why the last task stopped', () => {
  it('is told while the rollout is still in progress', async () => {
    const { show, look } = watched();
    show({ failedTasks: 1 });
    expect(await look()).toEqual({
      message: expect.stringMatching(
        /^service backend-service: 0 of 2 tasks run, rollout IN_PROGRESS; the last task stopped: CannotPullContainerError: not found; last event/,
      ),
      last: { time: at(1).toISOString(), reason: 'CannotPullContainerError: not found' },
    });
  });

  it('is asked once for each count of failed tasks, whoever looks and how often', async () => {
    const { show, look, asked } = watched();
    show({ failedTasks: 1 });
    await Promise.all([look(), look('get')]);
    for (const how of ['get', 'list', 'get'] as const)
      expect((await look(how)).last).toMatchObject({ reason: expect.stringMatching(/CannotPull/) });
    expect(asked()).toEqual(['ListTasks', 'DescribeTasks']);
    show({ failedTasks: 2 });
    for (const how of ['get', 'list'] as const) await look(how);
    expect(asked()).toHaveLength(4);
    // It is given up: that was known before.
    show({ failedTasks: 2, rolloutState: 'FAILED' });
    expect((await look()).last).toBeDefined();
    expect(asked()).toHaveLength(4);
  });

  it('is asked again where AWS does not tell just now, and the service is known meanwhile', async () => {
    let refused: string | undefined = 'ThrottlingException';
    const { show, look } = watched(() => {
      if (refused !== undefined) throw refusal(refused, 'no');
      return [notPulled];
    });
    show({ failedTasks: 1 });
    expect(await look()).toMatchObject({ message: expect.stringContaining('0 of 2'), last: undefined });
    // Without the right to ask nobody would ever be told why.
    refused = 'AccessDeniedException';
    await expect(look()).rejects.toThrow('no');
    refused = undefined;
    expect((await look()).last).toBeDefined();
  });

  it('is not asked of what goes well: all run, a rollout, and other counts that are wanted', async () => {
    const { show, look, asked } = watched();
    show(complete);
    await look();
    for (const runningCount of [0, 1, 2]) {
      show({ id: 'ecs-svc/2', runningCount });
      await look();
    }
    const done = { ...complete, id: 'ecs-svc/2' };
    for (const counts of [{}, { desiredCount: 3 }, { desiredCount: 1, runningCount: 1 }]) {
      show({ ...done, ...counts });
      await look();
    }
    expect(asked()).toEqual([]);
  });

  it('goes when all tasks run, whatever AWS has counted', async () => {
    const { show, look, asked } = watched();
    show({ failedTasks: 1 });
    await look();
    show({ ...complete, failedTasks: 1 });
    expect(await look()).toEqual({ message: undefined, last: undefined });
    expect(asked()).toHaveLength(2);
  });

  it('says nothing of a deployment that came after it', async () => {
    const { show, look, asked } = watched();
    show({ failedTasks: 1 });
    await look();
    show({ id: 'ecs-svc/2' }, [{ ...inProgress, status: 'ACTIVE', failedTasks: 1 }]);
    expect((await look()).last).toBeUndefined();
    expect(asked()).toHaveLength(2);
  });

  it('is what AWS goes back from, and what it goes back to where that fails as well', async () => {
    const { show, look } = watched(() => [
      { ...notPulled, taskDefinitionArn: 'arn:next', stoppedReason: 'the next does not start' },
      notPulled,
    ]);
    const failed = {
      ...inProgress,
      id: 'ecs-svc/2',
      status: 'ACTIVE',
      taskDefinition: 'arn:next',
      failedTasks: 3,
      rolloutState: 'FAILED' as const,
    };
    show({}, [failed]);
    expect((await look()).last).toMatchObject({ reason: 'the next does not start' });
    show({ failedTasks: 1 }, [failed]);
    const { message, last } = await look();
    expect(last).toMatchObject({ reason: 'CannotPullContainerError: not found' });
    expect(message).toMatch(
      /the last task stopped: CannotPull.*; the rollout before it failed: .*the next does not start/,
    );
  });
});

// AWS's count of failed tasks does not go up: they did run.
describe('tasks that end soon after they ran', () => {
  const ended: Task = {
    taskDefinitionArn: REVISION,
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    stoppedAt: at(1),
    containers: [
      { name: 'app', exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
      { name: 'proxy', exitCode: 0 },
      { name: 'init' },
    ],
  };

  it.each(['IN_PROGRESS', 'COMPLETED'] as const)(
    'are told of with their codes, where a rollout is %s',
    async (rolloutState) => {
      const { show, look, asked } = watched(() => [ended]);
      show({ rolloutState, runningCount: 2 });
      await look();
      show({ rolloutState, runningCount: 1 });
      for (const how of ['get', 'list'] as const)
        expect(await look(how)).toEqual({
          message: expect.stringMatching(/1 of 2 tasks run, .*the last task stopped: Essential/),
          last: {
            time: at(1).toISOString(),
            reason:
              'Essential container in task exited; OutOfMemoryError: Container killed due to memory usage; app exited with code 137; proxy exited with code 0',
          },
        });
      expect(asked()).toHaveLength(2);
      show({ rolloutState, runningCount: 2 });
      await look();
      show({ rolloutState, runningCount: 1 });
      await look();
      expect(asked()).toHaveLength(4);
      show(complete);
      expect((await look()).last).toBeUndefined();
    },
  );

  it('are asked of anew at the next loss, also where only a look by id has seen them all run', async () => {
    const { show, look, asked } = watched(() => [ended]);
    for (const runningCount of [2, 1, 2, 1]) {
      show({ rolloutState: 'COMPLETED', runningCount });
      await look(runningCount === 2 ? 'get' : 'list');
    }
    expect(asked()).toHaveLength(4);
  });
});

it('the last is the one that began to stop last, whether it has ended or not', async () => {
  const { show, look } = watched(() => [
    { ...notPulled, stoppingAt: at(3), stoppedAt: at(4), stoppedReason: 'first' },
    { taskDefinitionArn: REVISION, stoppingAt: at(5), stoppedReason: 'last' },
  ]);
  show({ failedTasks: 2 });
  expect((await look()).last).toEqual({ time: at(5).toISOString(), reason: 'last' });
});
