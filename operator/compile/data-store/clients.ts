import type { DataStore } from '../../api/data-store.ts';
import type { EcsService } from '../../api/ecs-service.ts';
import type { Rule } from '../../aws/ec2/security-group-permissions.ts';
import type { TokenReader } from '../../aws/elasticache/auth-token.ts';
import { foreignRef } from '../../graph/ref.ts';
import { isGuestOnInstances } from '../ecs-service/cluster.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf, ownerOf } from '../names.ts';
import { letsIn, networkKeyOf, NO_SURROUNDINGS } from '../references.ts';
import { portOf } from './connection.ts';

/**
 * What lets in the tasks of the services that use a store, each by a rule. Those of a service that is to go are not let in: its
 * group could not be deleted.
 */
export function fromServices(input: CompileInput<DataStore>): Rule[] {
  const port = portOf(input.object);
  if (port === undefined) return [];
  return clientsOf(input).map((service) => ({
    protocol: 'tcp',
    fromPort: port,
    toPort: port,
    peer: foreignRef(ownerOf(service), 'security-group/tasks'),
    description: `Tasks of ${namespaceOf(service.metadata)}/${service.metadata.name}`,
  }));
}

/** The services that are there whose tasks log in to a store, and what tells which passwords they have read. */
export function readersOf(input: CompileInput<DataStore>): TokenReader[] {
  const { metadata } = input.object;
  return clientsOf(input)
    .filter(
      (service) =>
        service.status.serviceArn !== undefined &&
        service.spec.dataStores.some(
          ({ name, namespace = namespaceOf(service.metadata) }) =>
            name === metadata.name && namespace === namespaceOf(metadata),
        ),
    )
    .map((service) => ({
      owner: ownerOf(service),
      passwordsRead: foreignRef(ownerOf(service), 'service', 'passwordsRead'),
    }));
}

/** The services that use a store and may; what does not fit the service itself is told. */
export function clientsOf({
  object,
  surroundings = NO_SURROUNDINGS,
}: Pick<CompileInput<DataStore>, 'object' | 'surroundings'>): EcsService[] {
  const { networkRef, accountRef, region } = object.spec;
  const network = networkRef && networkKeyOf(object, networkRef);
  return surroundings
    .consumers(ownerOf(object))
    .flatMap(({ object: service }) => (service.kind === 'EcsService' ? [service] : []))
    .filter(
      (service) =>
        service.metadata.deletionTimestamp === undefined &&
        letsIn(object, namespaceOf(service.metadata)) &&
        service.spec.accountRef.name === accountRef.name &&
        service.spec.region === region &&
        networkKeyOf(service, service.spec.networkRef) === network &&
        !isGuestOnInstances(service),
    )
    .sort((a, b) => (ownerOf(a) < ownerOf(b) ? -1 : 1));
}
