import { z } from 'zod';
import { immutable, keptOrNever, type Rule, type TransitionRule, withRules } from '../rule.ts';

/** What can be done where AWS changes nothing: keys and projections are chosen once. */
export const MADE_ONCE =
  'AWS changes it in no table and no index that is there; make an index of another name, or a new table, and move over';

/** One attribute by which items are found; `field` is what it is called. */
function attribute(field: string, what: string) {
  return z
    .strictObject({
      name: withRules(
        z.string().min(1).max(255).describe('Name of the attribute.'),
        immutable(`${field}.name`, MADE_ONCE),
      ),
      type: withRules(
        z
          .enum(['String', 'Number', 'Binary'])
          .describe('Type of its values. An attribute has one type in all keys of a table.'),
        immutable(`${field}.type`, MADE_ONCE),
      ),
    })
    .describe(what);
}

export const partitionKey = (field: string) =>
  attribute(field, 'The attribute that says in which partition an item lies. It cannot change later.');

export const sortKey = (field: string) =>
  attribute(
    field,
    'The attribute by which the items of a partition are in order. It can neither change nor come nor go later.',
  );

/** An optional sort key is given from the beginning, or never. */
export const sortKeyKept = (field: string): TransitionRule => keptOrNever('sortKey', field, MADE_ONCE);

/** AWS takes no attribute twice in one key; `what` is whose key it is. */
export const sortsBesides = (what: string): Rule<Keys> => ({
  cel: '!has(self.sortKey) || self.sortKey.name != self.partitionKey.name',
  message: `${what}: the sort key is {self.sortKey.name}, which is the partition key already: choose another attribute, or leave it out`,
  path: ['sortKey'],
  check: ({ partitionKey: { name }, sortKey: key }) => key?.name !== name,
});

interface Attribute {
  readonly name: string;
  readonly type: 'String' | 'Number' | 'Binary';
}
interface Keys {
  readonly partitionKey: Attribute;
  readonly sortKey?: Attribute | undefined;
}

/** The part of a table that {@link keyRules} look at. */
interface Keyed extends Keys {
  readonly globalIndexes: readonly (Keys & { readonly name: string })[];
  readonly localIndexes: readonly { readonly name: string; readonly sortKey: Attribute }[];
}

/** Every attribute that is part of a key, as often as it is. */
export function keyAttributes(table: Keyed): Attribute[] {
  const keys = [table, ...table.globalIndexes].flatMap(({ partitionKey: key, sortKey: other }) =>
    other ? [key, other] : [key],
  );
  return [...keys, ...table.localIndexes.map(({ sortKey: key }) => key)];
}

/** CEL for the names of the attributes that some key has with a type. */
function namesOf(type: string): string {
  const one = (key: string) => `(has(${key}) && ${key}.type == '${type}' ? [${key}.name] : [])`;
  const inList = (list: string, key: string) =>
    `(has(self.${list}) ? self.${list}.filter(i, has(i.${key}) && i.${key}.type == '${type}').map(i, i.${key}.name) : [])`;
  return `(${[
    one('self.partitionKey'),
    one('self.sortKey'),
    inList('globalIndexes', 'partitionKey'),
    inList('globalIndexes', 'sortKey'),
    inList('localIndexes', 'sortKey'),
  ].join(' + ')})`;
}

const [strings, numbers, binaries] = [namesOf('String'), namesOf('Number'), namesOf('Binary')];
const MIXED_CEL = `(${strings}.filter(n, n in ${numbers} || n in ${binaries}) + ${numbers}.filter(n, n in ${binaries}))`;

/** The first attribute that has two types. */
function mixed(table: Keyed): string | undefined {
  const all = keyAttributes(table);
  return all.find(({ name, type }) => all.some((other) => other.name === name && other.type !== type))?.name;
}

/** What the keys of a table and its indexes have to do with one another. */
export const keyRules: readonly (Rule<Keyed> | TransitionRule)[] = [
  sortKeyKept('dynamodb.sortKey'),
  sortsBesides('dynamodb'),
  {
    cel: `${MIXED_CEL}.size() == 0`,
    message:
      'attribute {name} has one type in one key and another one in another: give it one type in dynamodb.partitionKey, sortKey, globalIndexes and localIndexes',
    check: (self) => mixed(self) === undefined,
    show: {
      name: { cel: `(${MIXED_CEL} + [''])[0]`, of: (self) => mixed(self) ?? '' },
    },
  },
  {
    cel: '!has(self.localIndexes) || self.localIndexes.size() == 0 || has(self.sortKey)',
    message:
      'localIndexes order the items of a partition in another way, and a table without sortKey has one item in each: give it a sortKey, or use globalIndexes',
    path: ['localIndexes'],
    check: (self) => self.localIndexes.length === 0 || self.sortKey !== undefined,
  },
  {
    cel: '!has(self.localIndexes) || !has(self.globalIndexes) || !self.localIndexes.exists(i, self.globalIndexes.exists(g, g.name == i.name))',
    message:
      'an index of localIndexes has the name of one of globalIndexes: every index of a table has a name of its own',
    path: ['localIndexes'],
    check: (self) =>
      !self.localIndexes.some(({ name }) => self.globalIndexes.some((other) => other.name === name)),
  },
];
