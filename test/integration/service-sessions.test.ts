import { randomBytes, randomUUID } from 'node:crypto';
import { DeleteTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askService } from '../support/ask-service.ts';
import { type DynamoTable, startDynamoTable } from '../../k8s-local/databases/dynamo.ts';
import { startPostgres } from '../../k8s-local/databases/postgres.ts';
import { eventually } from '../support/eventually.ts';
import { type Service, startService } from '../support/service.ts';

let table: DynamoTable;
let client: DynamoDBClient;
let service: Service;

beforeAll(async () => {
  table = await startDynamoTable();
  const { endpoint, region, credentials } = table;
  client = new DynamoDBClient({ endpoint, region, credentials });
  service = await startService(env());
});

afterAll(async () => {
  await service.stop();
  client.destroy();
  await table.stop();
});

const env = (more: Readonly<Record<string, string>> = {}) => ({
  ...table.env,
  DYNAMODB_TABLE: table.table,
  DYNAMODB_REGION: table.region,
  AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
  ...more,
});

const ask = (method: string, path: string, body?: unknown) => askService(service.url, method, path, body);

const anId = () => `s-${randomBytes(6).toString('hex')}`;

const seconds = () => Date.now() / 1000;

interface Act {
  readonly action: string;
  readonly timestamp: string;
  readonly details: unknown;
}

const actsOf = async (url: string, user: string, query = '') => {
  const { status, body } = await askService(url, 'GET', `/database/users/${user}/activity${query}`);
  return {
    status,
    acts: (body['activities'] ?? []) as Act[],
    next: body['next_cursor'] as string | undefined,
    body,
  };
};

const healthy = ({ url }: Service) =>
  eventually('the databases to be well', async () => {
    const { status } = await askService(url, 'GET', '/database/health');
    return status === 200;
  });

describe('a session', () => {
  it('is kept, found with the seconds that it has left, and replaced', async () => {
    const session_id = anId();
    const data = { user: 'Ada', cart: [{ sku: 1, price: 0.1 }], empty: '', none: null };
    const made = await ask('POST', '/database/sessions', { session_id, data, ttl: 60 });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ session_id, data, ttl: 60 });
    const left = Date.parse(String(made.body['expires_at'])) / 1000 - seconds();
    expect(left).toBeGreaterThan(55);
    expect(left).toBeLessThanOrEqual(60);
    const path = made.headers.get('location') ?? '';
    expect(path).toBe(`/database/sessions/${session_id}`);

    await ask('POST', '/database/sessions', { session_id, data: { second: true } });
    const found = await ask('GET', path);
    expect([found.status, found.body['data']]).toEqual([200, { second: true }]);
    expect(found.body['ttl']).toBeGreaterThan(3590);
    expect(found.body['ttl']).toBeLessThanOrEqual(3600);
  });

  it.each([
    { text: "'; drop table users; --", quotes: '"\\' },
    { nul: 'a\0b', half: '\ud83d', emoji: '👩‍💻' },
    { large: 1e300, small: 5e-324, long: 9_007_199_254_740_991, minus: -0.1 },
    { '': 'no name', $set: { 'a.b': [] } },
    { nested: [[[[[[{}]]]]]] },
  ])('keeps its data as it was sent: %j', async (data) => {
    const session_id = anId();
    expect((await ask('POST', '/database/sessions', { session_id, data })).status).toBe(201);
    expect((await ask('GET', `/database/sessions/${session_id}`)).body['data']).toEqual(data);
  });

  it('may be as large as a body', async () => {
    const session_id = anId();
    const data = { text: 'a'.repeat(100_000) };
    expect((await ask('POST', '/database/sessions', { session_id, data })).status).toBe(201);
    expect((await ask('GET', `/database/sessions/${session_id}`)).body['data']).toEqual(data);
    const more = await ask('POST', '/database/sessions', { session_id, data: { text: 'a'.repeat(110_000) } });
    expect(more.status).toBe(413);
  });

  it.each<[string, object, string]>([
    ['an id with a space', { session_id: 'a b' }, 'session_id'],
    ['the id of an activity', { session_id: `activity#${randomUUID()}` }, 'session_id'],
    ['data that are a list', { data: [] }, 'data'],
    ['a time of nothing', { ttl: 0 }, 'ttl'],
    ['a time of more than a year', { ttl: 31_536_001 }, 'ttl'],
  ])('is refused with %s', async (_what, wrong, field) => {
    const answer = await ask('POST', '/database/sessions', { session_id: anId(), data: {}, ...wrong });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  it.each([
    ['are nested without end', 'body', `${'['.repeat(45_000)}${']'.repeat(45_000)}`],
    // 95 kB as sent, and more than DynamoDB takes as written out.
    ['become larger', 'data', `[${Array.from({ length: 19_000 }, () => '1e20').join()}]`],
  ])('is refused with data that %s', async (_what, field, list) => {
    const body = `{"session_id":"a","data":{"a":${list}}}`;
    expect(await ask('POST', '/database/sessions', body)).toMatchObject({
      status: 422,
      body: { errors: [{ field }] },
    });
  });

  it('that has ended is not found, though it is still there', async () => {
    const session_id = anId();
    await ask('POST', '/database/sessions', { session_id, data: {}, ttl: 1 });
    const gone = await eventually('the end of the session', async () => {
      const answer = await ask('GET', `/database/sessions/${session_id}`);
      return answer.status !== 200 && answer;
    });
    expect([gone.status, gone.body['detail']]).toEqual([
      404,
      'There is no session of this id, or it has ended.',
    ]);
    const Key = { session_id: { S: session_id } };
    const { Item } = await client.send(new GetItemCommand({ TableName: table.table, Key }));
    expect(Number(Item?.['ttl']?.N)).toBeLessThanOrEqual(seconds());
  });

  it('is not found where there is none, and an activity is none', async () => {
    expect((await ask('GET', `/database/sessions/${anId()}`)).status).toBe(404);
    expect((await ask('GET', `/database/sessions/activity%23${randomUUID()}`)).status).toBe(422);
  });
});

