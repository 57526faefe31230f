import type { Change } from '../graph/kind.ts';
import { elementsOf, hasKeys, isFields, isWhole, keysOf } from './field-set.ts';
import { sorted } from './manifest.ts';
import { isSameQuantity } from './quantity.ts';
import type { Fields, FieldSet } from './record.ts';

const SELECTOR = /(^|\.)\w*[sS]elector$/;

/** What is compared with what. */
interface Pair {
  readonly path: string;
  readonly wanted: unknown;
  readonly live: unknown;
  /** What of it is ours; undefined where nothing is. */
  readonly owned: FieldSet | undefined;
}

/**
 * The differences between what is wanted of an object and what there is of it. `isApplied` says that just this was applied last:
 * then what is ours and reads otherwise is so by the API server's own doing (defaults, normal forms, admission), and what is not
 * ours any more, somebody else has changed. Fields that nobody here wants, and nobody here ever applied, are others'.
 */
export function compareFields(wanted: Fields, live: Fields, owned: FieldSet, isApplied: boolean): Change[] {
  return compareObjects({ path: '', wanted, live, owned }, wanted, live, isApplied);
}

function compare(pair: Pair, isApplied: boolean): Change[] {
  const { path, wanted, live, owned } = pair;
  if (isBare(wanted) && isBare(live)) return [];
  // What is as nothing may be left out; where the default is another, what takes it away takes it from us.
  if (isEmpty(wanted) && isEmpty(live)) return isApplied && !owned && isTaken(pair) ? [changeOf(pair)] : [];
  if (owned && isWhole(owned)) {
    // To those maps that are one value the API server adds nothing.
    const isSame = isApplied || (SELECTOR.test(path) ? sorted(wanted) === sorted(live) : covers(pair));
    return isSame ? [] : [changeOf(pair)];
  }
  if (isFields(wanted) && isFields(live)) return compareObjects(pair, wanted, live, isApplied);
  if (Array.isArray(wanted) && Array.isArray(live)) {
    if (owned) return compareItems(pair, wanted, live, { owned, isApplied });
    return isApplied || !covers(pair) ? [changeOf(pair)] : [];
  }
  return covers(pair) ? [] : [changeOf(pair)];
}

function compareObjects(pair: Pair, wanted: Fields, live: Fields, isApplied: boolean): Change[] {
  const { path, owned } = pair;
  const changes = Object.entries(wanted).flatMap(([name, value]) =>
    compare(
      { path: below(path, name), wanted: value, live: live[name], owned: owned?.[`f:${name}`] },
      isApplied,
    ),
  );
  // As a whole it may be one value, whose other fields count too.
  if (!owned && isApplied && changes.length === 0) return [changeOf(pair)];
  const given = elementsOf(owned ?? {}).flatMap(([element]) =>
    element.sort === 'field' && !(element.name in wanted) && live[element.name] !== undefined
      ? [{ path: below(path, element.name), from: live[element.name] }]
      : [],
  );
  return [...changes, ...given];
}

/** The items of a list that the API merges by keys, or by their values. */
function compareItems(
  { path }: Pair,
  wanted: readonly unknown[],
  live: readonly unknown[],
  { owned, isApplied }: { readonly owned: FieldSet; readonly isApplied: boolean },
): Change[] {
  const elements = elementsOf(owned);
  const names = elements.flatMap(([element]) => (element.sort === 'keys' ? [Object.keys(element.keys)] : []));
  const changes = wanted.flatMap((item) => {
    if (!isFields(item)) return live.includes(item) ? [] : [{ path: `${path}[${String(item)}]`, to: item }];
    const keys = keysOf(item, names[0] ?? []);
    const found = live.find((other) => hasKeys(other, keys));
    const at = `${path}[${Object.values(keys).join('/')}]`;
    const ours = elements.find(([element]) => element.sort === 'keys' && hasKeys(item, element.keys))?.[1];
    if (found === undefined) return [{ path: at, to: item }];
    return compare({ path: at, wanted: item, live: found, owned: ours }, isApplied);
  });
  const given = elements.flatMap(([element]): Change[] => {
    if (element.sort === 'field') return [];
    const isIt = (item: unknown) =>
      element.sort === 'keys' ? hasKeys(item, element.keys) : item === element.value;
    const from = live.find(isIt);
    if (from === undefined || wanted.some(isIt)) return [];
    const key = element.sort === 'keys' ? Object.values(element.keys).join('/') : String(element.value);
    return [{ path: `${path}[${key}]`, from }];
  });
  return [...changes, ...given];
}

/** Whether what there is says all that is wanted; what it says besides, the API server has added. */
export function covers({ path, wanted, live }: Pick<Pair, 'path' | 'wanted' | 'live'>): boolean {
  if (isEmpty(wanted) && isEmpty(live)) return true;
  if (Array.isArray(wanted))
    return (
      Array.isArray(live) &&
      live.length === wanted.length &&
      wanted.every((item, index) => covers({ path, wanted: item, live: live[index] }))
    );
  if (isFields(wanted))
    return (
      isFields(live) &&
      Object.entries(wanted).every(([name, value]) =>
        covers({ path: below(path, name), wanted: value, live: live[name] }),
      )
    );
  return wanted === live || isSameQuantity(path, wanted, live);
}

/** The API leaves out what is as nothing: false, 0, an empty text or list. An empty object may mean something. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === '' || value === false || value === 0;
}

function isTaken({ wanted, live }: Pair): boolean {
  return live === undefined && !Array.isArray(wanted);
}

function isBare(value: unknown): boolean {
  return isFields(value) && Object.keys(value).length === 0;
}

function changeOf({ path, wanted, live }: Pair): Change {
  return { path, ...(live !== undefined && { from: live }), to: wanted };
}

/** As JSON paths of kubectl, but for keys that have dots. */
function below(path: string, name: string): string {
  if (name.includes('.') || name.includes('/')) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}
