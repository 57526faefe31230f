import { expect, it } from 'vitest';
import type { Result } from './measure.ts';
import { missesInARow, missesInTime, missesOf } from './targets.ts';

const STANDING = {
  callsPerFastRefresh: 80,
  describeServicesPerFastRefresh: 100,
  fastByAction: {},
  slowByAction: {},
  slowCallsPerMinute: 11,
  slowCallsPerMinuteMost: 11,
  writes: 0,
};
const REACHED: Result = {
  count: 50,
  wallSeconds: 60,
  changes: 100,
  calls: 115,
  writes: 100,
  writesEach: 2,
  callsPerChange: 1.15,
  callsAtFirst: 5,
  callsPerChangeThen: 1.1,
  callsByAction: {},
  beyondFewest: {},
  residentMiB: 1,
  peakResidentMiB: 1,
  cpuSeconds: 1,
  throttled: 0,
  standing: STANDING,
};

it('are reached where every figure is just what it may be', () => {
  expect(missesOf('platforms', REACHED)).toEqual([]);
});

it('are missed one by one, each in a line', () => {
  const standing = { ...STANDING, callsPerFastRefresh: 81, slowCallsPerMinute: 12, writes: 1 };
  const missed = { ...REACHED, callsPerChange: 1.17, callsPerChangeThen: 1.16, throttled: 3, standing };
  expect(missesOf('platforms', missed)).toEqual([
    '50 platforms: 3 calls throttled, at most 0',
    '50 platforms: 1.16 calls per change beside those at first, at most 1.15',
    '50 platforms: 1.17 calls per change, at most 1.15',
    '50 platforms: 81 calls a refresh beside DescribeServices, at most 80',
    '50 platforms: 12 calls a minute in the slow lane, at most 11',
    '50 platforms: 1 writes while nothing happens, at most 0',
  ]);
});

it('do not count what an account costs once where there are few', () => {
  expect(missesOf('platforms', { ...REACHED, count: 10, callsPerChange: 1.9 })).toEqual([]);
});

it('judge no single one', () => {
  const result = { ...REACHED, count: 1, callsPerChange: 1.9, callsPerChangeThen: 1.2 };
  expect(missesOf('platforms', result)).toEqual([]);
});

it('are missed where calls wait for one another that need not', () => {
  const path = { calls: 130, wallSeconds: 21, shareInARow: 0.16, fewestInARow: 7, longestPath: [] };
  expect(missesInARow({ ...path, callsInARow: 21 })).toEqual([]);
  expect(missesInARow({ ...path, callsInARow: 21.2 })).toEqual([
    'calls one after the other: 3.03 times the longest path, at most 3',
  ]);
});

it('are missed where AWS is waited for much longer than it takes', () => {
  const least = { wallSeconds: 70, leastSeconds: 70 };
  expect(missesInTime({ ...least, overLeast: 1.25 })).toEqual([]);
  expect(missesInTime({ ...least, overLeast: 1.26 })).toEqual([
    "a platform in AWS's time: 1.26 times what AWS takes, at most 1.25",
  ]);
});
