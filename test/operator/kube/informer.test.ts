import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createKubeClient, type KubeClient } from '../../../operator/kube/client.ts';
import { createInformer, type Informer, type InformerOptions } from '../../../operator/kube/informer.ts';
import type { KubeObject } from '../../../operator/kube/types.ts';
import { createFakeApi, type FakeApi } from '../../support/fake-api.ts';
import { silent } from '../../support/silent-log.ts';

const collection = '/api/v1/namespaces/shop/configmaps';
const named = (name: string, labels?: Record<string, string>): KubeObject => ({
  metadata: { name, namespace: 'shop', ...(labels && { labels }) },
});

describe('informer', () => {
  let api: FakeApi;
  let client: KubeClient;
  let informer: Informer<KubeObject>;
  let told: string[];

  beforeEach(async () => {
    api = createFakeApi();
    client = createKubeClient({ kubeConfig: await api.listen(), log: silent, requestTimeoutMs: 2_000 });
    told = [];
  });
  afterEach(async () => {
    await informer.stop();
    client.close();
    await api.stop();
  });

  /** Without jitter's delay, so that tests wait for nothing. */
  const begin = async (options: Partial<InformerOptions> = {}): Promise<void> => {
    informer = createInformer({
      client,
      path: collection,
      log: silent,
      random: () => 0,
      onChange: (key, change) => told.push(`${change} ${key}`),
      ...options,
    });
    informer.start();
    await informer.synced();
    await vi.waitFor(() => expect(api.openWatches()).toBe(1));
  };
  const watchesSeen = (): (string | null)[] =>
    api.requests.filter(({ query }) => query.has('watch')).map(({ query }) => query.get('resourceVersion'));
  const listsSeen = (): number => api.requests.filter(({ query }) => query.has('limit')).length;

  test('lists in pages, then follows the watch', async () => {
    api.put(collection, named('a'));
    api.put(collection, named('b'));
    await begin();
    expect(informer.list()).toHaveLength(2);
    expect(informer.get('shop/a')?.metadata.name).toBe('a');
    api.put(collection, named('c'));
    api.put(collection, named('a', { x: '1' }));
    api.remove(collection, 'b');
    await vi.waitFor(() => expect(told).toHaveLength(5));
    expect(told).toEqual([
      'added shop/a',
      'added shop/b',
      'added shop/c',
      'updated shop/a',
      'deleted shop/b',
    ]);
    const [list, watch] = api.requests;
    expect(list?.query.get('limit')).toBe('500');
    expect(Object.fromEntries(watch?.query ?? [])).toMatchObject({
      allowWatchBookmarks: 'true',
      timeoutSeconds: '261',
    });
  });

  test('a dropped watch resumes from the last version, and what happened between arrives', async () => {
    api.put(collection, named('a'));
    await begin();
    const last = api.put(collection, named('b')).metadata.resourceVersion;
    await vi.waitFor(() => expect(informer.list()).toHaveLength(2));
    let refusals = 2;
    api.intercept = () => {
      refusals -= 1;
      return refusals >= 0 ? { status: 503, body: { code: 503, message: 'away' } } : undefined;
    };
    api.endWatches();
    api.remove(collection, 'a');
    await vi.waitFor(() => expect(told).toContain('deleted shop/a'));
    expect(watchesSeen().slice(1)).toEqual([last, last, last]);
    expect(listsSeen()).toBe(1);
  });

  test.for(['status', 'event'])('410 Gone as %s lists anew and tells the deletions missed', async (how) => {
    for (const name of ['a', 'b', 'c']) api.put(collection, named(name));
    await begin();
    told.length = 0;
    const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
    let refuse = true;
    api.intercept = ({ query }) => {
      if (!refuse || !query.has('watch')) return undefined;
      refuse = false;
      return how === 'status'
        ? { status: 410, body: gone }
        : { status: 200, body: { type: 'ERROR', object: gone } };
    };
    api.endWatches({ history: false });
    api.remove(collection, 'b');
    api.put(collection, named('c', { x: '1' }));
    api.put(collection, named('d'));
    await vi.waitFor(() => expect(told).toHaveLength(3));
    expect(told.toSorted()).toEqual(['added shop/d', 'deleted shop/b', 'updated shop/c']);
    await vi.waitFor(() => expect(api.openWatches()).toBe(1));
    // The first, the refused one, and the one after the second list.
    expect([listsSeen(), watchesSeen().length]).toEqual([2, 3]);
  });

  test('a silent watch is given up and resumed; what was missed arrives', async () => {
    await begin({ idleTimeoutMs: 150 });
    await vi.waitFor(() => expect(watchesSeen().length).toBeGreaterThan(1));
    api.put(collection, named('a'));
    await vi.waitFor(() => expect(informer.list()).toHaveLength(1));
  });

  test('watches that end at once are backed off from', async () => {
    await begin({ random: () => 1 });
    api.intercept = ({ query }) => (query.has('watch') ? { status: 200, body: '' } : undefined);
    api.endWatches();
    const before = api.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(api.requests.length - before).toBeLessThan(4);
  });

  test('a watch that is Gone after every list does not make a loop of lists', async () => {
    await begin({ random: () => 1 });
    api.intercept = ({ query }) => (query.has('watch') ? { status: 410, body: { code: 410 } } : undefined);
    api.endWatches();
    const before = listsSeen();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(listsSeen() - before).toBeLessThan(4);
  });

  test('after some failures in a row it no longer trusts its version, and lists', async () => {
    await begin();
    let failures = 6;
    api.intercept = ({ query }) => {
      if (!query.has('watch') || failures === 0) return undefined;
      failures -= 1;
      return { status: 500, body: { code: 500, message: 'internal' } };
    };
    api.endWatches();
    await vi.waitFor(() => expect(failures).toBe(0));
    await vi.waitFor(() => expect(api.openWatches()).toBe(1));
    expect(listsSeen()).toBeGreaterThan(1);
  });

  test('waits for a server that is away at the start', async () => {
    let away = true;
    api.intercept = () => (away ? { status: 503, body: { code: 503 } } : undefined);
    setTimeout(() => {
      away = false;
    }, 200);
    await begin();
    expect(informer.lastContact()).toBeGreaterThan(0);
  });

  test('a kind that may be absent is an empty list, until its CRD is there, and again when it is gone', async () => {
    let served = false;
    api.intercept = () => (served ? undefined : { status: 404, body: { code: 404 } });
    informer = createInformer({
      client,
      path: collection,
      mayBeAbsent: true,
      log: silent,
      random: () => 0,
      onChange: (key, change) => told.push(`${change} ${key}`),
    });
    informer.start();
    await informer.synced();
    expect(informer.list()).toEqual([]);
    expect(informer.lastContact()).toBeDefined();

    api.put(collection, named('a'));
    served = true;
    await vi.waitFor(() => expect(informer.list()).toHaveLength(1));

    served = false;
    api.endWatches();
    await vi.waitFor(() => expect(told).toEqual(['added shop/a', 'deleted shop/a']));
  });

  test('stopping before the first list rejects those who wait for it', async () => {
    api.intercept = () => new Promise(() => {});
    informer = createInformer({ client, path: collection, log: silent, onChange: () => {} });
    informer.start();
    const waiting = informer.synced();
    await informer.stop();
    await expect(waiting).rejects.toThrow(/stopped before its first list/);
  });

  test('a failing handler does not end the watch', async () => {
    await begin({
      onChange: (key) => {
        told.push(key);
        throw new Error('handler');
      },
    });
    api.put(collection, named('a'));
    api.put(collection, named('b'));
    await vi.waitFor(() => expect(told).toEqual(['shop/a', 'shop/b']));
  });

  test('our own write is readable at once and wakes nobody', async () => {
    api.put(collection, named('a'));
    await begin();
    told.length = 0;
    const base = informer.get('shop/a')?.metadata.resourceVersion;
    const written = await client.mergePatch<KubeObject>(`${collection}/a`, {
      metadata: { labels: { x: '1' } },
    });
    informer.observe(written, base);
    expect(informer.get('shop/a')?.metadata.labels).toEqual({ x: '1' });
    api.put(collection, named('b'));
    await vi.waitFor(() => expect(told).toContain('added shop/b'));
    // When the watch was faster than the answer it has told; then the observation is what is ignored.
    expect(told.filter((line) => line === 'updated shop/a').length).toBeLessThan(2);
    expect(informer.get('shop/a')?.metadata.resourceVersion).toBe(written.metadata.resourceVersion);
  });

  test('managed fields are not kept', async () => {
    const metadata = { name: 'a', namespace: 'shop', managedFields: [{ manager: 'x' }] };
    api.put(collection, { metadata });
    await begin();
    expect(informer.get('shop/a')?.metadata).not.toHaveProperty('managedFields');
  });
});
