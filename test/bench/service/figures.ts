/** What is known of a service and a subject, of all its rounds together. */
export interface Figures {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Of its core, while it was asked: far below 100 means that it waited for the load or for a store. */
  readonly cpuPercent: number;
  /** Of the service alone, which says more than requests per second where other things run beside it. */
  readonly cpuMicrosPerRequest: number;
}

/** One round of load, with what the service used of its core meanwhile. */
export interface Round {
  readonly seconds: number;
  readonly latencies: readonly number[];
  readonly cpuSeconds: number;
}

/** The figures of rounds, each of the same length. */
export function figuresOf(rounds: readonly Round[]): Figures {
  const latencies = Float64Array.from(rounds.flatMap(({ latencies }) => latencies)).sort();
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const seconds = sum((round) => round.seconds);
  const cpuSeconds = sum((round) => round.cpuSeconds);
  return {
    requests: latencies.length,
    requestsPerSecond: Math.round(latencies.length / seconds),
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
    cpuPercent: Math.round((100 * cpuSeconds) / seconds),
    cpuMicrosPerRequest: Math.round((1e6 * cpuSeconds) / latencies.length),
  };
}

/** The least value that so many percent of all are at or below (nearest rank), to hundredths. Of values in order. */
export function percentile(sorted: Float64Array, percent: number): number {
  const value = sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
  if (value === undefined) throw new Error('There are no values.');
  return Math.round(value * 100) / 100;
}
