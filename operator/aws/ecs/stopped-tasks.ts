import {
  DescribeTasksCommand,
  ListTasksCommand,
  type Deployment,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs';
import { isPassing } from '../errors.ts';
import { onceKnown } from '../once-known.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { failedOf, isComplete, primaryOf } from './deployments.ts';
import { lossesOf, type Losses } from './lost-tasks.ts';

/** What {@link lastStopped} needs. */
export const STOPPED_ACTIONS = reads('ecs:DescribeTasks', 'ecs:ListTasks');

/** Why a task stopped, and since when it does. No reasons where none stopped by itself, or AWS does not tell any more. */
export interface StoppedTask {
  readonly time?: Date;
  readonly reasons: readonly string[];
}

/** A service with the last task of its deployments that lose tasks, by their ids: AWS does not say it of a deployment. */
type ExplainedService = Service & { readonly stopped?: Readonly<Record<string, StoppedTask>> };

/** The last task of a deployment that stopped; undefined where none did, or nobody has asked. */
export function stoppedOf(service: Service, deployment: Deployment | undefined): StoppedTask | undefined {
  const stopped = (service as ExplainedService).stopped?.[deployment?.id ?? ''];
  return stopped && stopped.reasons.length > 0 ? stopped : undefined;
}

/** Why tasks stopped, by deployment and how many of its tasks had: AWS tells it for an hour. */
const stoppedTasks = onceKnown<StoppedTask>();

/**
 * Services with why their tasks stopped. It is asked only of what failed and of what loses tasks, and once for each count of
 * these. `all` says that there are no other services, so that what none of them has is forgotten.
 */
export async function withStopped(
  session: AwsSession,
  services: readonly Service[],
  { all }: { readonly all: boolean },
): Promise<Service[]> {
  const primaries = services.flatMap((service) => primaryOf(service) ?? []);
  const losses = lossesOf(session, primaries, { all });
  const asked = services.map((service) => asksOf(service, losses));
  const byKey = new Map(asked.flat().map((ask) => [ask.key, ask]));
  const known = await stoppedTasks(session, byKey.keys(), {
    all,
    read: (key) => explained(session, byKey.get(key)),
  });
  return services.map((service, index) => {
    const found = (asked[index] ?? []).flatMap(({ key, deployment }) => {
      const task = known.get(key);
      return task ? [[deployment.id ?? '', task] as const] : [];
    });
    return found.length > 0 ? { ...service, stopped: Object.fromEntries(found) } : service;
  });
}

/** Why the last task stopped; undefined, to be asked again, where AWS does not tell just now: the service is known without. */
async function explained(session: AwsSession, ask: Ask | undefined): Promise<StoppedTask | undefined> {
  try {
    return ask && (await lastStopped(session, ask.service, ask.deployment.taskDefinition ?? ''));
  } catch (error) {
    if (isPassing(error)) return undefined;
    throw error;
  }
}

interface Ask {
  readonly key: string;
  readonly service: Service;
  readonly deployment: Deployment;
}

/** The deployments of a service whose last task is asked for. */
function asksOf(service: Service, losses: ReadonlyMap<string, Losses>): Ask[] {
  return [...new Set([primaryOf(service), failedOf(service)])].flatMap((deployment) => {
    if (!deployment) return [];
    const { id = '', failedTasks = 0, rolloutState } = deployment;
    const { count = 0, isLosing = false } = losses.get(id) ?? {};
    const asks = (failedTasks > 0 || isLosing) && !isComplete(deployment);
    if (!asks && rolloutState !== 'FAILED') return [];
    return { key: `${id} ${failedTasks} ${count}`, service, deployment };
  });
}

/** The last task of a task definition that stopped by itself, as AWS tells of it for an hour. */
export async function lastStopped(
  session: AwsSession,
  { clusterArn: cluster, serviceName }: Service,
  taskDefinition: string,
): Promise<StoppedTask> {
  const { taskArns: tasks = [] } = await session.ecs.send(
    new ListTasksCommand({ cluster, serviceName, desiredStatus: 'STOPPED', maxResults: 100 }),
  );
  if (tasks.length === 0) return { reasons: [] };
  const answer = await session.ecs.send(new DescribeTasksCommand({ cluster, tasks }));
  const [last] = (answer.tasks ?? [])
    .filter((task) => task.taskDefinitionArn === taskDefinition && !isForTheCount(task))
    .sort((a, b) => (timeOf(b)?.getTime() ?? 0) - (timeOf(a)?.getTime() ?? 0));
  if (!last) return { reasons: [] };
  const time = timeOf(last);
  return { ...(time && { time }), reasons: reasonsOf(last) };
}

/** One that still stops has no `stoppedAt`, and is the newest. */
function timeOf({ stoppingAt, stoppedAt }: Task): Date | undefined {
  return stoppingAt ?? stoppedAt;
}

/** In AWS's words, with the codes of its containers where one that ended has ended it. */
function reasonsOf({ stoppedReason, stopCode, containers = [] }: Task): string[] {
  const codes =
    stopCode === 'EssentialContainerExited'
      ? containers.flatMap(({ name, exitCode }) =>
          exitCode === undefined ? [] : `${name} exited with code ${exitCode}`,
        )
      : [];
  const reasons = [stoppedReason, ...containers.map(({ reason }) => reason), ...codes];
  return [...new Set(reasons.flatMap((reason) => (reason ? [reason] : [])))];
}

/** Whether ECS stopped a task only to come to its count; it stops those that fail their checks with the same code. */
function isForTheCount({ stopCode, stoppedReason = '' }: Task): boolean {
  return stopCode === 'ServiceSchedulerInitiated' && stoppedReason.startsWith('Scaling activity');
}

/** Reasons as AWS gives them, as one part of a sentence. */
export function sentence(reasons: readonly string[]): string {
  return reasons.map((reason) => reason.replace(/\.$/, '')).join('; ');
}
