import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askService } from '../support/ask-service.ts';
import type { Database } from '../../k8s-local/databases/container.ts';
import { startPostgres } from '../../k8s-local/databases/postgres.ts';
import { eventually } from '../support/eventually.ts';
import { type Service, startService } from '../support/service.ts';

const caFile = join(tmpdir(), `service-users-${process.pid}.pem`);
let database: Database;
let service: Service;

beforeAll(async () => {
  database = await startPostgres();
  await writeFile(caFile, database.ca ?? '');
  service = await startService(env());
  await healthy(service);
});

afterAll(async () => {
  await service.stop();
  await database.stop();
  await rm(caFile);
});

const env = (more: Readonly<Record<string, string>> = {}) => ({
  DB_HOST: database.host,
  DB_PORT: `${database.port}`,
  DB_USER: database.username,
  DB_PASS: database.password,
  DB_NAME: database.database,
  DB_CA_FILE: caFile,
  ...more,
});

const ask = (method: string, path: string, body?: unknown) => askService(service.url, method, path, body);

function aUser(more: Readonly<Record<string, unknown>> = {}) {
  const username = `ada-${randomBytes(6).toString('hex')}`;
  return { username, email: `${username}@example.com`, full_name: 'Ada Lovelace', ...more };
}

const healthy = ({ url }: Service) =>
  eventually('the databases to be well', async () => {
    const { status } = await askService(url, 'GET', '/database/health');
    return status === 200;
  });

async function sql<T extends object>(text: string, name = database.database): Promise<T[]> {
  const client = new Client({
    host: database.host,
    port: database.port,
    user: database.username,
    password: database.password,
    database: name,
    ssl: { ca: database.ca ?? '' },
  });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('a user', () => {
  it('is made, and found at the address that was answered', async () => {
    const wanted = aUser();
    const made = await ask('POST', '/database/users', wanted);
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      ...wanted,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const location = made.headers.get('location') ?? '';
    expect(location).toBe(`/database/users/${String(made.body['id'])}`);
    const found = await ask('GET', location);
    expect([found.status, found.body]).toEqual([200, made.body]);
    const shouted = await ask('GET', `/database/users/${String(made.body['id']).toUpperCase()}`);
    expect(shouted.body).toEqual(made.body);
  });

  it('is refused where its name or its address is taken, in whatever case', async () => {
    const first = aUser();
    expect((await ask('POST', '/database/users', first)).status).toBe(201);
    const taken = async (more: Readonly<Record<string, unknown>>) => {
      const { status, body } = await ask('POST', '/database/users', aUser(more));
      return [status, body['errors']];
    };
    const is = (...fields: string[]) => [409, fields.map((field) => ({ field, message: 'is taken' }))];
    expect(await taken({ username: first.username })).toEqual(is('username'));
    expect(await taken({ email: first.email })).toEqual(is('email'));
    expect(await taken({ email: first.email.toUpperCase() })).toEqual(is('email'));
    expect(await taken({ username: first.username, email: first.email })).toEqual(is('username', 'email'));
    // Of two others, one each.
    const second = aUser();
    await ask('POST', '/database/users', second);
    expect(await taken({ username: first.username, email: second.email })).toEqual(is('username', 'email'));
  });

  it('is made once where many ask for the same at once', async () => {
    const wanted = aUser();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask('POST', '/database/users', wanted)),
    );
    const counted = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
    expect([counted(201), counted(409)]).toEqual([1, 19]);
    expect(await sql(`select id from users where username = '${wanted.username}'`)).toHaveLength(1);
  });

  it.each<[string, unknown, string]>([
    ['username', undefined, 'must be a text of 1 to 50 characters'],
    ['username', 7, 'must be a text of 1 to 50 characters'],
    ['username', '', 'must be a text of 1 to 50 characters'],
    ['username', 'a'.repeat(51), 'must be a text of 1 to 50 characters'],
    ['username', '  \t', 'must not be blank'],
    ['username', 'a\0b', 'must hold neither NUL nor half of a surrogate pair'],
    ['full_name', 'a'.repeat(201), 'must be a text of 1 to 200 characters'],
    ['full_name', null, 'must be a text of 1 to 200 characters'],
    ['full_name', 'Ada \ud83d', 'must hold neither NUL nor half of a surrogate pair'],
    ['email', undefined, 'must be an email address such as ada@example.com'],
    ['email', 'ada', 'must be an email address such as ada@example.com'],
    ['email', 'ada@example.com\0', 'must be an email address such as ada@example.com'],
    ['email', `${'a'.repeat(243)}@example.com`, 'must have at most 254 characters'],
    ['role', 'admin', 'is not known'],
  ])('is refused with %s %j', async (field, value, message) => {
    const { status, body } = await ask('POST', '/database/users', aUser({ [field]: value }));
    expect([status, body['errors']]).toEqual([422, [{ field, message }]]);
  });

  it('is told all that is wrong at once', async () => {
    const { status, body } = await ask('POST', '/database/users', {});
    const errors = body['errors'] as { readonly field: string }[];
    expect([status, errors.map(({ field }) => field)]).toEqual([422, ['username', 'email', 'full_name']]);
  });

  it.each(['7', 'x', '%00', "1'%20or%20'1'='1", '6f1c0d8e3a554f0a9a3e0c6b8f1d2e47'])(
    'is not asked for as %s',
    async (id) => {
      const { status, body } = await ask('GET', `/database/users/${id}`);
      const message = 'must be a UUID such as 6f1c0d8e-3a55-4f0a-9a3e-0c6b8f1d2e47';
      expect([status, body['errors']]).toEqual([422, [{ field: 'id', message }]]);
    },
  );

  it('is not found where there is none', async () => {
    const { status, body } = await ask('GET', '/database/users/6f1c0d8e-3a55-4f0a-9a3e-0c6b8f1d2e47');
    expect([status, body['detail']]).toEqual([404, 'There is no user of this id.']);
  });

  it.each([
    "'; drop table users; --",
    "x' or '1'='1",
    '$1 %s ? :name \\',
    'Robert"); delete from users; /*',
    '名前 👩‍💻 é',
  ])('is kept as it was sent: %s', async (text) => {
    const username = `${text}${randomBytes(4).toString('hex')}`;
    const made = await ask('POST', '/database/users', aUser({ username, full_name: text }));
    expect(made.status).toBe(201);
    const found = await ask('GET', made.headers.get('location') ?? '');
    expect(found.body).toMatchObject({ username, full_name: text });
    expect((await sql<{ n: string }>('select count(*) as n from users'))[0]?.n).not.toBe('0');
  });
});

