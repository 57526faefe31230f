import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../k8s-local/databases/container.ts';
import { redis } from '../../k8s-local/databases/drivers.ts';
import { startRedis } from '../../k8s-local/databases/redis.ts';
import { askService } from '../support/ask-service.ts';
import { environmentOf } from '../support/check-databases.ts';
import { eventually } from '../support/eventually.ts';
import { type Service, startService } from '../support/service.ts';

type Environment = Awaited<ReturnType<typeof environmentOf>>;

let database: Database;
let environment: Environment;
let service: Service;

beforeAll(async () => {
  database = await startRedis();
  environment = await environmentOf('REDIS', database);
  service = await startService(environment.env);
  await healthy(service);
});

afterAll(async () => {
  await service.stop();
  await environment[Symbol.asyncDispose]();
  await database.stop();
});

const ask = (method: string, path: string, body?: unknown) =>
  askService(service.url, method, `/database/cache/${path}`, body);

const aKey = () => `k-${randomBytes(6).toString('hex')}`;

/** Of what is left of a time. */
const about = (seconds: number): unknown => expect.closeTo(seconds, -1);

const healthy = ({ url }: Service) =>
  eventually('the cache to be well', async () => {
    const { status } = await askService(url, 'GET', '/database/health');
    return status === 200;
  });

const healthOf = async ({ url }: Service) => {
  const { status, body } = await askService(url, 'GET', '/database/health');
  const { redis: health } = body['databases'] as { redis: { status: string; detail?: string } };
  return { answered: status, ...health };
};

