import { describe, expect, it } from 'vitest';
import { cursorOf } from '../../../../service/http/cursor.ts';
import { placeOf } from '../../../../service/microservice/activity/cursor.ts';

const place = ['activity#6f1c0d8e-3a55-4f0a-9a3e-0c6b8f1d2e47', '1767323045678'] as const;
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor', () => {
  it('means the place that it was made of, and needs no escape in an address', () => {
    const cursor = cursorOf([...place]);
    expect(placeOf(cursor)).toEqual(place);
    expect(encodeURIComponent(cursor)).toBe(cursor);
  });

  it.each([
    '',
    'x',
    '%%%',
    encoded(null),
    encoded({}),
    encoded([place[0]]),
    encoded([...place, 'more']),
    // A session, whose data nobody may get at this way.
    encoded(['a-session', place[1]]),
    encoded([place[0], 'yesterday']),
    encoded([place[0], Number(place[1])]),
    encoded([place[0], '-1']),
    encoded([place[0], '1e400']),
    encoded([place[0], '9'.repeat(40)]),
    encoded([place[0], `${place[1]}\0`]),
  ])('is none of %j', (cursor) => {
    expect(placeOf(cursor)).toBeUndefined();
  });
});
