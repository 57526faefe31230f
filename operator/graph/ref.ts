/**
 * A reference stands for another node's output until that output is known. It is a plain string, so that
 * the inputs of a node keep their real types; private-use characters mark it, which no user text contains.
 */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const OF = '\uE002';
const PATTERN = /\uE000(?:([^\uE000-\uE002]+)\uE002)?([^\uE000-\uE002]+)\.([A-Za-z][A-Za-z0-9]*)\uE001/g;

/** A parsed reference: the node it points at and the name of that node's output. */
export interface Reference {
  /** `Kind/namespace/name` of the resource whose node it is; undefined for the very resource that refers to it. */
  readonly owner?: string;
  readonly node: string;
  readonly output: string;
}

/** The text that stands for `output` of node `node` in another node's inputs. */
export function ref(node: string, output = 'id'): string {
  return `${OPEN}${node}.${output}${CLOSE}`;
}

/** The text that stands for `output` of a node of another resource, `owner` as `Kind/namespace/name`. */
export function foreignRef(owner: string, node: string, output = 'id'): string {
  return `${OPEN}${owner}${OF}${node}.${output}${CLOSE}`;
}

/** Every reference inside a value, at any depth, in order of appearance. */
export function referencesIn(value: unknown): Reference[] {
  const found: Reference[] = [];
  collect(value, found);
  return found;
}

/** Keys of the nodes of the same resource that a value refers to. */
export function nodesIn(value: unknown): Set<string> {
  return new Set(referencesIn(value).flatMap(({ owner, node }) => (owner === undefined ? [node] : [])));
}

function collect(value: unknown, found: Reference[]): void {
  if (typeof value === 'string') {
    if (!value.includes(OPEN)) return;
    for (const [, owner, node = '', output = ''] of value.matchAll(PATTERN))
      found.push({ ...(owner !== undefined && { owner }), node, output });
  } else if (value !== null && typeof value === 'object') {
    for (const item of Object.values(value)) collect(item, found);
  }
}

/** Replaces what `lookup` knows; what it does not know stays a reference. */
export function resolve<T>(value: T, lookup: (reference: Reference) => string | undefined): T {
  const replaced = mapStrings(value, (text) =>
    text.replace(
      PATTERN,
      (whole, owner: string | undefined, node: string, output: string) =>
        lookup({ ...(owner !== undefined && { owner }), node, output }) ?? whole,
    ),
  );
  return replaced as T;
}

/** Whether any reference is left in the value. */
export function isUnresolved(value: unknown): boolean {
  return referencesIn(value).length > 0;
}

/** The value with references as a person reads them: `${subnet/private-a.id}`, `${SecureVpc/web/web: vpc.id}`. */
export function printable<T>(value: T): T {
  return mapStrings(value, (text) =>
    text.replace(
      PATTERN,
      (_, owner: string | undefined, node: string, output: string) =>
        `\${${owner === undefined ? '' : `${owner}: `}${node}.${output}}`,
    ),
  ) as T;
}

function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return value.includes(OPEN) ? map(value) : value;
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, map)]));
  }
  return value;
}
