type Json = unknown;
export type Step = string | number;

/** The paths of all values in JSON that hold no others, lists and objects too as far as they are empty. */
export function leavesOf(value: Json, path: readonly Step[] = []): (readonly Step[])[] {
  const entries = entriesOf(value);
  if (!entries || entries.length === 0) return [path];
  return entries.flatMap(([step, item]) => leavesOf(item, [...path, step]));
}

/** The paths of all values in JSON, the whole left out. */
export function pathsIn(value: Json, path: readonly Step[] = []): (readonly Step[])[] {
  const below = (entriesOf(value) ?? []).flatMap(([step, item]) => pathsIn(item, [...path, step]));
  return path.length === 0 ? below : [path, ...below];
}

export function at(value: Json, path: readonly Step[]): Json {
  return path.reduce<Json>((part, step) => (part as Record<Step, Json> | undefined)?.[step], value);
}

/** A copy with another value at a path, or without one. */
export function withValue<T>(value: T, path: readonly Step[], to: Json): T {
  const copy = structuredClone(value);
  const parent = at(copy, path.slice(0, -1)) as Record<Step, Json>;
  const last = path.at(-1);
  if (last === undefined) throw new Error('the whole has no place in itself');
  if (to !== undefined) parent[last] = to;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return copy;
}

/** `spec.ports[1].name` as steps. */
export function parsePath(text: string): Step[] {
  return [...text.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([word, index]) =>
    index === undefined ? word : Number(index),
  );
}

function entriesOf(value: Json): [Step, Json][] | undefined {
  if (Array.isArray(value)) return value.map((item, index) => [index, item as Json]);
  if (value !== null && typeof value === 'object') return Object.entries(value);
  return undefined;
}
