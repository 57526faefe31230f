import { describe, expect, it } from 'vitest';
import type { AnyKind } from '../../../operator/graph/kind.ts';
import { Inventory } from '../../../operator/inventory/inventory.ts';
import { TargetWorld } from '../../../operator/inventory/world.ts';
import { createFakeClock, settle } from '../../support/fake-clock.ts';
import { fakeCollection, fakeSession, gate, type FakeSession, type Thing } from './fake-collection.ts';

const MINUTE = 60_000;
const parents = fakeCollection('parents');
const others = fakeCollection('others', { lane: 'slow' });
const children = fakeCollection('children', { lane: 'slow', parent: 'parents' });

function scene(things: Record<string, Thing[]> = {}) {
  const clock = createFakeClock();
  const session = fakeSession();
  for (const [name, list] of Object.entries(things)) session.things.set(name, list);
  const told: string[][] = [];
  const unshown: string[] = [];
  const inventory = new Inventory({
    session,
    collections: [parents, others, children, parents],
    installation: 'here',
    clock,
    graceMs: 120_000,
    slowLaneMs: 30 * MINUTE,
    onChange: (owners) => void told.push([...owners].sort()),
    onUnshown: (collection, id) => void unshown.push(`${collection} ${id}`),
  });
  return { clock, session, inventory, told, unshown };
}

const numbered = (count: number): Thing[] =>
  Array.from({ length: count }, (_, index) => ({ id: `p${index}`, owner: `owner-${index}` }));

describe('Inventory', () => {
  it('loads everything once, single objects after the things that name them', async () => {
    const { inventory, session } = scene({
      parents: numbered(3),
      others: [{ id: 'o' }],
      children: [{ id: 'p0' }, { id: 'p2' }],
    });
    await inventory.load();
    await inventory.load();
    expect(session.calls).toEqual(['list parents here', 'list others here', 'get children p0 p1 p2']);
    expect([...inventory.view(parents).all()]).toHaveLength(3);
    expect(inventory.view(children).get('p2')).toEqual({ id: 'p2' });
    expect(inventory.view(children).get('p1')).toBeUndefined();
    expect(
      inventory
        .view(parents)
        .ownedBy('owner-1')
        .map(({ id }) => id),
    ).toEqual(['p1']);
  });

  it("never holds what carries another installation's tag, whatever a listing answers", async () => {
    const { inventory } = scene({
      parents: [
        { id: 'p0', owner: 'one' },
        { id: 'p1', owner: 'one', installation: 'there' },
        { id: 'p2', owner: 'one', installation: '' },
      ],
    });
    await inventory.load();
    expect([...inventory.view(parents).all()].map(({ id }) => id)).toEqual(['p0']);
  });

  it('a hundred who load at once cause one reading, of single objects too', async () => {
    const { inventory, session } = scene({ parents: numbered(50) });
    await Promise.all(Array.from({ length: 100 }, () => inventory.load()));
    expect(session.calls.map((call) => call.slice(0, 12))).toEqual([
      'list parents',
      'list others ',
      'get children',
    ]);
  });

  it('a first reading that fails is told, and made again by the next', async () => {
    const { inventory, session } = scene({ parents: numbered(1) });
    const { closed, open } = gate();
    session.gate = closed.then(() => Promise.reject(new Error('throttled')));
    session.gate.catch(() => {});
    const loads = [inventory.load(), inventory.load()];
    const failures = Promise.allSettled(loads);
    open();
    expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    session.gate = Promise.resolve();
    await inventory.load();
    expect([...inventory.view(parents).all()]).toHaveLength(1);
  });

  it('loading again reads only objects that are new', async () => {
    const { inventory, session, clock } = scene({ parents: numbered(2) });
    await inventory.load();
    session.things.set('parents', numbered(3));
    clock.jump(1);
    await inventory.refresh(['parents'], clock.now());
    session.calls.length = 0;
    await inventory.load();
    expect(session.calls).toEqual(['get children p2']);
  });

  it('a hundred refreshes at once cause one listing', async () => {
    const { inventory, session, clock } = scene({ parents: numbered(5) });
    await inventory.load();
    session.calls.length = 0;
    clock.jump(10);
    const now = clock.now();
    await Promise.all(Array.from({ length: 100 }, () => inventory.refresh(['parents'], now)));
    expect(session.calls).toEqual(['list parents here']);
    await inventory.refresh(['parents'], now);
    expect(session.calls).toHaveLength(1);
  });

  it('a listing that was under way does not satisfy who needs a younger one', async () => {
    const { inventory, session, clock } = scene({ parents: [{ id: 'a', owner: 'x', size: 1 }] });
    const { closed, open } = gate();
    session.gate = closed;
    const first = inventory.refresh(['parents'], 0);
    await settle();
    clock.jump(10);
    session.things.set('parents', [{ id: 'a', owner: 'x', size: 2 }]);
    const second = inventory.refresh(['parents'], clock.now());
    open();
    await first;
    await second;
    expect(inventory.view(parents).get('a')?.size).toBe(2);
    expect(session.calls).toHaveLength(2);
    expect(inventory.listedAt('parents')).toBe(10);
  });

  it('tells whose things changed, once they did', async () => {
    const { inventory, session, clock, told } = scene({ parents: numbered(2) });
    await inventory.load();
    expect(told).toEqual([['owner-0', 'owner-1']]);
    clock.jump(1);
    await inventory.refresh(['parents'], clock.now());
    expect(told).toHaveLength(1);
    session.things.set('parents', [{ id: 'p0', owner: 'owner-0', size: 9 }, ...numbered(2).slice(1)]);
    clock.jump(1);
    await inventory.refresh(['parents'], clock.now());
    expect(told.slice(1)).toEqual([['owner-0']]);
  });

  it('tells the owner of the parent when a single object changed', async () => {
    const { inventory, session, clock, told } = scene({
      parents: numbered(1),
      children: [{ id: 'p0', size: 1 }],
    });
    await inventory.load();
    told.length = 0;
    session.things.set('children', [{ id: 'p0', size: 2 }]);
    clock.jump(30 * MINUTE);
    await inventory.readDue(30 * MINUTE);
    expect(told).toEqual([['owner-0']]);
  });

  it('reads only what somebody loaded, and what that is read by', async () => {
    const { inventory, session, clock } = scene({ parents: numbered(1), children: [{ id: 'p0' }] });
    expect(inventory.names()).toEqual([]);
    await inventory.readDue(30 * MINUTE);
    expect(session.calls).toEqual([]);
    await inventory.load(['children']);
    expect(session.calls).toEqual(['list parents here', 'get children p0']);
    expect(inventory.names()).toEqual(['parents']);
    clock.jump(1);
    await inventory.load(['others', 'parents']);
    expect(session.calls.slice(2)).toEqual(['list others here']);
    expect(inventory.names()).toEqual(['parents', 'others']);
    expect(() => inventory.view(fakeCollection('strangers'))).toThrow('does not hold strangers');
  });

  it('names its listings by lane, single objects in none', async () => {
    const { inventory } = scene();
    await inventory.load();
    expect(inventory.names()).toEqual(['parents', 'others']);
    expect(inventory.names('fast')).toEqual(['parents']);
    expect(inventory.names('slow')).toEqual(['others']);
    expect(() => inventory.listedAt('nothing')).toThrow('the inventory does not hold nothing');
  });
});

