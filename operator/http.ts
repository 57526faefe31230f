import { createServer, type Server } from 'node:http';

export interface HttpOptions {
  /** 0 for any free port. */
  readonly port: number;
  readonly metrics: () => Promise<string>;
  /** The process should go on living. */
  readonly healthy: () => boolean;
  /** The process does its work, or stands by to. */
  readonly ready: () => boolean;
}

/** Serves /metrics, /healthz and /readyz. Resolves when it listens. */
export async function serveHttp(options: HttpOptions): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    const path = (request.url ?? '').split('?')[0];
    if (path === '/healthz') answer(options.healthy() ? 200 : 503, options.healthy() ? 'ok' : 'unhealthy');
    else if (path === '/readyz') answer(options.ready() ? 200 : 503, options.ready() ? 'ok' : 'not ready');
    else if (path === '/metrics') {
      options.metrics().then(
        (text) => answer(200, text, 'text/plain; version=0.0.4; charset=utf-8'),
        () => answer(500, 'metrics failed'),
      );
    } else answer(404, 'try /metrics, /healthz or /readyz');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, resolve);
  });
  return server;
}
