import { describe, expect, it } from 'vitest';
import { compareTags, tagWrites } from '../../../operator/graph/tags.ts';

describe('tags', () => {
  it('differ by what is missing, other or too many', () => {
    const changes = compareTags({ a: '1', b: '2', c: '' }, { b: '3', d: '4', c: '' }, []);
    expect(changes).toEqual([
      { path: 'tags.a', to: '1' },
      { path: 'tags.b', from: '3', to: '2' },
      { path: 'tags.d', from: '4' },
    ]);
    expect(tagWrites([...changes, { path: 'cidr', to: 'x' }])).toEqual({
      set: { a: '1', b: '2' },
      unset: ['d'],
    });
  });

  it("leave AWS's own, ignored keys and the revision alone", () => {
    const actual = {
      'aws:cloudformation:stack-name': 's',
      'cost:center': '7',
      owner: 'x',
      'landfall.dev/rev': 'ab',
    };
    expect(compareTags({}, actual, ['cost:*', 'owner'])).toEqual([]);
    expect(compareTags({}, actual, ['cost', 'own'])).toEqual([
      { path: 'tags.cost:center', from: '7' },
      { path: 'tags.owner', from: 'x' },
    ]);
  });

  it('write an empty value as a value', () => {
    expect(tagWrites(compareTags({ a: '' }, { a: '1' }, []))).toEqual({ set: { a: '' }, unset: [] });
  });
});
