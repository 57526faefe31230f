import type { Container } from '../../../api/containers.ts';
import type { EcsService } from '../../../api/ecs-service.ts';
import type { LocalAccount } from '../../../api/local-account.ts';
import { Terminal } from '../../../errors.ts';
import { fit, ownerOf } from '../../names.ts';

/** RFC 1035: what Kubernetes takes as the name of a Service. */
const SERVICE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/u;
/** RFC 1123: what it takes as the name of a container. */
const CONTAINER_NAME_MAX = 63;

/**
 * What the Deployment, Service and so on of a service are called: as its Account says, else as the object. Throws Terminal
 * (`InvalidSpec`) where no Service can be called that.
 */
export function localNameOf(object: EcsService, account: Pick<LocalAccount, 'services'> | undefined): string {
  const { name } = object.metadata;
  const called = account?.services.find((service) => service.name === name)?.as ?? name;
  if (SERVICE_NAME.test(called)) return called;
  throw new Terminal(
    'InvalidSpec',
    `${ownerOf(object)} would be called ${called} here, but a Service of Kubernetes begins with a letter and has small letters, digits and hyphens: give it another name (as) in spec.local.services of Account ${object.spec.accountRef.name}`,
  );
}

/** Names of the containers of a task: ECS takes capitals and underscores in them, Kubernetes does not. */
export function containerNames(containers: readonly Pick<Container, 'name'>[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name } of containers) {
    const local = fit(name.toLowerCase().replaceAll('_', '-').replace(/-+$/u, ''), CONTAINER_NAME_MAX);
    const twin = [...names].find(([, other]) => other === local)?.[0];
    if (twin !== undefined)
      throw new Terminal(
        'InvalidSpec',
        `spec.task.containers has ${twin} and ${name}, which are both ${local} in Kubernetes, whose names have small letters and hyphens only: call one of them otherwise`,
      );
    names.set(name, local);
  }
  return names;
}
