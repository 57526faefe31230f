import { assert, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatIpv4Cidr,
  type Ipv4Block,
  ipv4Contains,
  ipv4Overlaps,
  ipv4Size,
  maskIpv4,
  parseIpv4Cidr,
} from '../../../operator/api/cidr.ts';

const block = record({
  base: integer({ min: 0, max: 2 ** 32 - 1 }),
  prefix: integer({ min: 0, max: 32 }),
}).map((any) => maskIpv4(any));

const last = (one: Ipv4Block) => one.base + ipv4Size(one) - 1;

describe('IPv4 blocks', () => {
  it('reads and writes every block', () => {
    assert(
      property(block, (one) => {
        expect(parseIpv4Cidr(formatIpv4Cidr(one))).toEqual(one);
      }),
    );
  });

  it.each([
    '',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.256/8',
    '010.0.0.0/8',
    '10.0.0.0/08',
    '::/0',
    '10.0.0/8',
    ' 10.0.0.0/8',
  ])('takes %j for no block', (text) => expect(parseIpv4Cidr(text)).toBeUndefined());

  it('keeps host bits until asked', () => {
    expect(parseIpv4Cidr('10.0.1.7/16')).toEqual({ base: 0x0a000107, prefix: 16 });
    expect(maskIpv4({ base: 0x0a000107, prefix: 16 })).toEqual({ base: 0x0a000000, prefix: 16 });
  });

  it('contains exactly when first and last address lie inside', () => {
    assert(
      property(block, block, (outer, inner) => {
        expect(ipv4Contains(outer, inner)).toBe(outer.base <= inner.base && last(inner) <= last(outer));
      }),
    );
  });

  it('overlaps exactly when the ranges of addresses do', () => {
    assert(
      property(block, block, (one, other) => {
        expect(ipv4Overlaps(one, other)).toBe(one.base <= last(other) && other.base <= last(one));
      }),
    );
  });
});
