import { describe, expect, it } from 'vitest';
import { isOwned, ownershipTags, ownerTag, shortHash, TAG } from '../../../operator/graph/ownership.ts';

describe('ownership', () => {
  const tags = ownershipTags('home', 'SecureVpc/a/b', 'vpc');

  it('needs installation, owner and node, and nothing else', () => {
    expect(isOwned({ ...tags, [TAG.uid]: 'another' }, tags)).toBe(true);
    for (const key of [TAG.installation, TAG.owner, TAG.node]) {
      expect(isOwned({ ...tags, [key]: 'other' }, tags)).toBe(false);
      const { [key]: _, ...rest } = tags;
      expect(isOwned(rest, tags)).toBe(false);
      expect(isOwned(rest, rest)).toBe(false);
    }
  });

  it('keeps an owner within 256 characters, and apart from others as long', () => {
    const long = (end: string) => ownerTag(`SecureVpc/${'n'.repeat(300)}/${end}`);
    expect(long('a')).toHaveLength(256);
    expect(long('a')).not.toBe(long('b'));
    expect(ownerTag('SecureVpc/a/b')).toBe('SecureVpc/a/b');
  });

  it('hashes the same text the same way for ever', () => {
    expect(shortHash('landfall')).toBe('4606e634');
  });
});
