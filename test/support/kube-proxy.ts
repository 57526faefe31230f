import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { sendFirst } from './send-first.ts';

/** A write on its way; `n` counts from 1. */
export interface ProxiedWrite {
  n: number;
  /**
   * `before` it is forwarded, `after` the API server answered and before the client is told, or `answering` when
   * the first bytes of the answer are on their way to the client.
   */
  phase: 'before' | 'after' | 'answering';
  method: string;
  path: string;
  body: string;
  /** Of the answer; not in phase `before`. */
  status?: number;
}

/** Told of each write in each phase; `drop` cuts the client off there, as a crash of the network would. */
export type WriteHook = (write: ProxiedWrite) => 'drop' | void | Promise<'drop' | void>;

/** What happens to watches that are opened: an answer as usual, status 410, or an ERROR event with 410. */
export type WatchMode = 'pass' | 'gone-status' | 'gone-event';

export interface ProxyCounters {
  requests: number;
  writes: number;
  lists: number;
  watchesOpened: number;
  watchesOpen: number;
  gone: number;
  hung: number;
  refusals: number;
}

export interface KubeProxyOptions {
  /** The API server to stand before; its user's token is used by the proxy's kubeconfig too. */
  kubeconfigPath: string;
  /** To listen with TLS, as kubectl demands before it sends a token; plain HTTP without. */
  tls?: { cert: string; key: string };
  /** Which writes are counted and hooked. Default: all but Leases and Events, which follow timers. */
  counts?: (method: string, path: string) => boolean;
}

/** A proxy in front of an API server with faults that are switched while it runs. */
export interface KubeProxy {
  readonly url: string;
  readonly kubeconfigPath: string;
  readonly counters: Readonly<ProxyCounters>;
  /** How often a collection was listed, by its path. */
  listed(path: string): number;
  /** Breaks off all open watches in the middle, and those that were swallowed; returns how many were open. */
  dropWatches(): number;
  setWatchMode(mode: WatchMode): void;
  /**
   * Silence: connections are accepted and requests swallowed, open streams get nothing more, and no FIN is
   * sent. Switching off lets new requests pass; what was hung stays so until the client gives up, or a watch is dropped.
   */
  setHang(what: 'off' | 'watches' | 'all'): void;
  /** The server is away: all connections are reset, new ones are refused. */
  refuse(): Promise<void>;
  /** Listens again on the same port. */
  accept(): Promise<void>;
  /** Delays each request and each piece of a watch. */
  setDelay(ms: number): void;
  onWrite(hook: WriteHook | undefined): void;
  stop(): Promise<void>;
}

interface Kubeconfig {
  clusters: { cluster: Record<string, unknown> & { server: string } }[];
}

const GONE = {
  apiVersion: 'v1',
  kind: 'Status',
  status: 'Failure',
  reason: 'Expired',
  code: 410,
  message: 'too old resource version',
};

const followsTimers =
  /^\/apis\/coordination\.k8s\.io\/|^\/(api\/v1|apis\/events\.k8s\.io\/v1)\/.*events(\/|$)/;

