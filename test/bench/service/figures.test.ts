import { expect, test } from 'vitest';
import { figuresOf, percentile } from './figures.ts';

test('a percentile is the value of the nearest rank', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentile(hundred, 50)).toBe(50);
  expect(percentile(hundred, 99)).toBe(99);
  expect(percentile(hundred, 100)).toBe(100);
  expect(percentile(Float64Array.of(7.129), 99)).toBe(7.13);
  expect(percentile(Float64Array.of(1, 2, 3), 50)).toBe(2);
});

test('there is no percentile of nothing', () => {
  expect(() => percentile(new Float64Array(), 99)).toThrow('There are no values.');
});

test('rounds are taken together: their requests by their time, and latencies in order of size', () => {
  const figures = figuresOf([
    { seconds: 2, latencies: [10, 9, 1], cpuSeconds: 2 },
    { seconds: 2, latencies: [2, 100], cpuSeconds: 1 },
  ]);
  expect(figures).toEqual({
    requests: 5,
    requestsPerSecond: 1,
    p50: 9,
    p99: 100,
    cpuPercent: 75,
    cpuMicrosPerRequest: 600_000,
  });
});
