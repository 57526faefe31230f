import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isConflict } from '../../../operator/kube/errors.ts';
import { mergePatchOf, patchStatus } from '../../../operator/kube/status.ts';
import { createFakeApi } from '../../support/fake-api.ts';

const collection = '/apis/landfall.dev/v1alpha1/namespaces/shop/securevpcs';
const path = `${collection}/net`;

test('nothing is sent when nothing changed, undefined fields aside', async () => {
  const api = createFakeApi();
  const before = { conditions: [{ type: 'Ready' }], ids: { vpc: 'vpc-1' } };
  const after = { ids: { vpc: 'vpc-1', subnet: undefined }, conditions: [{ type: 'Ready' }] };
  expect(await patchStatus(api.client(), path, before, after)).toBeUndefined();
  expect(api.requests).toHaveLength(0);
});

test('removed keys become null, lists are replaced whole, equal keys are left out', () => {
  const before = { a: 1, nested: { keep: 1, drop: 2 }, list: [1, 2], gone: { x: 1 } };
  const after = { a: 1, nested: { keep: 1, add: 3 }, list: [2] };
  expect(mergePatchOf(before, after)).toEqual({ nested: { drop: null, add: 3 }, list: [2], gone: null });
});

test('a missing status is written whole', () => {
  expect(mergePatchOf(undefined, { a: { b: 1 } })).toEqual({ a: { b: 1 } });
});

test('one patch of the status subresource, which gives the status wanted', async () => {
  const api = createFakeApi();
  const before = { nested: { drop: 2 }, list: [{ id: 1 }, { id: 2 }] };
  const stored = { metadata: { name: 'net' }, spec: { x: 1 }, status: before };
  api.put(collection, stored);
  const after = { nested: { add: 1 }, list: [{ id: 2 }] };
  await patchStatus(api.client(), path, before, after);
  expect(api.requests.map(({ method, path: at }) => [method, at])).toEqual([['PATCH', `${path}/status`]]);
  expect(api.read(path)).toMatchObject({ spec: { x: 1 } });
  expect((api.read(path) as typeof stored | undefined)?.status).toEqual(after);
});

test('with a resource version a stale status is a conflict', async () => {
  const api = createFakeApi();
  const old = api.put(collection, { metadata: { name: 'net' } }).metadata.resourceVersion ?? '';
  api.put(collection, { metadata: { name: 'net', labels: { a: 'b' } } });
  const error = await patchStatus(api.client(), path, {}, { a: 1 }, { resourceVersion: old }).catch(
    (thrown: unknown) => thrown,
  );
  expect(isConflict(error)).toBe(true);
});

test('the patch of any two statuses turns the first into the second', async () => {
  // A merge patch cannot say null, and statuses have none.
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
  const key = fc.constantFrom('a', 'b', 'c');
  const status = fc.dictionary(
    key,
    fc.oneof(leaf, fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf)))),
  );
  await fc.assert(
    fc.asyncProperty(status, status, async (before, after) => {
      const api = createFakeApi();
      const stored: { metadata: { name: string }; status: object } = {
        metadata: { name: 'net' },
        status: before,
      };
      api.put(collection, stored);
      await patchStatus(api.client(), path, before, after);
      const read = api.read(path) as typeof stored | undefined;
      expect(read?.status).toEqual(after);
    }),
  );
});
