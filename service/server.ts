import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from './config.ts';
import { createApp } from './http/app.ts';
import { documentPages } from './http/docs.ts';
import { drainOf } from './http/drain.ts';
import { limiter } from './http/limit.ts';
import { createMetrics, type Tally } from './http/metrics.ts';
import { openApi } from './http/openapi.ts';
import { probes } from './http/probes.ts';
import { ok, route, type Route } from './http/route.ts';
import type { Logger } from './log.ts';
import { type RedisStore, redisStore } from './stores/redis.ts';
import type { Surroundings, Workload } from './workload.ts';

/** A service that runs. */
export interface Running {
  /** What it listens on: not that of the config where that is 0. */
  readonly port: number;
  /** Takes no more requests, lets those under way come to their end, and lets go of the stores. */
  stop(): Promise<void>;
}

/** Starts the workload that the config names. Its stores need not be there: it starts without, and finds them later. */
export async function serve(config: Config, log: Logger, now: () => number = Date.now): Promise<Running> {
  let draining = false;
  const redis = config.redis && redisStore(config.redis, log);
  const tally: Tally = { total: 0, errors: 0 };
  const workload = await workloadOf({ config, log, tally, redis, now });
  const metrics = config.metrics ? createMetrics() : undefined;
  const { routes, names, stores, pages } = workload;
  const all = [
    ...routes,
    ...probes({ names, stores, isDraining: () => draining }),
    ...(metrics ? [metrics.route] : []),
  ];
  const app = createApp({
    routes: [...all, documentRoute(workload, config, all)],
    log,
    requestTimeoutMs: config.requestTimeoutMs,
    trustedProxyHops: config.trustedProxyHops,
    isDraining: () => draining,
    ...limitOf(config, redis),
    observe(answer) {
      metrics?.observe(answer);
      tally.total += 1;
      if (answer.status >= 500) tally.errors += 1;
    },
    pages(app) {
      documentPages(app);
      pages?.(app);
    },
  });
  const server = createServer(
    // A head or a body that comes drop by drop holds a connection no longer than this.
    {
      // A GET has no body to wait for.
      optimizeEmptyRequests: true,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5000,
    },
    app,
  );
  const drain = drainOf(server, log);
  await listening(server, config.port);
  const { port } = server.address() as AddressInfo;
  log.info({ mode: config.mode, port }, 'listening');
  return {
    port,
    async stop() {
      draining = true;
      await drain(config.drainMs);
      await Promise.all(workload.stores.map((store) => store.close()));
      log.info('stopped');
    },
  };
}

/** Of the mode that it is not, nothing is loaded. */
async function workloadOf(surroundings: Surroundings): Promise<Workload> {
  if (surroundings.config.mode === 'portal')
    return (await import('./portal/workload.ts')).portal(surroundings);
  return (await import('./microservice/workload.ts')).microservice(surroundings);
}

function limitOf({ name, rateLimit: points }: Config, redis: RedisStore | undefined) {
  if (points === 0) return {};
  const limit = limiter({ keyPrefix: `${name}:requests`, points, durationSeconds: 60 }, redis);
  return { limit: (ip: string) => limit.consume(ip) };
}

/** The document, made when it is first asked for: most that start are never asked. */
function documentRoute(
  { title, description, securitySchemes }: Workload,
  { version }: Config,
  routes: readonly Route[],
): Route {
  const made = () =>
    openApi(
      { title, description, version },
      routes.map(({ operation }) => operation),
      securitySchemes,
    );
  let document: ReturnType<typeof made> | undefined;
  return route(
    {
      method: 'get',
      path: '/openapi.json',
      id: 'document',
      tag: 'Service',
      summary: 'The OpenAPI document',
      answers: { 200: { description: 'The document.' } },
    },
    () => ok((document ??= made())),
  );
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
