import type { Deployment, Service } from '@aws-sdk/client-ecs';
import { READY, type State } from '../../graph/kind.ts';
import { failedOf, reasonsOf, sentence } from './stopped-tasks.ts';

/** How far a service is: its last rollout, and how many of its tasks run. */
export function stateOf(service: Service): State {
  const { serviceName: name, status, runningCount: running = 0, desiredCount: desired = 0 } = service;
  if (status === 'DRAINING' || status === 'INACTIVE')
    return {
      phase: 'deleting',
      reason: 'WaitingForAws',
      message: `service ${name} is ${status}, ${running} of its tasks still run`,
    };
  const primary = primaryOf(service);
  const tasks = `${running} of ${desired} tasks run`;
  if (primary?.rolloutState === 'FAILED')
    return {
      phase: 'failed',
      reason: 'RolloutFailed',
      message: `the rollout of service ${name} has failed, ${tasks}: ${reasonOf(service, primary)}${lastEventOf(service)}`,
    };
  const rollout = primary?.rolloutState ?? 'COMPLETED';
  const isPast = primary?.taskDefinition !== service.taskDefinition;
  if (rollout === 'COMPLETED' && !isPast && running === desired) return READY;
  // Beside the one in force stands the one that failed, for as long as AWS goes back.
  const failed = failedOf(service);
  const because = failed ? `; the rollout before it failed: ${reasonOf(service, failed)}` : '';
  return {
    phase: 'pending',
    reason: 'WaitingForAws',
    message: `service ${name}: ${tasks}, rollout ${isPast ? 'about to begin' : rollout}${because}${lastEventOf(service)}`,
  };
}

/** The deployment that a service is to come to. */
export function primaryOf({ deployments = [] }: Service): Deployment | undefined {
  return deployments.find(({ status }) => status === 'PRIMARY');
}

function reasonOf(service: Service, deployment: Deployment): string {
  const { rolloutStateReason = 'AWS gives no reason' } = deployment;
  return sentence([rolloutStateReason, ...reasonsOf(service, deployment)]);
}

function lastEventOf({ events = [] }: Service): string {
  const message = events[0]?.message;
  return message === undefined ? '' : `; last event: ${message}`;
}
