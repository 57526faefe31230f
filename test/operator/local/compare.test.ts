import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareFields } from '../../../operator/local/compare.ts';
import { partOf } from '../../../operator/local/field-set.ts';
import { isSameQuantity } from '../../../operator/local/quantity.ts';
import type { Fields, FieldSet } from '../../../operator/local/record.ts';
import { leavesOf, withValue } from '../../support/json-paths.ts';
import { property, reportProperties } from '../properties/property.ts';

reportProperties();

const name = fc.stringMatching(/^[a-z]{1,6}$/);
const scalar = fc.oneof(
  fc.stringMatching(/^[a-z0-9]{1,8}$/),
  fc.integer({ min: 1, max: 99 }),
  fc.constant(true),
);
const { fields } = fc.letrec<{ fields: Fields; items: Fields[] }>((tie) => ({
  fields: fc.dictionary(name, fc.oneof({ maxDepth: 3 }, scalar, tie('fields'), tie('items')), {
    minKeys: 1,
    maxKeys: 4,
  }),
  items: fc
    .uniqueArray(name, { minLength: 1, maxLength: 3 })
    .chain((names) => fc.tuple(...names.map((one) => tie('fields').map((rest) => ({ ...rest, name: one }))))),
}));

/** What `managedFields` say where just this was applied: lists are told apart by names. */
function setOf(value: unknown): FieldSet {
  if (Array.isArray(value))
    return Object.fromEntries(
      (value as Fields[]).map((item) => [
        `k:${JSON.stringify({ name: item['name'] })}`,
        { '.': {}, ...setOf(item) },
      ]),
    );
  if (value === null || typeof value !== 'object') return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [`f:${key}`, setOf(item)]));
}

/** With what defaults and others add. */
function grown(value: unknown): unknown {
  if (Array.isArray(value)) return [...value.map(grown), { name: 'THEIRS', image: 'x' }];
  if (value === null || typeof value !== 'object') return value;
  return {
    ...Object.fromEntries(Object.entries(value).map(([key, item]) => [key, grown(item)])),
    THEIRS: 'x',
  };
}

/** Of the set of one object what is in another as well; what has nothing left below it goes, too. */
function common(set: FieldSet, other: FieldSet): FieldSet {
  return Object.fromEntries(
    Object.entries(set).flatMap(([key, below]) => {
      const there = other[key];
      const left = there && common(below, there);
      const isBare = left && Object.keys(left).every((path) => path === '.');
      return left && (!isBare || Object.keys(below).length === 0) ? [[key, left]] : [];
    }),
  );
}

describe('what is wanted beside what there is', () => {
  property('what was applied is no difference, whatever is added to it', 500, fields, (wanted) => {
    const live = grown(wanted) as Fields;
    for (const isApplied of [true, false])
      expect(compareFields(wanted, live, setOf(wanted), isApplied)).toEqual([]);
    expect(partOf(setOf(wanted), live)).toEqual(wanted);
  });

  property(
    'a value that somebody changes or takes away is found, and so is one that is wanted no more',
    500,
    fields.chain((wanted) => fc.tuple(fc.constant(wanted), fc.constantFrom(...leavesOf(wanted)))),
    ([wanted, path]) => {
      const isKey = path.at(-1) === 'name' && typeof path.at(-2) === 'number';
      // What has another key is another item.
      const without = withValue(wanted, isKey ? path.slice(0, -1) : path, undefined);
      const owned = common(setOf(wanted), setOf(without));
      expect(
        compareFields(wanted, grown(withValue(wanted, path, 'ANOTHER')) as Fields, owned, true),
      ).not.toEqual([]);
      if (isKey) return;
      expect(compareFields(wanted, grown(without) as Fields, owned, true)).not.toEqual([]);
      expect(compareFields(without, grown(wanted) as Fields, setOf(wanted), false)).not.toEqual([]);
    },
  );

  it('a value that reads otherwise and is still ours, the API server has put into its own form', () => {
    const [wanted, live] = [{ spec: { image: 'a' } }, { spec: { image: 'registry/a' } }];
    expect(compareFields(wanted, live, setOf(wanted), true)).toEqual([]);
    expect(compareFields(wanted, live, setOf(wanted), false)).toEqual([
      { path: 'spec.image', from: 'registry/a', to: 'a' },
    ]);
    expect(compareFields(wanted, live, {}, true)).toEqual([
      { path: 'spec.image', from: 'registry/a', to: 'a' },
    ]);
  });
});

describe('amounts', () => {
  it.each([
    ['1000m', '1', true],
    ['1024Mi', '1Gi', true],
    ['0.5', '500m', true],
    ['1e3', '1k', true],
    ['1G', '1Gi', false],
    ['500m', '50m', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(isSameQuantity('spec.resources.requests.cpu', a, b)).toBe(same);
  });

  it('are amounts only where the API has amounts', () => {
    expect(isSameQuantity('spec.containers[app].env[SIZE].value', '1000m', '1')).toBe(false);
    expect(isSameQuantity('metadata.labels.size', '1000m', '1')).toBe(false);
  });
});
