import { createHistogram } from 'node:perf_hooks';
import { CONNECTIONS } from './subject.ts';

/** Times in milliseconds. */
export interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Does the same again and again, on each connection at once, for some seconds. Rejects with the first failure. */
export async function measure(
  ms: number,
  signal: AbortSignal,
  operation: (slot: number) => Promise<unknown>,
): Promise<Figures> {
  const times = createHistogram();
  const began = performance.now();
  const ending = new AbortController();
  const end = AbortSignal.any([signal, ending.signal, AbortSignal.timeout(ms)]);
  const worker = async (slot: number) => {
    while (!end.aborted) {
      const from = performance.now();
      await operation(slot);
      times.record(Math.max(1, Math.round((performance.now() - from) * 1000)));
    }
  };
  const workers = Array.from({ length: CONNECTIONS }, (_, slot) => worker(slot));
  // Where one fails, the others are waited for: nothing is written any more when it is removed.
  await Promise.all(workers).catch(async (error: unknown) => {
    ending.abort();
    await Promise.allSettled(workers);
    throw error;
  });
  const at = (percent: number) => times.percentile(percent) / 1000;
  return {
    perSecond: times.count / ((performance.now() - began) / 1000),
    p50: at(50),
    p95: at(95),
    p99: at(99),
  };
}
