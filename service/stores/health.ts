import { Problem } from '../http/problem.ts';
import type { StoreHealth } from './store.ts';

const FRESH_MS = 1000;
const TIMEOUT_MS = 2000;

/** The health of a store by a call to it: one at a time, its answer kept for a second, so that probes are no load. */
export function healthOf(call: (signal: AbortSignal) => Promise<unknown>): () => Promise<StoreHealth> {
  let last: { readonly at: number; readonly health: Promise<StoreHealth> } | undefined;
  return () => {
    const now = performance.now();
    if (!last || now - last.at > FRESH_MS) last = { at: now, health: check(call) };
    return last.health;
  };
}

async function check(call: (signal: AbortSignal) => Promise<unknown>): Promise<StoreHealth> {
  const started = performance.now();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const late = new Promise<StoreHealth>((resolve) => {
    signal.addEventListener('abort', () =>
      resolve({ status: 'unhealthy', detail: `no answer within ${TIMEOUT_MS / 1000} s` }),
    );
  });
  const answered = call(signal).then(
    (): StoreHealth => ({ status: 'healthy', latencyMs: Math.round(performance.now() - started) }),
    (error: unknown): StoreHealth => ({ status: 'unhealthy', detail: codeOf(error) }),
  );
  return Promise.race([answered, late]);
}

/**
 * The code of an error, or of what a 503 was made of: it holds no address and no name, as a message may. Of errors that are only
 * that it is the message: the drivers' own about connections that are lost or late.
 */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error instanceof Problem && error.cause instanceof Error) return codeOf(error.cause);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'Error' ? error.message : error.name;
}
