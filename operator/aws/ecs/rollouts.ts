import {
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  type Service,
  type ServiceDeploymentBrief,
  type ServiceRevision,
} from '@aws-sdk/client-ecs';
import { Terminal } from '../../errors.ts';
import { pages } from '../kind.ts';
import { reads } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { differsInTasks, type EcsServiceInputs } from './service-settings.ts';
import { nameIn } from './shared.ts';
import { lastStopped, sentence } from './stopped-tasks.ts';

/** What {@link refuseRepetition} needs. */
export const ROLLOUT_ACTIONS = reads('ecs:DescribeServiceRevisions', 'ecs:ListServiceDeployments');

/**
 * Throws where what is wanted is what failed last. AWS goes back to what ran before, and a service that is told again and
 * again to run what cannot run would be in a rollout for ever. AWS itself remembers for 90 days what it went back from, so
 * nothing has to be kept for it: it is asked before each rollout.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
 */
export async function refuseRepetition(
  session: AwsSession,
  service: Service,
  inputs: EcsServiceInputs,
): Promise<void> {
  const last = await lastDeployment(session, service);
  if (!last?.status?.startsWith('ROLLBACK') || last.targetServiceRevisionArn === undefined) return;
  const answer = await session.ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns: [last.targetServiceRevisionArn] }),
  );
  const failed = answer.serviceRevisions?.[0];
  if (!failed || differsInTasks(inputs, asService(failed, inputs))) return;
  const { reasons } = await lastStopped(session, service, inputs.taskDefinition);
  const because = sentence([last.statusReason ?? 'AWS gives no reason', ...reasons]);
  throw new Terminal(
    'RolloutFailed',
    `the rollout of ${nameIn(inputs.taskDefinition)} has failed: ${because}; service ${service.serviceName} goes on with ${nameIn(service.taskDefinition ?? '')}, and this is not tried again before something of it changes or a restart is asked for`,
  );
}

async function lastDeployment(
  session: AwsSession,
  { clusterArn: cluster, serviceArn: service }: Service,
): Promise<ServiceDeploymentBrief | undefined> {
  const list = pages(async (token) => {
    const answer = await session.ecs.send(
      new ListServiceDeploymentsCommand({
        cluster,
        service,
        maxResults: 100,
        ...(token !== undefined && { nextToken: token }),
      }),
    );
    return { items: answer.serviceDeployments, next: answer.nextToken };
  });
  let last: ServiceDeploymentBrief | undefined;
  // In which order they come AWS does not say.
  for await (const page of list) for (const one of page) if (!last || timeOf(one) >= timeOf(last)) last = one;
  return last;
}

function timeOf({ createdAt }: ServiceDeploymentBrief): number {
  return createdAt?.getTime() ?? 0;
}

/** A revision has what a deployment replaces tasks for, in a service's words; the platform with its number. */
function asService(revision: ServiceRevision, { platformVersion }: EcsServiceInputs): Service {
  const isNamed = platformVersion !== undefined && platformVersion !== 'LATEST';
  return { ...revision, ...(!isNamed && { platformVersion }) };
}
