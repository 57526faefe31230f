import { afterAll, beforeAll, expect, it } from 'vitest';
import { askService } from '../support/ask-service.ts';
import { environmentOf } from '../support/check-databases.ts';
import { eventually } from '../support/eventually.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { type Service, startService } from '../support/service.ts';

let cluster: RedisCluster;
let environment: Awaited<ReturnType<typeof environmentOf>>;
let service: Service;

const KEYS = Array.from({ length: 60 }, (_, n) => `key-${n}`);

beforeAll(async () => {
  cluster = await startRedisCluster();
  environment = await environmentOf('REDIS', cluster);
  service = await startService({ ...environment.env, REDIS_CLUSTER: 'true', RATE_LIMIT: '100000' });
  await eventually('the cache to be well', async () => (await health()).answered === 200);
});

afterAll(async () => {
  await service.stop();
  await environment[Symbol.asyncDispose]();
  await cluster.stop();
});

const ask = (method: string, key: string, body?: unknown) =>
  askService(service.url, method, `/database/cache/${key}`, body);

const health = async () => {
  const { status, body } = await askService(service.url, 'GET', '/database/health');
  return { answered: status, ...(body['databases'] as { redis: { status: string; detail?: string } }).redis };
};

/** The status of each, all asked at once. */
const all = async (method: string, body?: (key: string) => unknown) =>
  new Set(await Promise.all(KEYS.map(async (key) => (await ask(method, key, body?.(key))).status)));

/** What the service keeps at a node. */
const keptAt = async (port: number) => (await cluster.ask(port, 'KEYS microservice:cache:*')) as string[];

const slotOf = async (key: string) =>
  Number(await cluster.ask(cluster.port, `CLUSTER KEYSLOT microservice:cache:${key}`));

const idOf = async (port: number) => String(await cluster.ask(port, 'CLUSTER MYID'));

it('each key is kept by the shard of its slot, and found, and forgotten there', async () => {
  expect(await all('POST', (key) => ({ key }))).toEqual(new Set([201]));
  const masters = await cluster.masters();
  const kept = await Promise.all(masters.map(keptAt));
  expect(masters).toHaveLength(3);
  for (const keys of kept) expect(keys.length).toBeGreaterThan(0);
  expect(kept.flat().toSorted()).toEqual(KEYS.map((key) => `microservice:cache:${key}`).toSorted());
  const found = await Promise.all(KEYS.map(async (key) => (await ask('GET', key)).body['value']));
  expect(found).toEqual(KEYS.map((key) => ({ key })));
  expect(await all('DELETE')).toEqual(new Set([204]));
  expect(await all('GET')).toEqual(new Set([404]));
});

it('a slot is followed to where it moves, also while it moves', async () => {
  await ask('POST', 'moved', { first: true });
  const name = 'microservice:cache:moved';
  const slot = await slotOf('moved');
  const masters = await cluster.masters();
  const holds = await Promise.all(masters.map(async (port) => (await keptAt(port)).includes(name)));
  const from = masters[holds.indexOf(true)] ?? 0;
  const to = masters[holds.indexOf(false)] ?? 0;
  await cluster.ask(to, `CLUSTER SETSLOT ${slot} IMPORTING ${await idOf(from)}`);
  await cluster.ask(from, `CLUSTER SETSLOT ${slot} MIGRATING ${await idOf(to)}`);
  await cluster.ask(from, `MIGRATE 127.0.0.1 ${to} ${name} 0 5000 AUTH ${cluster.password}`);
  // The one still has the slot and the other has the key.
  expect((await ask('GET', 'moved')).body['value']).toEqual({ first: true });
  expect((await ask('POST', 'moved', { second: true })).status).toBe(201);
  for (const port of [to, from]) await cluster.ask(port, `CLUSTER SETSLOT ${slot} NODE ${await idOf(to)}`);
  expect((await ask('GET', 'moved')).body['value']).toEqual({ second: true });
  expect(await keptAt(to)).toContain(name);
  expect((await ask('DELETE', 'moved')).status).toBe(204);
});

it('a master that is killed is a 503 for its keys at most until its replica has taken over', async () => {
  expect(await all('POST', (key) => ({ key }))).toEqual(new Set([201]));
  const [killed = 0] = await cluster.masters();
  const ofKilled = await keptAt(killed);
  expect(ofKilled.length).toBeGreaterThan(0);
  expect(await cluster.ask(killed, 'WAIT 1 5000')).toBe(1);
  await cluster.kill(killed);
  const seen = new Set<number>();
  let slowest = 0;
  await eventually('all keys to be found again', async () => {
    const started = performance.now();
    const statuses = await all('GET');
    slowest = Math.max(slowest, performance.now() - started);
    for (const status of statuses) seen.add(status);
    return statuses.size === 1 && statuses.has(200);
  });
  expect([...seen].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(slowest).toBeLessThan(10_000);
  expect(await all('POST', (key) => ({ key }))).toEqual(new Set([201]));
  await eventually('its health', async () => (await health()).answered === 200);
  expect(await cluster.masters()).toHaveLength(3);
});

it('is unhealthy while a shard is away altogether, and the rest works on', async () => {
  const replicas = new Map<number, number>();
  for (const port of cluster.ports) {
    const role = (await cluster.ask(port, 'ROLE').catch(() => [])) as unknown[];
    if (role[0] === 'slave') replicas.set(Number(role[2]), port);
  }
  const [master = 0, replica = 0] = [...replicas][0] ?? [];
  expect([master, replica]).not.toContain(0);
  await cluster.kill(replica);
  await cluster.kill(master);
  const away = await eventually('its health', async () => {
    const told = await health();
    return told.detail === 'some shards are away' && told;
  });
  expect(away).toEqual({ answered: 503, status: 'unhealthy', detail: 'some shards are away' });
  const started = performance.now();
  expect(await all('GET')).toEqual(new Set([503]));
  expect(performance.now() - started).toBeLessThan(5000);
  expect((await askService(service.url, 'GET', '/hello')).status).toBe(200);
  expect(service.lines.join('\n')).not.toContain(cluster.password);
});
