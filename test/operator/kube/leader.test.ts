import { beforeEach, describe, expect, test } from 'vitest';
import { createLeaderElection, NotLeader, type LeaderElection } from '../../../operator/kube/leader.ts';
import type { KubeObject } from '../../../operator/kube/types.ts';
import { createFakeApi, type FakeApi } from '../../support/fake-api.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silent } from '../../support/silent-log.ts';

const collection = '/apis/coordination.k8s.io/v1/namespaces/landfall/leases';
const path = `${collection}/operator`;

interface Member {
  election: LeaderElection;
  log: string[];
}

describe('leader election', () => {
  let api: FakeApi;
  let clock: FakeClock;
  beforeEach(() => {
    api = createFakeApi();
    clock = createFakeClock();
  });

  const member = (identity: string, ownClock = clock): Member => {
    const log: string[] = [];
    const election = createLeaderElection({
      client: api.client(),
      namespace: 'landfall',
      name: 'operator',
      identity,
      clock: ownClock,
      log: silent,
      onStartedLeading: () => log.push('started'),
      onStoppedLeading: () => log.push('stopped'),
    });
    election.start();
    return { election, log };
  };
  const spec = (): Record<string, unknown> =>
    (api.read(path) as (KubeObject & { spec: Record<string, unknown> }) | undefined)?.spec ?? {};

  test('one leads, the other waits, and renewals keep it so', async () => {
    const a = member('a');
    await clock.advance(0);
    const b = member('b');
    await clock.advance(60_000);
    expect([a.log, b.log]).toEqual([['started'], []]);
    expect([a.election.isLeader(), b.election.isLeader()]).toEqual([true, false]);
    expect(() => a.election.assertHeld()).not.toThrow();
    expect(() => b.election.assertHeld()).toThrow(NotLeader);
    expect(spec()).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(spec()['renewTime']).toMatch(/^2026-01-01T00:01:00\.000000Z$/);
    expect(spec()['acquireTime']).toMatch(/^2026-01-01T00:00:00\.000000Z$/);
  });

  test('a released lease is taken at the next try', async () => {
    const a = member('a');
    await clock.advance(0);
    const b = member('b');
    await clock.advance(3_000);
    const stopping = a.election.stop({ release: true });
    await clock.advance(2_000);
    await stopping;
    expect(b.log).toEqual(['started']);
    expect(a.log).toEqual(['started']);
    expect(() => a.election.assertHeld()).toThrow(NotLeader);
    expect(spec()['leaseTransitions']).toBe(1);
  });

  test('a silent leader is followed only after its whole lease, by the follower’s own clock', async () => {
    const other = createFakeClock(new Date('2031-01-01T00:00:00Z'));
    const a = member('a');
    await clock.advance(0);
    await a.election.stop({ release: false });
    const b = member('b', other);
    await other.advance(14_000);
    expect(b.log).toEqual([]);
    await other.advance(4_000);
    expect(b.log).toEqual(['started']);
    expect(spec()).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  test('a process that was stopped longer than its lease fails at once, before any timer ran', async () => {
    const a = member('a');
    await clock.advance(3_000);
    a.election.assertHeld();
    clock.jump(15_000);
    expect(() => a.election.assertHeld()).toThrow(
      /lost the lease landfall\/operator: not renewed for 1[56]000 ms/,
    );
    expect(a.election.isLeader()).toBe(false);
    await clock.advance(2_000);
    expect(a.log).toEqual(['started', 'stopped']);
    expect(() => a.election.assertHeld()).toThrow(NotLeader);
  });

  test('a machine that slept, which the monotonic clock does not show, fails by the wall clock', async () => {
    const a = member('a');
    await clock.advance(3_000);
    clock.setDate(new Date(clock.date().getTime() + 60_000));
    expect(() => a.election.assertHeld()).toThrow(NotLeader);
  });

  test('a wall clock set back does not lengthen a lease', async () => {
    const a = member('a');
    await clock.advance(3_000);
    clock.jump(15_000);
    clock.setDate(new Date('2020-01-01T00:00:00Z'));
    expect(() => a.election.assertHeld()).toThrow(NotLeader);
  });

  test('a renewal counts from before it was sent, however late its answer is read', async () => {
    const a = member('a');
    await clock.advance(0);
    let answer = (): void => {};
    api.intercept = async ({ method }) => {
      if (method === 'PUT') {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
      }
      return undefined;
    };
    await clock.advance(2_000);
    clock.jump(14_999);
    answer();
    await clock.advance(0);
    expect(() => a.election.assertHeld()).not.toThrow();
    clock.jump(1);
    expect(() => a.election.assertHeld()).toThrow(NotLeader);
  });

  test('without renewals it gives up at the deadline, before others may lead', async () => {
    const a = member('a');
    await clock.advance(0);
    api.intercept = () => ({ status: 503, body: { code: 503 } });
    await clock.advance(9_000);
    expect(a.log).toEqual(['started']);
    await clock.advance(2_000);
    expect(a.log).toEqual(['started', 'stopped']);
    const sent = api.requests.length;
    await clock.advance(60_000);
    expect(api.requests).toHaveLength(sent);
  });

  test('a short outage is survived', async () => {
    const a = member('a');
    await clock.advance(0);
    api.intercept = () => ({ status: 503, body: { code: 503 } });
    await clock.advance(7_000);
    api.intercept = undefined;
    await clock.advance(60_000);
    expect([a.log, a.election.isLeader()]).toEqual([['started'], true]);
  });

  test('an edit by somebody else is not the loss of the lease', async () => {
    const a = member('a');
    await clock.advance(0);
    const lease = api.read(path);
    if (lease === undefined) throw new Error('no lease');
    api.put(collection, { ...lease, metadata: { ...lease.metadata, labels: { x: 'y' } } });
    await clock.advance(60_000);
    expect([a.log, a.election.isLeader()]).toEqual([['started'], true]);
  });

  test.for(['another holder', 'deletion'])('%s ends leadership at the next renewal', async (what) => {
    const a = member('a');
    await clock.advance(0);
    if (what === 'deletion') api.remove(collection, 'operator');
    else {
      const taken = { metadata: { name: 'operator' }, spec: { holderIdentity: 'thief' } };
      api.put(collection, taken);
    }
    await clock.advance(2_000);
    expect(a.log).toEqual(['started', 'stopped']);
    expect(() => a.election.assertHeld()).toThrow(NotLeader);
  });

  test('two that start together: one wins', async () => {
    const [a, b] = [member('a'), member('b')];
    await clock.advance(10_000);
    expect([...a.log, ...b.log]).toEqual(['started']);
  });

  test('a restarted process takes its own lease at once', async () => {
    const first = member('a');
    await clock.advance(0);
    await first.election.stop({ release: false });
    const second = member('a');
    await clock.advance(0);
    expect(second.log).toEqual(['started']);
  });

  test('durations that could let two lead are refused', () => {
    const options = { client: api.client(), namespace: 'n', name: 'n', identity: 'a', clock, log: silent };
    const callbacks = { onStartedLeading: () => {}, onStoppedLeading: () => {} };
    expect(() =>
      createLeaderElection({ ...options, ...callbacks, leaseDurationMs: 5_000, renewDeadlineMs: 5_000 }),
    ).toThrow(/leaseDurationMs > renewDeadlineMs/);
  });
});
