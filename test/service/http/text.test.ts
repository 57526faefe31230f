import { describe, expect, it } from 'vitest';
import { email, text, uuid } from '../../../service/http/text.ts';
import { expectTakenAsDocumented } from '../documented.ts';

describe('a text', () => {
  it.each(['a', ' a ', 'Ada\nLovelace', "'; drop table users; --", '👩‍💻', '👩'.repeat(50), '\u0001a'])(
    'may be %j',
    (value) => {
      expect(text(50).parse(value)).toBe(value);
    },
  );

  it.each([
    ['', 'must be a text of 1 to 50 characters'],
    ['a'.repeat(51), 'must be a text of 1 to 50 characters'],
    ['👩'.repeat(51), 'must be a text of 1 to 50 characters'],
    [' \n\t\u3000', 'must not be blank'],
    ['a\0', 'must hold neither NUL nor half of a surrogate pair'],
    ['\ud83d', 'must hold neither NUL nor half of a surrogate pair'],
    ['\udc69\ud83d', 'must hold neither NUL nor half of a surrogate pair'],
    [undefined, 'must be a text of 1 to 50 characters'],
    [{}, 'must be a text of 1 to 50 characters'],
  ])('may not be %j', (value, message) => {
    const { error } = text(50).safeParse(value);
    expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
  });

  it('is taken where the document says so, and refused where not', () => {
    expectTakenAsDocumented(text(50));
  });
});

describe('an address of mail', () => {
  it('is taken where the document says so, and refused where not', () => {
    expectTakenAsDocumented(email);
  });

  it('is kept in the case that it was sent in', () => {
    expect(email.parse('Ada@Example.com')).toBe('Ada@Example.com');
  });

  it('has no NUL, no space and no header in it', () => {
    for (const value of [
      'a\0@example.com',
      'a b@example.com',
      'a@example.com\r\nBcc: b@example.com',
      'a@example.com\n',
    ])
      expect(email.safeParse(value).success).toBe(false);
  });
});

describe('a UUID', () => {
  it('is the same in any case', () => {
    expect(uuid.parse('6F1C0D8E-3A55-4F0A-9A3E-0C6B8F1D2E47')).toBe('6f1c0d8e-3a55-4f0a-9a3e-0c6b8f1d2e47');
    expect(uuid.safeParse('6f1c0d8e-3a55-4f0a-9a3e-0c6b8f1d2e47\n').success).toBe(false);
  });
});
