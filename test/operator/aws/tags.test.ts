import { describe, expect, it } from 'vitest';
import { retagged, tagList, tagsOf } from '../../../operator/aws/tags.ts';

describe('tags', () => {
  it('go to and fro between a record and a list', () => {
    const tags = { team: 'a', empty: '' };
    expect(tagList(tags)).toEqual([
      { Key: 'team', Value: 'a' },
      { Key: 'empty', Value: '' },
    ]);
    expect(tagsOf({ Tags: tagList(tags) })).toEqual(tags);
    expect(tagsOf({})).toEqual({});
    expect(tagsOf({ Tags: undefined })).toEqual({});
  });

  it('are set and taken away on a thing, the rest of which stays', () => {
    const thing = { id: 'x', Tags: tagList({ kept: '1', changed: '1', gone: '1' }) };
    const after = retagged(thing, { set: { changed: '2', fresh: '2' }, unset: ['gone', 'never'] });
    expect(after).toEqual({ id: 'x', Tags: tagList({ kept: '1', changed: '2', fresh: '2' }) });
    expect(tagsOf(thing)).toHaveProperty('gone');
  });
});
