import type { Change } from '../../graph/kind.ts';

/** Something that a modify call changes: of inputs `I`, a record `R`, as a part `S` of the call. */
export interface Setting<I, R, S> {
  readonly path: string;
  readonly of: (record: R) => unknown;
  /** Undefined where it is left as it is. */
  readonly wanted: (inputs: I) => unknown;
  readonly sent: (inputs: I) => S;
}

/** What differs of these settings. */
export function changesOf<I, R>(settings: readonly Setting<I, R, unknown>[], wanted: I, record: R): Change[] {
  return settings.flatMap((setting) => changeOf(setting.path, setting.of(record), setting.wanted(wanted)));
}

/** The parts of a call that make those of these changes that are of these settings. */
export function sentFor<I, S>(
  settings: readonly Setting<I, never, S>[],
  wanted: I,
  changes: readonly Change[],
): S[] {
  return settings
    .filter((setting) => changes.some(({ path }) => path === setting.path))
    .map(({ sent }) => sent(wanted));
}

/** The change of one value; none where nobody says what it is to be. */
export function changeOf(path: string, from: unknown, to: unknown): Change[] {
  return to === undefined || from === to ? [] : [{ path, ...(from !== undefined && { from }), to }];
}

/** The change of one value that nothing but another thing can have. */
export function fixedChangeOf(path: string, from: unknown, to: unknown): Change[] {
  return changeOf(path, from, to).map((change) => ({ ...change, replace: true }));
}

/** What differs of a set: a change for each member. */
export function setChanges(name: string, now: readonly string[], wanted: readonly string[]): Change[] {
  const path = (one: string) => `${name}[${one}]`;
  return [
    ...wanted.filter((one) => !now.includes(one)).map((one): Change => ({ path: path(one), to: one })),
    ...now.filter((one) => !wanted.includes(one)).map((one): Change => ({ path: path(one), from: one })),
  ];
}
