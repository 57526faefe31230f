import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../service/stores/store.ts';
import { askService } from '../support/ask-service.ts';
import { eventually } from '../support/eventually.ts';
import { type FaultyStore, startFaultyStores } from '../support/faulty-stores.ts';
import { type Load, type Question, type Seen, startLoad, startReading } from '../support/load.ts';
import { someCompany } from '../support/portal.ts';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';

const TIMEOUT_MS = 3000;
/** What a busy machine adds. */
const SLACK_MS = 1000;
const FAULT_MS = 3000;
const RECOVERY_MS = 5000;
const DRAIN_MS = 5000;
const POOL = 5;

const word = () => randomBytes(8).toString('hex');

/** The stores, what is written to each, and which of the two services it is a store of. */
interface Subject {
  readonly name: Store['name'];
  readonly mode: 'microservice' | 'portal';
  /** Connections to it at most, of all services together. */
  readonly connections: number;
  readonly next: () => Question;
}

const SUBJECTS: readonly Subject[] = [
  {
    name: 'postgresql',
    mode: 'microservice',
    connections: POOL,
    next: () => {
      const username = word();
      const body = { username, email: `${username}@example.com`, full_name: 'Ada Lovelace' };
      return { method: 'POST', path: '/database/users', body };
    },
  },
  {
    name: 'mysql',
    mode: 'portal',
    connections: POOL,
    next: () => ({ method: 'POST', path: '/api/companies', body: someCompany() }),
  },
  {
    name: 'redis',
    mode: 'microservice',
    connections: 2,
    next: () => ({ method: 'POST', path: `/database/cache/${word()}`, body: { text: word() } }),
  },
  {
    name: 'dynamodb',
    mode: 'microservice',
    connections: 50,
    next: () => ({ method: 'POST', path: '/database/sessions', body: { session_id: word(), data: {} } }),
  },
];

let stores: Readonly<Record<Store['name'], FaultyStore>>;
let services: Readonly<Record<'microservice' | 'portal', ServiceProcess>>;
let loads: ReadonlyMap<Store['name'], Load>;
let probes: Load[];

beforeAll(async () => {
  stores = await startFaultyStores();
  const common = {
    REQUEST_TIMEOUT_SECONDS: String(TIMEOUT_MS / 1000),
    DRAIN_SECONDS: String(DRAIN_MS / 1000),
    DB_POOL_SIZE: String(POOL),
    // Counted in Redis, and never used up.
    RATE_LIMIT: '1000000',
  };
  const { postgresql, mysql, redis, dynamodb } = stores;
  const [microservice, portal] = await Promise.all([
    startServiceProcess({ ...common, ...postgresql.env, ...redis.env, ...dynamodb.env }),
    startServiceProcess({ ...common, ...mysql.env, ...redis.env, SERVICE_MODE: 'portal' }),
  ]);
  services = { microservice, portal };
  await Promise.all([ready(microservice), ready(portal)]);
  loads = new Map(SUBJECTS.map(({ name, mode, next }) => [name, startLoad(services[mode].url, next)]));
  probes = [
    startReading(microservice.url, ['/health', '/hello', '/status']),
    startReading(portal.url, ['/health', '/']),
  ];
  await delay(1000);
});

afterAll(async () => {
  await Promise.all([...(loads?.values() ?? []), ...(probes ?? [])].map((load) => load.end()));
  await Promise.all(Object.values(services ?? {}).map((service) => service.stop()));
  await Promise.all(Object.values(stores ?? {}).map((store) => store.stop()));
});

const ready = ({ url }: ServiceProcess) =>
  eventually('all stores to be well', async () => (await fetch(`${url}/ready`)).ok, {
    timeoutMs: RECOVERY_MS,
  });

/** What says how the stores are, and the part of it that does. */
const TOLD = {
  microservice: { '/ready': 'dependencies', '/database/health': 'databases', '/status': 'stores' },
  portal: { '/ready': 'dependencies' },
} as const;

/** The stores that a service calls unhealthy, with the reason, as each of these paths has it. */
const unwellOf = (mode: Subject['mode']) =>
  Promise.all(
    Object.entries(TOLD[mode]).map(async ([path, part]) => {
      const { body } = await askService(services[mode].url, 'GET', path);
      const all = Object.entries(body[part] as Record<string, { status: string; detail?: string }>);
      return all
        .filter(([, { status }]) => status === 'unhealthy')
        .map(([name, { detail }]) => [name, detail]);
    }),
  );

const since = (at: number, { seen }: Pick<Load, 'seen'>) => seen.filter((one) => one.at >= at);

const statusesOf = (seen: readonly Seen[]) => [...new Set(seen.map(({ status }) => status))];

