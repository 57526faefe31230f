import type { AwsSession } from './session.ts';

interface Asked<T> {
  /** There are no other keys: what none of them names is forgotten. */
  readonly all: boolean;
  /** What is read of a key that is not known; undefined where there is nothing, which is asked for again. */
  readonly read: (key: string) => Promise<T | undefined>;
}

/** Answers by session and key that never change: each is read once for as long as it is asked for. */
export function onceKnown<T>(): (
  session: AwsSession,
  keys: Iterable<string>,
  asked: Asked<T>,
) => Promise<ReadonlyMap<string, T>> {
  const known = new WeakMap<AwsSession, ReadonlyMap<string, T>>();
  return async (session, keys, { all, read }) => {
    const before = known.get(session) ?? new Map<string, T>();
    const found = await Promise.all(
      [...new Set(keys)].map(async (key) => {
        const answer = before.get(key) ?? (await read(key));
        return answer === undefined ? [] : [[key, answer] as const];
      }),
    );
    const now = new Map(found.flat());
    known.set(session, all ? now : new Map([...before, ...now]));
    return now;
  };
}
