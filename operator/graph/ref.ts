/**
 * A reference stands for another node's output until that output is known. It is a plain string, so that
 * the inputs of a node keep their real types; two private-use characters mark it, which no user text contains.
 */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const PATTERN = /\uE000([^\uE000\uE001]+)\.([A-Za-z]+)\uE001/g;

/** A parsed reference: the node it points at and the name of that node's output. */
interface Reference {
  readonly node: string;
  readonly output: string;
}

/** The text that stands for `output` of node `node` in another node's inputs. */
export function ref(node: string, output = 'id'): string {
  return `${OPEN}${node}.${output}${CLOSE}`;
}

/** Every reference inside a value, at any depth, in order of appearance. */
export function referencesIn(value: unknown): Reference[] {
  const found: Reference[] = [];
  collect(value, found);
  return found;
}

function collect(value: unknown, found: Reference[]): void {
  if (typeof value === 'string') {
    if (!value.includes(OPEN)) return;
    for (const match of value.matchAll(PATTERN)) found.push({ node: match[1] ?? '', output: match[2] ?? '' });
  } else if (value !== null && typeof value === 'object') {
    for (const item of Object.values(value)) collect(item, found);
  }
}

/** Replaces what `lookup` knows; what it does not know stays a reference. */
export function resolve<T>(value: T, lookup: (reference: Reference) => string | undefined): T {
  const replaced = mapStrings(value, (text) =>
    text.replace(PATTERN, (whole, node: string, output: string) => lookup({ node, output }) ?? whole),
  );
  return replaced as T;
}

/** Whether any reference is left in the value. */
export function isUnresolved(value: unknown): boolean {
  return referencesIn(value).length > 0;
}

/** The value with references as a person reads them: `${subnet/private-a.id}`. */
export function printable<T>(value: T): T {
  return mapStrings(value, (text) => text.replace(PATTERN, '${$1.$2}')) as T;
}

function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return value.includes(OPEN) ? map(value) : value;
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, map)]));
  }
  return value;
}
