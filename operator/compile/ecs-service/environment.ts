import type { Container } from '../../api/containers.ts';
import type { EcsService } from '../../api/ecs-service.ts';
import type { EnvironmentSource } from '../../api/environment-from.ts';
import type { PrivateLinkEndpoint } from '../../api/private-link-endpoint.ts';
import type { Rule } from '../../aws/ec2/security-group-permissions.ts';
import { Terminal } from '../../errors.ts';
import { foreignRef } from '../../graph/ref.ts';
import type { CompileInput } from '../input.ts';
import { byName, namespaceOf, ownerOf } from '../names.ts';
import { ownerOfKey, referredBeside, type Reference, type Referring } from '../references.ts';
import { isGuestOnInstances } from './cluster.ts';

type Wanted = EnvironmentSource['endpoints'][number];

/** An endpoint that a service uses. */
export interface UsedEndpoint {
  readonly name: string;
  readonly link: PrivateLinkEndpoint;
  /** `PrivateLinkEndpoint/namespace/name`. */
  readonly owner: string;
  readonly port: number;
  readonly scheme: Wanted['scheme'];
}

/** A variable of a container. */
interface Variable {
  readonly name: string;
  readonly value: string;
}

/** The objects whose endpoints a service uses. */
export function endpointReferences({ metadata, spec }: EcsService): Reference[] {
  const own = namespaceOf(metadata);
  return endpointsIn(spec.task.containers).map(({ name, namespace = own }) => ({
    kind: 'PrivateLinkEndpoint',
    namespace,
    name,
  }));
}

/** Where an endpoint is reached. */
export interface EndpointAddress {
  readonly scheme: Wanted['scheme'];
  readonly host: string;
  readonly port: number;
}

/** In AWS: by the name that it gave the endpoint. */
function addressInAws({ owner, port, scheme }: UsedEndpoint): EndpointAddress {
  return { scheme, host: foreignRef(owner, 'endpoint', 'dnsName'), port };
}

/** The variables that tell a container where its endpoints are. Throws where one of them is not for this service. */
export function endpointVariables(
  input: Referring<EcsService>,
  container: Container,
  addressOf: (endpoint: UsedEndpoint) => EndpointAddress = addressInAws,
): Variable[] {
  return container.environmentFrom.map((source) => {
    const { name, format, endpoints } = source;
    const used = byName(endpoints).map((endpoint) =>
      usedEndpoint(input, fieldOf(container, source), endpoint),
    );
    const addressed = used.map((endpoint) => ({ name: endpoint.name, ...addressOf(endpoint) }));
    return { name, value: valueOf(format, addressed) };
  });
}

/** How the descriptions begin of the rules that lead to endpoints. */
export const ENDPOINT_RULES = 'Endpoint ';

/** The endpoints that the tasks use: each port of each once. */
export function usedEndpoints(input: Referring<EcsService>): UsedEndpoint[] {
  const used = input.object.spec.task.containers.flatMap((container) =>
    container.environmentFrom.flatMap((source) =>
      source.endpoints.map((endpoint) => usedEndpoint(input, fieldOf(container, source), endpoint)),
    ),
  );
  const byPort = new Map(used.map((one) => [`${one.owner} ${one.port}`, one]));
  return [...byPort].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}

/** What the tasks may open of the endpoints that they use. */
export function toEndpoints(input: CompileInput<EcsService>): Rule[] {
  return usedEndpoints(input).map(({ owner, name, port }) => ({
    protocol: 'tcp',
    fromPort: port,
    toPort: port,
    peer: foreignRef(owner, 'security-group/endpoint'),
    description: `${ENDPOINT_RULES}${name}`,
  }));
}

function fieldOf(container: Container, source: EnvironmentSource): string {
  return `spec.task.containers[${container.name}].environmentFrom[${source.name}]`;
}

function usedEndpoint(input: Referring<EcsService>, field: string, wanted: Wanted): UsedEndpoint {
  const where = `${field}.endpoints[${wanted.name}]`;
  if (isGuestOnInstances(input.object))
    throw new Terminal(
      'InvalidSpec',
      `${where}: tasks on the instances of another service reach what that one reaches: use the endpoint there, or run this service on Fargate`,
    );
  const link = referredBeside(input, { kind: 'PrivateLinkEndpoint', field: where, reference: wanted });
  const owner = ownerOf(link);
  const { consume } = link.spec;
  if (!consume)
    throw new Terminal(
      'InvalidSpec',
      `${where}: ${owner} provides a service and has no endpoint: name the object that consumes it in the network of this service`,
    );
  const own = namespaceOf(link.metadata);
  const lets = consume.allowFrom.some(
    ({ name, namespace = own }) =>
      ownerOfKey({ kind: 'EcsService', namespace, name }) === ownerOf(input.object),
  );
  if (!lets)
    throw new Terminal(
      'InvalidSpec',
      `${where}: ${owner} does not let the tasks of ${ownerOf(input.object)} in: add it to its spec.consume.allowFrom`,
    );
  const ports = consume.ports.map(({ port }) => port).sort((a, b) => a - b);
  const { port = ports[0] ?? 0 } = wanted;
  if (!ports.includes(port))
    throw new Terminal(
      'InvalidSpec',
      `${where}.port is ${port}, but ${owner} has ${ports.join(', ')}: take one of these, or add the port to its spec.consume.ports`,
    );
  return { name: wanted.name, link, owner, port, scheme: wanted.scheme };
}

type Addressed = EndpointAddress & { readonly name: string };

function valueOf(format: EnvironmentSource['format'], used: readonly Addressed[]): string {
  const urlOf = ({ scheme, host, port }: Addressed) => `${scheme}://${host}:${port}`;
  if (format === 'ServiceList')
    return JSON.stringify(used.map((endpoint) => ({ name: endpoint.name, url: urlOf(endpoint) })));
  // A rule of the schema demands one.
  const [endpoint] = used as [Addressed];
  return format === 'Url' ? urlOf(endpoint) : endpoint.host;
}

/** Of containers as they are stored, too: the API server fills in no defaults inside a list. */
function endpointsIn(containers: readonly Partial<Container>[]): Wanted[] {
  return containers.flatMap(({ environmentFrom = [] }) =>
    environmentFrom.flatMap(({ endpoints }) => endpoints),
  );
}
