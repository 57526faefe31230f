import { PassThrough } from 'node:stream';
import { request as httpRequest } from 'node:http';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AppOptions, createApp } from '../../../service/http/app.ts';
import { Problem } from '../../../service/http/problem.ts';
import { ok, route } from '../../../service/http/route.ts';
import { type Listening, listening } from '../listening.ts';

const echo = route(
  {
    method: 'post',
    path: '/echo/{id}',
    id: 'echo',
    tag: 'Test',
    summary: 'What was sent',
    params: z.object({ id: z.uuid('must be a UUID') }),
    query: z.object({ times: z.coerce.number().int().max(3, 'must be at most 3').default(1) }),
    body: z.strictObject({ name: z.string('must be a string').min(1, 'must not be empty') }),
    answers: { 200: { description: 'It.' } },
  },
  ({ params, query, body, request }) =>
    ok({ ...params, ...query, ...body, requestId: request.id, ip: request.ip }),
);
const fails = route(
  { method: 'get', path: '/fails', id: 'fails', tag: 'Test', summary: 'Fails', answers: {} },
  () => {
    throw new Error('password=hunter2');
  },
);
/** Told when the slow one begins. */
let begun = (): void => {};
const slow = route(
  { method: 'get', path: '/slow', id: 'slow', tag: 'Test', summary: 'Slow', waits: true, answers: {} },
  ({ request }) =>
    new Promise((_, reject) => {
      begun();
      request.signal.addEventListener('abort', () => {
        aborted.push(request.signal.reason);
        reject(new Error('too late to be heard'));
      });
    }),
);
const teapot = route(
  { method: 'get', path: '/problem', id: 'problem', tag: 'Test', summary: 'A problem', answers: {} },
  () => {
    throw new Problem(503, 'Not now.', { headers: { 'Retry-After': '7' } });
  },
);

const aborted: unknown[] = [];
let lines: string[];
let seen: { path: string; status: number }[];
let service: Listening;

function start(more: Partial<AppOptions> = {}): Promise<Listening> {
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  const app = createApp({
    routes: [echo, fails, slow, teapot],
    log: pino(stream),
    requestTimeoutMs: 100,
    trustedProxyHops: 0,
    observe: ({ path, status }) => void seen.push({ path, status }),
    ...more,
  });
  return listening(app);
}

beforeEach(async () => {
  lines = [];
  seen = [];
  aborted.length = 0;
  service = await start();
});
afterEach(() => service[Symbol.asyncDispose]());

