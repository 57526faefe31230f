import { Terminal, Waiting } from '../errors.ts';
import { TAG } from '../graph/ownership.ts';

/** What a store is made of: a snapshot or backup, by name or ARN, or what another store was at a time. */
export type Copy =
  | { readonly snapshot: string }
  /** Without a time: as late as there is. */
  | { readonly source: string; readonly time?: string };

/** The longest value of a tag. */
const WORDS_MAX = 256;

/** A copy in words, which a tag takes; undefined for none. */
export function copyWords(copy: Copy | undefined): string | undefined {
  if (!copy) return undefined;
  const words = 'snapshot' in copy ? copy.snapshot : `${copy.source} at ${copy.time ?? 'the latest'}`;
  return words.slice(-WORDS_MAX);
}

/** The tag that says of which copy a store was made. */
export function copyTag(copy: Copy | undefined): Record<string, string> {
  const words = copyWords(copy);
  return words === undefined ? {} : { [TAG.restoredFrom]: words };
}

/** The same as an output, read from the tags of what was made. */
export function restoredFrom(tags: Readonly<Record<string, string>>): { restoredFrom?: string } {
  const words = tags[TAG.restoredFrom];
  return words === undefined ? {} : { restoredFrom: words };
}

/** Throws Terminal (`CopyUnusable`), with the words that say which copy it is, what is wrong and what to do. */
export function unusable(copy: Copy, problem: string): never {
  const field =
    'source' in copy ? 'pointInTime' : copy.snapshot.includes(':dynamodb:') ? 'backup' : 'snapshot';
  const value = copyWords(copy);
  throw new Terminal('CopyUnusable', `spec.restoreFrom.${field} ${value} ${problem}`);
}

/** Throws Waiting until a copy is complete. `state` is AWS's word for how far it is. */
export function requireComplete(copy: { readonly snapshot: string }, state: string, percent?: number): void {
  if (state === 'available') return;
  if (state !== 'creating' && state !== 'copying')
    unusable(copy, `is ${state}: name one that is complete and available`);
  const far = percent === undefined ? '' : `, ${percent} percent`;
  throw new Waiting(
    'WaitingForAws',
    `snapshot ${copy.snapshot} is ${state}${far}; the store is made of it when it is complete`,
  );
}

/** The spans of time that a store can be made as it was in. */
export interface Reach {
  readonly earliest: Date | undefined;
  readonly latest: Date | undefined;
}

/** Throws Terminal (`CopyUnusable`) for a time that no copy reaches, and Waiting for one that will be reached in some minutes. */
export function requireReached(
  copy: { readonly source: string; readonly time?: string },
  { earliest, latest }: Reach,
  now: Date,
): void {
  if (copy.time === undefined) return;
  const time = new Date(copy.time);
  const span = `between ${earliest?.toISOString() ?? 'nothing'} and ${latest?.toISOString() ?? 'nothing'}`;
  if (time > now || (earliest && time < earliest)) unusable(copy, `is out of reach: name a time ${span}`);
  if (latest && time > latest)
    throw new Waiting(
      'WaitingForAws',
      `${copy.source} is backed up until ${latest.toISOString()}; the store is made of it as it was at ${copy.time} in some minutes`,
    );
}
