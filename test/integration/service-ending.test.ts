import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type Dispatcher } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';

/** How long what the service calls takes to answer. */
const SLOW_MS = 1200;
/** What a busy machine adds. */
const SLACK_MS = 1000;

const slow = createServer((_request, response) => void setTimeout(() => response.end('{}'), SLOW_MS));

beforeAll(() => new Promise<void>((listening) => void slow.listen(0, '127.0.0.1', listening)));
afterAll(() => new Promise<void>((closed) => void slow.close(() => closed())));

const start = (drainSeconds: number) =>
  startServiceProcess({
    DRAIN_SECONDS: String(drainSeconds),
    CONSUMER_SERVICES: JSON.stringify([
      { name: 'slow', url: `http://127.0.0.1:${(slow.address() as AddressInfo).port}` },
    ]),
  });

const GREETING = { method: 'GET', path: '/hello' } as const;
const SLOW = {
  method: 'POST',
  path: '/call/slow',
  headers: { 'content-type': 'application/json' },
  body: '{}',
} as const;

interface Visited {
  answers: { status: number; isLast: boolean }[];
  /** Why there was no answer to the one after. */
  end: string;
}

/** Asks over one connection that stays open, and anew where it does not, until nobody answers. */
async function visit(url: string, question: Dispatcher.RequestOptions): Promise<Visited> {
  const client = new Client(url);
  const answers: Visited['answers'] = [];
  try {
    for (;;) {
      const { statusCode: status, headers, body } = await client.request(question);
      await body.dump();
      answers.push({ status, isLast: headers['connection'] === 'close' });
    }
  } catch (error) {
    return { answers, end: (error as NodeJS.ErrnoException).code ?? String(error) };
  } finally {
    await client.destroy();
  }
}

const saying = ({ lines }: ServiceProcess, words: string) => lines.filter((line) => line.includes(words));

it('answers all that it has begun, and nothing new, and ends as it should', async () => {
  const service = await start(10);
  const visits = Array.from({ length: 16 }, (_, n) => visit(service.url, n % 2 === 0 ? GREETING : SLOW));
  await delay(SLOW_MS / 2);
  const told = performance.now();
  expect(await service.stop()).toBe(0);
  expect(performance.now() - told).toBeLessThan(SLOW_MS + SLACK_MS);
  const visited = await Promise.all(visits);
  // No connection was cut: whoever came again was refused one.
  expect(new Set(visited.map(({ end }) => end))).toEqual(new Set(['ECONNREFUSED']));
  const answers = visited.flatMap(({ answers }) => answers);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  for (const { answers } of visited)
    expect(answers.map(({ isLast }) => isLast)).toEqual(answers.map((_, n) => n === answers.length - 1));
  expect(saying(service, '"msg":"request"')).toHaveLength(answers.length);
  expect(saying(service, '"status":499')).toEqual([]);
  expect(saying(service, 'cut off')).toEqual([]);
  expect(saying(service, '"msg":"stopped"')).toHaveLength(1);
  expect(service.errors).toEqual([]);
});

it('does not wait for connections that nothing is asked on', async () => {
  const service = await start(10);
  await (await fetch(`${service.url}/hello`)).arrayBuffer();
  const { hostname, port } = new URL(service.url);
  const mute = connect(Number(port), hostname);
  await new Promise((connected) => mute.once('connect', connected));
  const told = performance.now();
  expect(await service.stop()).toBe(0);
  expect(performance.now() - told).toBeLessThan(500 + SLACK_MS);
  mute.destroy();
});

it('cuts off what takes longer than it may, and ends as it should', async () => {
  const service = await start(0.5);
  const visits = Array.from({ length: 4 }, () => visit(service.url, SLOW));
  await delay(200);
  const told = performance.now();
  expect(await service.stop()).toBe(0);
  const took = performance.now() - told;
  expect(took).toBeGreaterThan(400);
  expect(took).toBeLessThan(500 + SLACK_MS);
  expect(await Promise.all(visits)).toEqual(visits.map(() => ({ answers: [], end: 'UND_ERR_SOCKET' })));
  expect(saying(service, 'cut off')).toHaveLength(1);
  expect(saying(service, '"status":499')).toHaveLength(4);
});