const ID = '0b1c2d3e-4f50-4a61-8b72-93a4b5c6d7e8';
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(service.url + path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

describe('an answer', () => {
  it('is made of the parts, checked and with defaults', async () => {
    const response = await post(`/echo/${ID}?times=2`, '{"name": "a"}', { 'x-request-id': 'mine-1' });
    expect(await response.json()).toEqual({
      id: ID,
      times: 2,
      name: 'a',
      requestId: 'mine-1',
      ip: '127.0.0.1',
    });
    expect(response.headers.get('x-request-id')).toBe('mine-1');
  });

  it.each(['a b', 'a'.repeat(129), '<script>'])('carries no request id such as %s on', async (id) => {
    const response = await post(`/echo/${ID}`, '{"name": "a"}', { 'x-request-id': id });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is kept by nobody, framed by nobody and says nothing of what made it', async () => {
    const { headers } = await fetch(`${service.url}/problem`);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(headers.get('strict-transport-security')).toMatch(/max-age=31536000/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.has('x-powered-by')).toBe(false);
  });

  it('to HEAD is that to GET without its body', async () => {
    const response = await fetch(`${service.url}/problem`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([503, '']);
  });
});

describe('an error', () => {
  it('names each field that is wrong', async () => {
    const response = await post('/echo/x?times=9', '{"name": "", "extra": 1}');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      type: 'about:blank',
      title: 'Unprocessable Entity',
      status: 422,
      detail: 'Not valid: id, times, name, extra.',
      errors: [
        { field: 'id', message: 'must be a UUID' },
        { field: 'times', message: 'must be at most 3' },
        { field: 'name', message: 'must not be empty' },
        { field: 'extra', message: 'is not known' },
      ],
    });
  });

  it.each([
    ['{"name":', 400],
    ['\u0000', 400],
    [`{"name": "${'a'.repeat(200_000)}"}`, 413],
    ['[]', 422],
    ['null', 422],
    [`${'['.repeat(45_000)}${']'.repeat(45_000)}`, 422],
    [`{"name": ${'['.repeat(101)}${']'.repeat(101)}}`, 422],
  ])('of the body %.20s is a %i', async (body, status) => {
    expect((await post(`/echo/${ID}`, body)).status).toBe(status);
  });

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/json; charset=latin1', 415],
  ])('of the type %s is a %i', async (type, status) => {
    expect((await post(`/echo/${ID}`, '{"name": "a"}', { 'content-type': type })).status).toBe(status);
  });

  it('of a body that is compressed in a way nobody knows is a 415', async () => {
    expect((await post(`/echo/${ID}`, 'x', { 'content-encoding': 'zip' })).status).toBe(415);
  });

  it('of a path that is no UTF-8 is a 400', async () => {
    expect((await post('/echo/%ff', '{}')).status).toBe(400);
  });

  it('of a method says which there are', async () => {
    const response = await fetch(`${service.url}/fails`, { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('keeps the headers that tell when to come again', async () => {
    const response = await fetch(`${service.url}/problem`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
  });

  it('that nobody expected says its request id and nothing else; the log has the rest', async () => {
    const response = await fetch(`${service.url}/fails`, { headers: { 'x-request-id': 'lost' } });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).toContain('"requestId":"lost"');
    expect(text).not.toContain('hunter2');
    expect(lines.find((line) => line.includes('"err"'))).toMatch(/"requestId":"lost".*at /);
  });

  it('comes in time where something hangs, and what hangs is told', async () => {
    const response = await fetch(`${service.url}/slow`);
    expect(response.status).toBe(504);
    expect(aborted).toEqual([expect.objectContaining({ status: 504 })]);
  });
});

describe('a request', () => {
  it('is one line of the log and one observation, by its route', async () => {
    await post(`/echo/${ID}?times=1`, '{"name": "secret"}');
    await fetch(`${service.url}/nowhere`);
    await expect
      .poll(() => seen)
      .toEqual([
        { path: '/echo/{id}', status: 200 },
        { path: 'none', status: 404 },
      ]);
    const [first = ''] = lines;
    expect(JSON.parse(first)).toMatchObject({
      msg: 'request',
      method: 'POST',
      path: '/echo/{id}',
      status: 200,
    });
    expect(lines.join('')).not.toMatch(new RegExp(`secret|times|${ID}`));
  });

  it('that nobody waits for is told as such', async () => {
    const asked = httpRequest(`${service.url}/slow`).on('error', () => undefined);
    // What goes before is no request.
    begun = () => asked.destroy();
    asked.end();
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual([{ path: '/slow', status: 499 }]);
  });

  it('is of the address that trusted proxies name, and of no other', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' };
    const ip = async () =>
      ((await (await post(`/echo/${ID}`, '{"name": "a"}', headers)).json()) as { ip: string }).ip;
    expect(await ip()).toBe('127.0.0.1');
    await service[Symbol.asyncDispose]();
    service = await start({ trustedProxyHops: 1 });
    expect(await ip()).toBe('198.51.100.7');
  });

  it('counts before anything is read of it', async () => {
    await service[Symbol.asyncDispose]();
    const limit = () => {
      throw new Problem(429, 'Too many.', { headers: { 'Retry-After': '3' } });
    };
    service = await start({ limit });
    expect((await post(`/echo/${ID}`, '{"name":')).status).toBe(429);
  });
});
