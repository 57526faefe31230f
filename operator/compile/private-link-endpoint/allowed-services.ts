import type { EcsService } from '../../api/ecs-service.ts';
import type { Consume } from '../../api/private-link-consume.ts';
import type { PrivateLinkEndpoint } from '../../api/private-link-endpoint.ts';
import { Terminal } from '../../errors.ts';
import { ownerOf } from '../names.ts';
import { networkKeyOf, referredBeside, type Referring } from '../references.ts';

/**
 * The services whose tasks an endpoint lets in, by name. Those that are to go are not among them: what names them could not be
 * deleted. Throws where one is not of the endpoint's network.
 */
export function allowedServices(input: Referring<PrivateLinkEndpoint>, consume: Consume): EcsService[] {
  const field = 'spec.consume.allowFrom';
  return [...consume.allowFrom]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((reference) => {
      const where = `${field}[${reference.name}]`;
      const service = referredBeside(input, { kind: 'EcsService', field: where, reference });
      refuseElsewhere(input.object, consume, where, service);
      return service;
    })
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** AWS lets no group in that is of another network. */
function refuseElsewhere(
  object: PrivateLinkEndpoint,
  { networkRef }: Consume,
  field: string,
  service: EcsService,
): void {
  const [own, its] = [networkKeyOf(object, networkRef), networkKeyOf(service, service.spec.networkRef)];
  if (own === its) return;
  throw new Terminal(
    'InvalidSpec',
    `${field}: ${ownerOf(service)} runs in network ${its}, but this endpoint stands in ${own}: name services of that network only`,
  );
}
