import type { AnyKind } from './kind.ts';
import type { Memory } from './plan.ts';

/** A live thing of a node, and what it is ranked by. */
interface Candidate {
  readonly record: object;
  readonly inputs: object;
  /** Ids that things of the owner use. */
  readonly used: ReadonlySet<string>;
  /** Ids of all things of the owner. */
  readonly present: ReadonlySet<string>;
  readonly memory: Memory;
}

/**
 * Of several live things of one node: no replacement needed, then what others use, then what has its place among the
 * others (a VPC takes one internet gateway, a table one endpoint of a service), then what status remembers: what the
 * network itself does not use, others may, and they were told of that one. `landfall plan` has no status to ask.
 */
export function rank<S>(kind: AnyKind<S>, { record, inputs, used, present, memory }: Candidate): number[] {
  const id = kind.collection.id(record);
  const fits = !kind.diff(inputs, record).some((change) => change.replace);
  const places = kind.needs(record).filter((needed) => present.has(needed)).length;
  const remembered = [...memory.ids.values()].includes(id);
  return [Number(fits), Number(used.has(id)), places, Number(remembered)];
}

/** Below zero where the first ranks lower. */
export function compareRanks(a: readonly number[], b: readonly number[]): number {
  return a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

/** So that of two equal ones the same is chosen each time. */
export function compareIds<S>(kind: AnyKind<S>, a: object, b: object): number {
  return kind.collection.id(a) < kind.collection.id(b) ? -1 : 1;
}
