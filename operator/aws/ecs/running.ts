import type { Service, TaskDefinition } from '@aws-sdk/client-ecs';
import type { AwsSession } from '../session.ts';
import { definitionOf } from './task-definitions.ts';

/** A service with what the revision says that it runs, whosever that is. */
type RunningService = Service & { readonly definition?: TaskDefinition };

/** What the revision says that a service runs; undefined where nobody has read it since the service came to it. */
export function definitionIn(service: Service): TaskDefinition | undefined {
  const { definition } = service as RunningService;
  return definition?.taskDefinitionArn === service.taskDefinition ? definition : undefined;
}

/** What services run, by session and ARN: a revision never changes, so each is read once for as long as it runs. */
const running = new WeakMap<AwsSession, ReadonlyMap<string, TaskDefinition>>();

/** Services with what they run. `all` says that there are no others, so that what none of them runs is forgotten. */
export async function withDefinitions(
  session: AwsSession,
  services: readonly Service[],
  { all }: { readonly all: boolean },
): Promise<Service[]> {
  const before = running.get(session) ?? new Map<string, TaskDefinition>();
  const arns = new Set(services.flatMap(({ taskDefinition }) => taskDefinition ?? []));
  const found = await Promise.all(
    [...arns].map(async (arn) => {
      const definition = before.get(arn) ?? (await definitionOf(session, arn));
      return definition ? [[arn, definition] as const] : [];
    }),
  );
  const now = new Map(found.flat());
  running.set(session, all ? now : new Map([...before, ...now]));
  return services.map((service) => {
    const definition = now.get(service.taskDefinition ?? '');
    return definition ? { ...service, definition } : service;
  });
}
