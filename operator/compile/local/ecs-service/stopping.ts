import type { EcsService } from '../../../api/ecs-service.ts';
import { targetOf } from '../../ecs-service/load-balancing.ts';

/** Proxies of a cluster hear within seconds that a pod goes; a load balancer in AWS is given minutes. */
const DRAIN_SECONDS_MAX = 5;

/** Seconds for which a container goes on before it is told to end, so that those who send to it have heard that it goes. */
export function drainSecondsOf({ spec }: EcsService, container: string): number {
  const { loadBalancer } = spec;
  if (!loadBalancer || targetOf(spec).container !== container) return 0;
  return Math.min(loadBalancer.deregistrationDelaySeconds, DRAIN_SECONDS_MAX);
}

/** Seconds that a pod has to end: those of its slowest container. */
export function stopSecondsOf(object: EcsService): number {
  return Math.max(
    ...object.spec.task.containers.map(
      ({ name, stopTimeoutSeconds }) => stopTimeoutSeconds + drainSecondsOf(object, name),
    ),
  );
}
