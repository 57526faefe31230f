import { z } from 'zod';
import { listMap, setOf } from '../fields.ts';
import { immutable, matches, type Rule, type TransitionRule, withRules } from '../rule.ts';
import { MADE_ONCE, partitionKey, sortKey, sortKeyKept, sortsBesides } from './table-keys.ts';
import { tableScaling } from './table-scaling.ts';

const GLOBAL_MAX = 20;
const LOCAL_MAX = 5;

const indexName = withRules(
  z.string().max(255),
  matches(
    '^[A-Za-z0-9_.-]{3,}$',
    '{self} is not the name of an index: use 3 to 255 letters, digits, dots, hyphens and underscores',
  ),
).describe('Name of the index, by which queries call it.');

interface Projecting {
  readonly projection: string;
  readonly projectedAttributes?: readonly string[] | undefined;
}

/** What of an item an index holds. */
const projecting = (field: string) => ({
  projection: withRules(
    z
      .enum(['All', 'KeysOnly', 'Include'])
      .describe(
        'What of an item the index holds: all of it, only its keys, or the keys and `projectedAttributes`. It cannot change later.',
      ),
    immutable(`${field}.projection`, MADE_ONCE),
  ),
  projectedAttributes: withRules(setOf(z.string().min(1).max(255), 20).min(1), {
    cel: 'self.size() == oldSelf.size() && self.all(one, one in oldSelf)',
    message: `${field}.projectedAttributes cannot change: ${MADE_ONCE}`,
    transition: true,
  })
    .optional()
    .describe(
      'Attributes besides the keys that the index holds, with `projection: Include`. They cannot change later.',
    ),
});

const projectionRule: Rule<Projecting & { readonly name: string }> = {
  cel: "(self.projection == 'Include') == has(self.projectedAttributes)",
  message:
    'index {self.name}: projectedAttributes goes with projection Include, and with no other: give both, or neither',
  path: ['projectedAttributes'],
  check: (self) => (self.projection === 'Include') === (self.projectedAttributes !== undefined),
};

const units = (what: string) =>
  z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(`${what} a second, with billing mode Provisioned. Default: as many as the table has.`);

const globalIndex = withRules(
  z.strictObject({
    name: indexName,
    partitionKey: partitionKey('globalIndexes.partitionKey'),
    sortKey: sortKey('globalIndexes.sortKey').optional(),
    ...projecting('globalIndexes'),
    readUnits: units('Read units'),
    writeUnits: units('Write units'),
    autoscaling: tableScaling
      .optional()
      .describe(
        'AWS sets the units of the index, between bounds, with billing mode Provisioned. Default: as the table’s, where the index has no `readUnits` or `writeUnits` of its own.',
      ),
  }),
  projectionRule,
  sortsBesides('an index of globalIndexes'),
  sortKeyKept('globalIndexes.sortKey'),
);

const localIndex = withRules(
  z.strictObject({
    name: indexName,
    sortKey: sortKey('localIndexes.sortKey'),
    ...projecting('localIndexes'),
  }),
  projectionRule,
);

export const globalIndexes = listMap(globalIndex, 'name', GLOBAL_MAX)
  .default([])
  .describe(
    'Further ways to find items, by keys of their own. They may come and go later; AWS makes and deletes one at a time, and fills it beside its work. What an index was made of stays: another one takes another name.',
  );

const localKept: TransitionRule = {
  cel: 'self.size() == oldSelf.size() && self.all(i, oldSelf.exists(o, o.name == i.name))',
  message:
    'localIndexes can neither come nor go later, since AWS makes them with the table: use globalIndexes, or make a new table and move over',
  transition: true,
};

export const localIndexes = withRules(listMap(localIndex, 'name', LOCAL_MAX), localKept)
  .default([])
  .describe(
    'Further orders of the items of a partition. They are made with the table, and can neither change nor come nor go later.',
  );
