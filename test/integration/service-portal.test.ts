import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../k8s-local/aws/container.ts';
import { hashPassword } from '../../service/portal/admin/password.ts';
import type { Database } from '../../k8s-local/databases/container.ts';
import { startMysql } from '../../k8s-local/databases/mysql.ts';
import { startRedis } from '../../k8s-local/databases/redis.ts';
import { type Answered, ADMIN, type Portal, someCompany, startPortal, visitor } from '../support/portal.ts';
import { mysql } from '../../k8s-local/databases/drivers.ts';

const docker = await dockerAnswers(process.env);
if (process.env['CI'] === 'true') {
  it('in CI a Docker daemon answers', () => expect(docker, 'see .ci/docker').toBe(true));
}

const fieldsOf = ({ body }: Answered) =>
  Object.fromEntries(
    (body['errors'] as { field: string; message: string }[]).map(({ field, message }) => [field, message]),
  );

describe.runIf(docker)('the portal on MySQL', () => {
  let database: Database;
  let portal: Portal;
  let clock = Date.parse('2030-01-01T00:00:00Z');
  const now = () => clock;
  const minutes = (count: number) => void (clock += count * 60_000);

  beforeAll(async () => {
    database = await startMysql();
    // Both find no table and make all: two tasks of a first deployment.
    const [one, other] = await Promise.all([startPortal(database, { now }), startPortal(database)]);
    portal = one;
    await other[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    await portal?.[Symbol.asyncDispose]();
    await database?.stop();
  });

  const register = (over: Readonly<Record<string, unknown>> = {}) =>
    visitor(portal.url).ask('POST', '/api/companies', { body: someCompany(over) });
  const administrator = async () => {
    const admin = visitor(portal.url, '192.0.2.2');
    expect(await admin.logIn()).toMatchObject({ status: 200 });
    return admin;
  };
  /** The first column of what is found. */
  const found = async (sql: string) => {
    const { host, port, username, password } = database;
    const client = await mysql.open(
      { host, port, username, password, dbname: database.database },
      database.ca,
    );
    try {
      return await client.run(sql);
    } finally {
      await client.close();
    }
  };

  it('does what the deployment check asks, and shows nobody’s person to who is not logged in', async () => {
    const anybody = visitor(portal.url);
    const sent = someCompany({ id: 'test-123', submittedDate: '2024-01-01T00:00:00Z' });
    const made = await anybody.ask('POST', '/api/companies', { body: sent });
    const submittedDate = new Date(clock).toISOString();
    expect(made).toMatchObject({ status: 201, body: { ...sent, submittedDate, status: 'pending' } });
    expect(made.headers.get('location')).toBe('/api/companies/test-123');
    const { status, body } = await anybody.ask('GET', '/api/companies/test-123');
    expect(status).toBe(200);
    expect(body).toEqual({
      id: 'test-123',
      companyName: sent['companyName'],
      submittedDate,
      status: 'pending',
    });
    expect(await (await administrator()).ask('GET', '/api/companies/test-123')).toMatchObject({
      body: made.body,
    });
    expect(await anybody.ask('GET', '/api/companies')).toMatchObject({ status: 401 });
    expect(await anybody.ask('GET', '/api/companies/none')).toMatchObject({ status: 404 });
  });

  it('tells of each field what is wrong with it', async () => {
    const empty = await visitor(portal.url).ask('POST', '/api/companies', { body: {} });
    expect(empty.status).toBe(422);
    expect(fieldsOf(empty)).toEqual({
      companyName: 'Enter the name of the company.',
      registrationNumber: 'Enter the registration number.',
      businessType: 'Choose the type of business.',
      address: 'Enter the address.',
      contactPerson: 'Enter the name of a contact person.',
      email: 'Enter an email address.',
      phone: 'Enter a phone number.',
    });
    const wrong = await register({
      companyName: ' ',
      registrationNumber: '№ 1',
      address: 'a'.repeat(501),
      contactPerson: 'a\u0000b',
      email: 'nobody',
      phone: 'none',
    });
    expect(wrong.status).toBe(422);
    expect(fieldsOf(wrong)).toEqual({
      companyName: 'Enter the name of the company.',
      registrationNumber: expect.stringContaining('letters from A to Z'),
      address: 'Use at most 500 characters.',
      contactPerson: expect.stringContaining('cannot be stored'),
      email: 'Enter an email address in the form name@example.com.',
      phone: expect.stringContaining('5 to 20 digits'),
    });
  });

  it('registers a number once, however it is written, and also when asked many times at once', async () => {
    expect(await register({ registrationNumber: 'Once-1' })).toMatchObject({ status: 201 });
    const again = await register({ registrationNumber: 'ONCE-1 ' });
    expect(again.status).toBe(409);
    expect(fieldsOf(again)).toEqual({
      registrationNumber: 'A company with this number is registered already.',
    });
    expect(await register({ id: 'twice' })).toMatchObject({ status: 201 });
    expect(fieldsOf(await register({ id: 'twice' }))).toHaveProperty('id');
    const many = await Promise.all(
      Array.from({ length: 20 }, () => register({ registrationNumber: 'Race-1' })),
    );
    expect(many.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array<number>(19).fill(409),
    ]);
  });

  it.each([
    ['characters of four bytes', 'Bäckerei 🥐 𠜎'],
    ['SQL', `'; DROP TABLE companies; -- \\' " \` %_ /*`],
    ['another writing direction', 'شركة \u202Eabc'],
    ['HTML', '<script>alert(1)</script>&amp;'],
    ['what a template would fill in', '${7*7} {{7*7}} %s %0d%0aSet-Cookie:a=b'],
  ])('keeps %s as it is', async (_what, companyName) => {
    const { status, body } = await register({ companyName });
    expect(status).toBe(201);
    const kept = await visitor(portal.url).ask('GET', `/api/companies/${String(body['id'])}`);
    expect(kept.body['companyName']).toBe(companyName);
  });

  it.each([
    ['NUL', 'a\u0000'],
    ['half a character', 'a\ud800'],
    ['line breaks', 'a\r\nSet-Cookie: b=c'],
    ['no text', { $ne: 1 }],
  ])('refuses %s', async (_what, companyName) => {
    expect(await register({ companyName })).toMatchObject({ status: 422 });
  });

  it('refuses bodies that are too large, no JSON or of another type', async () => {
    const send = (body: string, type: string) =>
      visitor(portal.url).ask('POST', '/api/companies', { body, headers: { 'Content-Type': type } });
    const large = JSON.stringify(someCompany({ address: 'a'.repeat(200_000) }));
    expect(await send(large, 'application/json')).toMatchObject({ status: 413 });
    expect(await send('{', 'application/json')).toMatchObject({ status: 400 });
    expect(await send('[]', 'application/json')).toMatchObject({ status: 422 });
    expect(await send('companyName=a', 'application/x-www-form-urlencoded')).toMatchObject({ status: 415 });
    expect(await send(JSON.stringify(someCompany()), 'text/plain')).toMatchObject({ status: 415 });
  });

  it('lists the newest first, page by page, each once, and by status', async () => {
    const admin = await administrator();
    minutes(1);
    const made = [];
    // Two of one moment, between which a page ends.
    for (const step of [0, 1, 1]) {
      made.push((await register()).body['id']);
      minutes(step);
    }
    const seen: unknown[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { status, body } = await admin.ask('GET', `/api/companies?limit=2${query}`);
      expect(status).toBe(200);
      seen.push(...(body['companies'] as { id: string }[]).map(({ id }) => id));
      cursor = body['nextCursor'] as string | null;
      pages += 1;
    } while (cursor !== null);
    expect(pages).toBe(Math.ceil(seen.length / 2));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen[0]).toBe(made[2]);
    expect(new Set(seen.slice(1, 3))).toEqual(new Set(made.slice(0, 2)));
    await admin.ask('PATCH', `/api/companies/${String(made[1])}`, { body: { status: 'rejected' } });
    const rejected = await admin.ask('GET', '/api/companies?status=rejected');
    expect((rejected.body['companies'] as { id: string }[]).map(({ id }) => id)).toEqual([made[1]]);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=1;DROP',
    'status=gone',
    "status=' OR 1=1 -- ",
    'cursor=x',
    "cursor=1893456000000.' OR '1'='1",
  ])('refuses a list with %s', async (query) => {
    const admin = await administrator();
    expect(await admin.ask('GET', `/api/companies?${encodeURI(query)}`)).toMatchObject({ status: 422 });
  });

  it('logs in by a cookie that no script reads and no other site sends', async () => {
    const admin = visitor(portal.url);
    const { status, headers, body } = await admin.logIn();
    expect({ status, body }).toEqual({ status: 200, body: { user: 'admin', csrfToken: expect.any(String) } });
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/),
    ]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await admin.ask('GET', '/api/session')).toMatchObject({ status: 200, body });
  });

  it('keeps of a token only what nobody can log in with', async () => {
    const admin = await administrator();
    const token = admin.cookie.replace('__Host-session=', '');
    const rows = String(
      await found("SELECT CONCAT_WS(' ', HEX(token_hash), csrf_token, username) FROM admin_sessions"),
    );
    expect(rows).toContain(admin.csrfToken);
    expect(rows).not.toContain(token);
    expect(rows).not.toContain(Buffer.from(token, 'base64url').toString('hex').toUpperCase());
  });

  it('takes no token that somebody else has chosen, and ends the session before when one begins', async () => {
    const admin = visitor(portal.url);
    admin.cookie = `__Host-session=${'A'.repeat(43)}`;
    await admin.logIn();
    expect(admin.cookie).not.toContain('AAAA');
    const former = admin.cookie;
    await admin.logIn();
    expect(admin.cookie).not.toBe(former);
    const thief = visitor(portal.url);
    thief.cookie = former;
    expect(await thief.ask('GET', '/api/session')).toMatchObject({ status: 401 });
    thief.cookie = `__Host-session=${'A'.repeat(43)}`;
    expect(await thief.ask('GET', '/api/session')).toMatchObject({ status: 401 });
    expect(await admin.ask('GET', '/api/session')).toMatchObject({ status: 200 });
  });

  it('ends a session that was idle for 15 minutes, and each after 8 hours', async () => {
    const admin = await administrator();
    for (let passed = 0; passed < 8 * 60 - 10; passed += 10) {
      expect(await admin.ask('GET', '/api/session'), `after ${passed} minutes`).toMatchObject({
        status: 200,
      });
      minutes(10);
    }
    minutes(10);
    expect(await admin.ask('GET', '/api/session')).toMatchObject({ status: 401 });
    const idle = await administrator();
    minutes(14);
    expect(await idle.ask('GET', '/api/session')).toMatchObject({ status: 200 });
    minutes(15);
    expect(await idle.ask('GET', '/api/companies')).toMatchObject({ status: 401 });
    await administrator();
    const count = await found('SELECT COUNT(*) FROM admin_sessions');
    expect(count, 'what has ended is deleted').toEqual([1]);
  });

  it('ends a session on the server when its administrator logs out', async () => {
    const admin = await administrator();
    const { cookie } = admin;
    const { status, headers } = await admin.ask('POST', '/admin/logout');
    expect(status).toBe(204);
    expect(headers.getSetCookie()[0]).toMatch(/^__Host-session=; .*Max-Age=0/);
    admin.cookie = cookie;
    expect(await admin.ask('GET', '/api/session')).toMatchObject({ status: 401 });
  });

  it('ends all sessions when the password changes', async () => {
    const admin = await administrator();
    const env = { ADMIN_PASSWORD_HASH: await hashPassword('another password altogether') };
    await using changed = await startPortal(database, { now, env });
    const same = visitor(changed.url);
    same.cookie = admin.cookie;
    expect(await same.ask('GET', '/api/session')).toMatchObject({ status: 401 });
  });

  it('changes nothing that another site asks for', async () => {
    const path = `/api/companies/${String((await register()).body['id'])}`;
    const body = { status: 'approved' };
    const admin = await administrator();
    const other = await administrator();
    const refused: Record<string, string>[] = [
      { 'X-CSRF-Token': '' },
      { 'X-CSRF-Token': 'x' },
      { 'X-CSRF-Token': other.csrfToken },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'https://example.com' },
      { Origin: 'null' },
    ];
    for (const headers of refused) {
      expect(await admin.ask('PATCH', path, { body, headers }), JSON.stringify(headers)).toMatchObject({
        status: 403,
      });
      expect(await admin.ask('POST', '/admin/logout', { headers })).toMatchObject({ status: 403 });
    }
    expect(await visitor(portal.url).ask('PATCH', path, { body })).toMatchObject({ status: 401 });
    expect(await admin.ask('GET', path)).toMatchObject({ status: 200, body: { status: 'pending' } });
    for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'https://example.com' }])
      expect(await visitor(portal.url).ask('POST', '/admin/login', { body: ADMIN, headers })).toMatchObject({
        status: 403,
      });
    const own = { 'Sec-Fetch-Site': 'same-origin', Origin: portal.url };
    expect(await admin.ask('PATCH', path, { body, headers: own })).toMatchObject({ status: 200, body });
    expect(await admin.ask('PATCH', '/api/companies/none', { body })).toMatchObject({ status: 404 });
    expect(await admin.ask('PATCH', path, { body: { status: 'gone' } })).toMatchObject({ status: 422 });
  });

  it('lets nobody try passwords, neither from one address nor from many, nor all at once', async () => {
    const wrong = { ...ADMIN, password: 'wrong' };
    await using guarded = await startPortal(database);
    const attempts = await Promise.all(
      Array.from({ length: 20 }, () => visitor(guarded.url, '198.51.100.1').logIn(wrong)),
    );
    const statuses = attempts.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
    const late = await visitor(guarded.url, '198.51.100.2').logIn();
    expect(late.status, 'also with the right one, also from elsewhere').toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(14 * 60);
    const unknown = (name: string) =>
      visitor(guarded.url, '198.51.100.1').logIn({ username: name, password: 'wrong' });
    expect(await unknown('somebody'), 'also as somebody else').toMatchObject({ status: 429 });
    expect(await visitor(guarded.url).ask('GET', '/health')).toMatchObject({ status: 200 });
  });

  it('counts attempts for all tasks together where they have a Redis', async () => {
    const redis = await startRedis({ tls: false });
    try {
      const env = {
        REDIS_HOST: redis.host,
        REDIS_PORT: String(redis.port),
        REDIS_PASS: redis.password,
        REDIS_TLS: 'false',
      };
      await using one = await startPortal(database, { env });
      await using other = await startPortal(database, { env });
      const wrong = { ...ADMIN, password: 'wrong' };
      for (let attempt = 0; attempt < 5; attempt += 1)
        expect(await visitor(attempt % 2 === 0 ? one.url : other.url).logIn(wrong)).toMatchObject({
          status: 401,
        });
      for (const { url } of [one, other]) expect(await visitor(url).logIn()).toMatchObject({ status: 429 });
    } finally {
      await redis.stop();
    }
  });

  it('forgets attempts once one was right', async () => {
    await using guarded = await startPortal(database);
    const admin = visitor(guarded.url);
    for (let round = 0; round < 3; round += 1) {
      for (let failure = 0; failure < 2; failure += 1)
        expect(await admin.logIn({ ...ADMIN, password: 'wrong' })).toMatchObject({ status: 401 });
      expect(await admin.logIn()).toMatchObject({ status: 200 });
    }
  });

  it('takes as long, and says the same, for who does not exist', async () => {
    await using guarded = await startPortal(database);
    /** The shortest of some times, since another process may have made one longer. */
    const timed = async (username: string) => {
      const times: number[] = [];
      const told = new Set<unknown>();
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const started = performance.now();
        const somebody = visitor(guarded.url, `198.51.100.${username.length}`);
        const { status, body } = await somebody.logIn({ username, password: 'wrong' });
        times.push(performance.now() - started);
        told.add(`${status} ${JSON.stringify(body['detail'])}`);
      }
      return { ms: Math.min(...times), told };
    };
    const known = await timed(ADMIN.username);
    const unknown = await timed('nobody');
    expect(unknown.told).toEqual(known.told);
    expect(unknown.told.size).toBe(1);
    expect(unknown.ms).toBeGreaterThan(known.ms / 2);
  });

  it('says in its log nothing of persons, passwords and tokens, nor any SQL', async () => {
    const admin = await administrator();
    await visitor(portal.url).logIn({ username: 'typed into the wrong field', password: 'a secret attempt' });
    await register({ contactPerson: 'Jane Roe', email: 'jane@example.org' });
    await register({ registrationNumber: 'Once-1' });
    const log = portal.lines.join('');
    expect(log).toContain('a login was refused');
    const secrets = [
      ADMIN.password,
      'a secret attempt',
      'typed into',
      admin.cookie.slice(15),
      admin.csrfToken,
    ];
    for (const text of [
      ...secrets,
      'Jane',
      'jane@',
      'Once-1',
      'scrypt',
      database.password,
      'SELECT',
      'INSERT',
    ])
      expect(log, text).not.toContain(text);
  });
});
