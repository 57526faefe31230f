import http from 'node:http';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { createCredentials, type KubeConfigSource } from './credentials.ts';
import { KubeError, errorFromStatus, isNotFound } from './errors.ts';
import { describeExchange, exchangeOnce, exchangeStream, parseJson } from './transport.ts';
import type { Answer, Exchange, StreamOptions } from './transport.ts';
import type { KubeList, Log } from './types.ts';

/** Query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What any request may add. */
export interface RequestOptions {
  query?: Query;
  /** Whole time for the answer, retries included; default is the client's. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * The verbs of the Kubernetes API on URL paths (see `resourcePath`). All reject with `KubeError`; none waits
 * longer than its timeout.
 */
export interface KubeClient {
  /** Address of the API server, for messages. */
  readonly server: string;
  get<T>(path: string, options?: RequestOptions): Promise<T>;
  /** One page; follow `metadata.continue`, or use `listAll`. */
  list<T>(path: string, query?: Query, options?: RequestOptions): Promise<KubeList<T>>;
  create<T>(path: string, body: object, options?: RequestOptions): Promise<T>;
  replace<T>(path: string, body: object, options?: RequestOptions): Promise<T>;
  /** JSON merge patch: null removes a field, a list replaces a list. */
  mergePatch<T>(path: string, body: object, options?: RequestOptions): Promise<T>;
  /** Server-side apply. */
  apply<T>(
    path: string,
    body: object,
    options: RequestOptions & { fieldManager: string; force?: boolean },
  ): Promise<T>;
  /** Asks for deletion; an object that is already gone is success. */
  delete(path: string, options?: RequestOptions & { body?: object }): Promise<void>;
  /** Reads an endless answer, such as a watch, line by line; resolves when it ends or is aborted. */
  stream(path: string, query: Query, options: StreamOptions): Promise<void>;
  /** Closes kept connections. */
  close(): void;
}

export interface KubeClientDeps {
  kubeConfig: KubeConfigSource;
  log: Log;
  /** Default 30 000. */
  requestTimeoutMs?: number;
  /** Its part before a slash becomes the field manager of writes; default `landfall`. */
  userAgent?: string;
}

const ATTEMPTS = 4;

/** A client for the current context of a kubeconfig. Throws when that names no cluster. */
export function createKubeClient(deps: KubeClientDeps): KubeClient {
  const { kubeConfig, log, requestTimeoutMs = 30_000, userAgent = 'landfall' } = deps;
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig has no current cluster: set current-context');
  const base = cluster.server.replace(/\/+$/, '');
  const { Agent } = base.startsWith('https:') ? https : http;
  // The API server closes idle connections after 90 s; ours go first, so that no write meets a closing one.
  const requests = new Agent({ keepAlive: true, timeout: 45_000, maxSockets: 32 });
  // A watch has its connection to itself, and is not counted among the requests.
  const streams = new Agent({ keepAlive: false });
  const credentials = createCredentials(kubeConfig);

  async function prepare(
    method: string,
    path: string,
    query: Query | undefined,
    agent: http.Agent,
    body?: { type: string; text: string },
  ): Promise<Exchange> {
    const parameters = new URLSearchParams();
    for (const [key, value] of Object.entries(query ?? {})) {
      if (value !== undefined) parameters.set(key, String(value));
    }
    const search = parameters.toString();
    const options = await credentials.get();
    const headers = {
      Accept: 'application/json',
      'User-Agent': userAgent,
      ...(options.headers as http.OutgoingHttpHeaders | undefined),
      ...(body && { 'Content-Type': body.type, 'Content-Length': Buffer.byteLength(body.text) }),
    };
    return {
      method,
      url: `${base}${path}${search === '' ? '' : `?${search}`}`,
      options: { ...options, agent: options.agent ?? agent, headers },
      ...(body && { body: body.text }),
    };
  }

  async function send(
    method: string,
    path: string,
    request: RequestOptions & { content?: { type: string; body: object } },
  ): Promise<unknown> {
    const { timeoutMs = requestTimeoutMs, signal, query, content } = request;
    const body = content && { type: content.type, text: JSON.stringify(content.body) };
    const deadline = performance.now() + timeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      const exchange: Exchange = { ...(await prepare(method, path, query, requests, body)), signal };
      const started = performance.now();
      const left = Math.max(1, deadline - started);
      let answer: Answer;
      try {
        answer = await exchangeOnce(exchange, left);
      } catch (error) {
        if (!mayResend(method, error) || attempt >= ATTEMPTS) throw error;
        continue;
      }
      const what = describeExchange(exchange);
      log.debug({ status: answer.status, ms: Math.round(performance.now() - started) }, what);
      if (answer.status < 300) return parseJson(answer.text);
      const error = errorFromStatus(what, answer.status, parseJson(answer.text));
      if (answer.status === 401) credentials.invalidate();
      // Both answers mean that the request was not carried out, so repeating it is safe for every verb.
      const wait = answer.status === 401 && attempt === 1 ? 0 : throttledFor(answer);
      if (wait === undefined || attempt >= ATTEMPTS || performance.now() + wait >= deadline) throw error;
      await delay(wait, undefined, signal && { signal }).catch(() => {
        throw error;
      });
    }
  }

