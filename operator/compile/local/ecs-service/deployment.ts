import { RESTART_ANNOTATION } from '../../../api/annotations.ts';
import type { EcsService } from '../../../api/ecs-service.ts';
import type { ServiceAtWork } from '../../ecs-service/running.ts';
import { sizeOf } from '../../ecs-service/size.ts';
import { networkKeyOf } from '../../references.ts';
import type { LocalCompileInput } from '../input.ts';
import { commonLabels, placeLabels, podSelector, SERVICE_LABEL } from '../labels.ts';
import { containersOf } from './containers.ts';
import { startingSecondsOf } from './probes.ts';
import { replicasOf } from './scaling.ts';
import { stopSecondsOf } from './stopping.ts';
import type { LocalStore } from './stores.ts';

/** What a service's things say that they do. */
export const COMPONENT = 'service';
/** As many former ones as of revisions in AWS. */
const HISTORY = 5;
/** Seconds in which images come and pods are placed, before anything is asked of them. */
const PULLING_SECONDS = 600;
/** Kubernetes takes this for no deadline at all: API reference, DeploymentSpec, progressDeadlineSeconds. */
const NO_DEADLINE = 2_147_483_647;
/** Below it only root may listen, unless the pod's network says otherwise. */
const UNPRIVILEGED = 1024;

/** What keeps the pods of a service running. */
export function deploymentOf(
  input: LocalCompileInput<ServiceAtWork>,
  name: string,
  stores: readonly LocalStore[],
): Record<string, unknown> {
  const { object } = input;
  const { metadata, spec } = object;
  const selector = podSelector(SERVICE_LABEL, object);
  const size = sizeOf(object);
  const { minimumHealthyPercent, maximumPercent, circuitBreaker } = spec.service.deployment;
  const restartedAt = metadata.annotations?.[RESTART_ANNOTATION];
  return {
    spec: {
      ...replicasOf(object, size.desiredCount),
      selector: { matchLabels: selector },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: {
          maxUnavailable: `${100 - minimumHealthyPercent}%`,
          maxSurge: `${maximumPercent - 100}%`,
        },
      },
      progressDeadlineSeconds:
        circuitBreaker === 'Enabled' ? PULLING_SECONDS + startingSecondsOf(object) : NO_DEADLINE,
      revisionHistoryLimit: HISTORY,
      template: {
        metadata: {
          labels: {
            ...commonLabels(object, name, COMPONENT),
            ...selector,
            ...placeLabels(networkKeyOf(object, spec.networkRef), 'ecs'),
          },
          ...(restartedAt !== undefined && { annotations: { [RESTART_ANNOTATION]: restartedAt } }),
        },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: false,
          // Else every Service of the namespace is a set of variables, of which some have the names of a store's.
          enableServiceLinks: false,
          terminationGracePeriodSeconds: stopSecondsOf(object),
          securityContext: securityOf(object),
          topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(
            (topologyKey) => ({
              maxSkew: 1,
              topologyKey,
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: selector },
            }),
          ),
          ...containersOf(input, size, stores),
        },
      },
    },
  };
}

function securityOf({ spec }: EcsService): object {
  const ports = spec.task.containers.flatMap((container) => container.ports.map(({ port }) => port));
  return {
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
    ...(ports.some((port) => port < UNPRIVILEGED) && {
      // One of those that Pod Security calls safe.
      sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
    }),
  };
}
