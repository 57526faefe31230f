import { describe, expect, it } from 'vitest';
import { canonical, fingerprint } from '../../../operator/inventory/canonical.ts';

describe('canonical', () => {
  it.each([
    ['keys in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['lists in another order', { a: [1, 2, { x: [3, 4] }] }, { a: [{ x: [4, 3] }, 2, 1] }],
    ['a field that is undefined', { a: 1, b: undefined }, { a: 1 }],
    ['equal dates', { at: new Date(5) }, { at: new Date(5) }],
    ['a missing thing and null', undefined, null],
  ])('does not tell apart: %s', (_, left, right) => {
    expect(canonical(left)).toBe(canonical(right));
    expect(fingerprint(left)).toBe(fingerprint(right));
  });

  it.each([
    ['values', { a: 1 }, { a: 2 }],
    ['types', { a: 1 }, { a: '1' }],
    ['keys', { a: 1 }, { b: 1 }],
    ['dates', { at: new Date(5) }, { at: new Date(6) }],
    ['how often something is in a list', ['x', 'x'], ['x']],
    ['where a list ends', [['a'], ['b']], [['a', 'b']]],
    ['text that looks like structure', ['a,b'], ['a', 'b']],
    ['nothing and an empty thing', undefined, {}],
  ])('tells apart: %s', (_, left, right) => {
    expect(canonical(left)).not.toBe(canonical(right));
    expect(fingerprint(left)).not.toBe(fingerprint(right));
  });
});
