import { textOf, type Change, type View } from '../../../operator/graph/kind.ts';

/** Changes as lines a person can review: `path: from -> to`, `(replace)` where it needs a new thing. */
export function linesOf(changes: readonly Change[]): string[] {
  return changes.map(({ path, from, to, replace }) => {
    const side = (value: unknown) => (value === undefined ? '(nothing)' : textOf(value));
    return `${path}: ${side(from)} -> ${side(to)}${replace ? ' (replace)' : ''}`;
  });
}

/** A view of these records, all of one owner. */
export function viewOf<R>(id: (record: R) => string, ...records: R[]): View<R> {
  return {
    get: (wanted) => records.find((record) => id(record) === wanted),
    all: () => records,
    ownedBy: () => records,
  };
}