describe('the schema', () => {
  it('is made once where ten services start at once on an empty database', async () => {
    await sql('create database empty');
    const services = await Promise.all(
      Array.from({ length: 10 }, () => startService(env({ DB_NAME: 'empty', DB_POOL_SIZE: '2' }))),
    );
    try {
      await Promise.all(services.map(healthy));
      const applied = await sql<{ version: number }>('select version from schema_migrations', 'empty');
      expect(applied).toEqual([{ version: 1 }]);
      const lines = services.flatMap(({ lines }) => lines).filter((line) => line.includes('not up to date'));
      expect(lines).toEqual([]);
      const { status } = await askService(services[0]?.url ?? '', 'POST', '/database/users', aUser());
      expect(status).toBe(201);
    } finally {
      await Promise.all(services.map((service) => service.stop()));
    }
  });

  it('of a newer version is left alone by an older one, which works', async () => {
    await sql('insert into schema_migrations (version) values (1000)');
    const older = await startService(env());
    try {
      await healthy(older);
      expect((await askService(older.url, 'POST', '/database/users', aUser())).status).toBe(201);
    } finally {
      await older.stop();
      await sql('delete from schema_migrations where version = 1000');
    }
  });

  it('that cannot be made is told by /database/health, and made once it can be', async () => {
    await sql('create database forbidden');
    await sql('create table users (other text)', 'forbidden');
    const stuck = await startService(env({ DB_NAME: 'forbidden' }));
    try {
      const behind = await eventually('the health of the schema', async () => {
        const { status, body } = await askService(stuck.url, 'GET', '/database/health');
        return status === 503 && JSON.stringify(body).includes('SchemaBehind');
      });
      expect(behind).toBe(true);
      expect((await askService(stuck.url, 'POST', '/database/users', aUser())).status).toBe(503);
      // Nothing of a migration that fails is left.
      const tables = await sql<{ name: string }>(
        "select tablename as name from pg_tables where schemaname = 'public'",
        'forbidden',
      );
      expect(tables).toEqual([{ name: 'users' }]);
      await sql('drop table users', 'forbidden');
      await healthy(stuck);
      expect((await askService(stuck.url, 'POST', '/database/users', aUser())).status).toBe(201);
    } finally {
      await stuck.stop();
    }
  });
});

describe('a database', () => {
  it('that is down when the service starts is used once it is up', async () => {
    await database.kill();
    const early = await startService(env());
    try {
      const { status, headers } = await askService(early.url, 'POST', '/database/users', aUser());
      expect([status, headers.get('retry-after')]).toEqual([503, '1']);
      expect((await askService(early.url, 'GET', '/health')).status).toBe(200);
      expect((await askService(early.url, 'GET', '/hello')).status).toBe(200);
      await database.start();
      await healthy(early);
      expect((await askService(early.url, 'POST', '/database/users', aUser())).status).toBe(201);
    } finally {
      await early.stop();
    }
  });

  it('that is not configured is disabled, and no reason to be unwell', async () => {
    const alone = await startService();
    try {
      const health = await askService(alone.url, 'GET', '/database/health');
      const disabled = { status: 'disabled' };
      expect([health.status, health.body]).toEqual([
        200,
        { status: 'healthy', databases: { postgresql: disabled, dynamodb: disabled, redis: disabled } },
      ]);
      const { status, body } = await askService(alone.url, 'POST', '/database/users', aUser());
      expect([status, body['detail']]).toEqual([503, 'postgresql is not configured for this service.']);
    } finally {
      await alone.stop();
    }
  });

  it('that does not know the password, or whose certificate nobody knows, is unhealthy and told without secrets', async () => {
    const secret = randomBytes(12).toString('hex');
    for (const wrong of [{ DB_PASS: secret }, { DB_CA_FILE: '' }]) {
      const refused = await startService(env(wrong));
      try {
        const user = aUser();
        const { status, body } = await askService(refused.url, 'POST', '/database/users', user);
        expect([status, body['detail']]).toEqual([503, expect.stringContaining('does not work')]);
        expect((await askService(refused.url, 'GET', '/database/health')).status).toBe(503);
        await eventually('a line about it', async () => refused.lines.length > 3);
        const told = refused.lines.join('\n');
        for (const hidden of [secret, database.password, user.username, 'insert into'])
          expect(told).not.toContain(hidden);
      } finally {
        await refused.stop();
      }
    }
  });

  it('leaves nothing of what was sent, no password and no SQL in the log of all this', () => {
    const told = service.lines.join('\n');
    expect(service.lines.length).toBeGreaterThan(50);
    for (const hidden of [database.password, 'Lovelace', 'drop table', 'select ', 'example.com'])
      expect(told).not.toContain(hidden);
  });
});
