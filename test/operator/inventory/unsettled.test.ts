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
