import { describe, expect, it } from 'vitest';
import { copyWords, requireComplete, requireReached } from '../../../operator/aws/copy.ts';

const now = new Date('2026-03-01T12:00:00Z');
const reach = { earliest: new Date('2026-02-01T00:00:00Z'), latest: new Date('2026-03-01T11:55:00Z') };
const at = (time: string) => () => requireReached({ source: 'records', time }, reach, now);

describe('a copy', () => {
  it('is told in words that a tag takes', () => {
    expect(copyWords(undefined)).toBeUndefined();
    expect(copyWords({ snapshot: 'mine' })).toBe('mine');
    expect(copyWords({ source: 'records' })).toBe('records at the latest');
    expect(copyWords({ source: 'x'.repeat(300), time: '2026-03-01T12:00:00Z' })).toHaveLength(256);
  });

  it('is waited for until it is complete, and refused where it never will be', () => {
    expect(() => requireComplete({ snapshot: 'mine' }, 'available')).not.toThrow();
    expect(() => requireComplete({ snapshot: 'mine' }, 'creating', 40)).toThrow(
      /mine is creating, 40 percent/,
    );
    expect(() => requireComplete({ snapshot: 'mine' }, 'failed')).toThrow(
      'spec.restoreFrom.snapshot mine is failed: name one that is complete and available',
    );
  });

  it('of a moment is waited for where its backups are to reach it, and refused elsewhere', () => {
    expect(at('2026-03-01T11:00:00Z')).not.toThrow();
    expect(at('2026-03-01T11:58:00Z')).toThrow(/is backed up until 2026-03-01T11:55:00.000Z/);
    expect(at('2026-03-01T12:00:01Z')).toThrow(/is out of reach: name a time between 2026-02-01/);
    expect(at('2026-01-31T00:00:00Z')).toThrow(/spec.restoreFrom.pointInTime records at 2026-01-31/);
  });
});
