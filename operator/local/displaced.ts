import { elementsOf, hasKeys, isFields } from './field-set.ts';
import type { Fields, FieldSet, ManagedFields } from './record.ts';
import { FIELD_MANAGER } from './session.ts';

/** From an object to an item of a list in it: names of fields, and items. */
export type Place = readonly (string | Fields)[];

/**
 * Ports that stand where one of ours should: the API knows a port by its number, so that one whose number somebody changed is
 * another's, has the name of ours, and lets no apply put ours back.
 */
export function displacedIn(wanted: unknown, live: unknown, place: Place = []): Place[] {
  if (isFields(wanted) && isFields(live))
    return Object.entries(wanted).flatMap(([name, value]) => {
      const [inside, there] = [[...place, name], live[name]];
      return name === 'ports' ? displacedPorts(value, there, inside) : displacedIn(value, there, inside);
    });
  if (!Array.isArray(wanted) || !Array.isArray(live)) return [];
  return wanted.filter(isFields).flatMap((item) => {
    if (item['name'] === undefined) return [];
    const there = live.filter(isFields).find(({ name }) => name === item['name']);
    return there ? displacedIn(item, there, [...place, there]) : [];
  });
}

function displacedPorts(wanted: unknown, live: unknown, place: Place): Place[] {
  if (!Array.isArray(wanted) || !Array.isArray(live)) return [];
  const [ours, theirs] = [wanted.filter(isFields), live.filter(isFields)];
  const isIn = (ports: readonly Fields[], port: Fields) =>
    ports.some((one) => numberOf(one) === numberOf(port));
  const missing = ours.filter((port) => !isIn(theirs, port));
  return theirs
    .filter((port) => !isIn(ours, port) && missing.some(({ name }) => name === port['name']))
    .map((port) => [...place, port]);
}

function numberOf({ containerPort, port, protocol = 'TCP' }: Fields): string {
  return `${String(containerPort ?? port)}/${String(protocol)}`;
}

/** The managed fields where these items are ours and nobody else's: the next apply that does not have them takes them away. */
export function takenOver(managed: readonly ManagedFields[], places: readonly Place[]): ManagedFields[] {
  let left = managed;
  for (const place of places) {
    const cut = left.map((entry) => {
      const path = entry.fieldsV1 && !isOurs(entry) ? pathIn(entry.fieldsV1, place) : undefined;
      return { entry, path };
    });
    const path = cut.find((one) => one.path)?.path;
    if (!path) continue;
    left = cut.map(({ entry, path: theirs }) => {
      const { fieldsV1 = {} } = entry;
      if (isOurs(entry)) return { ...entry, fieldsV1: withPath(fieldsV1, path) };
      return theirs ? { ...entry, fieldsV1: withoutPath(fieldsV1, theirs) } : entry;
    });
  }
  return left.filter(({ fieldsV1 = {} }) => Object.keys(fieldsV1).length > 0);
}

function isOurs({ manager, operation, subresource = '' }: ManagedFields): boolean {
  return manager === FIELD_MANAGER && operation === 'Apply' && subresource === '';
}

/** The path of a place as a set writes it; undefined where it does not have it. */
function pathIn(set: FieldSet, [step, ...more]: Place): string[] | undefined {
  if (step === undefined) return [];
  const key =
    typeof step === 'string'
      ? `f:${step}`
      : Object.keys(set).find((path) => {
          const [found] = elementsOf({ [path]: {} });
          return found?.[0].sort === 'keys' && hasKeys(step, found[0].keys);
        });
  const below = key === undefined ? undefined : set[key];
  const rest = below && pathIn(below, more);
  return key !== undefined && rest ? [key, ...rest] : undefined;
}

/** With the whole of an item: the item itself is enough to take it away. */
function withPath(set: FieldSet, [key, ...more]: readonly string[]): FieldSet {
  if (key === undefined) return { '.': {} };
  return { ...set, [key]: withPath(set[key] ?? {}, more) };
}

function withoutPath(set: FieldSet, [key, ...more]: readonly string[]): FieldSet {
  if (key === undefined) return {};
  const { [key]: below = {}, ...rest } = set;
  const left = more.length === 0 ? {} : withoutPath(below, more);
  return Object.keys(left).length === 0 ? rest : { ...rest, [key]: left };
}
