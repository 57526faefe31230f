import { randomUUID } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Logger } from '../log.ts';
import { Context } from './context.ts';
import { withDeadline } from './deadline.ts';
import { DEEPEST, isTooDeep } from './depth.ts';
import { problemOf } from './errors.ts';
import { SECURITY_HEADERS } from './headers.ts';
import { partsOf } from './parts.ts';
import { invalid, Problem } from './problem.ts';
import type { Operation, Reply, Route } from './route.ts';

/** What an app is made of. */
export interface AppOptions {
  readonly routes: readonly Route[];
  readonly log: Logger;
  readonly requestTimeoutMs: number;
  readonly trustedProxyHops: number;
  /** Whether the process is to end: each answer then is the last on its connection. */
  readonly isDraining?: () => boolean;
  /** Throws a 429 where the address has asked too often. */
  readonly limit?: (ip: string) => Promise<void> | void;
  /** Told of each answer: the path of the route (not what stood in it), or `none`. */
  readonly observe?: (answer: { method: string; path: string; status: number; seconds: number }) => void;
  /** What else is served, after the routes: pages and their files. */
  readonly pages?: (app: Express) => void;
}

const LONGEST_LOGGED = 200;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** `/users/{id}` as express writes it. */
const expressPath = (path: string) => path.replace(/\{(\w+)\}/g, ':$1');

/** The HTTP side of the service: request ids, one line of log for each request, checked parts, problems as answers. */
export function createApp(options: AppOptions): Express {
  const { routes, log, observe, isDraining = () => false } = options;
  /** What every answer says of itself, whoever writes it. */
  const own = (response: Response): [string, string][] => [
    ['X-Request-ID', String(response.locals['requestId'])],
    ...(isDraining() ? [['Connection', 'close'] as [string, string]] : []),
  ];
  const answer = (response: Response, reply: Reply) => send(response, reply, own(response));
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', options.trustedProxyHops);
  app.set('query parser', 'simple');
  app.use((request, response, next) => {
    const started = performance.now();
    // Nobody knows it any more once the connection is gone.
    const { ip = '' } = request;
    response.locals['ip'] = ip;
    const asked = request.headers['x-request-id'];
    const id = typeof asked === 'string' && REQUEST_ID.test(asked) ? asked : randomUUID();
    response.locals['requestId'] = id;
    response.once('close', () => {
      const seconds = (performance.now() - started) / 1000;
      const { method } = request;
      const status = response.writableFinished ? response.statusCode : 499;
      const path = response.locals['path'] as string | undefined;
      observe?.({ method, path: path ?? 'none', status, seconds });
      log.info(
        {
          requestId: id,
          method,
          // Of the route: what stands in its place may be what lets somebody in, as the id of a session.
          path: path ?? request.path.slice(0, LONGEST_LOGGED),
          status,
          ms: Math.round(seconds * 1e6) / 1000,
          ip,
        },
        'request',
      );
    });
    next();
  });
  const json = express.json({ limit: '100kb', strict: false });
  for (const route of routes) {
    const { operation } = route;
    const path = expressPath(operation.path);
    const handlers = [
      (_request: Request, response: Response, next: NextFunction) => {
        response.locals['path'] = operation.path;
        next();
      },
      ...(operation.limited === false || !options.limit ? [] : [limited(options.limit)]),
      ...(operation.body ? [requireJson, json, shallow] : []),
      async (request: Request, response: Response) => {
        const { params, query, body } = request;
        const parts = partsOf(operation, { params, query, body });
        const ms = operation.waits ? options.requestTimeoutMs : undefined;
        const reply = await withDeadline(ms, (deadline) =>
          route.handle({ ...parts, request: new Context(request, response.locals, deadline) }),
        );
        answer(response, reply);
      },
    ];
    app[operation.method](path, ...handlers);
  }
  refuseOtherMethods(
    app,
    routes.map(({ operation }) => operation),
  );
  app.use((_request, response, next) => {
    for (const [name, value] of [...SECURITY_HEADERS, ...own(response)]) response.setHeader(name, value);
    next();
  });
  options.pages?.(app);
  app.use(() => {
    throw new Problem(404, 'There is nothing at this path; /openapi.json says what there is.');
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const problem = problemOf(error);
    const id = String(response.locals['requestId']);
    if (problem.status >= 500) log.error({ requestId: id, err: problem.cause ?? problem }, problem.message);
    // What has begun cannot become another answer: the connection ends, so that nobody takes it for whole.
    if (response.headersSent) return void response.destroy();
    const { headers } = problem;
    const body = problem.document(id);
    answer(response, { status: problem.status, type: 'application/problem+json', headers, body });
  });
  return app;
}

const SECURE = SECURITY_HEADERS.flat();

/** All headers at once and as they are: one by one they cost more than the answer itself. */
function send(
  response: Response,
  { status, body, type = 'application/json', headers }: Reply,
  own: readonly (readonly [string, string])[],
): void {
  const head = headers ? SECURITY_HEADERS.filter(([name]) => !(name in headers)).flat() : [...SECURE];
  for (const [name, value] of Object.entries(headers ?? {}))
    for (const one of [value].flat()) head.push(name, one);
  for (const header of own) head.push(...header);
  if (body === undefined) return void response.writeHead(status, head).end();
  const text = type.endsWith('json') ? JSON.stringify(body) : (body as string);
  head.push('Content-Type', type, 'Content-Length', String(Buffer.byteLength(text)));
  response.writeHead(status, head).end(text);
}

function limited(limit: (ip: string) => Promise<void> | void) {
  return async (_request: Request, response: Response, next: NextFunction) => {
    await limit(String(response.locals['ip']));
    next();
  };
}

/** No type but JSON is taken, and so no form of another site is. */
function requireJson(request: Request, _response: Response, next: NextFunction): void {
  if (!request.is('application/json')) throw new Problem(415, 'The body must be application/json.');
  next();
}

function shallow(request: Request, _response: Response, next: NextFunction): void {
  if (isTooDeep(request.body))
    throw invalid([{ field: 'body', message: `must not be nested deeper than ${DEEPEST} levels` }]);
  next();
}

function refuseOtherMethods(app: Express, operations: readonly Operation[]): void {
  const methods = new Map<string, string[]>();
  for (const { path, method } of operations)
    methods.set(path, [
      ...(methods.get(path) ?? []),
      method.toUpperCase(),
      ...(method === 'get' ? ['HEAD'] : []),
    ]);
  for (const [path, allowed] of methods)
    app.all(expressPath(path), () => {
      const Allow = allowed.join(', ');
      throw new Problem(405, `This path takes ${Allow}.`, { headers: { Allow } });
    });
}
