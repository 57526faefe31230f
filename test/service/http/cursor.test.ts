import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cursorLike, cursorOf } from '../../../service/http/cursor.ts';

const MESSAGE = 'must be the cursor of a page';
const cursor = cursorLike('[0-9a-z-]{1,36}', MESSAGE);

describe('a cursor', () => {
  it('means the place that it was made of, and needs no escape in an address', () => {
    const place = { ms: Date.parse('2030-01-01T00:00:00.001Z'), id: '6f1c0d8e-3a55-4f0a-9a3e-0c6b8f1d2e47' };
    const text = cursorOf(place);
    expect(cursor.parse(text)).toEqual(place);
    expect(encodeURIComponent(text)).toBe(text);
  });

  it.each([
    undefined,
    ['1.a', '1.b'],
    '',
    'x',
    '.a',
    '1.',
    '1a',
    '-1.a',
    '1e400.a',
    `${'9'.repeat(15)}.a`,
    `1.${'a'.repeat(37)}`,
    '1.a\n',
    '1.a.b',
    "1.' or 1=1",
    '1.a-session#',
  ])('is none of %j', (text) => {
    expect(cursor.safeParse(text).error?.issues).toMatchObject([{ message: MESSAGE }]);
  });

  it('is told by the document as it is checked', () => {
    expect(z.toJSONSchema(cursor, { io: 'input' })).toMatchObject({
      type: 'string',
      pattern: String.raw`^\d{1,14}\.[0-9a-z-]{1,36}$`,
    });
  });
});
