import { isDeepStrictEqual } from 'node:util';

/**
 * A listed record with an acknowledged write over it: `wants` is what was asked for, `meanwhile` how far AWS says it is. A
 * listing that shows all that was asked for is newer than the answer to the write, and knows better how far it is.
 */
export function onItsWay<R extends object>(record: R, wants: Partial<R>, meanwhile: Partial<R>): R {
  const shown = Object.entries(wants).every(([key, value]) =>
    isDeepStrictEqual(inOrder(record[key as keyof R]), inOrder(value)),
  );
  return shown ? record : { ...record, ...wants, ...meanwhile };
}

/** Lists are of ids or names, in whatever order. */
function inOrder(value: unknown): unknown {
  return Array.isArray(value) ? value.map(String).sort() : value;
}