describe('writes', () => {
  it('are seen before any listing shows them', async () => {
    const { inventory, clock } = scene({ parents: numbered(1) });
    await inventory.load();
    inventory.wrote(parents, 'new', (listed) => listed ?? { id: 'new', owner: 'x' });
    expect(inventory.view(parents).ownedBy('x')).toHaveLength(1);
    expect(inventory.overlaid).toBe(1);
    clock.jump(1);
    await inventory.refresh(['parents'], clock.now());
    expect(inventory.view(parents).ownedBy('x')).toHaveLength(1);
  });

  it('that no listing shows within the grace time are told of, and no longer believed', async () => {
    const { inventory, session, clock, unshown } = scene({ parents: numbered(2) });
    await inventory.load();
    for (const id of ['p0', 'p1']) inventory.wrote(parents, id, (listed) => listed && { ...listed, size: 7 });
    session.things.set('parents', [{ id: 'p0', owner: 'owner-0', size: 7 }, ...numbered(2).slice(1)]);
    for (const ms of [1, 119_000]) {
      clock.jump(ms);
      await inventory.refresh(['parents'], clock.now());
      expect(unshown).toEqual([]);
    }
    clock.jump(1_000);
    await inventory.refresh(['parents'], clock.now());
    expect(unshown).toEqual(['parents p1']);
    expect(inventory.overlaid).toBe(0);
  });

  it('are not undone by a listing that began before them, however long it takes', async () => {
    const { inventory, session, clock, unshown } = scene({ parents: numbered(1) });
    await inventory.load();
    const { closed, open } = gate();
    session.gate = closed;
    clock.jump(1);
    const listing = inventory.refresh(['parents'], clock.now());
    await settle();
    clock.jump(1);
    inventory.wrote(parents, 'p0', (listed) => listed && { ...listed, size: 7 });
    clock.jump(10 * MINUTE);
    open();
    await listing;
    expect(inventory.view(parents).get('p0')?.size).toBe(7);
    expect(unshown).toEqual([]);
  });

  it('of single objects count as reading them', async () => {
    const { inventory, session } = scene({ parents: numbered(1) });
    await inventory.refresh(['parents'], 0);
    inventory.wrote(children, 'p0', () => ({ id: 'p0', size: 7 }));
    await inventory.load();
    expect(session.calls.filter((call) => call.startsWith('get'))).toEqual([]);
    expect(inventory.view(children).get('p0')?.size).toBe(7);
    expect(inventory.overlaid).toBe(0);
  });

  it.each([0, 5])('acknowledged %i ms after a reading began win over its answer', async (later) => {
    const { inventory, session, clock } = scene({
      parents: numbered(2),
      children: [
        { id: 'p0', size: 1 },
        { id: 'p1', size: 1 },
      ],
    });
    const { closed, open } = gate();
    await inventory.refresh(['parents'], 0);
    session.gate = closed;
    const load = inventory.load();
    await settle();
    clock.jump(later);
    inventory.wrote(children, 'p0', () => ({ id: 'p0', size: 2 }));
    open();
    await load;
    expect(inventory.view(children).get('p0')?.size).toBe(2);
    expect(inventory.view(children).get('p1')?.size).toBe(1);
  });
});

