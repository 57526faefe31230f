import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubeClient } from '../../operator/kube/client.ts';
import type { KubeConfigSource } from '../../operator/kube/credentials.ts';
import { errorFromStatus } from '../../operator/kube/errors.ts';
import type { KubeObject } from '../../operator/kube/types.ts';

type Json = Record<string, unknown>;

/** A request as the fake saw it. */
export interface SeenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
  body: Json;
}

export interface FakeAnswer {
  status: number;
  /** Text is sent as it is. */
  body: object | string;
  headers?: Record<string, string>;
}

/** Answers instead of the fake, or lets it answer by returning undefined. */
export type Intercept = (request: SeenRequest) => FakeAnswer | undefined | Promise<FakeAnswer | undefined>;

/** Objects in memory under the paths of the Kubernetes API: resource versions, merge patches, lists, watches. */
export interface FakeApi {
  readonly requests: SeenRequest[];
  intercept: Intercept | undefined;
  /** Writes an object as somebody else would. */
  put(collection: string, object: KubeObject): KubeObject;
  remove(collection: string, name: string): void;
  read(path: string): KubeObject | undefined;
  /** Ends open watches; `history` false also forgets events, so that older resource versions get 410. */
  endWatches(options?: { history?: boolean }): void;
  openWatches(): number;
  /** A client without HTTP between, for tests with a fake clock; it has no streams. */
  client(): KubeClient;
  listen(): Promise<KubeConfigSource & { url: string }>;
  stop(): Promise<void>;
}

const failure = (code: number, reason: string, message: string): FakeAnswer => ({
  status: code,
  body: { kind: 'Status', status: 'Failure', code, reason, message },
});

