import type { Service, TaskDefinition } from '@aws-sdk/client-ecs';
import { onceKnown } from '../once-known.ts';
import type { AwsSession } from '../session.ts';
import { definitionOf } from './task-definitions.ts';

/** A service with what the revision says that it runs, whosever that is. */
type RunningService = Service & { readonly definition?: TaskDefinition };

/** What the revision says that a service runs; undefined where nobody has read it since the service came to it. */
export function definitionIn(service: Service): TaskDefinition | undefined {
  const { definition } = service as RunningService;
  return definition?.taskDefinitionArn === service.taskDefinition ? definition : undefined;
}

/** What services run, by ARN: a revision never changes. */
const running = onceKnown<TaskDefinition>();

/** Services with what they run. `all` says that there are no others, so that what none of them runs is forgotten. */
export async function withDefinitions(
  session: AwsSession,
  services: readonly Service[],
  { all }: { readonly all: boolean },
): Promise<Service[]> {
  const arns = services.flatMap(({ taskDefinition }) => taskDefinition ?? []);
  const known = await running(session, arns, { all, read: (arn) => definitionOf(session, arn) });
  return services.map((service) => {
    const definition = known.get(service.taskDefinition ?? '');
    return definition ? { ...service, definition } : service;
  });
}
