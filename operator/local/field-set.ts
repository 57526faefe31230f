import type { Fields, FieldSet } from './record.ts';

/** What a path element of `fieldsV1` stands for. */
export type Element =
  | { readonly sort: 'field'; readonly name: string }
  | { readonly sort: 'keys'; readonly keys: Fields }
  | { readonly sort: 'value'; readonly value: unknown };

/** The elements below a set, each with what is below it; `.` says only that an item itself is meant. */
export function elementsOf(set: FieldSet): [Element, FieldSet][] {
  return Object.entries(set).flatMap(([path, below]): [Element, FieldSet][] => {
    if (path.startsWith('f:')) return [[{ sort: 'field', name: path.slice(2) }, below]];
    if (path.startsWith('k:')) return [[{ sort: 'keys', keys: JSON.parse(path.slice(2)) as Fields }, below]];
    if (path.startsWith('v:')) return [[{ sort: 'value', value: JSON.parse(path.slice(2)) }, below]];
    return [];
  });
}

/** Whether a set is a field as a whole: a scalar, something atomic, or something empty. */
export function isWhole(set: FieldSet): boolean {
  return elementsOf(set).length === 0;
}

/** Values that the API server gives keys of list items that leave them out. */
const KEY_DEFAULTS: Fields = { protocol: 'TCP' };

/** Whether an item of a list is the one that these keys name. */
export function hasKeys(item: unknown, keys: Fields): boolean {
  if (!isFields(item)) return false;
  return Object.entries(keys).every(([name, value]) => (item[name] ?? KEY_DEFAULTS[name]) === value);
}

/** The keys of an item, by the names that those of its list have. */
export function keysOf(item: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, item[name] ?? KEY_DEFAULTS[name]]));
}

/** Of an object that which a set has: what was applied to make it so. */
export function partOf(set: FieldSet, live: unknown): unknown {
  const elements = elementsOf(set);
  if (elements.length === 0) return live;
  if (Array.isArray(live)) {
    return live.flatMap((item: unknown) =>
      elements.flatMap(([element, below]) => {
        if (element.sort === 'value') return element.value === item ? [item] : [];
        if (element.sort === 'field' || !hasKeys(item, element.keys)) return [];
        return [partOf(below, item)];
      }),
    );
  }
  if (!isFields(live)) return live;
  return Object.fromEntries(
    elements.flatMap(([element, below]) =>
      element.sort === 'field' && live[element.name] !== undefined
        ? [[element.name, partOf(below, live[element.name])]]
        : [],
    ),
  );
}

/** Whether an object lacks something that a set has: the API server leaves out what is as nothing. */
export function lacksSome(set: FieldSet, live: unknown): boolean {
  return elementsOf(set).some(([element, below]) => {
    if (Array.isArray(live)) {
      const { sort } = element;
      if (sort === 'field') return false;
      const item = live.find((one) => (sort === 'keys' ? hasKeys(one, element.keys) : one === element.value));
      return lacksSome(below, item);
    }
    if (element.sort !== 'field' || !isFields(live)) return false;
    const value = live[element.name];
    return value === undefined || lacksSome(below, value);
  });
}

export function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
