import type { EcsService } from '../../../api/ecs-service.ts';
import type { LocalAccount } from '../../../api/local-account.ts';
import { Terminal } from '../../../errors.ts';
import { targetOf } from '../../ecs-service/load-balancing.ts';
import { ownerOf } from '../../names.ts';

/** A port of the Service of a service. */
export interface LocalPort {
  /** What the manifest calls it: the port of a listener, or of a container where there is no load balancer. */
  readonly given: number;
  /** The port of the Service. */
  readonly port: number;
  /** The port of the pods. */
  readonly targetPort: number;
  readonly protocol: 'TCP' | 'UDP';
}

/**
 * Ports by which a service is reached, lowest first: those on which its load balancer listens, else those of its containers. What
 * a listener does besides, TLS and redirects, nobody does here: each leads to the pods as it is.
 */
export function localPortsOf(
  object: EcsService,
  account: Pick<LocalAccount, 'services'> | undefined,
): LocalPort[] {
  const renamed = account?.services.find(({ name }) => name === object.metadata.name)?.ports ?? [];
  const portOf = (given: number) => renamed.find(({ port }) => port === given)?.servicePort ?? given;
  const ports = portsOf(object).map((port) => ({ ...port, port: portOf(port.given) }));
  const twin = ports.find((one) =>
    ports.some((other) => other !== one && other.port === one.port && other.protocol === one.protocol),
  );
  if (twin)
    throw new Terminal(
      'InvalidSpec',
      `the Service of ${ownerOf(object)} would have port ${twin.port} twice: give each port of spec.task.containers, and in spec.local.services of Account ${object.spec.accountRef.name}, another number`,
    );
  return ports.sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
}

/** How a port is called in a pod, a Service or its endpoints. */
export function portName({ protocol, port }: Pick<LocalPort, 'protocol' | 'port'>): string {
  return `${protocol.toLowerCase()}-${port}`;
}

/** In Kubernetes' word. */
export function protocolOf(protocol: 'tcp' | 'udp'): LocalPort['protocol'] {
  return protocol === 'tcp' ? 'TCP' : 'UDP';
}

function portsOf({ spec }: EcsService): Omit<LocalPort, 'port'>[] {
  if (spec.loadBalancer) {
    const { port: targetPort } = targetOf(spec);
    return spec.loadBalancer.listeners.map(({ port: given }) => ({ given, targetPort, protocol: 'TCP' }));
  }
  return spec.task.containers.flatMap(({ ports }) =>
    ports.map(({ port, protocol }) => ({ given: port, targetPort: port, protocol: protocolOf(protocol) })),
  );
}
