import { describe, expect, it } from 'vitest';
import { Cursor, cursorAfter } from '../../../../service/portal/companies/cursor.ts';

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor', () => {
  it('comes back as the place that it was made of', () => {
    const place = { id: 'test-123', submittedDate: '2030-01-01T00:00:00.001Z' };
    expect(Cursor.parse(cursorAfter(place))).toEqual(place);
  });

  it.each([
    ['nothing', ''],
    ['no base64url', '\u0000'],
    ['no date', encoded(['soon', 'a'])],
    ['no id', encoded(['2030-01-01T00:00:00Z', "' OR 1=1"])],
    ['too much', encoded(['2030-01-01T00:00:00Z', 'a', 'b'])],
    ['too long', 'a'.repeat(201)],
  ])('is refused where it is %s', (_what, text) => {
    expect(Cursor.safeParse(text).error?.issues).toMatchObject([
      { message: 'must be the nextCursor of a page' },
    ]);
  });
});
