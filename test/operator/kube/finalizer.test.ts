import { expect, test } from 'vitest';
import { isConflict } from '../../../operator/kube/errors.ts';
import { addFinalizer, hasFinalizer, removeFinalizer } from '../../../operator/kube/finalizer.ts';
import { createFakeApi } from '../../support/fake-api.ts';

const collection = '/apis/landfall.dev/v1alpha1/namespaces/shop/securevpcs';
const path = `${collection}/net`;
const ours = 'landfall.dev/aws';

test('adds and removes ours and leaves others alone', async () => {
  const api = createFakeApi();
  const object = api.put(collection, { metadata: { name: 'net', finalizers: ['other/one'] } });
  const added = await addFinalizer(api.client(), path, object, ours);
  expect(api.read(path)?.metadata.finalizers).toEqual(['other/one', ours]);
  expect(hasFinalizer(added, ours)).toBe(true);
  await removeFinalizer(api.client(), path, added, ours);
  expect(api.read(path)?.metadata.finalizers).toEqual(['other/one']);
});

test('writes nothing when nothing is to do', async () => {
  const api = createFakeApi();
  const object = api.put(collection, { metadata: { name: 'net', finalizers: [ours] } });
  expect(await addFinalizer(api.client(), path, object, ours)).toBe(object);
  expect(await removeFinalizer(api.client(), path, object, 'not/there')).toBe(object);
  expect(api.requests).toHaveLength(0);
});

test('a finalizer that somebody added meanwhile is not lost: the stale write is a conflict', async () => {
  const api = createFakeApi();
  const stale = api.put(collection, { metadata: { name: 'net', finalizers: [ours] } });
  api.put(collection, { metadata: { name: 'net', finalizers: [ours, 'other/new'] } });
  const removing = await removeFinalizer(api.client(), path, stale, ours).catch((error: unknown) => error);
  const adding = await addFinalizer(api.client(), path, stale, 'x/y').catch((error: unknown) => error);
  expect([isConflict(removing), isConflict(adding)]).toEqual([true, true]);
  expect(api.read(path)?.metadata.finalizers).toEqual([ours, 'other/new']);
});

test('an object already gone is success for removing', async () => {
  const api = createFakeApi();
  const object = api.put(collection, { metadata: { name: 'net', finalizers: [ours] } });
  api.remove(collection, 'net');
  expect(await removeFinalizer(api.client(), path, object, ours)).toBeUndefined();
});
