import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from './config.ts';
import { createApp } from './http/app.ts';
import { openApi } from './http/openapi.ts';
import { ok, route } from './http/route.ts';
import type { Logger } from './log.ts';
import { microservice } from './microservice/workload.ts';
import { portal } from './portal/workload.ts';
import type { Workload } from './workload.ts';

/** A service that runs. */
export interface Running {
  /** What it listens on: not that of the config where that is 0. */
  readonly port: number;
  /** Takes no more requests, lets those under way come to their end, and lets go of the stores. */
  stop(): Promise<void>;
}

/** Starts the workload that the config names. Its stores need not be there: it starts without, and finds them later. */
export async function serve(config: Config, log: Logger): Promise<Running> {
  let draining = false;
  const workload = (config.mode === 'portal' ? portal : microservice)({
    config,
    log,
    isDraining: () => draining,
  });
  const { limit, observe, pages } = workload;
  const app = createApp({
    routes: [...workload.routes, document(workload, config)],
    log,
    requestTimeoutMs: config.requestTimeoutMs,
    trustedProxyHops: config.trustedProxyHops,
    ...(limit ? { limit } : {}),
    ...(observe ? { observe } : {}),
    ...(pages ? { pages } : {}),
  });
  const server = createServer(
    // A head or a body that comes drop by drop holds a connection no longer than this.
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5000,
    },
    app,
  );
  await listening(server, config.port);
  const { port } = server.address() as AddressInfo;
  log.info({ mode: config.mode, port }, 'listening');
  return {
    port,
    async stop() {
      draining = true;
      await drained(server, config.drainMs, log);
      await Promise.all(workload.stores.map((store) => store.close()));
      log.info('stopped');
    },
  };
}

function document({ title, description, routes }: Workload, { version }: Config) {
  const document = openApi(
    { title, description, version },
    routes.map(({ operation }) => operation),
  );
  return route(
    {
      method: 'get',
      path: '/openapi.json',
      id: 'document',
      tag: 'Service',
      summary: 'The OpenAPI document',
      answers: { 200: { description: 'The document.' } },
    },
    () => ok(document),
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

/** Resolves when no connection is left; those that are still busy after the time given are cut. */
function drained(server: Server, ms: number, log: Logger): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      log.warn('requests were cut off: they took longer than DRAIN_SECONDS');
      server.closeAllConnections();
    }, ms);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
