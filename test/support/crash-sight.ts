import { census, portrait } from './portrait.ts';
import type { Manifest, World } from './world.ts';

/** What two runs must leave alike in AWS. */
export interface AwsSight {
  readonly portrait: unknown;
  /** How many objects of each class. */
  readonly census: unknown;
  /** Ids in the object's status that AWS does not know, or that are there twice. */
  readonly unknown: readonly string[];
}

/** AWS as it is now, beside an object that may be gone. */
export async function lookAt(world: World, object: Manifest | undefined): Promise<AwsSight> {
  const dump = await world.aws.dump();
  const things = thingsOf(object, 'resources');
  // A role and its instance profile are called the same.
  const isTold = (other: Thing, { node, id }: Thing) => other.node === node && other.id === id;
  return {
    portrait: await portrait(world),
    census: census(dump),
    unknown: things
      .filter(
        (thing, index) => !knows(dump, thing.id) || things.findIndex((one) => isTold(one, thing)) !== index,
      )
      .map(({ id }) => id),
  };
}

/** Services of ECS, and what is of RDS, the local AWS keeps by their names. */
function knows(dump: string, id: string): boolean {
  const name = /:service\/.*\/([^/]+)$|^arn:aws:rds:.*:([^:]+)$/.exec(id)?.slice(1).join('') || id;
  return dump.includes(`"${name}"`);
}

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

interface Thing {
  readonly node: string;
  readonly id: string;
}

function thingsOf(object: Manifest | undefined, field: string): Thing[] {
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
