import {
  DescribeTasksCommand,
  ListTasksCommand,
  type Deployment,
  type Service,
  type Task,
} from '@aws-sdk/client-ecs';
import { onceKnown } from '../once-known.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';

/** What {@link whyTasksStopped} needs. */
export const STOPPED_ACTIONS = reads('ecs:DescribeTasks', 'ecs:ListTasks');

/** A service with why the tasks of a deployment that failed have stopped, which AWS does not say of the deployment. */
type FailedService = Service & { readonly failure?: Failure };
interface Failure {
  readonly deployment: string;
  readonly reasons: readonly string[];
}

/** Why the last task of a deployment stopped; nothing where nobody has asked, or AWS does not tell any more. */
export function reasonsOf(service: Service, deployment: Deployment): readonly string[] {
  const { failure } = service as FailedService;
  return failure && failure.deployment === deployment.id ? failure.reasons : [];
}

/** The deployment of a service that failed last, whether AWS goes back from it or there was nothing to go back to. */
export function failedOf({ deployments = [] }: Service): Deployment | undefined {
  return deployments.find(({ rolloutState }) => rolloutState === 'FAILED');
}

/** Why deployments failed, by their ids: AWS tells it for an hour. */
const failures = onceKnown<Failure>();

/** Services with why they failed. `all` says that there are no others, so that what failed in none of them is forgotten. */
export async function withFailures(
  session: AwsSession,
  services: readonly Service[],
  { all }: { readonly all: boolean },
): Promise<Service[]> {
  const failed = new Map(services.map((service) => [failedOf(service)?.id ?? '', service]));
  failed.delete('');
  const known = await failures(session, failed.keys(), {
    all,
    async read(deployment) {
      const service = failed.get(deployment);
      const { taskDefinition = '' } = (service && failedOf(service)) ?? {};
      return service && { deployment, reasons: await whyTasksStopped(session, service, taskDefinition) };
    },
  });
  return services.map((service) => {
    const failure = known.get(failedOf(service)?.id ?? '');
    return failure ? { ...service, failure } : service;
  });
}

/** Why the last task of a task definition stopped, as AWS tells it for an hour; nothing where none did by itself. */
export async function whyTasksStopped(
  session: AwsSession,
  { clusterArn: cluster, serviceName }: Service,
  taskDefinition: string,
): Promise<string[]> {
  const { taskArns: tasks = [] } = await session.ecs.send(
    new ListTasksCommand({ cluster, serviceName, desiredStatus: 'STOPPED', maxResults: 100 }),
  );
  if (tasks.length === 0) return [];
  const answer = await session.ecs.send(new DescribeTasksCommand({ cluster, tasks }));
  const [last] = (answer.tasks ?? [])
    .filter((task) => task.taskDefinitionArn === taskDefinition && !isForTheCount(task))
    .sort((a, b) => (b.stoppedAt?.getTime() ?? 0) - (a.stoppedAt?.getTime() ?? 0));
  const reasons = [last?.stoppedReason, ...(last?.containers ?? []).map(({ reason }) => reason)];
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
