import { describe, expect, it } from 'vitest';
import { requireSameOrigin } from '../../../../service/portal/admin/origin.ts';

const asked = (headers: Record<string, string>) => () =>
  requireSameOrigin({ header: (name) => ({ host: 'portal.example.com', ...headers })[name] });

describe('a request that changes something', () => {
  it.each<Record<string, string>>([
    {},
    { 'sec-fetch-site': 'same-origin' },
    // Behind a proxy the host may be another; the browser knows.
    { 'sec-fetch-site': 'same-origin', origin: 'https://www.example.com' },
    { origin: 'https://portal.example.com' },
  ])('is let by with %j', (headers) => {
    expect(asked(headers)).not.toThrow();
  });

  it.each<Record<string, string>>([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://portal.example.com' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://portal.example.com.evil.example' },
    { origin: 'https://portal.example.com:8443' },
    { origin: 'null' },
    { origin: '' },
  ])('is refused with %j', (headers) => {
    expect(asked(headers)).toThrow('pages of this site only');
  });
});
