import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { wholeNumber } from '../../../service/http/whole.ts';

const number = wholeNumber({ least: 1, most: 100, fallback: 20 });

describe('a whole number of a query', () => {
  it.each([
    ['1', 1],
    ['100', 100],
    ['007', 7],
  ])('may be %j', (text, value) => {
    expect(number.parse(text)).toBe(value);
  });

  it.each(['', ' ', '0', '101', '-1', '1.0', '1e1', '0x10', '+5', ' 5', '5\n', '٥', 'NaN', ['1', '2'], null])(
    'is none of %j',
    (text) => {
      const message = 'must be a whole number from 1 to 100';
      expect(number.safeParse(text).error?.issues).toMatchObject([{ message }]);
    },
  );

  it('has its default where nothing is said, and is a number in the document', () => {
    const schema = z.object({ ttl: wholeNumber({ least: 1, most: 60, fallback: 30, of: 'seconds' }) });
    expect(schema.parse({})).toEqual({ ttl: 30 });
    expect(schema.safeParse({ ttl: 'x' }).error?.issues[0]?.message).toContain('number of seconds from');
    expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({
      properties: { ttl: { type: 'integer', minimum: 1, maximum: 60, default: 30 } },
    });
  });
});
