import { describe, expect, it } from 'vitest';
import { tagger } from '../../../operator/compile/tags.ts';
import { account, inputFor, refusal, secureVpc } from './fixtures.ts';

const SPEC = { tiers: [{ name: 'private' }] };
const many = (count: number, prefix: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}-${index}`, 'x']));

describe('tags', () => {
  it('are those of ownership, name, environment, spec and account', () => {
    const object = secureVpc(
      { ...SPEC, environment: 'dev', tags: { team: 'web' } },
      { metadata: { uid: 'c2f9' } },
    );
    const tags = tagger(
      inputFor(object, { account: account({ defaultTags: { project: 'x', team: 'all' } }) }),
    );
    expect(tags('subnet/private-a')).toEqual({
      Name: 'net-subnet-private-a',
      environment: 'dev',
      'landfall.dev/installation': 'test',
      'landfall.dev/node': 'subnet/private-a',
      'landfall.dev/owner': 'SecureVpc/team/net',
      'landfall.dev/uid': 'c2f9',
      project: 'x',
      team: 'web',
    });
    expect(tags('vpc')['Name']).toBe('net');
  });

  it('keep the later of two keys that differ in case, which IAM takes as one', () => {
    const object = secureVpc({
      ...SPEC,
      environment: 'dev',
      tags: { Environment: 'development', team: 'web' },
    });
    const tags = tagger(inputFor(object, { account: account({ defaultTags: { Team: 'all' } }) }))('vpc');
    expect(tags).toMatchObject({ Environment: 'development', team: 'web' });
    expect(Object.keys(tags)).not.toEqual(expect.arrayContaining(['environment']));
    expect(Object.keys(tags)).not.toEqual(expect.arrayContaining(['Team']));
  });

  it('are refused where one list has a key in two spellings', () => {
    const object = secureVpc({ ...SPEC, tags: { team: 'a', Team: 'b' } });
    expect(refusal(() => tagger(inputFor(object))).message).toContain('spec.tags has team in two spellings');
  });

  it('are refused where AWS would not take so many', () => {
    const object = secureVpc({ ...SPEC, tags: many(30, 'own') });
    const input = inputFor(object, { account: account({ defaultTags: many(16, 'default') }) });
    expect(refusal(() => tagger(input)).message).toBe(
      "spec.tags has 30 tags and Account main adds 16, which makes 50 with Landfall's own; AWS allows 50, two of them kept for replacements and retention: take away 2",
    );
  });
});
