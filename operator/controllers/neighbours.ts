import {
  ownerOfKey,
  type Consumer,
  type ObjectKey,
  type References,
  type Surroundings,
} from '../compile/references.ts';
import { Terminal, Waiting } from '../errors.ts';
import { exportsIn, type Exports, type ExportsOf } from '../graph/exports.ts';
import type { Kinds } from '../graph/kind.ts';
import { graphKindOf, referencesFrom } from './graph-kinds.ts';
import type { GraphKind } from './pass.ts';
import { ownerOf, type GraphObject } from './resource-status.ts';
import { observe } from './planning.ts';
import type { Session, Target } from './target.ts';

/** Where an object stands: in its own account and region, read with its own Account. */
export interface Place {
  readonly accountId: string;
  readonly target: Target;
}

interface NeighboursOptions<T extends GraphObject> {
  readonly kind: GraphKind<T>;
  readonly object: T;
  /** Where the object itself stands. */
  readonly target: Target;
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
  const { kind, object, target, find, advice, open } = options;
  const targets = new Map<string, Target>();
  const referred = kind.references(object).flatMap((key) => find(key) ?? []);
  await Promise.all(
    referred.map(async (other) => {
      const place = placeOf(other, () => open(other));
      refuseElsewhere(object, other, [target, place.target]);
      targets.set(ownerOf(other), place.target);
      await observe(place.target, () => place.target.world.load(nodeKindsOf(other, place.target)));
    }),
  );
  const consumers = kind.admits !== undefined ? options.consumersOf(ownerOf(object)) : [];
  const met = await Promise.all(
    consumers.map(async (other): Promise<Consumer[]> => {
      const place = reachable(() => open(other));
      if (place?.target.type !== target.type) return [];
      if (await isReadable(place.target, nodeKindsOf(other, place.target)))
        targets.set(ownerOf(other), place.target);
      return [{ object: graphKindOf(other.kind).parse(other) as never, accountId: place.accountId }];
    }),
  );
  const targetOf = (owner: string) => targets.get(owner);
  return {
    references: referencesFrom({
      type: target.type,
      find,
      worldOf: (key) => (targetOf(ownerOfKey(key)) ?? target).world,
      advice,
    }),
    surroundings: {
      consumers: (owner) => (owner === ownerOf(object) ? met.flat() : []),
      accountId: options.accountId,
    },
    exportsNow: () => exportsFrom(targetOf),
  };
}

/** Looks up what stands of the things of others; each owner once. */
function exportsFrom(targetOf: (owner: string) => Target | undefined): ExportsOf {
  const known = new Map<string, Exports>();
  return (owner) => {
    const target = targetOf(owner);
    const [kind = ''] = owner.split('/');
    const exports =
      known.get(owner) ??
      (target ? exportsIn(owner, nodeKindsOf({ kind }, target), target.world) : new Map());
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

/** Whether things may be read; an error that is not the target's is thrown. */
async function isReadable({ world, interpret }: Target, kinds: Kinds<Session>): Promise<boolean> {
  try {
    await world.load(kinds);
    return true;
  } catch (error) {
    if (interpret(error).reason === 'InternalError') throw error;
    return false;
  }
}

function nodeKindsOf({ kind }: Pick<GraphObject, 'kind'>, { type }: Pick<Target, 'type'>): Kinds<Session> {
  return graphKindOf(kind).on[type].nodeKinds;
}

/** What is in AWS has nothing to offer to the cluster itself, and the other way round. */
function refuseElsewhere(
  object: GraphObject,
  other: GraphObject,
  [own, its]: readonly [Target, Target],
): void {
  if (own.type === its.type) return;
  const placeIn = ({ type }: Target) => (type === 'aws' ? 'in AWS' : 'in the cluster itself');
  throw new Terminal(
    'InvalidSpec',
    `${ownerOf(other)}, which is referred to, is ${placeIn(its)} (Account ${other.spec.accountRef.name}), but this object ${placeIn(own)} (Account ${object.spec.accountRef.name}): have both name Accounts of one sort`,
  );
}
