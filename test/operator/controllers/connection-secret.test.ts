import { describe, expect, it } from 'vitest';
import {
  keepConnectionSecret,
  keepLocalConnectionSecret,
} from '../../../operator/controllers/connection-secret.ts';
import type { KubeClient } from '../../../operator/kube/client.ts';
import { KubeError } from '../../../operator/kube/errors.ts';
import type { KubeObject } from '../../../operator/kube/types.ts';
import { ARN } from '../aws/secretsmanager/cases.ts';
import { Fake } from '../aws/secretsmanager/fake.ts';
import { store } from '../compile/data-store/fixtures.ts';

type Kept = KubeObject & { data?: Record<string, string> };

/** Secrets of one namespace, by path, and what is asked for them. */
function cluster(objects: Record<string, Kept> = {}) {
  const said: string[] = [];
  const client: Pick<KubeClient, 'get' | 'apply' | 'delete'> = {
    get: async <T>(path: string) => {
      said.push(`get ${path}`);
      const found = objects[path];
      if (!found) throw new KubeError('none', { status: 404, reason: 'NotFound' });
      return found as T;
    },
    apply: async <T>(path: string, body: object) => {
      said.push(`apply ${path}`);
      objects[path] = body as Kept;
      return body as T;
    },
    delete: async (path) => {
      said.push(`delete ${path}`);
      delete objects[path];
    },
  };
  return { client: client as KubeClient, objects, said };
}

const PATH = '/api/v1/namespaces/team/secrets/orders-db';
const object = (spec: object = { connectionSecret: { name: 'orders-db' } }, status: object = {}) => {
  const made = store(
    { networkRef: { name: 'net' }, mysql: { credentials: { mode: 'Generated' } }, ...spec },
    { uid: 'u1' },
  );
  return { ...made, status: { ...made.status, ...status } };
};

