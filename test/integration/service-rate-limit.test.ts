import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../k8s-local/databases/container.ts';
import { startRedis } from '../../k8s-local/databases/redis.ts';
import { environmentOf } from '../support/check-databases.ts';
import { eventually } from '../support/eventually.ts';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';

const LIMIT = 40;

let database: Database;
let environment: Awaited<ReturnType<typeof environmentOf>>;
/** Two tasks of a service, behind a proxy that says who asks. */
let tasks: readonly [ServiceProcess, ServiceProcess];
let visitors = 0;

beforeAll(async () => {
  database = await startRedis();
  environment = await environmentOf('REDIS', database);
  const env = { ...environment.env, RATE_LIMIT: String(LIMIT), TRUSTED_PROXY_HOPS: '1' };
  tasks = await Promise.all([startServiceProcess(env), startServiceProcess(env)]);
  await redisIs('healthy');
});

afterAll(async () => {
  expect(await Promise.all((tasks ?? []).map((task) => task.stop()))).toEqual([0, 0]);
  await database.stop();
  await environment[Symbol.asyncDispose]();
});

const redisIs = (wanted: string) =>
  eventually(`Redis to be ${wanted} for both`, async () => {
    const told = await Promise.all(tasks.map(async ({ url }) => (await fetch(`${url}/ready`)).json()));
    return told.every((ready) => (ready as Ready).dependencies.redis.status === wanted);
  });

interface Ready {
  readonly dependencies: { readonly redis: { readonly status: string } };
}

/** Somebody whom nobody has counted yet. */
const aVisitor = () => `192.0.2.${(visitors += 1)}`;

interface Asked {
  readonly allowed: number;
  readonly refused: number;
  readonly slowest: number;
}

/** Asks tasks in turns, a few at once, each so often. */
async function ask(tasks: readonly ServiceProcess[], visitor: string, times = 2 * LIMIT): Promise<Asked> {
  const left = Array.from({ length: times }, () => tasks).flat();
  const statuses: number[] = [];
  let slowest = 0;
  const visit = async () => {
    for (let task = left.pop(); task; task = left.pop()) {
      const started = performance.now();
      const answer = await fetch(`${task.url}/hello`, { headers: { 'X-Forwarded-For': visitor } });
      await answer.arrayBuffer();
      slowest = Math.max(slowest, performance.now() - started);
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50);
    }
  };
  await Promise.all(Array.from({ length: 6 }, visit));
  const of = (wanted: number) => statuses.filter((status) => status === wanted).length;
  expect(of(200) + of(429)).toBe(statuses.length);
  return { allowed: of(200), refused: of(429), slowest };
}

it('all tasks together let somebody in as often as one would', async () => {
  const [one, other] = tasks;
  const visitor = aVisitor();
  expect(await ask(tasks, visitor)).toMatchObject({ allowed: LIMIT, refused: 3 * LIMIT });
  for (const task of tasks) expect(await ask([task], visitor, 5)).toMatchObject({ allowed: 0, refused: 5 });
  // Each address by itself, and what one task lets in is not for the other to let in.
  const second = aVisitor();
  expect(await ask([one], second, LIMIT - 10)).toMatchObject({ allowed: LIMIT - 10 });
  expect(await ask([other], second, LIMIT)).toMatchObject({ allowed: 10, refused: LIMIT - 10 });
});

it.each([
  ['is gone', 'kill', 'start'],
  ['stands still', 'pause', 'unpause'],
] as const)(
  'while Redis %s each counts by itself, makes nobody wait, and shares again when it is back',
  async (_how, down, up) => {
    const [one, other] = tasks;
    const before = aVisitor();
    expect(await ask([one], before, LIMIT)).toMatchObject({ allowed: LIMIT, refused: 0 });
    await database[down]();
    try {
      const alone = await ask(tasks, aVisitor());
      expect(alone).toMatchObject({ allowed: 2 * LIMIT, refused: 2 * LIMIT });
      expect(alone.slowest).toBeLessThan(1000);
      await redisIs('unhealthy');
    } finally {
      await database[up]();
    }
    await redisIs('healthy');
    await eventually('that they share', async () => {
      const { allowed } = await ask(tasks, aVisitor());
      return allowed === LIMIT;
    });
    // What Redis has counted before is not forgotten.
    expect(await ask([other], before, 5)).toMatchObject({ allowed: 0, refused: 5 });
  },
);

it('probes count for nobody', async () => {
  const [{ url }] = tasks;
  for (let n = 0; n < 2 * LIMIT; n += 1)
    for (const path of ['/health', '/ready', '/metrics']) {
      const answer = await fetch(url + path);
      await answer.arrayBuffer();
      expect(answer.status).toBe(200);
    }
});
