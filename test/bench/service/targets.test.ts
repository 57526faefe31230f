import { expect, test } from 'vitest';
import type { Figures } from './figures.ts';
import { missesOf, timesPeer } from './targets.ts';

const figures = (requestsPerSecond: number, p99: number): Figures => ({
  requests: requestsPerSecond * 10,
  requestsPerSecond,
  p50: p99 / 2,
  p99,
  cpuPercent: 99,
  cpuMicrosPerRequest: Math.round(990_000 / requestsPerSecond),
});
const peer = figures(1000, 30);

test('twice the requests of the peer, a lower p99 and 120 MiB miss nothing', () => {
  expect(missesOf([{ subject: 'a', ours: figures(2000, 29.99), peer }], 120)).toEqual([]);
});

test('each that misses is a line, of each subject', () => {
  const misses = missesOf(
    [
      { subject: 'a', ours: figures(1990, 10), peer },
      { subject: 'b', ours: figures(4000, 30), peer },
      { subject: 'c', ours: figures(4000, 10), peer },
    ],
    120.1,
  );
  expect(misses).toEqual([
    'a: 1.99 times the requests per second of the peer, at least 2',
    "b: p99 of 30 ms, less than the peer's 30 ms",
    '120.1 MiB resident, at most 120',
  ]);
});

test('how many times the peer is told to hundredths', () => {
  expect(timesPeer({ subject: 'a', ours: figures(3333, 1), peer })).toBe(3.33);
});
