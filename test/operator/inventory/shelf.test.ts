import { describe, expect, it } from 'vitest';
import { Shelf } from '../../../operator/inventory/shelf.ts';
import { fakeCollection, type FakeSession, type Thing } from './fake-collection.ts';

const GRACE_MS = 120;

/** A shelf on which `things` were listed at 0, and shorter words for its methods. */
function shelfOf(...things: Thing[]) {
  const shelf = new Shelf<Thing, FakeSession>(fakeCollection('things'));
  const list = (beganAt: number, ...listed: Thing[]) => [
    ...shelf.replace(listed, { beganAt, graceMs: GRACE_MS }).owners,
  ];
  const reread = (beganAt: number, wanted: readonly string[], ...found: Thing[]) => [
    ...shelf.reread(wanted, found, { beganAt, graceMs: GRACE_MS }).owners,
  ];
  list(0, ...things);
  return { shelf, list, reread, ids: () => [...shelf.all()].map(({ id }) => id).sort() };
}

const mine = (id: string, fields: Partial<Thing> = {}): Thing => ({ id, owner: 'me', ...fields });

describe('a write laid over a stale listing', () => {
  it('create: is there until a listing shows it, and then as the listing has it', () => {
    const { shelf, list, ids } = shelfOf(mine('a'));
    shelf.wrote('b', (listed) => listed ?? mine('b', { size: 1 }), 10);
    expect(ids()).toEqual(['a', 'b']);
    list(20, mine('a'));
    expect(ids()).toEqual(['a', 'b']);
    expect(shelf.ownedBy('me')).toHaveLength(2);
    list(30, mine('a'), mine('b', { size: 1, parts: ['by AWS'] }));
    expect(shelf.get('b')).toEqual(mine('b', { size: 1, parts: ['by AWS'] }));
    expect(shelf.overlaid).toBe(0);
  });

  it('update: keeps what was written, and takes the rest from the listing', () => {
    const { shelf, list } = shelfOf(mine('a', { size: 1 }));
    shelf.wrote('a', (listed) => listed && { ...listed, size: 2 }, 10);
    expect(shelf.get('a')?.size).toBe(2);
    list(20, mine('a', { size: 1, parts: ['new'] }));
    expect(shelf.get('a')).toEqual(mine('a', { size: 2, parts: ['new'] }));
  });

  it('several writes of one thing follow one another', () => {
    const { shelf } = shelfOf(mine('a', { size: 1 }));
    shelf.wrote('a', (listed) => listed && { ...listed, size: (listed.size ?? 0) + 1 }, 10);
    shelf.wrote('a', (listed) => listed && { ...listed, size: (listed.size ?? 0) * 10 }, 11);
    expect(shelf.get('a')?.size).toBe(20);
    expect(shelf.overlaid).toBe(1);
  });

  it('delete: a listing that still has it does not bring it back', () => {
    const { shelf, list, ids } = shelfOf(mine('a'), mine('b'));
    shelf.wrote('a', () => undefined, 10);
    expect(ids()).toEqual(['b']);
    expect(shelf.get('a')).toBeUndefined();
    list(20, mine('a'), mine('b'));
    expect(ids()).toEqual(['b']);
    expect(shelf.ownedBy('me').map(({ id }) => id)).toEqual(['b']);
    list(30, mine('b'));
    expect(shelf.overlaid).toBe(0);
  });

  it('a tombstone: what is left of a deleted thing goes when a listing is without it', () => {
    const { shelf, list } = shelfOf(mine('a'));
    shelf.wrote('a', (listed) => listed && { ...listed, size: -1 }, 10);
    expect(shelf.get('a')?.size).toBe(-1);
    list(20);
    expect(shelf.get('a')).toBeUndefined();
    expect(shelf.overlaid).toBe(0);
  });
});

describe('what a listing proves', () => {
  it('one that began before the write proves nothing, even where it shows the same', () => {
    const { shelf, list } = shelfOf(mine('a', { size: 1 }));
    shelf.wrote('a', (listed) => listed && { ...listed, size: 2 }, 10);
    list(9, mine('a', { size: 2 }));
    expect(shelf.overlaid).toBe(1);
    list(10, mine('a', { size: 2 }));
    expect(shelf.overlaid).toBe(1);
    list(11, mine('a', { size: 2 }));
    expect(shelf.overlaid).toBe(0);
  });

  it('one that began after the first of two writes proves nothing about the second', () => {
    const { shelf, list } = shelfOf(mine('a', { size: 1 }));
    shelf.wrote('a', (listed) => listed && { ...listed, size: 2 }, 10);
    shelf.wrote('a', (listed) => listed && { ...listed, size: 1 }, 30);
    list(20, mine('a', { size: 1 }));
    expect(shelf.overlaid).toBe(1);
    list(40, mine('a', { size: 2 }));
    expect(shelf.get('a')?.size).toBe(1);
  });

  it('after the grace time AWS is believed, and whoever relied on the write is told', () => {
    const { shelf, list } = shelfOf(mine('a', { size: 1 }));
    shelf.wrote('a', (listed) => listed && { ...listed, size: 2 }, 10);
    expect(list(10 + GRACE_MS - 1, mine('a', { size: 1 }))).toEqual([]);
    expect(shelf.get('a')?.size).toBe(2);
    expect(list(10 + GRACE_MS, mine('a', { size: 1 }))).toEqual(['me']);
    expect(shelf.get('a')?.size).toBe(1);
  });

  it('a thing made and never listed is given up after the grace time, and its owner told', () => {
    const { shelf, list, ids } = shelfOf();
    shelf.wrote('a', (listed) => listed ?? mine('a'), 10);
    expect(list(11 + GRACE_MS)).toEqual(['me']);
    expect(ids()).toEqual([]);
  });
});

