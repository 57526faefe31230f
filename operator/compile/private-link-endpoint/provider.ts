import type { EcsService } from '../../api/ecs-service.ts';
import type { PrivateLinkEndpoint } from '../../api/private-link-endpoint.ts';
import type { Consume } from '../../api/private-link-consume.ts';
import type { Provide } from '../../api/private-link-provide.ts';
import { Terminal } from '../../errors.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf, ownerOf } from '../names.ts';
import {
  letsIn,
  NO_SURROUNDINGS,
  referredBeside,
  referredBy,
  type Consumer,
  type Referring,
} from '../references.ts';

/** The object that provides the service. Throws where it provides nothing, or in another region. */
export function providerOf(
  input: Referring<PrivateLinkEndpoint>,
  reference: NonNullable<Consume['from']>,
): PrivateLinkEndpoint {
  const field = 'spec.consume.from';
  const provider = referredBy(input, { kind: 'PrivateLinkEndpoint', field, reference });
  const owner = ownerOf(provider);
  if (!provider.spec.provide)
    throw new Terminal(
      'InvalidSpec',
      `${field}: ${owner} provides nothing, but is itself a consumer: name the object that has spec.provide`,
    );
  const { region } = input.object.spec;
  if (provider.spec.region !== region)
    throw new Terminal(
      'InvalidSpec',
      `${field}: ${owner} is in region ${provider.spec.region}, but this object in ${region}: an endpoint reaches services of its own region only`,
    );
  return provider;
}

/** The service that is offered. Throws where it has no load balancer that can be offered. */
export function offeredBy(input: Referring<PrivateLinkEndpoint>, { serviceRef }: Provide): EcsService {
  const field = 'spec.provide.serviceRef';
  const service = referredBeside(input, { kind: 'EcsService', field, reference: serviceRef });
  const { loadBalancer } = service.spec;
  if (loadBalancer?.type === 'Network') return service;
  const has = loadBalancer ? `one of type ${loadBalancer.type}` : 'none';
  throw new Terminal(
    'InvalidSpec',
    `${field}: ${ownerOf(service)} needs a load balancer of type Network to be offered to others, but has ${has}: change its spec.loadBalancer, or name another service`,
  );
}

/** The objects that a provider lets in as consumers, each with its account. */
export function consumersOf({
  object,
  surroundings = NO_SURROUNDINGS,
}: Pick<CompileInput<PrivateLinkEndpoint>, 'object' | 'surroundings'>): Consumer[] {
  return surroundings
    .consumers(ownerOf(object))
    .filter(
      ({ object: consumer }) =>
        letsIn(object, namespaceOf(consumer.metadata)) && consumer.spec.region === object.spec.region,
    )
    .sort((a, b) => (ownerOf(a.object) < ownerOf(b.object) ? -1 : 1));
}
