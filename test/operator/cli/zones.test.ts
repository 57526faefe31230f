import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SecureVpc } from '../../../operator/api/secure-vpc.ts';
import { compileResources } from '../../../operator/cli/assumed.ts';
import { readManifests } from '../../../operator/cli/manifests.ts';
import { zonesByRegion } from '../../../operator/cli/zones.ts';
import { root } from './portal.ts';

const PORTAL = join(root, 'manifests/examples/portal');
const manifests = await readManifests([join(PORTAL, 'account.yaml'), join(PORTAL, 'base/network.yaml')]);
const [found] = manifests.resources;
if (!found) throw new Error('the portal has lost its network');
const { place } = found;
const portal = found.value as SecureVpc;

const inRegion = (region: string): SecureVpc => ({ ...portal, spec: { ...portal.spec, region } });
const read = (given: string, ...regions: string[]) =>
  zonesByRegion(given, regions.map(inRegion), ['some where']);

describe('--zones', () => {
  it('gives letters to every region and names to their own, each once', () => {
    expect([...read('b, us-east-1a,b,us-east-1b', 'us-east-1', 'eu-west-1', 'us-east-1')]).toEqual([
      ['eu-west-1', ['eu-west-1b']],
      ['us-east-1', ['us-east-1b', 'us-east-1a']],
    ]);
  });

  it('leaves no region without zones', () => {
    expect(() => read('us-east-1a', 'us-east-1', 'eu-west-1')).toThrow(
      '--zones us-east-1a names no zone of eu-west-1, where a network is to be',
    );
  });

  it.each(['us-east-1', 'us-east-11a', 'us-east-1-bos-1a', 'A', 'us-east-1A', 'use1-az1'])(
    'refuses %s, which is no zone of the region',
    (zone) => {
      expect(() => read(`a,${zone}`, 'us-east-1')).toThrow(`"${zone}" is no zone of us-east-1`);
    },
  );
});

describe('a network that needs more than --zones names', () => {
  const refusal = (network: SecureVpc, ...letters: string[]) => {
    const zones = letters.map((letter) => `us-east-1${letter}`);
    const given = { ...manifests, resources: [{ place, value: network }] };
    return compileResources('default', given, { zones: new Map([['us-east-1', zones]]) }).failures;
  };
  const withZones = (zones: SecureVpc['spec']['zones']): SecureVpc => ({
    ...portal,
    spec: { ...portal.spec, zones },
  });

  it('is refused for the count', () => {
    expect(refusal(withZones({ count: 3 }), 'a', 'b')).toMatchObject([
      {
        ...place,
        reason: 'InvalidSpec',
        message:
          'spec.zones.count is 3, but --zones names 2 zones of us-east-1: us-east-1a, us-east-1b; name more, or leave --zones out',
      },
    ]);
  });

  it('is refused for a name', () => {
    expect(refusal(withZones({ names: ['us-east-1a', 'us-east-1d'] }), 'a')[0]?.message).toMatch(
      /^spec\.zones\.names has us-east-1d, but --zones names 1 zone of us-east-1: us-east-1a;/,
    );
  });

  it('may count those that its status has', () => {
    const standing = { ...portal, status: { ...portal.status, zones: ['us-east-1c'] } };
    expect(refusal(standing, 'a')).toEqual([]);
  });
});
