import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendFirst } from './send-first.ts';

/** A write on its way to AWS; `n` counts from 1 since the counter was last reset. */
export interface AwsWrite {
  readonly n: number;
  readonly action: string;
}

export interface AwsProxyHooks {
  /**
   * Called before a write is forwarded. With `drop` or `throttle` AWS never hears of it: the client is cut off, or
   * told that it came too fast.
   */
  readonly before?: (write: AwsWrite) => void | 'drop' | 'throttle' | Promise<void | 'drop' | 'throttle'>;
  /** Called when AWS has carried a write out and answered, before the client is told. */
  readonly after?: (write: AwsWrite & { readonly status: number }) => void | 'drop' | Promise<void | 'drop'>;
  /** Called when the first bytes of the answer are on their way to the client; `drop` holds back the others. */
  readonly answering?: (write: AwsWrite) => void | 'drop';
}

/** A proxy in front of the local AWS that sees every call and can lose answers. */
export interface AwsProxy {
  readonly url: string;
  /** Writes since the last `count`. */
  readonly writes: number;
  /** Starts counting from 1 again, with these hooks or none. */
  count(hooks?: AwsProxyHooks): void;
  /** Connections are refused from now on, as without a network. */
  refuse(): Promise<void>;
  /** Listens again on the same port. */
  accept(): Promise<void>;
  stop(): Promise<void>;
}

/** As EC2 refuses a call that came too fast. */
const THROTTLED =
  '<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>throttled</RequestID></Response>';
const READ = /^(Describe|Get|List|Assume|GET |HEAD )/;

/** Starts a proxy for the AWS at `upstream`. */
export async function startAwsProxy(upstream: string): Promise<AwsProxy> {
  const agent = new http.Agent({ keepAlive: true });
  let hooks: AwsProxyHooks = {};
  let writes = 0;

  const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const body = await bytesOf(request);
    const action = actionOf(request, body);
    const isWrite = !READ.test(action);
    // The hooks of the moment at which the call came: a late answer belongs to the count before.
    const { before, after, answering } = hooks;
    const write = { n: isWrite ? (writes += 1) : 0, action };
    const refused = isWrite ? await before?.(write) : undefined;
    if (refused === 'drop') response.destroy();
    if (refused === 'throttle')
      response.writeHead(503, { 'content-type': 'text/xml;charset=UTF-8' }).end(THROTTLED);
    if (refused) return;
    const answer = await forward(request, body);
    const bytes = await bytesOf(answer);
    const status = answer.statusCode ?? 502;
    if (isWrite && (await after?.({ ...write, status })) === 'drop') {
      response.destroy();
      return;
    }
    response.writeHead(status, { ...headersOf(answer), 'content-length': bytes.length });
    const sent = isWrite && answering ? await sendFirst(response, bytes) : 0;
    if (isWrite && answering?.(write) === 'drop') response.destroy();
    else response.end(bytes.subarray(sent));
  };
  const forward = (request: http.IncomingMessage, body: Buffer) =>
    new Promise<http.IncomingMessage>((done, fail) => {
      const { connection: _, ...headers } = request.headers;
      http
        .request(new URL(request.url ?? '/', upstream), { method: request.method, headers, agent })
        .on('response', done)
        .on('error', fail)
        .end(body);
    });

  const server = http.createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  const listen = (port: number) =>
    new Promise<void>((done, fail) => {
      server.once('error', fail).listen(port, '127.0.0.1', () => {
        server.off('error', fail);
        done();
      });
    });
  const close = async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get writes() {
      return writes;
    },
    count(next = {}) {
      writes = 0;
      hooks = next;
    },
    refuse: close,
    accept: () => listen(port),
    async stop() {
      if (server.listening) await close();
      agent.destroy();
    },
  };
}

/** The action, as the query protocol (EC2, IAM, STS) or the JSON protocol (the others) names it. */
function actionOf(request: http.IncomingMessage, body: Buffer): string {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1) ?? '';
  const named = new URLSearchParams(body.toString('utf8')).get('Action');
  // Route 53 has methods and paths.
  return named ?? `${request.method} ${new URL(request.url ?? '/', 'http://aws').pathname}`;
}

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