describe('who is told of a change', () => {
  it('the owners of what is new, changed or gone; nobody else', () => {
    const { list } = shelfOf(
      { id: 'a', owner: 'x', size: 1 },
      { id: 'b', owner: 'y' },
      { id: 'c', owner: 'z' },
    );
    expect(
      list(10, { id: 'a', owner: 'x', size: 2 }, { id: 'b', owner: 'y' }, { id: 'd', owner: 'w' }).sort(),
    ).toEqual(['w', 'x', 'z']);
  });

  it('the old owner and the new one', () => {
    const { list } = shelfOf({ id: 'a', owner: 'old' });
    expect(list(10, { id: 'a', owner: 'new' }).sort()).toEqual(['new', 'old']);
  });

  it('nobody where only the order of a list or of the listing changed', () => {
    const { list } = shelfOf(mine('a', { parts: ['1', '2'] }), mine('b'));
    expect(list(10, mine('b'), { parts: ['2', '1'], owner: 'me', id: 'a' })).toEqual([]);
  });

  it('nobody when a listing only confirms what was written', () => {
    const { shelf, list } = shelfOf();
    shelf.wrote('a', (listed) => listed ?? mine('a'), 10);
    list(20, mine('a'));
    expect(list(30, mine('a'))).toEqual([]);
  });
});

describe('records read by id', () => {
  it('say whether anything changed', () => {
    const { shelf } = shelfOf();
    expect(shelf.set('a', mine('a', { size: 1 }))).toBe(true);
    expect(shelf.set('a', mine('a', { size: 1 }))).toBe(false);
    expect(shelf.set('a', mine('a', { size: 2 }))).toBe(true);
    expect(shelf.get('a')?.size).toBe(2);
    expect(shelf.set('a', undefined)).toBe(true);
    expect(shelf.set('a', undefined)).toBe(false);
    expect(shelf.get('a')).toBeUndefined();
  });
});

describe('what is read by its id between two listings', () => {
  it('is as it was read, or gone, and whoever owns it is told', () => {
    const { shelf, reread, ids } = shelfOf(mine('a', { size: 1 }), mine('b'), mine('c'));
    expect(reread(10, ['a', 'b'], mine('a', { size: 2 }))).toEqual(['me']);
    expect(shelf.get('a')?.size).toBe(2);
    expect(ids()).toEqual(['a', 'c']);
    expect(reread(20, ['a'], mine('a', { size: 2 }))).toEqual([]);
  });

  it('is not taken back by a listing that began before, and is by one that began later', () => {
    const { shelf, list, reread, ids } = shelfOf(mine('a', { size: 1 }), mine('b'));
    reread(10, ['a', 'b'], mine('a', { size: 2 }));
    expect(list(9, mine('a', { size: 1 }), mine('b'))).toEqual([]);
    expect(shelf.get('a')?.size).toBe(2);
    expect(ids()).toEqual(['a']);
    list(11, mine('a', { size: 3 }), mine('b'));
    expect(shelf.get('a')?.size).toBe(3);
    expect(ids()).toEqual(['a', 'b']);
  });

  it('is nothing where a listing or another reading began later', () => {
    const { shelf, list, reread } = shelfOf(mine('a', { size: 1 }));
    list(20, mine('a', { size: 2 }));
    expect(reread(19, ['a'], mine('a', { size: 1 }))).toEqual([]);
    reread(22, ['a'], mine('a', { size: 3 }));
    reread(21, ['a']);
    expect(shelf.get('a')?.size).toBe(3);
  });

  it('ends the belief in a write that it shows, and no other', () => {
    const { shelf, reread } = shelfOf(mine('a', { size: 1 }), mine('b', { size: 1 }));
    for (const id of ['a', 'b']) shelf.wrote(id, (listed) => listed && { ...listed, size: 2 }, 10);
    reread(10, ['a'], mine('a', { size: 2 }));
    expect(shelf.overlaid).toBe(2);
    reread(11, ['a'], mine('a', { size: 2 }));
    expect(shelf.overlaid).toBe(1);
    expect(shelf.get('b')?.size).toBe(2);
  });
});
