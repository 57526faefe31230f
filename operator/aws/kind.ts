import type { Collection, NodeKind } from '../graph/kind.ts';
import type { AwsSession } from './session.ts';

/** A node kind of the AWS target: `I` what the compiler gives it, `R` the record that AWS lists. */
export type AwsKind<I extends object, R> = NodeKind<I, R, AwsSession>;

/** How AWS lists one sort of thing. */
export type AwsCollection<R> = Collection<R, AwsSession>;

/** What a list call answers: a page of records and where the next one starts. */
export interface Page<R> {
  readonly items: readonly R[] | undefined;
  readonly next: string | undefined;
}

/** Follows a paginated call to its end. */
export async function* pages<R>(
  call: (token: string | undefined) => Promise<Page<R>>,
): AsyncGenerator<readonly R[]> {
  let token: string | undefined;
  do {
    const page = await call(token);
    if (page.items && page.items.length > 0) yield page.items;
    token = page.next === '' ? undefined : page.next;
  } while (token !== undefined);
}

/** A field that AWS always sends. Throws where it does not: the answer cannot be used. */
export function must<T>(value: T | undefined | null, field: string): T {
  if (value === undefined || value === null) throw new Error(`AWS's answer lacks ${field}`);
  return value;
}
