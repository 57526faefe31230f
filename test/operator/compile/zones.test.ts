import { describe, expect, it } from 'vitest';
import { chooseZones } from '../../../operator/compile/zones.ts';
import { refusal } from './fixtures.ts';

const OPEN = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

describe('zones', () => {
  it('are the first of the region for a count', () => {
    expect(chooseZones({ count: 2 }, [], OPEN)).toEqual(['us-east-1a', 'us-east-1b']);
  });
  it('stay once chosen, and grow by those not in use', () => {
    expect(chooseZones({ count: 2 }, ['us-east-1b', 'us-east-1c'], OPEN)).toEqual([
      'us-east-1b',
      'us-east-1c',
    ]);
    expect(chooseZones({ count: 3 }, ['us-east-1b', 'us-east-1c'], OPEN)).toEqual(OPEN);
  });
  it('stay although AWS has closed them', () => {
    expect(chooseZones({ count: 2 }, ['us-east-1d'], OPEN)).toEqual(['us-east-1a', 'us-east-1d']);
    expect(chooseZones({ names: ['us-east-1d'] }, ['us-east-1d'], OPEN)).toEqual(['us-east-1d']);
  });
  it('are those named, in whatever order', () => {
    expect(chooseZones({ names: ['us-east-1c', 'us-east-1a'] }, [], OPEN)).toEqual([
      'us-east-1a',
      'us-east-1c',
    ]);
  });
  it('are refused where there are too few, or none of that name', () => {
    expect(refusal(() => chooseZones({ count: 4 }, [], OPEN)).message).toContain('spec.zones.count is 4');
    expect(refusal(() => chooseZones({ names: ['us-east-1f'] }, [], OPEN)).message).toContain(
      'zone us-east-1f',
    );
  });
});