describe('activity', () => {
  it('tells of the session of a user, and not its id', async () => {
    const user = randomUUID();
    const session_id = anId();
    await ask('POST', '/database/sessions', { session_id, data: { user_id: user.toUpperCase() }, ttl: 60 });
    const { acts, body } = await eventually('the activity', async () => {
      const page = await actsOf(service.url, user);
      return page.acts.length > 0 && page;
    });
    expect(acts).toEqual([
      { action: 'session.created', timestamp: expect.stringMatching(/Z$/), details: { ttl: 60 } },
    ]);
    expect(JSON.stringify(body)).not.toContain(session_id);
  });

  it('comes in pages, the latest first, each once', async () => {
    const user = randomUUID();
    // Some in the same millisecond.
    const times = Array.from({ length: 25 }, (_, n) => 1.7e12 + 1000 * Math.floor(n / 3));
    for (const [n, timestamp] of times.entries())
      await client.send(
        new PutItemCommand({
          TableName: table.table,
          Item: {
            session_id: { S: `activity#${randomUUID()}` },
            user_id: { S: user },
            timestamp: { N: `${timestamp}` },
            action: { S: 'test' },
            details: { S: JSON.stringify({ n }) },
          },
        }),
      );
    const seen: Act[] = [];
    const sizes: number[] = [];
    let query = '?limit=10';
    for (;;) {
      const { acts, next } = await actsOf(service.url, user, query);
      seen.push(...acts);
      sizes.push(acts.length);
      if (next === undefined) break;
      query = `?limit=10&cursor=${next}`;
    }
    expect(sizes).toEqual([10, 10, 5]);
    expect(seen.map(({ timestamp }) => Date.parse(timestamp))).toEqual(times.toReversed());
    expect(new Set(seen.map(({ details }) => JSON.stringify(details))).size).toBe(25);
    expect((await actsOf(service.url, user)).acts).toHaveLength(20);
    // No page is promised that is empty.
    expect((await actsOf(service.url, user, '?limit=25')).next).toBeUndefined();
    // The place of one user is of no use with another.
    const { next } = await actsOf(service.url, user, '?limit=1');
    const other = await actsOf(service.url, randomUUID(), `?cursor=${next}`);
    expect(other.acts).toEqual([]);
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=101', 'limit'],
    ['?limit=ten', 'limit'],
    ['?cursor=x', 'cursor'],
    ['?page=1', 'page'],
  ])('is not asked for with %s', async (query, field) => {
    const { status, body } = await actsOf(service.url, randomUUID(), query);
    expect({ status, body }).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  it('of nobody is none', async () => {
    const user = randomUUID();
    const { status, body } = await actsOf(service.url, user);
    expect([status, body]).toEqual([200, { user_id: user, activities: [] }]);
  });
});

describe('beside users', () => {
  it('the making of a user is told, and goes on without DynamoDB', async () => {
    const database = await startPostgres({ tls: false });
    const both = await startService(
      env({
        DB_HOST: database.host,
        DB_PORT: `${database.port}`,
        DB_USER: database.username,
        DB_PASS: database.password,
        DB_NAME: database.database,
        DB_TLS: 'false',
      }),
    );
    const create = (username: string) =>
      askService(both.url, 'POST', '/database/users', {
        username,
        email: `${username}@example.com`,
        full_name: 'Ada Lovelace',
      });
    try {
      await healthy(both);
      const id = String((await create('ada')).body['id']);
      const { acts } = await eventually('the activity', async () => {
        const page = await actsOf(both.url, id);
        return page.acts.length > 0 && page;
      });
      expect(acts).toMatchObject([{ action: 'user.created', details: { username: 'ada' } }]);

      table.pause();
      const started = performance.now();
      const grace = await create('grace');
      expect(grace.status).toBe(201);
      expect(performance.now() - started).toBeLessThan(1000);
      const health = await eventually('the health to be of now', async () => {
        const answer = await askService(both.url, 'GET', '/database/health');
        return answer.status === 503 && answer;
      });
      expect(health.body).toMatchObject({
        status: 'unhealthy',
        databases: { postgresql: { status: 'healthy' }, dynamodb: { status: 'unhealthy' } },
      });
      await eventually('a line about it', async () =>
        both.lines.some((line) => line.includes('an activity is not recorded')),
      );
      table.unpause();

      await database.kill();
      expect((await create('joan')).status).toBe(503);
      const session = await askService(both.url, 'POST', '/database/sessions', {
        session_id: anId(),
        data: {},
      });
      expect(session.status).toBe(201);
      expect(both.lines.join('\n')).not.toContain(database.password);
    } finally {
      table.unpause();
      await both.stop();
      await database.stop();
    }
  });
});

describe('a table', () => {
  it('that cannot be reached, or is not there, is a 503', async () => {
    for (const wrong of [
      { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' },
      { DYNAMODB_TABLE: 'nothing-of-this-name' },
    ]) {
      const lost = await startService(env(wrong));
      try {
        const session = { session_id: anId(), data: {} };
        const kept = await askService(lost.url, 'POST', '/database/sessions', session);
        expect([kept.status, kept.headers.get('retry-after')]).toEqual([503, '1']);
        expect((await actsOf(lost.url, randomUUID())).status).toBe(503);
        expect((await askService(lost.url, 'GET', '/database/health')).status).toBe(503);
        expect(lost.lines.join('\n')).not.toContain(table.credentials.secretAccessKey);
      } finally {
        await lost.stop();
      }
    }
  });

  it('that is not configured is disabled', async () => {
    const alone = await startService();
    try {
      const answers = await Promise.all([
        askService(alone.url, 'POST', '/database/sessions', { session_id: 'a', data: {} }),
        askService(alone.url, 'GET', '/database/sessions/a'),
        askService(alone.url, 'GET', `/database/users/${randomUUID()}/activity`),
      ]);
      for (const { status, body } of answers)
        expect([status, body['detail']]).toEqual([503, 'dynamodb is not configured for this service.']);
    } finally {
      await alone.stop();
    }
  });

  it('leaves no data and no credential in the log', () => {
    const told = service.lines.join('\n');
    expect(service.lines.length).toBeGreaterThan(20);
    for (const hidden of [table.credentials.secretAccessKey, 'drop table', 'no name'])
      expect(told).not.toContain(hidden);
  });

  it('that is deleted is a 503', async () => {
    await client.send(new DeleteTableCommand({ TableName: table.table }));
    await eventually('the answer of a table that is gone', async () => {
      const { status } = await ask('GET', '/database/sessions/a');
      return status === 503;
    });
  });
});
