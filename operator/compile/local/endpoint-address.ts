import type { EcsService } from '../../api/ecs-service.ts';
import type { PrivateLinkEndpoint } from '../../api/private-link-endpoint.ts';
import { Terminal, Waiting } from '../../errors.ts';
import type { EndpointAddress, UsedEndpoint } from '../ecs-service/environment.ts';
import { namespaceOf, ownerOf } from '../names.ts';
import { offeredBy, providerOf } from '../private-link-endpoint/provider.ts';
import { localNameOf } from './ecs-service/names.ts';
import { localPortsOf, type LocalPort } from './ecs-service/ports.ts';
import type { LocalCompileInput } from './input.ts';

type Looking = Pick<LocalCompileInput<object>, 'account' | 'accountOf' | 'references'> & {
  readonly object: { readonly spec: { readonly accountRef: { readonly name: string } } };
};

/** A service that is offered to others, as it stands in the cluster. */
export interface OfferedService {
  readonly service: EcsService;
  readonly namespace: string;
  /** Name of its Service. */
  readonly name: string;
  readonly ports: readonly LocalPort[];
}

/**
 * What an endpoint leads to. Throws Terminal where it is nothing of this cluster, or where the provider does not let the endpoint
 * in, and Waiting where the provider has nothing to offer yet.
 */
export function offeredTo(input: Looking, link: PrivateLinkEndpoint): OfferedService {
  const { from, serviceName } = link.spec.consume ?? {};
  if (!from)
    throw new Terminal(
      'InvalidSpec',
      `spec.consume.serviceName is ${serviceName}, which is in AWS and leads nowhere from a cluster: name its provider in spec.consume.from, or keep ${ownerOf(link)} in an Account with spec.aws`,
    );
  const { references } = input;
  const provider = providerOf({ object: link, references }, from);
  const service = servedBy(input, provider);
  const { name: accountName } = service.spec.accountRef;
  const account =
    accountName === input.object.spec.accountRef.name ? input.account : input.accountOf?.(accountName);
  return {
    service,
    namespace: namespaceOf(service.metadata),
    name: localNameOf(service, account),
    ports: localPortsOf(service, account),
  };
}

/** The port of an offered service that a consumer calls by a number. Throws Terminal (`InvalidSpec`) where there is none. */
export function offeredPort(
  { service, ports }: OfferedService,
  link: PrivateLinkEndpoint,
  port: number,
): LocalPort {
  const found = ports.find(({ given }) => given === port);
  if (found) return found;
  throw new Terminal(
    'InvalidSpec',
    `spec.consume.ports of ${ownerOf(link)} has ${port}, on which the load balancer of ${ownerOf(service)} does not listen: name one of ${ports.map(({ given }) => given).join(', ')}`,
  );
}

/**
 * Where a service finds an endpoint: by the name of the endpoint, or, where the provider is in one namespace with it, by that of the
 * provider's own Service. TLS that a load balancer would end nobody speaks here.
 */
export function endpointAddress(
  input: LocalCompileInput<EcsService>,
  { link, port, scheme, owner }: UsedEndpoint,
): EndpointAddress {
  const { offered, target } = endpointTarget(input, { link, port, owner });
  const { loadBalancer } = offered.service.spec;
  const endsTls = loadBalancer?.listeners.find((listener) => listener.port === port)?.protocol === 'TLS';
  const spoken = endsTls ? 'http' : scheme;
  const own = input.into ?? namespaceOf(link.metadata);
  const its = input.into ?? offered.namespace;
  if (own !== its) return { scheme: spoken, host: `${link.metadata.name}.${own}.svc`, port };
  const isBeside = (input.into ?? namespaceOf(input.object.metadata)) === its;
  return {
    scheme: spoken,
    host: isBeside ? offered.name : `${offered.name}.${its}.svc`,
    port: target.port,
  };
}

/** Which pods an endpoint that a service uses leads to, and on which port. */
export function endpointTarget(
  input: LocalCompileInput<EcsService>,
  { link, port, owner }: Pick<UsedEndpoint, 'link' | 'port' | 'owner'>,
): { readonly offered: OfferedService; readonly target: LocalPort } {
  return within(owner, () => {
    const offered = offeredTo(input, link);
    return { offered, target: offeredPort(offered, link, port) };
  });
}

/** What is wrong with a provider is for its own object to say. */
function servedBy({ references }: Looking, provider: PrivateLinkEndpoint): EcsService {
  const { provide } = provider.spec;
  // Whoever looks a provider up has seen to that.
  if (!provide) throw new Error(`${ownerOf(provider)} provides nothing`);
  try {
    return offeredBy({ object: provider, references }, provide);
  } catch (error) {
    if (!(error instanceof Terminal) && !(error instanceof Waiting)) throw error;
    throw new Waiting('DependencyNotReady', `${ownerOf(provider)} offers nothing yet: ${error.message}`, {
      cause: error,
    });
  }
}

/** Says whose fields a message is about. */
function within<T>(owner: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const message = (reason: Error) => `${owner}, which is referred to, leads nowhere: ${reason.message}`;
    if (error instanceof Terminal) throw new Terminal(error.reason, message(error), { cause: error });
    if (error instanceof Waiting) throw new Waiting(error.reason, message(error), { cause: error });
    throw error;
  }
}
