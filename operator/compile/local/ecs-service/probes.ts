import type { Container } from '../../../api/containers.ts';
import type { EcsService } from '../../../api/ecs-service.ts';
import type { LoadBalancer } from '../../../api/load-balancer.ts';
import { GRACE_SECONDS, targetOf } from '../../ecs-service/load-balancing.ts';
import { literal } from './variable.ts';

/** How often is asked whether a container has started; AWS asks as seldom as ever. */
const STARTING_SECONDS = 3;

type HealthCheck = NonNullable<Container['healthCheck']>;

/** The probes of a container, as Kubernetes writes them; none where nobody asks how it is. */
export interface Probes {
  readonly startupProbe?: object;
  readonly livenessProbe?: object;
  readonly readinessProbe?: object;
}

/**
 * A container's own check says when it is to be started again, that of the load balancer when it gets requests. Until it has first
 * been found well, nobody gives it up before AWS would.
 */
export function probesOf({ spec }: EcsService, container: Container): Probes {
  const { healthCheck: own } = container;
  const balancer =
    spec.loadBalancer && targetOf(spec).container === container.name ? spec.loadBalancer : undefined;
  const grace = spec.service.healthCheckGracePeriodSeconds ?? GRACE_SECONDS;
  return {
    ...(own
      ? { startupProbe: starting(commandOf(own), own.timeoutSeconds, patienceOf(own)) }
      : balancer && {
          startupProbe: starting(
            requestOf(spec, balancer),
            balancer.healthCheck.timeoutSeconds,
            grace + balancer.healthCheck.intervalSeconds * balancer.healthCheck.unhealthyThreshold,
          ),
        }),
    ...(own && {
      livenessProbe: {
        ...commandOf(own),
        periodSeconds: own.intervalSeconds,
        timeoutSeconds: own.timeoutSeconds,
        failureThreshold: own.retries,
      },
    }),
    ...(balancer && {
      readinessProbe: {
        ...requestOf(spec, balancer),
        periodSeconds: balancer.healthCheck.intervalSeconds,
        timeoutSeconds: balancer.healthCheck.timeoutSeconds,
        failureThreshold: balancer.healthCheck.unhealthyThreshold,
      },
    }),
  };
}

/** Seconds until a task with these containers that does not become well is given up. */
export function startingSecondsOf({ spec }: EcsService): number {
  const { loadBalancer } = spec;
  const grace = loadBalancer ? (spec.service.healthCheckGracePeriodSeconds ?? GRACE_SECONDS) : 0;
  const asked = loadBalancer?.healthCheck;
  return Math.max(
    grace + (asked ? asked.intervalSeconds * asked.unhealthyThreshold : 0),
    ...spec.task.containers.map(({ healthCheck }) => (healthCheck ? patienceOf(healthCheck) : 0)),
  );
}

function patienceOf({ startPeriodSeconds, intervalSeconds, retries }: HealthCheck): number {
  return startPeriodSeconds + intervalSeconds * retries;
}

function starting(asks: object, timeoutSeconds: number, patience: number): object {
  return {
    ...asks,
    periodSeconds: STARTING_SECONDS,
    timeoutSeconds,
    failureThreshold: Math.max(1, Math.ceil(patience / STARTING_SECONDS)),
  };
}

function commandOf({ command: [how, ...words] }: HealthCheck): object {
  return { exec: { command: (how === 'CMD-SHELL' ? ['/bin/sh', '-c', ...words] : words).map(literal) } };
}

/** Kubernetes takes every status from 200 to 399 for well, and no other: where others are wanted, it is asked whether the port is open. */
function requestOf(spec: EcsService['spec'], { type, healthCheck }: LoadBalancer): object {
  const { port } = targetOf(spec);
  const { protocol = type === 'Network' ? 'TCP' : 'HTTP', path = '/', successCodes = '200' } = healthCheck;
  const codes = successCodes.split(/[-,]/u).map(Number);
  if (protocol === 'TCP' || codes.some((code) => code >= 400)) return { tcpSocket: { port } };
  return { httpGet: { path, port, scheme: protocol } };
}
