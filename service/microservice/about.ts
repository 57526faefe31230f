import { z } from 'zod';
import type { Config } from '../config.ts';
import type { Tally } from '../http/metrics.ts';
import { healthOfAll } from '../http/probes.ts';
import { ok, type Reply, route, type Route } from '../http/route.ts';
import { type Store, StoreHealth } from '../stores/store.ts';

const About = z
  .object({
    service: z.string(),
    version: z.string(),
    status: z.literal('running'),
    docs: z.literal('/docs'),
  })
  .meta({ id: 'About' });

const Hello = z
  .object({
    message: z.string(),
    service: z.string(),
    version: z.string(),
    timestamp: z.iso.datetime(),
    received: z.unknown().optional().meta({ description: 'What was sent with a POST.' }),
  })
  .meta({ id: 'Hello' });

const Status = z
  .object({
    service: z.string(),
    version: z.string(),
    status: z.literal('running'),
    uptimeSeconds: z.number(),
    startedAt: z.iso.datetime(),
    requests: z.object({
      total: z.int(),
      errors: z.int().meta({ description: 'Answers of status 500 and above.' }),
    }),
    memory: z.object({ residentMiB: z.number(), heapUsedMiB: z.number() }),
    stores: z.record(z.string(), StoreHealth),
    consumerServices: z.array(z.string()),
  })
  .meta({ id: 'Status' });

interface AboutOptions {
  readonly config: Config;
  readonly names: readonly Store['name'][];
  readonly stores: readonly Store[];
  readonly tally: Readonly<Tally>;
}

const mebibytes = (bytes: number) => Math.round((bytes / 2 ** 20) * 10) / 10;

/** What the service says of itself: `/`, `/hello` and `/status`. */
export function about({ config, names, stores, tally }: AboutOptions): Route[] {
  const { name: service, version } = config;
  const startedAt = new Date();
  const hello = (received?: { readonly received: unknown }): Reply =>
    ok({
      message: `Hello from ${service}`,
      service,
      version,
      timestamp: new Date().toISOString(),
      ...received,
    });
  const greeting = {
    path: '/hello',
    tag: 'Service',
    answers: { 200: { description: 'A greeting.', schema: Hello } },
  } as const;
  return [
    route(
      {
        method: 'get',
        path: '/',
        id: 'about',
        tag: 'Service',
        summary: 'Which service this is',
        answers: { 200: { description: 'The service.', schema: About } },
      },
      () => ok({ service, version, status: 'running', docs: '/docs' }),
    ),
    route({ ...greeting, method: 'get', id: 'hello', summary: 'A greeting' }, () => hello()),
    route(
      {
        ...greeting,
        method: 'post',
        id: 'helloBack',
        summary: 'A greeting with what was sent: what other services call',
        body: z.unknown().meta({ description: 'Any JSON.' }),
      },
      ({ body }) => hello({ received: body }),
    ),
    route(
      {
        method: 'get',
        path: '/status',
        id: 'status',
        tag: 'Service',
        summary: 'How the service is: its stores, its memory, what it has answered',
        answers: { 200: { description: 'The status.', schema: Status } },
      },
      async () => {
        const { rss, heapUsed } = process.memoryUsage();
        return ok({
          service,
          version,
          status: 'running',
          uptimeSeconds: Math.round(process.uptime() * 1000) / 1000,
          startedAt: startedAt.toISOString(),
          requests: { ...tally },
          memory: { residentMiB: mebibytes(rss), heapUsedMiB: mebibytes(heapUsed) },
          stores: await healthOfAll(names, stores),
          consumerServices: config.consumers.map(({ name }) => name),
        });
      },
    ),
  ];
}