/** All are answered in time, with one of these statuses, and those that are told to come again are told when. */
function expectOnly(statuses: readonly number[], seen: readonly Seen[]): void {
  expect(seen.length).toBeGreaterThan(10);
  expect(statusesOf(seen).filter((status) => !statuses.includes(status))).toEqual([]);
  expect(Math.max(...seen.map(({ ms }) => ms))).toBeLessThan(TIMEOUT_MS + SLACK_MS);
  for (const { retryAfter } of seen.filter(({ status }) => status === 503)) expect(retryAfter).toBe('1');
}

/** Those of what was kept that cannot be found any more. */
async function lostOf(service: ServiceProcess, paths: readonly string[]): Promise<string[]> {
  const lost: string[] = [];
  const left = [...paths];
  const look = async () => {
    for (let path = left.pop(); path !== undefined; path = left.pop())
      if ((await askService(service.url, 'GET', path)).status !== 200) lost.push(path);
  };
  await Promise.all(Array.from({ length: 8 }, look));
  return lost;
}

const loadOf = (name: Store['name']): Load => {
  const load = loads.get(name);
  if (!load) throw new Error(`nobody asks ${name}`);
  return load;
};

describe.each(SUBJECTS)('$name', ({ name, mode, connections }) => {
  it.each([
    ['killed', 'kill', 'start'],
    ['paused', 'pause', 'unpause'],
  ] as const)(
    'that is %s is 503 or 504 on its own routes only, and works again by itself',
    async (_how, down, up) => {
      const store = stores[name];
      const service = services[mode];
      const load = loadOf(name);
      store.relay.forget();
      const fault = performance.now();
      const before = load.kept.length;

      await store[down]();
      await eventually('it to be told', async () => (await fetch(`${service.url}/ready`)).status === 503);
      const told = await unwellOf(mode);
      for (const unwell of told) expect(unwell).toEqual([[name, expect.any(String)]]);
      expect(JSON.stringify(told)).not.toMatch(/"Error"|127\.0\.0\.1/);
      await delay(FAULT_MS);
      await store[up]();
      await ready(service);
      const recovered = performance.now();
      await delay(1000);

      expectOnly([200, 201, 503, 504], since(fault, load));
      expect(statusesOf(since(fault, load))).toContain(503);
      expectOnly([200, 201], since(recovered, load));
      for (const [other] of loads) if (other !== name) expectOnly([200, 201], since(fault, loadOf(other)));
      for (const probe of probes) expectOnly([200], since(fault, probe));
      expect(await lostOf(service, load.kept.slice(before))).toEqual([]);
      expect(store.relay.open).toBeLessThanOrEqual(connections);
      // One that is given up is not gone at once.
      expect(store.relay.most).toBeLessThanOrEqual(2 * connections);
    },
  );
});

describe('all of them', () => {
  it('may fall silent, as where another machine takes over without a word, and are connected to anew', async () => {
    const fault = performance.now();
    const before = new Map([...loads].map(([name, { kept }]) => [name, kept.length]));
    for (const { relay } of Object.values(stores)) relay.silence();
    await delay(TIMEOUT_MS);
    await eventually(
      'all to be answered well for a second',
      async () =>
        [...loads.values()].every((load) => {
          const statuses = statusesOf(since(performance.now() - 1000, load));
          return statuses.length > 0 && statuses.every((status) => status < 300);
        }),
      { timeoutMs: RECOVERY_MS },
    );
    for (const { name, mode } of SUBJECTS) {
      const load = loadOf(name);
      expectOnly([200, 201, 503, 504], since(fault, load));
      expect(await lostOf(services[mode], load.kept.slice(before.get(name)))).toEqual([]);
    }
    for (const probe of probes) expectOnly([200], since(fault, probe));
  });

  it('keep no service from ending in time, though they stand still, and leave nothing behind', async () => {
    for (const load of [...loads.values(), ...probes]) await load.end();
    for (const service of Object.values(services)) {
      const memory = await service.metric('process_resident_memory_bytes');
      expect(memory).toBeLessThan(256 * 2 ** 20);
    }
    await Promise.all(Object.values(stores).map((store) => store.pause()));
    try {
      const asked = SUBJECTS.map(({ mode, next }) => {
        const { method, path, body } = next();
        return askService(services[mode].url, method, path, body);
      });
      await delay(200);
      const started = performance.now();
      const codes = await Promise.all(Object.values(services).map((service) => service.stop()));
      expect(codes).toEqual([0, 0]);
      expect(performance.now() - started).toBeLessThan(DRAIN_MS + SLACK_MS);
      for (const { status } of await Promise.all(asked)) expect([503, 504]).toContain(status);
    } finally {
      await Promise.all(Object.values(stores).map((store) => store.unpause()));
    }
    for (const { lines, errors } of Object.values(services)) {
      expect(errors).toEqual([]);
      const told = lines.join('\n');
      const secrets = Object.values(stores).map(({ secret }) => secret);
      for (const hidden of [...secrets, 'Lovelace', 'John Doe']) expect(told).not.toContain(hidden);
    }
  });
});
