import type { Deployment, Service } from '@aws-sdk/client-ecs';
import { READY, type State } from '../../graph/kind.ts';
import { failedOf, primaryOf } from './deployments.ts';
import { sentence, stoppedOf, type StoppedTask } from './stopped-tasks.ts';

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
  const stopped = stoppedOf(service, primary);
  const why = stopped ? `; the last task stopped: ${sentence(stopped.reasons)}` : '';
  // Beside the one in force stands the one that failed, for as long as AWS goes back.
  const failed = failedOf(service);
  const because = failed ? `; the rollout before it failed: ${reasonOf(service, failed)}` : '';
  return {
    phase: 'pending',
    reason: 'WaitingForAws',
    message: `service ${name}: ${tasks}, rollout ${isPast ? 'about to begin' : rollout}${why}${because}${lastEventOf(service)}`,
  };
}

/** The task that stopped last of what a service is to come to, or of what AWS goes back from; undefined where all is well. */
export function lastStoppedOf(service: Service): StoppedTask | undefined {
  if (stateOf(service).phase === 'ready') return undefined;
  return stoppedOf(service, primaryOf(service)) ?? stoppedOf(service, failedOf(service));
}

function reasonOf(service: Service, deployment: Deployment): string {
  const { rolloutStateReason = 'AWS gives no reason' } = deployment;
  return sentence([rolloutStateReason, ...(stoppedOf(service, deployment)?.reasons ?? [])]);
}

function lastEventOf({ events = [] }: Service): string {
  const message = events[0]?.message;
  return message === undefined ? '' : `; last event: ${message}`;
}
