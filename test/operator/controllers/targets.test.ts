import { describe, expect, it } from 'vitest';
import type { AwsAccount } from '../../../operator/api/account.ts';
import { Targets } from '../../../operator/controllers/targets.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const AWS = {
  accountId: '111111111111',
  regions: ['eu-central-1', 'eu-west-1'],
  namespaces: ['team'],
  ignoredTagKeys: [],
} as unknown as AwsAccount;

/** Timers of one inventory's lanes: fast, slow, single. */
const LANES = 3;

function scene() {
  const clock = createFakeClock();
  const targets = new Targets({
    installation: 'here',
    cluster: () => {
      throw new Error('there is no cluster here');
    },
    endpoint: 'http://127.0.0.1:1',
    callGuard: { before: async () => {}, after: () => {} },
    clock,
    times: { fastLaneMs: 60_000, slowLaneMs: 1_800_000, pollMs: 5_000 },
    graceMs: 1,
    onChange: () => {},
    active: () => false,
    onError: () => {},
  });
  return { clock, targets };
}

describe('Targets', () => {
  it('opens a place once for everybody; the regions of an Account share what is global', () => {
    const { clock, targets } = scene();
    const first = targets.openAws('prod', AWS, 'eu-central-1');
    expect(targets.openAws('prod', AWS, 'eu-central-1')).toBe(first);
    expect(clock.pending()).toBe(2 * LANES);
    const second = targets.openAws('prod', AWS, 'eu-west-1');
    expect(second.world.global).toBe(first.world.global);
    expect(clock.pending()).toBe(3 * LANES);
  });

  it('an Account that is reached in another way is no longer read in the former', () => {
    const { clock, targets } = scene();
    const first = targets.openAws('prod', AWS, 'eu-central-1');
    targets.openAws('prod', AWS, 'eu-west-1');
    const changed = { ...AWS, profile: 'other' };
    const second = targets.openAws('prod', changed, 'eu-central-1');
    expect(second).not.toBe(first);
    expect(second.world.global).not.toBe(first.world.global);
    // The other region still uses the former way, and what is global in it.
    expect(clock.pending()).toBe(4 * LANES);
    targets.openAws('prod', changed, 'eu-west-1');
    expect(clock.pending()).toBe(3 * LANES);
    expect(targets.openAws('prod', AWS, 'eu-central-1')).not.toBe(first);
  });

  it('polls for no resource that is no more', async () => {
    const { clock, targets } = scene();
    const { lanes } = targets.openAws('prod', AWS, 'eu-central-1');
    for (const one of lanes) one.waitFor('SecureVpc/team/net', [{ collection: 'ec2/vpc-endpoints' }]);
    expect(clock.pending()).toBe(2 * LANES + 1);
    targets.forget('SecureVpc/team/net');
    await clock.advance(5_000);
    expect(clock.pending()).toBe(2 * LANES);
  });

  it('closes everything', () => {
    const { clock, targets } = scene();
    targets.openAws('prod', AWS, 'eu-central-1');
    targets.openAws('test', { ...AWS, profile: 'other' }, 'eu-west-1');
    targets.close();
    expect(clock.pending()).toBe(0);
  });
});
