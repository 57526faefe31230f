import { describe, expect, it } from 'vitest';
import { Inventory } from '../../../operator/inventory/inventory.ts';
import { Lanes } from '../../../operator/inventory/lanes.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { fakeCollection, fakeSession, type Thing } from './fake-collection.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const parents = fakeCollection('parents');
const children = {
  ...fakeCollection('children', { lane: 'slow', parent: 'parents' }),
  settled: ({ size }: Thing) => size !== 0,
};

describe('a single object that is on its way', () => {
  it('is read again each minute, and at each poll while somebody waits, until it stays as it is', async () => {
    const clock = createFakeClock();
    const session = fakeSession();
    session.things.set('parents', [{ id: 'a' }, { id: 'b' }]);
    session.things.set('children', [
      { id: 'a', size: 0 },
      { id: 'b', size: 1 },
    ]);
    const inventory = new Inventory({
      session,
      collections: [parents, children],
      installation: 'here',
      clock,
      graceMs: 1,
      slowLaneMs: 30 * MINUTE,
      onChange: () => {},
    });
    const lanes = new Lanes({
      inventory,
      times: { fastLaneMs: MINUTE, slowLaneMs: 30 * MINUTE, pollMs: 5 * SECOND },
      clock,
      active: () => true,
      onError: (error) => expect.fail(String(error)),
    });
    await inventory.load();
    session.calls.length = 0;
    const reads = () => session.calls.filter((call) => call.startsWith('get'));
    lanes.start();
    await clock.advance(3 * MINUTE);
    expect(reads()).toEqual(Array.from({ length: 3 }, () => 'get children a'));
    lanes.waitIn('x', ['parents']);
    await clock.advance(10 * SECOND);
    expect(reads()).toHaveLength(5);
    session.things.set('children', [
      { id: 'a', size: 2 },
      { id: 'b', size: 1 },
    ]);
    await clock.advance(10 * SECOND);
    expect(reads()).toHaveLength(6);
    expect(inventory.view(children).get('a')?.size).toBe(2);
    lanes.stop();
  });
});

describe('a single object beside what tells of its changes', () => {
  it('is read again when a listing shows that something of its owner has changed there, and told of once', async () => {
    const stirring = fakeCollection('stirring');
    const stirred = {
      ...fakeCollection('stirred', { lane: 'slow', parent: 'parents' }),
      stirredBy: 'stirring',
    };
    const clock = createFakeClock();
    const session = fakeSession();
    session.things.set('parents', [
      { id: 'a', owner: 'one' },
      { id: 'b', owner: 'two' },
    ]);
    session.things.set('stirring', [
      { id: 's', owner: 'one', size: 1 },
      { id: 't', owner: 'two', size: 1 },
    ]);
    session.things.set('stirred', [
      { id: 'a', size: 1 },
      { id: 'b', size: 1 },
    ]);
    const told: [string[], number | undefined][] = [];
    const inventory = new Inventory({
      session,
      collections: [parents, stirring, stirred],
      installation: 'here',
      clock,
      graceMs: 1,
      slowLaneMs: 30 * MINUTE,
      onChange: (owners) => void told.push([[...owners], inventory.view(stirred).get('a')?.size]),
    });
    await inventory.load();
    told.length = 0;
    session.calls.length = 0;
    const refresh = async () => {
      await clock.advance(MINUTE);
      await inventory.refresh(inventory.names(), clock.now());
    };
    await refresh();
    expect(session.calls).toEqual(['list parents here', 'list stirring here']);
    session.things.set('stirring', [
      { id: 's', owner: 'one', size: 2 },
      { id: 't', owner: 'two', size: 1 },
    ]);
    session.things.set('stirred', [
      { id: 'a', size: 2 },
      { id: 'b', size: 1 },
    ]);
    await refresh();
    expect(session.calls.slice(2)).toEqual(['list parents here', 'list stirring here', 'get stirred a']);
    // Whoever is woken sees both.
    expect(new Set(told.map((one) => JSON.stringify(one)))).toEqual(new Set(['[["one"],2]']));
  });
});
