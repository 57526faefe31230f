import type { Manifest } from './world.ts';

/**
 * What objects say, without what differs from run to run: ids read as the node that they belong to, of whichever of the
 * objects, times are left out.
 */
export function told(objects: readonly (Manifest | undefined)[]): unknown[] {
  const things = objects.flatMap((object) => [
    ...thingsOf(object, 'former'),
    ...thingsOf(object, 'resources'),
  ]);
  const names = new Map(things.map(({ node, id }) => [id, node]));
  return objects.map(
    (object) =>
      object && { finalizers: object.metadata.finalizers ?? [], status: plain(object.status, names) },
  );
}

/** Something that a status lists. */
export interface Thing {
  readonly node: string;
  readonly id: string;
}

/** What a field of the status lists, as `resources`. */
export function thingsOf(object: Manifest | undefined, field: string): Thing[] {
  return (object?.status?.[field] ?? []) as Thing[];
}

/** Times, words, addresses that AWS chooses, and the cluster, which after a failure is another. */
const LEFT_OUT = new Set([
  'lastTransitionTime',
  'observedGeneration',
  'message',
  'publicIp',
  'cluster',
  'since',
  'events',
  'lastStoppedTask',
  'loadBalancerDnsName',
  'dnsNames',
  'serviceName',
  // Of databases and caches: AWS puts something of its own into it.
  'address',
  'secretArn',
  // Its end is when the stream was turned on.
  'streamArn',
]);

function plain(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => plain(item, names));
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !LEFT_OUT.has(key))
        .map(([key, item]) => [key, plain(item, names)]),
    );
  return typeof value === 'string' ? (names.get(value) ?? value) : value;
}
