import { describe, expect, it } from 'vitest';
import { Inventory, type InventoryOptions } from '../../../operator/inventory/inventory.ts';
import { Lanes } from '../../../operator/inventory/lanes.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { fakeCollection, fakeSession, type FakeSession, type Thing } from './fake-collection.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const parents = fakeCollection('parents');
const children = {
  ...fakeCollection('children', { lane: 'slow', parent: 'parents' }),
  settled: ({ size }: Thing) => size !== 0,
};

/** An inventory of the things of `here`, which believes writes for a moment only. */
const inventoryOf = (
  options: Omit<InventoryOptions<FakeSession>, 'installation' | 'graceMs'>,
): Inventory<FakeSession> => new Inventory({ ...options, installation: 'here', graceMs: 1 });

describe('a single object that is on its way', () => {
  it('is read again each minute, and at each poll while somebody waits, until it stays as it is', async () => {
    const clock = createFakeClock();
    const session = fakeSession();
    session.things.set('parents', [{ id: 'a' }, { id: 'b' }]);
    session.things.set('children', [
      { id: 'a', size: 0 },
      { id: 'b', size: 1 },
    ]);
    const inventory = inventoryOf({
      session,
      collections: [parents, children],
      clock,
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
    lanes.waitFor('x', [{ collection: 'parents' }]);
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
  const clock = createFakeClock();
  const stirring = fakeCollection('stirring');
  const stirred = {
    ...fakeCollection('stirred', { lane: 'slow', parent: 'parents' }),
    stirredBy: 'stirring',
    causedBy: ['causes', 'in no use'],
    settled: ({ size }: Thing) => size !== 0,
  };
  const causes = fakeCollection('causes');
  const unused = fakeCollection('in no use');
  /** An inventory whose `a` of `one` and `b` of `two` were read, with what it tells of after that. */
  const known = async () => {
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
    const told: string[] = [];
    const inventory = inventoryOf({
      session,
      collections: [parents, stirring, stirred, causes, unused],
      clock,
      slowLaneMs: MINUTE,
      onChange: (owners) => {
        const [cause, effect] = [inventory.view(stirring).get('s'), inventory.view(stirred).get('a')];
        told.push(`${[...owners].join()}: ${cause?.size} ${effect?.size}`);
      },
    });
    await inventory.load(['stirred', 'stirring', 'causes']);
    told.length = 0;
    session.calls.length = 0;
    await clock.advance(MINUTE);
    return { session, inventory, told };
  };
  const changed = (session: ReturnType<typeof fakeSession>, size: number) => {
    session.things.set('stirring', [
      { id: 's', owner: 'one', size: 2 },
      { id: 't', owner: 'two', size: 1 },
    ]);
    session.things.set('stirred', [
      { id: 'a', size },
      { id: 'b', size: 1 },
    ]);
  };

  it('is read again when a listing shows that something of its owner has changed there, and told of once', async () => {
    const { session, inventory, told } = await known();
    const refresh = () => inventory.refresh(inventory.names(), clock.now());
    await refresh();
    expect(session.calls).toEqual(['list parents here', 'list stirring here', 'list causes here']);
    changed(session, 2);
    await clock.advance(MINUTE);
    await refresh();
    expect(session.calls.slice(3)).toEqual([
      'list parents here',
      'list stirring here',
      'list causes here',
      'get stirred a',
    ]);
    expect(new Set(told)).toEqual(new Set(['one: 2 2']));
  });

  it('is read again when a listing shows what was just made only where that is otherwise, or where it was not found', async () => {
    const { session, inventory, told } = await known();
    const list = async (id: string, size: number) => {
      inventory.wrote(stirring, id, (listed) => listed ?? { id, owner: 'one', size: 1 });
      session.things.get('stirring')?.push({ id, owner: 'one', size });
      await clock.advance(SECOND);
      await inventory.refresh(['stirring'], clock.now());
    };
    await list('u', 1);
    expect(session.calls).toEqual(['list stirring here']);
    expect(told).toEqual(['one: 1 1']);
    await list('v', 2);
    expect(session.calls.slice(1)).toEqual(['list stirring here', 'get stirred a']);
    inventory.wrote(stirred, 'a', () => undefined);
    session.calls.length = 0;
    await list('w', 1);
    expect(session.calls).toEqual(['list stirring here', 'get stirred a']);
  });

  it('that is not well any more is told of only with what the listing says by then', async () => {
    const { session, inventory, told } = await known();
    changed(session, 0);
    await inventory.readDue(MINUTE);
    expect(session.calls).toEqual([
      'get stirred a b',
      'list parents here',
      'list stirring here',
      'list causes here',
      'get stirred a',
    ]);
    expect(new Set(told)).toEqual(new Set(['one: 2 0']));
    // That it still is not is no news.
    await clock.advance(MINUTE);
    await inventory.readDue(MINUTE);
    expect(session.calls.slice(5)).toEqual(['get stirred a b']);
  });

  it('that is well is told of at once', async () => {
    const { session, inventory, told } = await known();
    changed(session, 3);
    await inventory.readDue(MINUTE);
    expect(session.calls).toEqual(['get stirred a b']);
    expect(told).toEqual(['one: 1 3']);
  });
});

describe('a single object that cannot be on its way', () => {
  it('is told of as changed only when it is known whether its parent is still there', async () => {
    const clock = createFakeClock();
    const session = fakeSession();
    const plain = fakeCollection('plain', { lane: 'slow', parent: 'parents' });
    session.things.set('parents', [{ id: 'a', owner: 'one' }]);
    session.things.set('plain', [{ id: 'a', size: 1 }]);
    const told: string[] = [];
    const inventory = inventoryOf({
      session,
      collections: [parents, plain],
      clock,
      slowLaneMs: MINUTE,
      onChange: (owners) => told.push([...owners, inventory.view(parents).get('a')?.id].join()),
    });
    await inventory.load();
    told.length = 0;
    session.calls.length = 0;
    await clock.advance(MINUTE);
    session.things.set('parents', []);
    session.things.set('plain', []);
    await inventory.readDue(MINUTE);
    expect(session.calls).toEqual(['get plain a', 'list parents here']);
    expect(new Set(told)).toEqual(new Set(['one,', '']));
  });
});

describe('a thing that the provider refuses to change', () => {
  it('is gone when neither a fresh listing has it nor its id finds it: one without our tags is there', async () => {
    const session = fakeSession();
    session.things.set('parents', [{ id: 'listed' }, { id: 'untagged', installation: 'nobody' }]);
    const clock = createFakeClock();
    const inventory = inventoryOf({
      session,
      collections: [parents, children],
      clock,
      slowLaneMs: MINUTE,
      onChange: () => {},
    });
    await inventory.load(['parents']);
    await clock.advance(1);
    const gone = async (id: string) => [
      await inventory.isGone(parents, id),
      await inventory.isGone(children, id),
    ];
    expect(await gone('listed')).toEqual([false, false]);
    expect(await gone('untagged')).toEqual([false, false]);
    expect(await gone('deleted')).toEqual([true, true]);
    expect(session.calls.slice(0, 2)).toEqual(['list parents here', 'list parents here']);
  });
});
