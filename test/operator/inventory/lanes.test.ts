import { describe, expect, it } from 'vitest';
import { Inventory } from '../../../operator/inventory/inventory.ts';
import { Lanes } from '../../../operator/inventory/lanes.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { fakeCollection, fakeSession, type Thing } from './fake-collection.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const fast = fakeCollection('fast');
const slow = fakeCollection('slow', { lane: 'slow' });
const dear = {
  ...fakeCollection('dear', { awaitedById: true }),
  settled: ({ size }: Thing) => size === 9,
};
const single = fakeCollection('single', { lane: 'slow', parent: 'fast' });

async function scene() {
  const clock = createFakeClock();
  const session = fakeSession();
  session.things.set('fast', [{ id: 'a' }]);
  const errors: unknown[] = [];
  const state = { active: true };
  const inventory = new Inventory({
    session,
    collections: [fast, slow, dear, single],
    installation: 'here',
    clock,
    graceMs: 1,
    slowLaneMs: 30 * MINUTE,
    onChange: () => {},
  });
  await inventory.load();
  session.calls.length = 0;
  const lanes = new Lanes({
    inventory,
    times: { fastLaneMs: MINUTE, slowLaneMs: 30 * MINUTE, pollMs: 5 * SECOND },
    clock,
    active: () => state.active,
    onError: (error) => void errors.push(error),
  });
  const count = (prefix: string) => session.calls.filter((call) => call.startsWith(prefix)).length;
  return { clock, session, errors, state, inventory, lanes, count };
}

