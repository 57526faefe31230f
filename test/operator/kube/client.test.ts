import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKubeClient, listAll, type KubeClient } from '../../../operator/kube/client.ts';
import type { KubeConfigSource } from '../../../operator/kube/credentials.ts';
import { KubeError, isAlreadyExists, isConflict, isGone, isNotFound } from '../../../operator/kube/errors.ts';
import { resourcePath } from '../../../operator/kube/path.ts';
import type { KubeObject } from '../../../operator/kube/types.ts';
import { createFakeApi, type FakeApi } from '../../support/fake-api.ts';
import { silent } from '../../support/silent-log.ts';

const collection = '/api/v1/namespaces/shop/configmaps';

describe('client', () => {
  let api: FakeApi;
  let client: KubeClient;
  let loads: number;
  beforeEach(async () => {
    api = createFakeApi();
    const source = await api.listen();
    loads = 0;
    const kubeConfig: KubeConfigSource = {
      ...source,
      applyToHTTPSOptions: async (options) => {
        loads += 1;
        await source.applyToHTTPSOptions(options);
      },
    };
    client = createKubeClient({ kubeConfig, log: silent, requestTimeoutMs: 2_000 });
  });
  afterEach(async () => {
    client.close();
    await api.stop();
  });

  const failing = async (call: Promise<unknown>): Promise<KubeError> => {
    const error: unknown = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof KubeError)) throw new Error(`no KubeError: ${String(error)}`);
    return error;
  };

  test('creates, reads, replaces, patches, deletes; deleting twice is success', async () => {
    const made = await client.create<KubeObject>(collection, { metadata: { name: 'a' } });
    expect(made.metadata.resourceVersion).toBeDefined();
    await client.replace(`${collection}/a`, { metadata: { name: 'a', labels: { x: '1' } } });
    await client.mergePatch(`${collection}/a`, { metadata: { labels: { x: null, y: '2' } } });
    expect((await client.get<KubeObject>(`${collection}/a`)).metadata.labels).toEqual({ y: '2' });
    await client.delete(`${collection}/a`);
    await client.delete(`${collection}/a`);
    expect(isNotFound(await failing(client.get(`${collection}/a`)))).toBe(true);
  });

  test('sends the media type of each verb, the token and the user agent', async () => {
    api.put(collection, { metadata: { name: 'a' } });
    await client.mergePatch(`${collection}/a`, { a: 1 });
    await client.apply(`${collection}/a`, { b: 1 }, { fieldManager: 'landfall', force: true });
    const [patch, apply] = api.requests;
    expect(patch?.headers['content-type']).toBe('application/merge-patch+json');
    expect(apply?.headers['content-type']).toBe('application/apply-patch+yaml');
    expect(Object.fromEntries(apply?.query ?? [])).toEqual({ fieldManager: 'landfall', force: 'true' });
    expect(patch?.headers).toMatchObject({ authorization: 'Bearer secret-token', 'user-agent': 'landfall' });
  });

  test('tells status, reason and field of a refusal, and never the token', async () => {
    const details = { causes: [{ field: 'spec.cidr', message: 'too small' }] };
    api.intercept = () => ({
      status: 422,
      body: { kind: 'Status', reason: 'Invalid', message: 'spec.cidr: too small', code: 422, details },
    });
    const error = await failing(client.create(collection, { metadata: { name: 'a' } }));
    expect(error).toMatchObject({ status: 422, reason: 'Invalid', details });
    expect(error.message).toBe(`POST ${collection}: 422 Invalid: spec.cidr: too small`);
    expect(JSON.stringify(error) + String(error.stack)).not.toContain('secret-token');
  });

  test('knows the conflict of versions from the conflict of names', async () => {
    api.put(collection, { metadata: { name: 'a' } });
    const exists = await failing(client.create(collection, { metadata: { name: 'a' } }));
    const stale = await failing(client.mergePatch(`${collection}/a`, { metadata: { resourceVersion: '1' } }));
    expect([isAlreadyExists(exists), isConflict(exists)]).toEqual([true, false]);
    expect([isAlreadyExists(stale), isConflict(stale)]).toEqual([false, true]);
  });

  test('an answer that is not JSON is quoted', async () => {
    api.intercept = () => ({ status: 503, body: 'upstream connect error' });
    const error = await failing(client.get('/api/v1/configmaps'));
    expect(error.message).toBe('GET /api/v1/configmaps: 503: upstream connect error');
  });

  test('gives up when no answer comes in time', async () => {
    api.intercept = () => new Promise(() => {});
    const started = performance.now();
    const error = await failing(client.get(collection, { timeoutMs: 100 }));
    expect(error).toMatchObject({ status: 0, reason: 'Timeout' });
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  test('a caller can abort', async () => {
    api.intercept = () => new Promise(() => {});
    expect((await failing(client.get(collection, { signal: AbortSignal.timeout(50) }))).reason).toBe(
      'Aborted',
    );
    expect((await failing(client.get(collection, { signal: AbortSignal.abort() }))).reason).toBe('Aborted');
  });

  test('a server that is away is an error of status 0', async () => {
    await api.stop();
    expect(await failing(client.get(collection))).toMatchObject({ status: 0, reason: 'Unreachable' });
  });

  test('waits as a throttling server asks, and tries again', async () => {
    let refusals = 2;
    api.intercept = () => {
      refusals -= 1;
      const body = { reason: 'TooManyRequests', code: 429 };
      return refusals >= 0 ? { status: 429, body, headers: { 'retry-after': '0' } } : undefined;
    };
    await client.create(collection, { metadata: { name: 'a' } });
    expect(api.requests).toHaveLength(3);
  });

  test('does not wait beyond its own timeout for a throttling server', async () => {
    const body = { reason: 'TooManyRequests', code: 429 };
    api.intercept = () => ({ status: 429, body, headers: { 'retry-after': '60' } });
    expect((await failing(client.get(collection))).status).toBe(429);
    expect(api.requests).toHaveLength(1);
  });

  test('reads fresh credentials once after 401', async () => {
    let refusals = 1;
    api.intercept = () => {
      refusals -= 1;
      return refusals >= 0 ? { status: 401, body: { reason: 'Unauthorized', code: 401 } } : undefined;
    };
    await client.create(collection, { metadata: { name: 'a' } });
    expect([api.requests.length, loads]).toEqual([2, 2]);
    refusals = 10;
    expect((await failing(client.get(collection))).status).toBe(401);
    expect(api.requests).toHaveLength(4);
  });

  test('a list is read page by page', async () => {
    for (let n = 0; n < 7; n += 1) api.put(collection, { metadata: { name: `n${n}` } });
    const all = await listAll<KubeObject>(client, collection, { limit: 3 });
    expect(all.items.map(({ metadata }) => metadata.name)).toEqual([
      'n0',
      'n1',
      'n2',
      'n3',
      'n4',
      'n5',
      'n6',
    ]);
    expect(api.requests).toHaveLength(3);
  });

  test('a stream gives whole lines and ends when aborted', async () => {
    api.put(collection, { metadata: { name: 'ä', annotations: { big: 'ü'.repeat(200_000) } } });
    const stop = new AbortController();
    const lines: string[] = [];
    await client.stream(
      collection,
      { watch: true, resourceVersion: '100' },
      {
        signal: stop.signal,
        idleTimeoutMs: 2_000,
        onLine: (line) => {
          lines.push(line);
          stop.abort();
        },
      },
    );
    const event = JSON.parse(lines[0] ?? '') as { object: KubeObject };
    expect(event.object.metadata.annotations?.['big']).toHaveLength(200_000);
  });

  test('a silent stream is given up', async () => {
    const streaming = client.stream(
      collection,
      { watch: true, resourceVersion: '100' },
      { signal: new AbortController().signal, idleTimeoutMs: 100, onLine: () => {} },
    );
    expect(await failing(streaming)).toMatchObject({ status: 0, reason: 'Timeout' });
  });

  test('a refused stream tells why', async () => {
    api.endWatches({ history: false });
    const streaming = client.stream(
      collection,
      { watch: true, resourceVersion: '100' },
      { signal: new AbortController().signal, idleTimeoutMs: 2_000, onLine: () => {} },
    );
    const error = await failing(streaming);
    expect([isGone(error), error.reason]).toEqual([true, 'Expired']);
  });
});

test('paths of collections, objects and subresources', () => {
  const kind = { group: 'landfall.dev', version: 'v1alpha1', plural: 'securevpcs' };
  expect(resourcePath(kind)).toBe('/apis/landfall.dev/v1alpha1/securevpcs');
  expect(resourcePath({ ...kind, namespace: 'shop', name: 'net', subresource: 'status' })).toBe(
    '/apis/landfall.dev/v1alpha1/namespaces/shop/securevpcs/net/status',
  );
  expect(resourcePath({ version: 'v1', plural: 'namespaces', name: 'a/b' })).toBe('/api/v1/namespaces/a%2Fb');
});
