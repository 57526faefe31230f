import { describe, expect, it } from 'vitest';
import { cookieOf, tokenOf } from '../../../../service/portal/admin/cookie.ts';

const TOKEN = 'aB_-'.repeat(10) + 'abc';

describe('the cookie of a session', () => {
  it('is found among others', () => {
    expect(tokenOf(cookieOf(TOKEN).split(';')[0])).toBe(TOKEN);
    expect(tokenOf(`a=b; __Host-session=${TOKEN}; c`)).toBe(TOKEN);
  });

  it.each([
    undefined,
    '',
    'session=x',
    `session=${TOKEN}`,
    `__Host-session=${TOKEN}x`,
    `x__Host-session=${TOKEN}`,
    '__Host-session=',
  ])('is not found in %j', (header) => {
    expect(tokenOf(header)).toBeUndefined();
  });
});
