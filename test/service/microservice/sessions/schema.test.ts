import { describe, expect, it } from 'vitest';
import { NewSession } from '../../../../service/microservice/sessions/schema.ts';

const ID = 'must have 1 to 128 letters, digits, dots, hyphens and underscores';
const DATA = 'must have at most 100 KiB of JSON, not nested too deep';
const TTL = 'must be a whole number of seconds from 1 to 31536000';

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('a session', () => {
  it('ends within the hour unless it says otherwise', () => {
    expect(NewSession.parse({ session_id: 'A.b_c-1', data: {} })).toEqual({
      session_id: 'A.b_c-1',
      data: {},
      ttl: 3600,
    });
  });

  it.each<[string, unknown, string]>([
    ['session_id', '', ID],
    ['session_id', 'activity#1', ID],
    ['session_id', 'a'.repeat(129), ID],
    ['session_id', 'a\n', ID],
    ['session_id', 1, 'must be a text'],
    ['data', undefined, 'must be a JSON object'],
    ['data', [], 'must be a JSON object'],
    ['data', 'text', 'must be a JSON object'],
    ['data', { a: 'a'.repeat(102_400) }, DATA],
    // Sent with 4 bytes each, kept with 21.
    ['data', { a: Array.from({ length: 5000 }, () => 1e20) }, DATA],
    ['data', { a: nested(40_000) }, DATA],
    ['ttl', 0, TTL],
    ['ttl', 31_536_001, TTL],
    ['ttl', 1.5, TTL],
    ['ttl', '60', TTL],
    ['more', 1, 'Unrecognized key: "more"'],
  ])('may not have %s like this', (field, value, message) => {
    const { error } = NewSession.safeParse({ session_id: 'a', data: {}, [field]: value });
    expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});
