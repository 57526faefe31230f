import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { serveHttp } from '../../operator/http.ts';

const opened: Server[] = [];
afterEach(() => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function scene() {
  const state = { healthy: true, ready: true, metrics: async () => 'landfall_leader 1\n' };
  const server = await serveHttp({
    port: 0,
    metrics: () => state.metrics(),
    healthy: () => state.healthy,
    ready: () => state.ready,
  });
  opened.push(server);
  const { port } = server.address() as AddressInfo;
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return `${response.status} ${await response.text()}`;
  };
  return { state, port, get };
}

describe('serveHttp', () => {
  it('answers the probes as things stand', async () => {
    const { state, get } = await scene();
    expect(await get('/healthz')).toBe('200 ok');
    expect(await get('/readyz?verbose=1')).toBe('200 ok');
    state.healthy = false;
    state.ready = false;
    expect(await get('/healthz')).toBe('503 unhealthy');
    expect(await get('/readyz')).toBe('503 not ready');
  });

  it('serves metrics, and says so where they fail', async () => {
    const { state, get } = await scene();
    expect(await get('/metrics')).toBe('200 landfall_leader 1\n');
    state.metrics = async () => Promise.reject(new Error('broken'));
    expect(await get('/metrics')).toBe('500 metrics failed');
  });

  it('says what there is', async () => {
    const { get } = await scene();
    expect(await get('/')).toBe('404 try /metrics, /healthz or /readyz');
  });

  it('rejects where the port is taken', async () => {
    const { port } = await scene();
    const again = serveHttp({ port, metrics: async () => '', healthy: () => true, ready: () => true });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