export async function startKubeProxy(options: KubeProxyOptions): Promise<KubeProxy> {
  const counts = options.counts ?? ((_, path) => !followsTimers.test(path));
  const config = parse(await readFile(options.kubeconfigPath, 'utf8')) as Kubeconfig;
  const [first] = config.clusters;
  if (first === undefined) throw new Error('the kubeconfig has no cluster');
  const upstream = new URL(first.cluster.server);
  const agent = new https.Agent({
    keepAlive: true,
    ca: await authorityOf(first.cluster, options.kubeconfigPath),
  });

  const counters: ProxyCounters = {
    requests: 0,
    writes: 0,
    lists: 0,
    watchesOpened: 0,
    watchesOpen: 0,
    gone: 0,
    hung: 0,
    refusals: 0,
  };
  const listed = new Map<string, number>();
  const sockets = new Set<Socket>();
  const watches = new Set<{ client: http.ServerResponse; stalled: boolean }>();
  const swallowed = new Set<http.ServerResponse>();
  let watchMode: WatchMode = 'pass';
  let hang: 'off' | 'watches' | 'all' = 'off';
  let delayMs = 0;
  let hook: WriteHook | undefined;

  async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    counters.requests += 1;
    const { method = 'GET', url = '/' } = request;
    const { pathname, searchParams } = new URL(url, 'http://proxy');
    const body = await bytesOf(request);
    if (delayMs > 0) await delay(delayMs);
    const isWatch = searchParams.get('watch') === 'true';
    if (hang === 'all' || (hang === 'watches' && isWatch)) {
      counters.hung += 1;
      if (isWatch) swallow(response);
      return;
    }
    if (isWatch) {
      watch(request, response);
      return;
    }
    if (searchParams.has('limit')) {
      counters.lists += 1;
      listed.set(pathname, (listed.get(pathname) ?? 0) + 1);
    }
    const isWrite = method !== 'GET' && counts(method, pathname);
    if (isWrite) counters.writes += 1;
    const write = { n: counters.writes, method, path: pathname, body: body.toString('utf8') };
    if (isWrite && (await hook?.({ ...write, phase: 'before' })) === 'drop') {
      response.destroy();
      return;
    }
    const answer = await forward(request, body);
    const bytes = await bytesOf(answer);
    const status = answer.statusCode ?? 502;
    if (isWrite && (await hook?.({ ...write, phase: 'after', status })) === 'drop') {
      response.destroy();
      return;
    }
    response.writeHead(status, { ...headersOf(answer), 'content-length': bytes.length });
    const sent = isWrite && hook ? await sendFirst(response, bytes) : 0;
    if (isWrite && (await hook?.({ ...write, phase: 'answering', status })) === 'drop') response.destroy();
    else response.end(bytes.subarray(sent));
  }

  function swallow(response: http.ServerResponse): void {
    swallowed.add(response);
    response.on('close', () => swallowed.delete(response));
  }

  function watch(request: http.IncomingMessage, response: http.ServerResponse): void {
    if (watchMode !== 'pass') {
      counters.gone += 1;
      const asEvent = watchMode === 'gone-event';
      response.writeHead(asEvent ? 200 : 410, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify(asEvent ? { type: 'ERROR', object: GONE } : GONE)}\n`);
      return;
    }
    const entry = { client: response, stalled: false };
    watches.add(entry);
    counters.watchesOpened += 1;
    counters.watchesOpen = watches.size;
    const outgoing = open(request);
    response.on('close', () => {
      watches.delete(entry);
      counters.watchesOpen = watches.size;
      outgoing.destroy();
    });
    outgoing.on('error', () => response.destroy());
    outgoing.on('response', (answer) => {
      // Stalled ones swallow what comes, its end too.
      let turn = Promise.resolve();
      const inTurn = (act: () => void): void => {
        const until = performance.now() + delayMs;
        turn = turn.then(async () => {
          const wait = until - performance.now();
          if (wait > 0) await delay(wait);
          if (!entry.stalled && !response.destroyed) act();
        });
      };
      inTurn(() => {
        response.writeHead(answer.statusCode ?? 502, headersOf(answer));
        response.flushHeaders();
      });
      answer.on('data', (chunk: Buffer) => inTurn(() => response.write(chunk)));
      answer.on('end', () => inTurn(() => response.end()));
      answer.on('error', () => inTurn(() => response.destroy()));
    });
    outgoing.end();
  }

  function open(request: http.IncomingMessage): http.ClientRequest {
    const { connection: _, host: __, ...headers } = request.headers;
    return https.request(new URL(request.url ?? '/', upstream), { method: request.method, headers, agent });
  }

  async function forward(request: http.IncomingMessage, body: Buffer): Promise<http.IncomingMessage> {
    return new Promise((done, fail) => {
      open(request).on('response', done).on('error', fail).end(body);
    });
  }

  const handle = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    // An API server that is away looks to the client as it does without a proxy: a reset connection.
    serve(request, response).catch(() => response.destroy());
  };
  const server =
    options.tls === undefined ? http.createServer(handle) : https.createServer(options.tls, handle);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  const listen = async (port: number): Promise<void> => {
    await new Promise<void>((done, fail) => {
      server.once('error', fail).listen(port, '127.0.0.1', () => {
        server.off('error', fail);
        done();
      });
    });
  };
  const close = async (): Promise<void> => {
    const closed = new Promise((done) => server.close(done));
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };

  await listen(0);
  const { port } = server.address() as AddressInfo;
  const scheme = options.tls === undefined ? 'http' : 'https';
  const url = `${scheme}://127.0.0.1:${port}`;
  const dir = await mkdtemp(join(tmpdir(), 'landfall-proxy-'));
  const kubeconfigPath = join(dir, 'kubeconfig');
  for (const { cluster } of config.clusters) {
    cluster.server = url;
    if (scheme === 'https') continue;
    delete cluster['certificate-authority'];
    delete cluster['certificate-authority-data'];
    cluster['insecure-skip-tls-verify'] = true;
  }
  await writeFile(kubeconfigPath, stringify(config), { mode: 0o600 });

  return {
    url,
    kubeconfigPath,
    counters,
    listed: (path) => listed.get(path) ?? 0,
    dropWatches() {
      const open = [...watches];
      for (const { client } of open) client.destroy();
      for (const client of swallowed) client.destroy();
      return open.length;
    },
    setWatchMode(mode) {
      watchMode = mode;
    },
    setHang(what) {
      hang = what;
      if (what !== 'off') for (const entry of watches) entry.stalled = true;
    },
    async refuse() {
      counters.refusals += 1;
      if (server.listening) await close();
    },
    async accept() {
      if (!server.listening) await listen(port);
    },
    setDelay(ms) {
      delayMs = ms;
    },
    onWrite(next) {
      hook = next;
    },
    async stop() {
      if (server.listening) await close();
      agent.destroy();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function authorityOf(
  cluster: Record<string, unknown>,
  kubeconfig: string,
): Promise<Buffer | undefined> {
  const data = cluster['certificate-authority-data'];
  if (typeof data === 'string') return Buffer.from(data, 'base64');
  const file = cluster['certificate-authority'];
  return typeof file === 'string' ? readFile(resolve(dirname(kubeconfig), file)) : undefined;
}

/** Bytes, since kubectl speaks protobuf. */
async function bytesOf(message: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Without those that describe the hop; Node writes its own. */
function headersOf(answer: http.IncomingMessage): http.OutgoingHttpHeaders {
  const { connection: _, 'transfer-encoding': __, 'content-length': ___, ...headers } = answer.headers;
  return headers;
}
