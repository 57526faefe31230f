import type { Clock } from './clock.ts';

/**
 * A read whose answer serves everybody for `maxAgeMs` (monotonic milliseconds since it began). Who asks while
 * it is under way shares it; a failure is everybody's, and is not kept.
 */
export function remembered<T>(clock: Clock, maxAgeMs: number, read: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const now = clock.now();
    if (last && now - last.at < maxAgeMs) return last.answer;
    const mine = { at: now, answer: read() };
    last = mine;
    mine.answer.catch(() => {
      if (last === mine) last = undefined;
    });
    return mine.answer;
  };
}
