import { beforeEach, describe, expect, test } from 'vitest';
import { createEventRecorder, type EventRecorder } from '../../../operator/kube/events.ts';
import type { KubeObject, ObjectRef } from '../../../operator/kube/types.ts';
import { createFakeApi, type FakeApi } from '../../support/fake-api.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import type { Log } from '../../../operator/kube/types.ts';

const network: ObjectRef = {
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'SecureVpc',
  namespace: 'shop',
  name: 'net',
  uid: 'u1',
};
const created = { type: 'Normal', reason: 'Created', message: 'created vpc-1', action: 'Create' } as const;

type Event = KubeObject & Record<string, unknown> & { count: number; message: string };

describe('events', () => {
  let api: FakeApi;
  let clock: FakeClock;
  let events: EventRecorder;
  let logged: string[];
  beforeEach(() => {
    api = createFakeApi();
    clock = createFakeClock();
    logged = [];
    const say =
      (level: string) =>
      (_: object, message: string): void => {
        logged.push(`${level}: ${message}`);
      };
    const log: Log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
    const client = api.client();
    events = createEventRecorder({ client, component: 'landfall', instance: 'pod-1', log, clock, burst: 5 });
  });

  const stored = async (namespace = 'shop'): Promise<Event[]> => {
    await events.flush();
    return (await api.client().list<Event>(`/api/v1/namespaces/${namespace}/events`)).items;
  };

  test('an event says what kubectl shows', async () => {
    events.record(network, created);
    expect(await stored()).toMatchObject([
      {
        kind: 'Event',
        metadata: { namespace: 'shop', name: expect.stringMatching(/^net\.[0-9a-f]+$/) as string },
        involvedObject: network,
        ...created,
        count: 1,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:00Z',
        source: { component: 'landfall' },
        reportingComponent: 'landfall',
        reportingInstance: 'pod-1',
      },
    ]);
  });

  test('the same again is counted, a different message is its own event', async () => {
    events.record(network, created);
    await events.flush();
    await clock.advance(30_000);
    events.record(network, created);
    events.record(network, { ...created, message: 'created subnet-1' });
    const all = await stored();
    expect(all.map(({ message, count }) => [message, count])).toEqual([
      ['created vpc-1', 2],
      ['created subnet-1', 1],
    ]);
    expect(all[0]).toMatchObject({
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:30Z',
    });
  });

  test('many at once become one write', async () => {
    for (let n = 0; n < 4; n += 1) events.record(network, created);
    expect((await stored()).map(({ count }) => count)).toEqual([4]);
    expect(api.requests.filter(({ method }) => method !== 'GET')).toHaveLength(1);
  });

  test('after ten minutes of quiet it is a new event', async () => {
    events.record(network, created);
    await events.flush();
    await clock.advance(600_000);
    events.record(network, created);
    expect((await stored()).map(({ count }) => count)).toEqual([1, 1]);
  });

  test('an event that the API server has forgotten is written anew with its count', async () => {
    events.record(network, created);
    const [first] = await stored();
    api.remove('/api/v1/namespaces/shop/events', first?.metadata.name ?? '');
    events.record(network, created);
    expect((await stored()).map(({ count }) => count)).toEqual([2]);
  });

  test('events of a cluster-scoped object are in the default namespace', async () => {
    events.record({ apiVersion: 'landfall.dev/v1alpha1', kind: 'Account', name: 'prod' }, created);
    expect(await stored('default')).toHaveLength(1);
  });

  test('long messages are cut to 1024 characters, long names to what a name may have', async () => {
    events.record({ ...network, name: 'n'.repeat(253) }, { ...created, message: 'x'.repeat(3_000) });
    const [event] = await stored();
    expect(event?.message).toHaveLength(1_024);
    expect(event?.metadata.name.length).toBeLessThanOrEqual(253);
  });

  test('one object cannot flood the API; others are not affected, and time gives it back', async () => {
    const flood = (from: number): void => {
      for (let n = from; n < from + 20; n += 1) events.record(network, { ...created, message: `m${n}` });
    };
    flood(0);
    events.record({ ...network, name: 'other', uid: 'u2' }, created);
    expect(await stored()).toHaveLength(6);
    expect(logged).toContain('debug: event dropped: too many for this object');
    await clock.advance(20_000);
    flood(100);
    expect(await stored()).toHaveLength(8);
  });

  test('a terminating namespace refuses events: debug, nothing else, and the next one is tried', async () => {
    api.intercept = () => ({
      status: 403,
      body: { code: 403, reason: 'Forbidden', message: 'namespace shop is being terminated' },
    });
    events.record(network, created);
    events.record(network, { ...created, message: 'second' });
    await events.flush();
    expect(logged).toEqual(['debug: event not written', 'debug: event not written']);
    api.intercept = undefined;
    events.record(network, created);
    expect((await stored()).map(({ count }) => count)).toEqual([2]);
  });
});