/** An AWS with one version of the secret. */
function aws(versionId: string, password: string) {
  const fake = new Fake();
  const value = {
    engine: 'mysql',
    username: 'admin',
    password,
    dbname: 'appdb',
    host: 'db.example.com',
    port: 3306,
  };
  fake.values.set(versionId, JSON.stringify(value));
  const outputs = { id: ARN, arn: ARN, currentVersionId: versionId };
  const standing = [
    { node: 'secret', type: 'Secret', id: ARN, state: { phase: 'ready' as const }, outputs },
  ] as unknown as Parameters<typeof keepConnectionSecret>[0]['standing'];
  return { fake, session: fake.session, standing };
}
const assertLeading = () => {};
const plain = (kept: Kept | undefined) =>
  Object.fromEntries(
    Object.entries(kept?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );

describe('the Secret of a store', () => {
  it('holds what a client needs, and goes with the object', async () => {
    const { client, objects } = cluster();
    const told = await keepConnectionSecret({
      client,
      object: object(),
      ...aws('v1', 'pass'),
      assertLeading,
    });
    expect(told).toEqual({ connectionSecret: { name: 'orders-db' } });
    expect(plain(objects[PATH])).toEqual({
      host: 'db.example.com',
      port: '3306',
      username: 'admin',
      password: 'pass',
      dbname: 'appdb',
      uri: 'mysql://admin:pass@db.example.com:3306/appdb',
    });
    expect(objects[PATH]?.metadata.ownerReferences).toMatchObject([{ kind: 'DataStore', uid: 'u1' }]);
  });

  it('is read by name alone, and written only where it is another: after a rotation, or where somebody changed it', async () => {
    const { client, objects, said } = cluster();
    const first = aws('v1', 'pass');
    await keepConnectionSecret({ client, object: object(), ...first, assertLeading });
    said.length = 0;
    first.fake.said.length = 0;
    await keepConnectionSecret({ client, object: object(), ...first, assertLeading });
    expect([said, first.fake.said]).toEqual([[`get ${PATH}`], []]);
    await keepConnectionSecret({ client, object: object(), ...aws('v2', 'other'), assertLeading });
    expect(plain(objects[PATH])['password']).toBe('other');
    objects[PATH] = { ...(objects[PATH] as Kept), data: { password: 'bWluZQ==' } };
    await keepConnectionSecret({ client, object: object(), ...aws('v2', 'other'), assertLeading });
    expect(plain(objects[PATH])['password']).toBe('other');
  });

  it('is never somebody else’s', async () => {
    const theirs: Kept = { metadata: { name: 'orders-db' }, data: {} };
    const { client, said } = cluster({ [PATH]: theirs });
    const kept = keepConnectionSecret({ client, object: object(), ...aws('v1', 'pass'), assertLeading });
    await expect(kept).rejects.toMatchObject({ reason: 'NameTaken' });
    const former = object({}, { connectionSecret: { name: 'orders-db' } });
    await keepConnectionSecret({ client, object: former, ...aws('v1', 'pass'), assertLeading });
    expect(said).toEqual([`get ${PATH}`, `get ${PATH}`]);
  });

  it('of a former object of the name becomes its own, before Kubernetes has deleted it', async () => {
    const { client, objects } = cluster();
    const first = aws('v1', 'pass');
    const { metadata, ...rest } = object();
    const former = { ...rest, metadata: { ...metadata, uid: 'u0' } };
    await keepConnectionSecret({ client, object: former, ...first, assertLeading });
    await keepConnectionSecret({ client, object: object(), ...first, assertLeading });
    expect(objects[PATH]?.metadata.ownerReferences).toMatchObject([{ name: 'orders', uid: 'u1' }]);
  });

  it('is taken away where the spec names it no more', async () => {
    const { client, objects } = cluster();
    await keepConnectionSecret({ client, object: object(), ...aws('v1', 'pass'), assertLeading });
    const former = object({}, { connectionSecret: { name: 'orders-db' } });
    const told = await keepConnectionSecret({ client, object: former, ...aws('v1', 'pass'), assertLeading });
    expect([told, objects]).toEqual([{ connectionSecret: undefined }, {}]);
  });

  it('is not there before the store answers, and not written by who leads no more', async () => {
    const { client, objects } = cluster();
    const early = aws('v1', 'pass');
    early.fake.values.set('v1', JSON.stringify({ engine: 'mysql', username: 'admin', password: 'pass' }));
    const told = await keepConnectionSecret({ client, object: object(), ...early, assertLeading });
    expect([told, objects]).toEqual([{ connectionSecret: undefined }, {}]);
    const deposed = () => {
      throw new Error('deposed');
    };
    const kept = keepConnectionSecret({
      client,
      object: object(),
      ...aws('v1', 'pass'),
      assertLeading: deposed,
    });
    await expect(kept).rejects.toThrow('deposed');
    expect(objects).toEqual({});
  });
});

describe('the Secret of a store in the cluster', () => {
  const MADE = '/api/v1/namespaces/team/secrets/orders-rds-secret';
  const secret = (password: string): Kept => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'orders-rds-secret', namespace: 'team' },
    data: {
      host: Buffer.from('db.team.svc').toString('base64'),
      password: Buffer.from(password).toString('base64'),
    },
  });
  const made = (version: string) => ({
    session: {} as never,
    assertLeading,
    standing: [
      {
        node: 'secret',
        type: 'GeneratedSecret',
        id: 'secrets/team/orders-rds-secret',
        state: { phase: 'ready' as const },
        outputs: { name: 'orders-rds-secret', version },
      },
    ],
  });

  it('is a copy of the one that the password was made in, and follows it', async () => {
    const { client, objects } = cluster({ [MADE]: secret('first') });
    const told = await keepLocalConnectionSecret({ client, object: object(), ...made('v1') });
    expect(told).toEqual({ connectionSecret: { name: 'orders-db' } });
    expect(plain(objects[PATH])).toEqual({ host: 'db.team.svc', password: 'first' });
    objects[MADE] = secret('second');
    await keepLocalConnectionSecret({ client, object: object(), ...made('v2') });
    expect(plain(objects[PATH])).toEqual({ host: 'db.team.svc', password: 'second' });
  });

  it('goes when the spec names it no more, and the one that the password was made in stays', async () => {
    const { client, objects } = cluster({ [MADE]: secret('first') });
    const { connectionSecret } = await keepLocalConnectionSecret({ client, object: object(), ...made('v1') });
    await keepLocalConnectionSecret({ client, object: object({}, { connectionSecret }), ...made('v1') });
    expect(Object.keys(objects)).toEqual([MADE]);
  });

  it('is not before there is a password', async () => {
    const { client, said } = cluster();
    const none = { ...made('v1'), standing: [] };
    expect(await keepLocalConnectionSecret({ client, object: object(), ...none })).toEqual({
      connectionSecret: undefined,
    });
    expect(said).toEqual([]);
  });

  it('is that one where the spec calls it so', async () => {
    const { client, said } = cluster({ [MADE]: secret('first') });
    const named = object({ connectionSecret: { name: 'orders-rds-secret' } });
    expect(await keepLocalConnectionSecret({ client, object: named, ...made('v1') })).toEqual({
      connectionSecret: { name: 'orders-rds-secret' },
    });
    expect(said).toEqual([]);
  });
});
