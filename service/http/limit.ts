import { circuitBreaker, ConsecutiveBreaker, handleType, timeout, TimeoutStrategy, wrap } from 'cockatiel';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisStore } from '../stores/redis.ts';
import { Problem } from './problem.ts';

/** How long a count in Redis may take before this process counts by itself, and for how long it then does. */
const COUNT_MS = 250;
const ALONE_MS = 2000;

/** So many points per key and duration. */
export interface Limit {
  /** Keeps the counts of one limit apart from those of another. */
  readonly keyPrefix: string;
  readonly points: number;
  readonly durationSeconds: number;
}

/** Counts towards a limit; throws a 429 that says when to ask again. */
export interface Limiter {
  consume(key: string): Promise<void>;
  /** Begins to count anew. */
  forget(key: string): Promise<void>;
}

/**
 * A limit that all tasks share where there is a Redis, and each keeps for itself where there is none or while it does not answer:
 * a limit that is counted apart is looser, and nobody waits for it.
 */
export function limiter({ keyPrefix, points, durationSeconds }: Limit, redis?: RedisStore): Limiter {
  const options = { keyPrefix, points, duration: durationSeconds };
  const alone = new RateLimiterMemory(options);
  const shared =
    redis &&
    new RateLimiterRedis({
      ...options,
      storeClient: redis.client,
      rejectIfRedisNotReady: true,
      // Who has used up the points is refused without asking Redis.
      inMemoryBlockOnConsumed: points + 1,
    });
  const inTime = wrap(
    circuitBreaker(handleType(Error), { halfOpenAfter: ALONE_MS, breaker: new ConsecutiveBreaker(1) }),
    timeout(COUNT_MS, TimeoutStrategy.Aggressive),
  );
  const count = async (key: string) => {
    if (!shared) return alone.consume(key);
    try {
      // What refuses is no error of Redis's, and rejects with a RateLimiterRes.
      return await inTime.execute(() => shared.consume(key));
    } catch (error) {
      if (error instanceof RateLimiterRes) throw error;
      return alone.consume(key);
    }
  };
  return {
    async consume(key) {
      try {
        await count(key);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
        throw new Problem(429, `Too many requests: ask again in ${seconds} s.`, {
          headers: { 'Retry-After': String(seconds) },
        });
      }
    },
    async forget(key) {
      await alone.delete(key);
      // Where it does not answer, its count runs out by itself.
      if (shared) await inTime.execute(() => shared.delete(key)).catch(() => undefined);
    },
  };
}
