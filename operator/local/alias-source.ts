import { isFields } from './field-set.ts';
import type { AliasEndpointsInputs } from './inputs.ts';
import { pathOf, type Resource } from './kind.ts';
import { sorted } from './manifest.ts';
import type { Answered, Fields } from './record.ts';
import type { LocalSession } from './session.ts';

export const SLICES: Resource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  kind: 'EndpointSlice',
};
export const SERVICES: Resource = { group: '', version: 'v1', plural: 'services', kind: 'Service' };
/** Which Service a slice is of: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/ */
export const SERVICE_NAME = 'kubernetes.io/service-name';
/** Annotation of the slice of an alias: whose endpoints it has, as JSON. */
export const ALIAS_OF = 'landfall.dev/alias-of';
/** The most that a slice may have. */
const ENDPOINTS_MAX = 1000;

/** Whose endpoints an alias has, and by which names of ports. */
export type Alias = Pick<AliasEndpointsInputs, 'from' | 'ports'>;

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
}

interface Slice {
  readonly addressType: string;
  readonly endpoints: readonly Fields[];
  readonly ports: readonly { readonly name?: string; readonly port?: number; readonly protocol?: string }[];
}

/** The Service whose endpoints an alias has, and its slices. Without ports there is no such Service. */
export interface Source {
  readonly ports?: readonly ServicePort[];
  readonly slices: readonly Slice[];
}

/** Reads the source of one alias. */
export async function readSource(session: LocalSession, { from }: Alias): Promise<Source> {
  const service = await session.get<Answered>(pathOf(SERVICES, from));
  const slices: Slice[] = [];
  const query = { labelSelector: `${SERVICE_NAME}=${from.name}` };
  for await (const page of session.pages<Answered>(pathOf(SLICES, { namespace: from.namespace }), query))
    slices.push(...page.filter(isLive).map(sliceOf));
  return { ...(service && { ports: portsOf(service) }), slices };
}

/** Reads the sources of several aliases: as many calls as all Services and slices of the cluster have pages. */
export async function readSources(
  session: LocalSession,
  aliases: readonly Alias[],
): Promise<(alias: Alias) => Source> {
  const key = (namespace = '', name = '') => `${namespace}/${name}`;
  const wanted = new Set(aliases.map(({ from }) => key(from.namespace, from.name)));
  const ports = new Map<string, readonly ServicePort[]>();
  const slices = new Map<string, Slice[]>();
  if (wanted.size > 0) {
    for await (const page of session.pages<Answered>(pathOf(SERVICES, {})))
      for (const service of page) {
        const of = key(service.metadata.namespace, service.metadata.name);
        if (wanted.has(of)) ports.set(of, portsOf(service));
      }
    for await (const page of session.pages<Answered>(pathOf(SLICES, {})))
      for (const slice of page.filter(isLive)) {
        const of = key(slice.metadata.namespace, slice.metadata.labels?.[SERVICE_NAME]);
        if (wanted.has(of)) slices.set(of, [...(slices.get(of) ?? []), sliceOf(slice)]);
      }
  }
  return ({ from }) => {
    const of = key(from.namespace, from.name);
    const known = ports.get(of);
    return { ...(known && { ports: known }), slices: slices.get(of) ?? [] };
  };
}

/** Ports of an alias that the other Service does not have. */
export function portsMissing({ ports }: Alias, source: Source): number[] {
  return ports.flatMap(({ port }) => (source.ports?.some((one) => one.port === port) ? [] : [port]));
}

/**
 * What the slice of an alias is to say. It has one family of addresses and one number for each port: of several of either those
 * that most endpoints have, as while pods with another number take the place of others.
 */
export function bodyFor(alias: Alias, source: Source): Fields {
  const groups = Map.groupBy(
    source.slices.filter(({ addressType }) => addressType !== 'FQDN'),
    (slice) => sorted([slice.addressType, aliasPorts(alias, source, slice)]),
  );
  const count = (slices: readonly Slice[]) =>
    slices.reduce((sum, { endpoints }) => sum + endpoints.length, 0);
  const [first = []] = [...groups.values()].sort(
    (a, b) => count(b) - count(a) || (family(a) < family(b) ? -1 : 1),
  );
  const endpoints = first
    .flatMap(({ endpoints }) => endpoints.map(endpointOf))
    .sort((a, b) => (sorted(a) < sorted(b) ? -1 : 1))
    .slice(0, ENDPOINTS_MAX);
  return {
    addressType: family(first),
    endpoints,
    ports: first[0] ? aliasPorts(alias, source, first[0]) : [],
  };
}

function family([slice]: readonly Slice[]): string {
  return slice?.addressType ?? 'IPv4';
}

function aliasPorts(alias: Alias, source: Source, slice: Slice): Fields[] {
  return alias.ports.flatMap(({ name, port }) => {
    const of = source.ports?.find((one) => one.port === port);
    const found = of && slice.ports.find((one) => (one.name ?? '') === (of.name ?? ''));
    if (found?.port === undefined) return [];
    return [{ name, port: found.port, protocol: found.protocol ?? 'TCP' }];
  });
}

/** Without the pod that it is, which is of another namespace. */
function endpointOf({ addresses, conditions, nodeName, zone }: Fields): Fields {
  return {
    addresses,
    ...(isFields(conditions) && { conditions }),
    ...(nodeName !== undefined && { nodeName }),
    ...(zone !== undefined && { zone }),
  };
}

/** The API server leaves out what is empty. */
function sliceOf(object: Answered): Slice {
  const { addressType, endpoints, ports } = object as unknown as Partial<Slice>;
  return { addressType: addressType ?? 'IPv4', endpoints: endpoints ?? [], ports: ports ?? [] };
}

function portsOf(service: Answered): readonly ServicePort[] {
  const { ports } = (service['spec'] ?? {}) as { readonly ports?: readonly ServicePort[] };
  return ports ?? [];
}

function isLive({ metadata }: Answered): boolean {
  return metadata.deletionTimestamp === undefined;
}
