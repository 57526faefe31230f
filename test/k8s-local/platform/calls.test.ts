import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { callConsumer } from '../../../k8s-local/platform/calls.ts';

const SHORT = { ms: 100, everyMs: 5 };
const ANSWERS: Readonly<Record<string, object | string>> = {
  'GET /health': { status: 'healthy' },
  'GET /ready': { status: 'ready' },
  'GET /services': { services: [{ name: 'api-service' }] },
  'GET /status': { status: 'running', consumerServices: ['api-service'] },
  'GET /metrics': '# TYPE requests counter\n',
};

let server: Server;
let asked: string[];
afterEach(async () => {
  server.close();
  await once(server, 'close');
});

/** A consumer that does not reach the API for its first calls. */
async function consumer(options: { readonly notReached: number; readonly status?: number }): Promise<string> {
  asked = [];
  let left = options.notReached;
  server = createServer((request, response) => {
    const call = `${request.method} ${request.url}`;
    asked.push(call);
    request.setEncoding('utf8');
    let text = '';
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const through = call === 'POST /call/api-service';
      if (through && left-- > 0) {
        response.writeHead(options.status ?? 502, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify({ detail: 'api-service: it could not be reached.' }));
        return;
      }
      const received = through ? (JSON.parse(text) as object) : undefined;
      const answer = received
        ? { service: 'api-service', status: 200, response: { service: 'api-service', received } }
        : ANSWERS[call];
      const isText = typeof answer === 'string';
      response.setHeader('content-type', isText ? 'text/plain' : 'application/json');
      response.end(isText ? answer : JSON.stringify(answer));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const through = () => asked.filter((call) => call === 'POST /call/api-service').length;

it('asks again while the consumer does not reach the API, and tells of what came in the end', async () => {
  const told: string[] = [];
  const url = await consumer({ notReached: 3 });
  await callConsumer(url, ({ asked, status }) => told.push(`${asked} ${status}`), {
    ...SHORT,
    ms: 10_000,
  });
  expect(through()).toBe(5);
  expect(told).toHaveLength(7);
  expect(told.filter((line) => !line.endsWith(' 200'))).toEqual([]);
});

it('gives up after a while, with the name of the call and the last answer', async () => {
  const url = await consumer({ notReached: Number.POSITIVE_INFINITY });
  await expect(callConsumer(url, undefined, SHORT)).rejects.toThrow(
    'POST /call/api-service was answered with 502: {"detail":"api-service: it could not be reached."}',
  );
  expect(through()).toBeGreaterThan(1);
});

it('takes any other answer at its word', async () => {
  const url = await consumer({ notReached: 1, status: 500 });
  await expect(callConsumer(url, undefined, SHORT)).rejects.toThrow(
    'POST /call/api-service was answered with 500',
  );
  expect(through()).toBe(1);
});
