import http from 'node:http';
import https from 'node:https';
import { KubeError, errorFromStatus } from './errors.ts';

/** One HTTP exchange with the API server. */
export interface Exchange {
  method: string;
  url: string;
  /** TLS material, headers and agent. */
  options: https.RequestOptions;
  body?: string;
  signal?: AbortSignal | undefined;
}

/** An answer whose body has been read to its end. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** Method and path without query: what errors and logs say about a request. */
export const describeExchange = ({ method, url }: Exchange): string => `${method} ${new URL(url).pathname}`;

function open(exchange: Exchange): http.ClientRequest {
  const send = exchange.url.startsWith('https:') ? https.request : http.request;
  return send(exchange.url, { ...exchange.options, method: exchange.method });
}

function unreachable(exchange: Exchange, error: unknown): KubeError {
  if (error instanceof KubeError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new KubeError(`${describeExchange(exchange)}: no answer: ${message === '' ? code : message}`, {
    status: 0,
    reason: 'Unreachable',
    cause: error,
  });
}

const timeout = (exchange: Exchange, what: string, ms: number): KubeError =>
  new KubeError(`${describeExchange(exchange)}: ${what} for ${ms} ms`, { status: 0, reason: 'Timeout' });

const aborted = (exchange: Exchange): KubeError =>
  new KubeError(`${describeExchange(exchange)}: aborted`, { status: 0, reason: 'Aborted' });

/**
 * Sends a request and reads the whole answer, whatever its status, within `timeoutMs`. Rejects with a
 * KubeError of status 0.
 */
export async function exchangeOnce(exchange: Exchange, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = open(exchange);
    const timer = setTimeout(() => request.destroy(timeout(exchange, 'not answered', timeoutMs)), timeoutMs);
    const onAbort = (): void => {
      request.destroy(aborted(exchange));
    };
    const fail = (error: unknown): void => {
      finish();
      reject(unreachable(exchange, error));
    };
    const finish = (): void => {
      clearTimeout(timer);
      exchange.signal?.removeEventListener('abort', onAbort);
    };
    exchange.signal?.addEventListener('abort', onAbort);
    if (exchange.signal?.aborted === true) onAbort();
    request.on('error', fail);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        finish();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    request.end(exchange.body);
  });
}

/** How a stream is read. */
export interface StreamOptions {
  /** Called for each line without its newline; what it throws ends the stream and rejects it. */
  onLine: (line: string) => void;
  signal: AbortSignal;
  /** Without a single byte for this long the connection is given up with reason `Timeout`. */
  idleTimeoutMs: number;
}

/**
 * Reads an answer line by line until the server ends it or the signal aborts (both resolve). Rejects with a
 * KubeError when it is refused, breaks, or stays silent too long.
 */
export async function exchangeStream(exchange: Exchange, stream: StreamOptions): Promise<void> {
  if (stream.signal.aborted) return;
  await new Promise<void>((resolve, reject) => {
    const request = open(exchange);
    const onIdle = (): void => {
      request.destroy(timeout(exchange, 'silent', stream.idleTimeoutMs));
    };
    let timer = setTimeout(onIdle, stream.idleTimeoutMs);
    const onAbort = (): void => {
      finish();
      resolve();
      request.destroy();
    };
    const finish = (): void => {
      clearTimeout(timer);
      stream.signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      finish();
      reject(unreachable(exchange, error));
      request.destroy();
    };
    stream.signal.addEventListener('abort', onAbort);
    request.on('error', fail);
    request.on('socket', (socket) => socket.setKeepAlive(true, 30_000));
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        clearTimeout(timer);
        timer = setTimeout(onIdle, stream.idleTimeoutMs);
        rest += chunk;
        if (status !== 200 || !chunk.includes('\n')) return;
        const lines = rest.split('\n');
        rest = lines.pop() ?? '';
        try {
          for (const line of lines) if (line !== '' && !stream.signal.aborted) stream.onLine(line);
        } catch (error) {
          finish();
          reject(error);
          request.destroy();
        }
      });
      response.on('error', fail);
      response.on('end', () => {
        finish();
        if (status === 200) resolve();
        else reject(errorFromStatus(describeExchange(exchange), status, parseJson(rest)));
      });
    });
    request.end();
  });
}

/** The parsed text, or a Status-like object that quotes its beginning when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 200).trim() };
  }
}
