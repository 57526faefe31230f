import { interpret } from '../aws/errors.ts';
import type { AwsSession } from '../aws/session.ts';
import {
  ownerOfKey,
  type Consumer,
  type ObjectKey,
  type References,
  type Surroundings,
} from '../compile/references.ts';
import { Terminal, Waiting } from '../errors.ts';
import { exportsIn, type Exports, type ExportsOf } from '../graph/exports.ts';
import type { World } from '../graph/kind.ts';
import type { TargetWorld } from '../inventory/world.ts';
import { graphKindOf, referencesFrom } from './graph-kinds.ts';
import type { GraphKind } from './pass.ts';
import { ownerOf, type GraphObject } from './resource-status.ts';
import { observe } from './planning.ts';

/** Where an object stands: in its own account and region, read with its own Account. */
export interface Place {
  readonly accountId: string;
  readonly world: TargetWorld<AwsSession>;
}

interface NeighboursOptions<T extends GraphObject> {
  readonly kind: GraphKind<T>;
  readonly object: T;
  /** Where the object itself stands. */
  readonly world: TargetWorld<AwsSession>;
  readonly find: (key: ObjectKey) => GraphObject | undefined;
  /** Those that name an object which has to let them in. */
  readonly consumersOf: (owner: string) => readonly GraphObject[];
  readonly accountId: Surroundings['accountId'];
  /** Opens the place of another object. Throws Terminal or Waiting where its Account does not let it be there. Makes no call. */
  readonly open: (object: GraphObject) => Place;
  readonly advice: string;
}

/** What is known of others when an object is compiled and planned. */
export interface Neighbours {
  readonly references: References;
  readonly surroundings: Surroundings;
  /** What stands of them at this moment. */
  readonly exportsNow: () => ExportsOf;
}

/**
 * Reads what an object's plan takes of others: the things of what it refers to, and of those that it may have to let in, each
 * in the account of that object and with its Account. Throws Waiting where something that is referred to cannot be looked at; a
 * consumer that cannot be looked at is one of which nothing stands.
 */
export async function meetNeighbours<T extends GraphObject>(
  options: NeighboursOptions<T>,
): Promise<Neighbours> {
  const { kind, object, world, find, advice, open } = options;
  const worlds = new Map<string, World<AwsSession>>();
  const referred = kind.references(object).flatMap((key) => find(key) ?? []);
  await Promise.all(
    referred.map(async (other) => {
      const place = placeOf(other, () => open(other));
      worlds.set(ownerOf(other), place.world);
      await observe(() => place.world.load(graphKindOf(other.kind).nodeKinds));
    }),
  );
  const consumers = kind.admits !== undefined ? options.consumersOf(ownerOf(object)) : [];
  const met = await Promise.all(
    consumers.map(async (other): Promise<Consumer[]> => {
      const place = reachable(() => open(other));
      if (!place) return [];
      if (await isReadable(place.world.load(graphKindOf(other.kind).nodeKinds)))
        worlds.set(ownerOf(other), place.world);
      return [{ object: graphKindOf(other.kind).parse(other) as never, accountId: place.accountId }];
    }),
  );
  const worldOf = (owner: string) => worlds.get(owner);
  return {
    references: referencesFrom(find, (key) => worldOf(ownerOfKey(key)) ?? world, advice),
    surroundings: {
      consumers: (owner) => (owner === ownerOf(object) ? met.flat() : []),
      accountId: options.accountId,
    },
    exportsNow: () => exportsFrom(worldOf),
  };
}

/** Looks up what stands of the things of others; each owner once. */
function exportsFrom(worldOf: (owner: string) => World<AwsSession> | undefined): ExportsOf {
  const known = new Map<string, Exports>();
  return (owner) => {
    const world = worldOf(owner);
    const exports =
      known.get(owner) ??
      (world ? exportsIn(owner, graphKindOf(owner.split('/')[0] ?? '').nodeKinds, world) : new Map());
    known.set(owner, exports);
    return exports;
  };
}

/** Where an object is that is referred to. Who refers to it can do nothing about its Account. */
function placeOf(object: GraphObject, open: () => Place): Place {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Terminal) && !(error instanceof Waiting)) throw error;
    throw new Waiting(
      'DependencyNotReady',
      `${ownerOf(object)}, which is referred to, cannot be looked at: ${error.message}`,
      { cause: error },
    );
  }
}

function reachable(open: () => Place): Place | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof Terminal || error instanceof Waiting) return undefined;
    throw error;
  }
}

/** Whether AWS lets something be read; an error that is not AWS's is thrown. */
async function isReadable(reading: Promise<void>): Promise<boolean> {
  try {
    await reading;
    return true;
  } catch (error) {
    if (interpret(error).reason === 'InternalError') throw error;
    return false;
  }
}