const textOf = (body: object | string): string => (typeof body === 'string' ? body : JSON.stringify(body));

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Json = typeof target === 'object' && !Array.isArray(target) ? { ...(target as Json) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

export function createFakeApi(): FakeApi {
  const objects = new Map<string, KubeObject>();
  const events: { version: number; collection: string; line: string }[] = [];
  const watches = new Set<{ collection: string; response: http.ServerResponse }>();
  const requests: SeenRequest[] = [];
  let version = 100;
  let oldest = 100;
  let server: http.Server | undefined;

  function publish(type: string, collection: string, object: KubeObject): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    events.push({ version, collection, line });
    for (const watch of watches) if (watch.collection === collection) watch.response.write(line);
  }

  function store(path: string, object: KubeObject): KubeObject {
    version += 1;
    const old = objects.get(path);
    const uid = old?.metadata.uid ?? `uid-${version}`;
    const stored = { ...object, metadata: { ...object.metadata, uid, resourceVersion: String(version) } };
    objects.set(path, stored);
    publish(old === undefined ? 'ADDED' : 'MODIFIED', path.slice(0, path.lastIndexOf('/')), stored);
    return stored;
  }

  function drop(path: string): void {
    const old = objects.get(path);
    if (old === undefined) return;
    version += 1;
    objects.delete(path);
    const last = { ...old, metadata: { ...old.metadata, resourceVersion: String(version) } };
    publish('DELETED', path.slice(0, path.lastIndexOf('/')), last);
  }

  function list(collection: string, query: URLSearchParams): FakeAnswer {
    const all = [...objects].filter(([path]) => path.slice(0, path.lastIndexOf('/')) === collection);
    const from = Number(query.get('continue') ?? 0);
    const limit = Number(query.get('limit') ?? all.length);
    const items = all.slice(from, from + limit).map(([, object]) => object);
    const more = from + limit < all.length ? { continue: String(from + limit) } : {};
    return { status: 200, body: { metadata: { resourceVersion: String(version), ...more }, items } };
  }

  function write(request: SeenRequest): FakeAnswer {
    const { method, body } = request;
    const path = request.path.replace(/\/status$/, '');
    const given = body as unknown as KubeObject;
    if (method === 'POST') {
      const created = `${path}/${given.metadata.name}`;
      if (objects.has(created)) return failure(409, 'AlreadyExists', `${created} exists`);
      return { status: 201, body: store(created, given) };
    }
    const old = objects.get(path);
    if (old === undefined) return failure(404, 'NotFound', `${path} not found`);
    if (method === 'DELETE') {
      drop(path);
      return { status: 200, body: { kind: 'Status', status: 'Success' } };
    }
    const expected = (given.metadata as KubeObject['metadata'] | undefined)?.resourceVersion;
    if (expected !== undefined && expected !== old.metadata.resourceVersion) {
      return failure(409, 'Conflict', 'the object has been modified');
    }
    const next = method === 'PUT' ? given : (merge(old, body) as KubeObject);
    const { resourceVersion: _, ...before } = old.metadata;
    const { resourceVersion: __, ...after } = next.metadata;
    // As the real one: a write that changes nothing makes no new version.
    if (JSON.stringify({ ...old, metadata: before }) === JSON.stringify({ ...next, metadata: after })) {
      return { status: 200, body: old };
    }
    return { status: 200, body: store(path, next) };
  }

  async function answer(request: SeenRequest): Promise<FakeAnswer> {
    requests.push(request);
    const instead = await api.intercept?.(request);
    if (instead !== undefined) return instead;
    if (request.method !== 'GET') return write(request);
    const object = objects.get(request.path);
    if (object !== undefined) return { status: 200, body: object };
    const below = request.path.replace(/^\/(api\/[^/]+|apis\/[^/]+\/[^/]+)(\/namespaces\/[^/]+(?=\/))?/, '');
    const listed = below.split('/').length === 2;
    return listed ? list(request.path, request.query) : failure(404, 'NotFound', `${request.path} not found`);
  }

  async function serve(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://fake');
    const request: SeenRequest = {
      method: incoming.method ?? 'GET',
      path: pathname,
      query: searchParams,
      headers: incoming.headers,
      body: text === '' ? {} : (JSON.parse(text) as Json),
    };
    const isWatch = searchParams.get('watch') === 'true';
    if (!isWatch) {
      const { status, body, headers } = await answer(request);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(textOf(body));
      return;
    }
    requests.push(request);
    const instead = await api.intercept?.(request);
    const from = Number(searchParams.get('resourceVersion'));
    const refused = instead ?? (from < oldest ? failure(410, 'Expired', 'too old') : undefined);
    if (refused !== undefined) {
      response.writeHead(refused.status).end(`${textOf(refused.body)}\n`);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    for (const event of events) {
      if (event.collection === pathname && event.version > from) response.write(event.line);
    }
    const watch = { collection: pathname, response };
    watches.add(watch);
    response.on('close', () => watches.delete(watch));
  }

  async function direct<T>(method: string, path: string, body: object = {}, query: object = {}): Promise<T> {
    const { status, body: result } = await answer({
      method,
      path,
      query: new URLSearchParams(query as Record<string, string>),
      headers: {},
      body: structuredClone(body) as Json,
    });
    if (status >= 300) throw errorFromStatus(`${method} ${path}`, status, result);
    return structuredClone(result) as T;
  }

  const api: FakeApi = {
    requests,
    intercept: undefined,
    put: (collection, object) => store(`${collection}/${object.metadata.name}`, object),
    remove: (collection, name) => {
      drop(`${collection}/${name}`);
    },
    read: (path) => objects.get(path),
    endWatches({ history = true } = {}) {
      if (!history) {
        events.length = 0;
        oldest = version + 1;
        version += 1;
      }
      for (const { response } of watches) response.destroy();
    },
    openWatches: () => watches.size,
    client: () => ({
      server: 'http://fake',
      get: async (path) => direct('GET', path),
      list: async (path, query) => direct('GET', path, {}, { limit: 500, ...query }),
      create: async (path, body) => direct('POST', path, body),
      replace: async (path, body) => direct('PUT', path, body),
      mergePatch: async (path, body) => direct('PATCH', path, body),
      apply: async (path, body) => direct('PATCH', path, body),
      delete: async (path) => direct('DELETE', path),
      stream: async () => {
        throw new Error('the client without HTTP has no streams');
      },
      close: () => {},
    }),
    async listen() {
      server = http.createServer((request, response) => {
        serve(request, response).catch((error: unknown) => response.destroy(error as Error));
      });
      const started = server;
      await new Promise<void>((done) => started.listen(0, '127.0.0.1', done));
      const url = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
      return {
        url,
        getCurrentCluster: () => ({ server: url }),
        applyToHTTPSOptions: async (options) => {
          options.headers = { Authorization: 'Bearer secret-token' };
        },
      };
    },
    async stop() {
      const stopping = server;
      if (stopping === undefined) return;
      stopping.closeAllConnections();
      await new Promise((done) => stopping.close(done));
    },
  };
  return api;
}