describe('readDue', () => {
  it.each([1, 7, 29, 30, 31, 60, 100])(
    'reads each of %i objects once in half an hour, never more than a thirtieth a minute',
    async (count) => {
      const { inventory, session, clock } = scene({ parents: numbered(count) });
      await inventory.load();
      for (let round = 0; round < 2; round += 1) {
        const read: string[] = [];
        for (let minute = 0; minute < 30; minute += 1) {
          clock.jump(MINUTE);
          session.calls.length = 0;
          await inventory.readDue(MINUTE);
          const ids = session.calls.flatMap((call) => call.split(' ').slice(2));
          expect(ids.length).toBeLessThanOrEqual(Math.ceil(count / 30));
          read.push(...ids);
        }
        expect(read.sort()).toEqual(
          numbered(count)
            .map(({ id }) => id)
            .sort(),
        );
      }
    },
  );

  it('lets what was just written wait for its turn', async () => {
    const { inventory, session, clock } = scene({ parents: numbered(2) });
    await inventory.load();
    clock.jump(15 * MINUTE);
    inventory.wrote(children, 'p0', () => ({ id: 'p0', size: 2 }));
    session.calls.length = 0;
    await inventory.readDue(15 * MINUTE);
    expect(session.calls).toEqual(['get children p1']);
  });

  it('forgets objects whose parent is gone', async () => {
    const { inventory, session, clock } = scene({
      parents: numbered(2),
      children: [{ id: 'p0' }, { id: 'p1' }],
    });
    await inventory.load();
    session.things.set('parents', numbered(1));
    clock.jump(1);
    await inventory.refresh(['parents'], clock.now());
    await inventory.readDue(30 * MINUTE);
    expect(inventory.view(children).get('p1')).toBeUndefined();
    expect(session.calls.at(-1)).toBe('get children p0');
  });
});

describe('TargetWorld', () => {
  it('finds a collection by its scope, and reads both inventories', async () => {
    const clock = createFakeClock();
    const roles = fakeCollection('roles', { scope: 'global' });
    const session = fakeSession();
    session.things.set('roles', [{ id: 'r' }]).set('parents', [{ id: 'p' }]);
    const make = (collection: typeof parents) =>
      new Inventory({
        session,
        collections: [collection],
        installation: 'here',
        clock,
        graceMs: 1,
        slowLaneMs: 1,
        onChange: () => {},
      });
    const world = new TargetWorld(make(parents), make(roles));
    await world.load();
    expect(world.view(roles).get('r')).toEqual({ id: 'r' });
    world.wrote(parents, 'p', () => undefined);
    expect(world.view(parents).get('p')).toBeUndefined();
    clock.jump(5);
    const kinds = new Map(
      [parents, roles].map((collection) => [
        collection.name,
        { collection } as unknown as AnyKind<FakeSession>,
      ]),
    );
    await world.refreshAll(kinds, 5);
    await world.refreshAll(kinds, 5);
    expect(session.calls).toHaveLength(4);
  });
});
