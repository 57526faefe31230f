import type { Deployment, Service } from '@aws-sdk/client-ecs';

/** The deployment that a service is to come to. */
export function primaryOf({ deployments = [] }: Service): Deployment | undefined {
  return deployments.find(({ status }) => status === 'PRIMARY');
}

/** The deployment of a service that failed last, whether AWS goes back from it or there was nothing to go back to. */
export function failedOf({ deployments = [] }: Service): Deployment | undefined {
  return deployments.find(({ rolloutState }) => rolloutState === 'FAILED');
}

/** Whether a deployment has come to its tasks and has them all. */
export function isComplete(deployment: Deployment): boolean {
  return deployment.rolloutState === 'COMPLETED' && !isShort(deployment);
}

/** Whether a deployment has fewer tasks than it should. */
export function isShort({ runningCount: running = 0, desiredCount: desired = 0 }: Deployment): boolean {
  return running < desired;
}