describe('Lanes', () => {
  it('reads the fast lane each minute, the slow lane and each single object each half hour', async () => {
    const { clock, lanes, count } = await scene();
    lanes.start();
    await clock.advance(MINUTE - 1);
    expect(count('list')).toBe(0);
    await clock.advance(30 * MINUTE + 1);
    expect(count('list fast')).toBe(31);
    expect(count('list slow')).toBe(1);
    expect(count('get single')).toBe(1);
  });

  it('reads nothing while inactive, and goes on when active again', async () => {
    const { clock, lanes, count, state } = await scene();
    state.active = false;
    lanes.start();
    lanes.waitFor('x', [{ collection: 'fast' }]);
    await clock.advance(10 * MINUTE);
    expect(count('')).toBe(0);
    lanes.waitFor('x', []);
    state.active = true;
    await clock.advance(MINUTE);
    expect(count('list fast')).toBe(1);
  });

  it('an error is told and does not end a lane', async () => {
    const { clock, session, lanes, count, errors } = await scene();
    lanes.start();
    session.gate = Promise.reject(new Error('throttled'));
    session.gate.catch(() => {});
    await clock.advance(3 * MINUTE);
    expect(errors).toEqual([new Error('throttled'), new Error('throttled'), new Error('throttled')]);
    session.gate = Promise.resolve();
    await clock.advance(MINUTE);
    expect(errors).toHaveLength(3);
    expect(count('list fast')).toBe(4);
  });

  it('polls what somebody waits in, only that, and only while he does', async () => {
    const { clock, lanes, count } = await scene();
    lanes.waitFor('x', [{ collection: 'slow' }]);
    lanes.waitFor('y', [{ collection: 'slow' }]);
    await clock.advance(20 * SECOND);
    expect(count('list slow')).toBe(4);
    expect(count('list fast')).toBe(0);
    lanes.waitFor('x', []);
    await clock.advance(10 * SECOND);
    expect(count('list slow')).toBe(6);
    lanes.waitFor('y', []);
    await clock.advance(MINUTE);
    expect(count('list slow')).toBe(6);
    expect(clock.pending()).toBe(0);
    lanes.waitFor('y', [{ collection: 'fast' }]);
    await clock.advance(5 * SECOND);
    expect(count('list fast')).toBe(1);
  });

  it('polls of what is read object by object only what is on its way', async () => {
    const { clock, session, lanes, count } = await scene();
    session.things.set('single', [{ id: 'a', size: 1 }]);
    lanes.waitFor('x', [{ collection: 'single' }]);
    await clock.advance(10 * SECOND);
    expect(count('')).toBe(0);
    lanes.waitFor('x', []);
  });

  it('polls of what is dear to list only what somebody waits for, unless anybody waits for a listing', async () => {
    const { clock, session, inventory, lanes, count } = await scene();
    session.things.set('dear', [
      { id: 'a', owner: 'me', size: 1 },
      { id: 'b', owner: 'me' },
      { id: 'c', installation: 'there' },
    ]);
    lanes.waitFor('x', [{ collection: 'dear', id: 'a' }]);
    lanes.waitFor('y', [{ collection: 'dear', id: 'c' }]);
    await clock.advance(5 * SECOND);
    expect(session.calls).toEqual(['get dear a c']);
    expect([...inventory.view(dear).all()].map(({ id }) => id)).toEqual(['a']);
    lanes.waitFor('y', [{ collection: 'dear' }]);
    await clock.advance(5 * SECOND);
    expect(count('get dear')).toBe(1);
    expect(count('list dear')).toBe(1);
    lanes.waitFor('y', [{ collection: 'fast', id: 'a' }]);
    await clock.advance(5 * SECOND);
    expect(count('get dear')).toBe(2);
    expect(count('list fast')).toBe(1);
  });

  it('polls what is dear to list no more once it is as it stays, however long those who waited take to look', async () => {
    const { clock, session, lanes, count } = await scene();
    session.things.set('dear', [
      { id: 'a', owner: 'me', size: 1 },
      { id: 'b', owner: 'me', size: 1 },
    ]);
    lanes.waitFor('x', [
      { collection: 'dear', id: 'a' },
      { collection: 'dear', id: 'b' },
    ]);
    lanes.waitFor('y', [{ collection: 'dear', id: 'b' }]);
    session.things.set('dear', [
      { id: 'a', owner: 'me', size: 1 },
      { id: 'b', owner: 'me', size: 9 },
    ]);
    await clock.advance(5 * SECOND);
    await clock.advance(5 * SECOND);
    expect(session.calls).toEqual(['get dear a b', 'get dear a']);
    lanes.waitFor('y', [{ collection: 'dear', id: 'b' }]);
    await clock.advance(5 * SECOND);
    expect(count('get dear a b')).toBe(2);
    session.things.set('dear', [{ id: 'a', owner: 'me', size: 9 }]);
    await clock.advance(10 * SECOND);
    expect(session.calls.slice(3)).toEqual(['get dear a']);
  });

  it('polls what somebody waits for besides what he waited for before, until he says anew what it is', async () => {
    const { clock, lanes, count } = await scene();
    lanes.waitFor('x', [{ collection: 'slow' }]);
    lanes.waitForMore('x', [{ collection: 'fast' }]);
    lanes.waitForMore('x', []);
    await clock.advance(5 * SECOND);
    expect([count('list slow'), count('list fast')]).toEqual([1, 1]);
    lanes.waitFor('x', [{ collection: 'fast' }]);
    await clock.advance(5 * SECOND);
    expect([count('list slow'), count('list fast')]).toEqual([1, 2]);
    lanes.waitForMore('y', []);
    lanes.waitFor('x', []);
    await clock.advance(MINUTE);
    expect(clock.pending()).toBe(0);
  });

  it('does not poll what another inventory has', async () => {
    const { clock, lanes } = await scene();
    lanes.waitFor('x', [{ collection: 'of another inventory' }]);
    expect(clock.pending()).toBe(0);
    await clock.advance(MINUTE);
  });

  it('a listing that takes longer than its lane is not overtaken by the next', async () => {
    const { clock, session, lanes, count } = await scene();
    lanes.start();
    let open = (): void => {};
    session.gate = new Promise((resolve) => {
      open = resolve;
    });
    await clock.advance(5 * MINUTE);
    expect(count('list fast')).toBe(1);
    open();
    await clock.advance(MINUTE);
    expect(count('list fast')).toBe(2);
  });

  it('stops for good, also while a reading is under way', async () => {
    const { clock, session, lanes, count } = await scene();
    lanes.start();
    let open = (): void => {};
    session.gate = new Promise((resolve) => {
      open = resolve;
    });
    await clock.advance(MINUTE);
    lanes.stop();
    open();
    await clock.advance(60 * MINUTE);
    lanes.waitFor('x', [{ collection: 'fast' }]);
    expect(count('list fast')).toBe(1);
    expect(clock.pending()).toBe(0);
  });
});