  return {
    server: base,
    get: async <T>(path: string, options: RequestOptions = {}) => (await send('GET', path, options)) as T,
    list: async <T>(path: string, query: Query = {}, options: RequestOptions = {}) =>
      (await send('GET', path, { ...options, query })) as KubeList<T>,
    create: async <T>(path: string, body: object, options: RequestOptions = {}) =>
      (await send('POST', path, { ...options, content: { type: 'application/json', body } })) as T,
    replace: async <T>(path: string, body: object, options: RequestOptions = {}) =>
      (await send('PUT', path, { ...options, content: { type: 'application/json', body } })) as T,
    mergePatch: async <T>(path: string, body: object, options: RequestOptions = {}) =>
      (await send('PATCH', path, {
        ...options,
        content: { type: 'application/merge-patch+json', body },
      })) as T,
    apply: async <T>(
      path: string,
      body: object,
      { fieldManager, force = false, ...options }: RequestOptions & { fieldManager: string; force?: boolean },
    ) =>
      (await send('PATCH', path, {
        ...options,
        query: { ...options.query, fieldManager, force },
        // JSON is YAML; older API servers know only this media type.
        content: { type: 'application/apply-patch+yaml', body },
      })) as T,
    delete: async (path, { body, ...options } = {}) => {
      try {
        await send('DELETE', path, {
          ...options,
          ...(body && { content: { type: 'application/json', body } }),
        });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
    stream: async (path, query, options) => {
      const exchange = await prepare('GET', path, query, streams);
      try {
        await exchangeStream(exchange, options);
      } catch (error) {
        if (error instanceof KubeError && error.status === 401) credentials.invalidate();
        throw error;
      }
    },
    close: () => {
      requests.destroy();
      streams.destroy();
    },
  };
}

/** A read whose kept connection was closed under it; a write is never sent twice without an answer. */
function mayResend(method: string, error: unknown): boolean {
  const cause = error instanceof KubeError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return method === 'GET' && cause?.code === 'ECONNRESET';
}

/** Milliseconds that a throttling answer (429) asks to wait. */
function throttledFor({ status, headers }: Answer): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return status === 429 && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

/** All pages of a list, 500 objects each, as of one resource version. */
export async function listAll<T>(
  client: KubeClient,
  path: string,
  query: Query = {},
  options: RequestOptions = {},
): Promise<{ items: T[]; resourceVersion: string }> {
  const items: T[] = [];
  let next: string | undefined;
  for (;;) {
    const page = await client.list<T>(path, { limit: 500, ...query, continue: next }, options);
    items.push(...page.items);
    next = page.metadata.continue;
    if (next === undefined || next === '') {
      return { items, resourceVersion: page.metadata.resourceVersion ?? '' };
    }
  }
}
