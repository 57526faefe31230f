import { beforeEach, describe, expect, test } from 'vitest';
import { createStore, type Store } from '../../../operator/kube/store.ts';
import type { KubeObject } from '../../../operator/kube/types.ts';

const object = (name: string, resourceVersion: string, uid = 'u'): KubeObject => ({
  metadata: { name, namespace: 'shop', uid, resourceVersion },
});

describe('store', () => {
  let told: string[];
  let store: Store<KubeObject>;
  const version = (): string | undefined => store.get('shop/a')?.metadata.resourceVersion;
  beforeEach(() => {
    told = [];
    store = createStore((key, change) => told.push(`${change} ${key}`));
  });

  test('tells what a list changes, deletions included, and nothing for what stayed', () => {
    store.replace([object('a', '1'), object('b', '2'), object('c', '3')], 0);
    told.length = 0;
    store.replace([object('a', '1'), object('b', '9'), object('d', '4')], 1);
    expect(told).toEqual(['updated shop/b', 'added shop/d', 'deleted shop/c']);
    expect(store.list()).toHaveLength(3);
  });

  test('a version delivered again is not told again', () => {
    store.upsert(object('a', '1'));
    store.upsert(object('a', '1'));
    store.remove(object('a', '2'));
    store.remove(object('a', '2'));
    expect(told).toEqual(['added shop/a', 'deleted shop/a']);
  });

  test('what it gives out cannot be changed', () => {
    store.upsert(object('a', '1'));
    expect(() => {
      const shared = store.get('shop/a');
      if (shared !== undefined) shared.metadata.name = 'b';
    }).toThrow(TypeError);
  });

  describe('the answer to our own write', () => {
    beforeEach(() => {
      store.upsert(object('a', '1'));
      told.length = 0;
    });

    test('is seen at once, and neither it nor its confirmation is told', () => {
      expect(store.observe(object('a', '2'), '1', 0)).toBe(true);
      expect(version()).toBe('2');
      store.upsert(object('a', '2'));
      expect(told).toEqual([]);
      expect(store.oldestOverlay()).toBeUndefined();
      store.upsert(object('a', '3'));
      expect([version(), told]).toEqual(['3', ['updated shop/a']]);
    });

    test('is not replaced by somebody else’s older change, which is told', () => {
      store.observe(object('a', '3'), '1', 0);
      store.upsert(object('a', '2'));
      expect([version(), told]).toEqual(['3', ['updated shop/a']]);
    });

    test('is ignored when the watch has delivered it, or more, already', () => {
      store.upsert(object('a', '2'));
      store.upsert(object('a', '7'));
      expect(store.observe(object('a', '2'), '1', 0)).toBe(false);
      expect(version()).toBe('7');
    });

    test('is laid over a change that came between our read and our write', () => {
      store.upsert(object('a', '2'));
      expect(store.observe(object('a', '3'), '1', 0)).toBe(true);
      expect(version()).toBe('3');
    });

    test('is ignored when a list came between, since order is unknown then', () => {
      store.replace([object('a', '7')], 5);
      expect(store.observe(object('a', '2'), '1', 6)).toBe(false);
      expect(version()).toBe('7');
    });

    test('follows another of ours that the watch has not confirmed', () => {
      store.observe(object('a', '2'), '1', 0);
      expect(store.observe(object('a', '3'), '2', 1)).toBe(true);
      store.upsert(object('a', '2'));
      expect(version()).toBe('3');
      store.upsert(object('a', '3'));
      expect([store.oldestOverlay(), told]).toEqual([undefined, []]);
    });

    test('survives a list that began before it, not one that began after', () => {
      store.observe(object('a', '2'), '1', 10);
      store.replace([object('a', '1')], 9);
      expect(version()).toBe('2');
      store.replace([object('a', '5')], 11);
      expect([version(), store.oldestOverlay()]).toEqual(['5', undefined]);
    });

    test('that a list confirms is told, since versions before it were not seen', () => {
      store.observe(object('a', '3'), '1', 10);
      store.replace([object('a', '3')], 11);
      expect(told).toEqual(['updated shop/a']);
    });

    test('does not bring back an object that was deleted after it', () => {
      store.upsert(object('a', '2'));
      store.remove(object('a', '3'));
      expect(store.observe(object('a', '2'), '1', 0)).toBe(false);
      expect(version()).toBeUndefined();
    });

    test('ends with the deletion of the object', () => {
      store.observe(object('a', '2'), '1', 0);
      store.remove(object('a', '3'));
      expect([version(), told, store.oldestOverlay()]).toEqual([undefined, ['deleted shop/a'], undefined]);
    });
  });

  test('an object that we created is seen at once, and survives the end of its predecessor', () => {
    store.upsert(object('a', '1', 'old'));
    store.remove(object('a', '2', 'old'));
    told.length = 0;
    expect(store.observe(object('a', '3', 'new'), undefined, 0)).toBe(true);
    store.remove(object('a', '2', 'old'));
    store.upsert(object('a', '3', 'new'));
    expect([version(), told]).toEqual(['3', []]);
  });

  test('a creation that the watch has delivered and seen deleted is not brought back', () => {
    store.upsert(object('b', '1'));
    store.remove(object('b', '2'));
    expect(store.observe(object('b', '1'), undefined, 0)).toBe(false);
    expect(store.get('shop/b')).toBeUndefined();
  });
});
