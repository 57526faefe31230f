import type { Container } from '../../../api/containers.ts';
import type { ServiceSize } from '../../../api/presets.ts';
import { Terminal } from '../../../errors.ts';
import type { ServiceAtWork } from '../../ecs-service/running.ts';
import { byName } from '../../names.ts';
import { localImage } from '../images.ts';
import type { LocalCompileInput } from '../input.ts';
import { containerNames } from './names.ts';
import { startOrderOf } from './order.ts';
import { portName, protocolOf } from './ports.ts';
import { probesOf } from './probes.ts';
import { resourcesOf } from './resources.ts';
import { drainSecondsOf } from './stopping.ts';
import type { LocalStore } from './stores.ts';
import { literal } from './variable.ts';
import { variablesOf } from './variables.ts';

/** What a pod has of containers, as Kubernetes writes it. */
interface PodContainers {
  readonly initContainers?: readonly object[];
  readonly containers: readonly object[];
}

/** The containers of a task. */
export function containersOf(
  input: LocalCompileInput<ServiceAtWork>,
  size: Pick<ServiceSize, 'cpu' | 'memoryMiB'>,
  stores: readonly LocalStore[],
): PodContainers {
  const { object, account } = input;
  // The order of a list in Git says nothing.
  const all = byName(object.spec.task.containers);
  const names = containerNames(all);
  const resources = resourcesOf(object, size, account.sizeFactor);
  const settled = (container: Container) => ({
    name: names.get(container.name),
    // Whoever else says which images run has said it by names that hold here.
    image: object.running?.images[container.name] ?? localImage(account, container.image),
    imagePullPolicy: 'IfNotPresent',
    ...(container.entryPoint && { command: container.entryPoint.map(literal) }),
    ...(container.command && { args: container.command.map(literal) }),
    ...portsOf(container),
    ...environmentOf(input, container, stores),
    resources: resources.get(container.name),
    securityContext: securityOf(container),
  });
  const tended = (container: Container) => ({
    ...probesOf(object, container),
    ...draining(object, container),
  });
  const { before, others } = startOrderOf(all);
  const sidecars = before.map(({ container, ends }) => ({
    ...settled(container),
    ...(!ends && { restartPolicy: 'Always', ...tended(container) }),
  }));
  return {
    ...(sidecars.length > 0 && { initContainers: sidecars }),
    containers: others.map((container) => ({ ...settled(container), ...tended(container) })),
  };
}

function portsOf({ ports }: Container) {
  if (ports.length === 0) return {};
  return {
    ports: [...ports]
      .sort((a, b) => a.port - b.port)
      .map(({ port, protocol }) => ({
        name: portName({ protocol: protocolOf(protocol), port }),
        containerPort: port,
        protocol: protocolOf(protocol),
      })),
  };
}

function environmentOf(
  input: LocalCompileInput<ServiceAtWork>,
  container: Container,
  stores: readonly LocalStore[],
) {
  const env = variablesOf(input, container, stores);
  return env.length > 0 ? { env } : {};
}

/** As Pod Security `restricted` wants it: https://kubernetes.io/docs/concepts/security/pod-security-standards/ . */
function securityOf({ name, user, readonlyRootFilesystem }: Container) {
  const [uid, gid] = user?.split(':') ?? [];
  if (uid === '0' || uid === 'root')
    throw new Terminal(
      'InvalidSpec',
      `spec.task.containers[${name}].user is ${user}, and a pod with restricted Pod Security runs nothing as root: give the number of another user, and an image that runs as it`,
    );
  const runAsUser = numberIn(uid);
  const runAsGroup = numberIn(gid);
  return {
    // By a name only the image knows who that is.
    ...(runAsUser !== undefined && { runAsUser }),
    ...(runAsGroup !== undefined && { runAsGroup }),
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: readonlyRootFilesystem,
  };
}

/** A pod that goes is asked to end only when nobody sends to it any more, as by a load balancer. */
function draining(object: ServiceAtWork, container: Container) {
  const seconds = drainSecondsOf(object, container.name);
  return seconds > 0 ? { lifecycle: { preStop: { sleep: { seconds } } } } : {};
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/u.test(text) ? Number(text) : undefined;
}