describe('a value', () => {
  it('is kept, found, replaced and forgotten', async () => {
    const key = aKey();
    const value = { message: 'Hello Cache' };
    const kept = await ask('POST', key, value);
    expect([kept.status, kept.body]).toEqual([201, { key, value, ttl: 3600 }]);
    const found = await ask('GET', key);
    expect([found.status, found.body]).toEqual([200, { key, value, ttl: about(3600) }]);

    expect((await ask('POST', `${key}?ttl=60`, JSON.stringify('another'))).body).toEqual({
      key,
      value: 'another',
      ttl: 60,
    });
    expect((await ask('GET', key)).body).toEqual({ key, value: 'another', ttl: about(60) });

    const forgotten = await ask('DELETE', key);
    expect([forgotten.status, forgotten.body]).toEqual([204, {}]);
    for (const method of ['GET', 'DELETE']) {
      const { status, body } = await ask(method, key);
      expect([status, body['detail']]).toEqual([404, `The cache has no ${key}.`]);
    }
  });

  it('goes when its time is over', async () => {
    const key = aKey();
    expect((await ask('POST', `${key}?ttl=1`, 1)).body['ttl']).toBe(1);
    const started = performance.now();
    expect((await ask('GET', key)).status).toBe(200);
    await eventually('its end', async () => (await ask('GET', key)).status === 404);
    expect(performance.now() - started).toBeGreaterThan(700);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it.each([
    ['null', null],
    ['false', false],
    ['zero', 0],
    ['an empty text', ''],
    ['an empty list', []],
    ['an empty object', {}],
    ['numbers', [1e300, 5e-324, 9_007_199_254_740_991, -0.1]],
    ['what is nested', { a: [{ b: [[{ c: [null] }]] }] }],
    ['texts of all sorts', { '': 'no name', nul: 'a\0b', half: '\ud83d', emoji: '👩‍💻', شركة: '\u202Eabc' }],
    ['what a program would take for its own', { $set: { 'a.b': 1 }, constructor: { prototype: 1 } }],
    ['commands of Redis', 'x\r\n*1\r\n$8\r\nFLUSHALL\r\n'],
  ])('is kept as it was sent: %s', async (_what, value) => {
    const key = aKey();
    expect((await ask('POST', key, JSON.stringify(value))).body).toEqual({ key, value, ttl: 3600 });
    expect((await ask('GET', key)).body).toEqual({ key, value, ttl: about(3600) });
  });

  it('may be as large as a body', async () => {
    const key = aKey();
    const value = 'a'.repeat(102_398);
    expect((await ask('POST', key, JSON.stringify(value))).status).toBe(201);
    expect((await ask('GET', key)).body['value']).toBe(value);
  });

  it.each([
    ['too long', 413, JSON.stringify('a'.repeat(102_399))],
    ['nested without end', 422, `${'['.repeat(45_000)}${']'.repeat(45_000)}`],
    ['no JSON', 400, '{"a":'],
  ])('is refused where it is %s', async (_what, status, text) => {
    const key = aKey();
    expect((await ask('POST', key, text)).status).toBe(status);
    expect((await ask('GET', key)).status).toBe(404);
  });

  it.each(['a%20b', 'a%2Fb', 'a%0A', '%C3%A4', '*', 'a'.repeat(201)])('is not kept as %s', async (key) => {
    const errors = [{ field: 'key', message: 'must have 1 to 200 letters, digits and . _ : -' }];
    for (const [method, ...body] of [['GET'], ['DELETE'], ['POST', 1]] as const)
      expect(await ask(method, key, ...body)).toMatchObject({ status: 422, body: { errors } });
  });

  it.each(['0', '-1', '', '1.5', '31536001', '0x10', '1e2', '1e400', 'soon', '1&ttl=2'])(
    'is not kept for ttl=%s',
    async (ttl) => {
      const { status, body } = await ask('POST', `${aKey()}?ttl=${ttl}`, 1);
      const message = 'must be a whole number of seconds from 1 to 31536000';
      expect([status, body['errors']]).toEqual([422, [{ field: 'ttl', message }]]);
    },
  );

  it('is told all that is wrong with it at once', async () => {
    const { status, body } = await ask('POST', 'a%20b?ttl=0', 1);
    const errors = body['errors'] as { readonly field: string }[];
    expect([status, errors.map(({ field }) => field)]).toEqual([422, ['key', 'ttl']]);
  });

  it('is of one service, and not of another one on the same Redis', async () => {
    const key = aKey();
    await ask('POST', key, { of: 'ours' });
    const other = await startService({ ...environment.env, SERVICE_NAME: 'other' });
    try {
      await healthy(other);
      expect((await askService(other.url, 'GET', `/database/cache/${key}`)).status).toBe(404);
    } finally {
      await other.stop();
    }
  });
});

describe('a Redis', () => {
  it('that is not configured is disabled', async () => {
    const alone = await startService();
    try {
      expect(await healthOf(alone)).toEqual({ answered: 200, status: 'disabled' });
      for (const [method, ...body] of [['GET'], ['DELETE'], ['POST', 1]] as const) {
        const answer = await askService(alone.url, method, '/database/cache/a', ...body);
        expect([answer.status, answer.body['detail']]).toEqual([
          503,
          'redis is not configured for this service.',
        ]);
      }
    } finally {
      await alone.stop();
    }
  });

  const secret = randomBytes(12).toString('hex');
  it.each([
    ['does not know the password', { REDIS_PASS: secret }, 'WRONGPASS'],
    ['wants a password', { REDIS_PASS: '' }, 'NOAUTH'],
    ['has a certificate that nobody knows', { REDIS_CA_FILE: '' }, 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['is not there', { REDIS_PORT: '9' }, 'ECONNREFUSED'],
    ['has no shards', { REDIS_CLUSTER: 'true' }, 'ERR This instance has cluster support disabled'],
  ])('that %s is unhealthy, and told without secrets', async (_what, wrong, detail) => {
    const refused = await startService({ ...environment.env, ...wrong });
    try {
      await eventually('the reason', async () => (await healthOf(refused)).detail === detail, {
        timeoutMs: 5000,
        seen: () => healthOf(refused),
      });
      expect(await healthOf(refused)).toEqual({ answered: 503, status: 'unhealthy', detail });
      const { status, headers, body } = await askService(refused.url, 'POST', '/database/cache/a', {
        of: 'sent',
      });
      expect([status, headers.get('retry-after')]).toEqual([503, '1']);
      expect(body['detail']).toBe('redis does not work at the moment; ask again soon.');
      const told = refused.lines.join('\n');
      expect(told).toContain('the connection failed');
      for (const hidden of [secret, database.password, 'sent']) expect(told).not.toContain(hidden);
    } finally {
      await refused.stop();
    }
  });

  it('that is full takes nothing, and what was sent is not in the log', async () => {
    const { host, port, username, password, ca } = database;
    const admin = await redis.open({ host, port, username, password }, ca);
    const key = aKey();
    try {
      await admin.run('CONFIG SET maxmemory 1');
      const { status, headers } = await ask('POST', key, { text: 'something private' });
      expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    } finally {
      await admin.run('CONFIG SET maxmemory 0');
      await admin.close();
    }
    expect((await ask('POST', key, 1)).status).toBe(201);
    const told = service.lines.join('\n');
    expect(told).toContain('OOM');
    for (const hidden of ['something private', database.password, key]) expect(told).not.toContain(hidden);
  });
});
