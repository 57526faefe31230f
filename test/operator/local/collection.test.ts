import { beforeEach, describe, expect, it } from 'vitest';
import { objectCollection, objectsById, reader } from '../../../operator/local/collection.ts';
import type { Resource } from '../../../operator/local/kind.ts';
import { openLocalSession, type LocalSession } from '../../../operator/local/session.ts';
import { createFakeApi, type FakeApi } from '../../support/fake-api.ts';

const SERVICES: Resource = { group: '', version: 'v1', plural: 'services', kind: 'Service' };
const at = (namespace: string) => `/api/v1/namespaces/${namespace}/services`;

let api: FakeApi;
let session: LocalSession;
beforeEach(() => {
  api = createFakeApi();
  session = openLocalSession({ client: api.client(), assertLeading: () => undefined });
  for (const [namespace, name] of [
    ['shop', 'api'],
    ['shop', 'web'],
    ['data', 'api'],
  ] as const)
    api.put(at(namespace), { metadata: { namespace, name } });
});

describe('objects by their ids', () => {
  it('are those that are there, each of its namespace, in the order in which they are asked for', async () => {
    const ids = ['data/services/api', 'shop/services/none', 'shop/services/web'];
    const found = await objectsById(session, SERVICES, ids);
    expect(found.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
      'data/api',
      'shop/web',
    ]);
    expect(api.requests).toHaveLength(3);
  });

  it('are asked for by no id of another thing', async () => {
    const ids = ['shop/deployments/api', 'shop/api', 'api', '', 'shop/services/api/status'];
    expect(await objectsById(session, SERVICES, ids)).toEqual([]);
    expect(api.requests).toEqual([]);
  });

  it('are not taken for absent where the API server refuses', async () => {
    api.intercept = () => ({ status: 403, body: { kind: 'Status', code: 403, reason: 'Forbidden' } });
    await expect(objectsById(session, SERVICES, ['shop/services/api'])).rejects.toMatchObject({
      status: 403,
    });
  });
});

it('a collection gives the records of those', async () => {
  const collection = objectCollection(SERVICES, reader());
  const found = await collection.get(session, ['shop/services/api', 'shop/services/none']);
  expect(found.map((record) => collection.id(record))).toEqual(['shop/services/api']);
});
