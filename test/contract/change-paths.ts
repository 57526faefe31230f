import type { AnyKind, Change } from '../../operator/graph/kind.ts';

/** A way in which a thing can differ: `routes[*] extra`. */
export interface ChangePath {
  readonly path: string;
  /** Made anew because the provider cannot change it: nobody else can either. */
  readonly fixed: boolean;
}

/**
 * Every sort of change that a kind's `diff` can find, by asking it: each leaf of the inputs and of the record is
 * changed, taken away and doubled in turn, and what `diff` says of that is collected, keys of sets written `[*]`.
 */
export function changePaths(
  kind: Pick<AnyKind<never>, 'diff' | 'find'>,
  inputs: object,
  record: object,
): ChangePath[] {
  const found = new Map<string, ChangePath>();
  const note = (changes: readonly Change[]): void => {
    for (const change of changes) {
      const path = `${change.path.replace(/\[[^\]]*\]/g, '[*]')} ${modeOf(change)}`;
      found.set(path, { path, fixed: change.replace === true });
    }
  };
  for (const mutated of mutations(inputs, 'whole'))
    note(tolerant(() => kind.diff(mutated as object, record)));
  for (const mutated of mutations(record, 'sparse'))
    note(tolerant(() => kind.diff(inputs, mutated as object)));
  // A facet may sit in no record of ours at all.
  if (kind.find) note(kind.diff(inputs, undefined));
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function modeOf(change: Change): 'missing' | 'extra' | 'changed' {
  if (change.from === undefined) return 'missing';
  return change.to === undefined ? 'extra' : 'changed';
}

/** A mutated record may lack what AWS always sends; such a one says nothing. */
function tolerant(diff: () => Change[]): Change[] {
  try {
    return diff();
  } catch {
    return [];
  }
}

/** `whole`: a compiler gives every field. `sparse`: AWS leaves out fields where there is nothing. */
type Shape = 'whole' | 'sparse';

/** Copies of a value that differ from it in one place each. */
function* mutations(value: unknown, shape: Shape): Generator {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield value.toSpliced(index, 1);
      for (const other of mutations(item, shape)) {
        yield value.with(index, other);
        yield [...value, other];
      }
    }
  } else if (value !== null && typeof value === 'object' && !(value instanceof Date)) {
    for (const [key, item] of Object.entries(value)) {
      const { [key]: _, ...without } = value as Record<string, unknown>;
      // What is on or off is always said.
      if (shape === 'sparse' && typeof item !== 'boolean') yield without;
      for (const other of mutations(item, shape)) yield { ...value, [key]: other };
    }
  } else if (typeof value === 'string') yield* [`${value}0`, ''];
  else if (typeof value === 'number') yield value + 1;
  else if (typeof value === 'boolean') yield !value;
}
