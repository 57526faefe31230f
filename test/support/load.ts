import { setTimeout as delay } from 'node:timers/promises';
import { askService } from './ask-service.ts';

/** What somebody asks a service. */
export interface Question {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** An answer that somebody had. */
export interface Seen {
  /** When it was asked for, as `performance.now` says it. */
  readonly at: number;
  readonly ms: number;
  readonly status: number;
  readonly retryAfter: string | null;
}

/** Clients of a service that ask without an end. */
export interface Load {
  readonly seen: readonly Seen[];
  /** Where what was written is found: only of writes that were answered 2xx. */
  readonly kept: readonly string[];
  /** Resolves when each has its last answer; rejects where one had none. */
  end(): Promise<void>;
}

const CLIENTS = 3;
/** The load is there to find what goes wrong, and not to keep the machine busy. */
const PAUSE_MS = 30;

/** Some clients that write and as many that read what was kept, each the next as soon as it has an answer. */
export function startLoad(url: string, next: () => Question): Load {
  const { seen, ask, begin, end } = clients(url);
  const kept: string[] = [];
  const write = async () => {
    const question = next();
    const { status, headers } = await ask(question);
    if (status === 201) kept.push(headers.get('location') ?? question.path);
  };
  const read = async () => {
    const path = kept[Math.floor(Math.random() * kept.length)];
    if (path !== undefined) await ask({ method: 'GET', path });
  };
  begin([write, read]);
  return { seen, kept, end };
}

/** Some clients that read these paths, again and again. */
export function startReading(url: string, paths: readonly string[]): Load {
  const { seen, ask, begin, end } = clients(url);
  begin(paths.map((path) => () => ask({ method: 'GET', path })));
  return { seen, kept: [], end };
}

function clients(url: string) {
  const seen: Seen[] = [];
  const ending = new AbortController();
  const running: Promise<void>[] = [];
  const ask = async ({ method, path, body }: Question) => {
    const at = performance.now();
    const answer = await askService(url, method, path, body);
    const { status, headers } = answer;
    seen.push({ at, ms: performance.now() - at, status, retryAfter: headers.get('retry-after') });
    return answer;
  };
  const again = async (work: () => Promise<unknown>) => {
    while (!ending.signal.aborted) {
      await work();
      await delay(PAUSE_MS);
    }
  };
  const begin = (works: readonly (() => Promise<unknown>)[]) => {
    running.push(...works.flatMap((work) => Array.from({ length: CLIENTS }, () => again(work))));
    // Whoever ends it is told.
    for (const one of running) one.catch(() => undefined);
  };
  const end = async () => {
    ending.abort();
    await Promise.all(running);
  };
  return { seen, ask, begin, end };
}
