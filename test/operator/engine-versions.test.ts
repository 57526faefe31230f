import { describe, expect, it } from 'vitest';
import { familyOf, isBelow, majorOf } from '../../operator/engine-versions.ts';

describe('a version', () => {
  it.each([
    ['8.0.9', '8.0.42', true],
    ['8.0.42', '8.0.9', false],
    ['8.0.42', '8.0', false],
    ['8.0.42', '8.4', true],
    ['15.12', '15.4', false],
    ['9.6', '15', true],
    ['7.0.7', '7.0', false],
    ['6.x', '7.0', true],
    ['7.1.0', '7.0', false],
    ['8.0.1', '8.1', true],
  ])('%s is below %s: %s', (version, least, below) => expect(isBelow(version, least)).toBe(below));

  it('has a major number, by which its parameters are sorted', () => {
    expect(majorOf('mysql', '8.0.42')).toBe('8.0');
    expect(majorOf('aurora-postgresql', '15.4')).toBe('15');
    expect(familyOf('mysql', '8.4')).toBe('mysql8.4');
    expect(familyOf('aurora-postgresql', '15.4')).toBe('aurora-postgresql15');
    expect(familyOf('redis', '6.2')).toBe('redis6.x');
    expect(familyOf('redis', '7.1')).toBe('redis7');
    expect(familyOf('valkey', '8.0')).toBe('valkey8');
  });
});
