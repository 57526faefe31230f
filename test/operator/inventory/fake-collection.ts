import type { Collection } from '../../../operator/graph/kind.ts';
import { TAG } from '../../../operator/graph/ownership.ts';

/** A thing as a fake provider lists it. */
export interface Thing {
  readonly id: string;
  readonly owner?: string;
  /** Default `here`, the installation of the tests. */
  readonly installation?: string;
  readonly size?: number;
  readonly parts?: readonly string[];
}

/** What a fake provider has, and what was asked of it. */
export interface FakeSession {
  readonly things: Map<string, Thing[]>;
  readonly calls: string[];
  /** Set to hold every answer back until it resolves. */
  gate: Promise<void>;
}

export function fakeSession(): FakeSession {
  return { things: new Map(), calls: [], gate: Promise.resolve() };
}

/** A collection over a fake session: in pages of two, or with `parent` object by object. */
export function fakeCollection(
  name: string,
  options: Partial<Pick<Collection<Thing, FakeSession>, 'awaitedById' | 'lane' | 'parent' | 'scope'>> = {},
): Collection<Thing, FakeSession> {
  return {
    name,
    lane: 'fast',
    scope: 'region',
    iam: [],
    ...options,
    async *list(session, installation) {
      session.calls.push(`list ${name} ${installation}`);
      // What a listing shows is decided when it begins.
      const all = [...(session.things.get(name) ?? [])];
      await session.gate;
      for (let start = 0; start < all.length; start += 2) yield all.slice(start, start + 2);
    },
    async get(session, ids) {
      session.calls.push(`get ${name} ${ids.join(' ')}`);
      const all = [...(session.things.get(name) ?? [])];
      await session.gate;
      return all.filter((thing) => ids.includes(thing.id));
    },
    id: (thing) => thing.id,
    tags: ({ owner, installation = 'here' }) => ({
      [TAG.installation]: installation,
      ...(owner !== undefined && { [TAG.owner]: owner }),
    }),
  };
}

/** A promise and what resolves it. */
export function gate(): { readonly closed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { closed: promise, open: resolve };
}
