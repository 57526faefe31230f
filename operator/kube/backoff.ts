/** Limits of an exponential backoff, in milliseconds. */
export interface BackoffLimits {
  baseMs: number;
  maxMs: number;
}

/** The n-th delay (from 0) before jitter: base, 2·base, 4·base … up to the maximum. */
export function exponential(attempt: number, { baseMs, maxMs }: BackoffLimits): number {
  return Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
}

/** Anything from nothing to the whole delay: spreads many clients that lost the same server. */
export function fullJitter(attempt: number, limits: BackoffLimits, random: () => number): number {
  return random() * exponential(attempt, limits);
}

/** Half the delay and up to half again: never close to zero, for work that just failed. */
export function equalJitter(attempt: number, limits: BackoffLimits, random: () => number): number {
  const whole = exponential(attempt, limits);
  return whole / 2 + (random() * whole) / 2;
}
