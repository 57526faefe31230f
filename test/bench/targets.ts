import type { InARow } from './in-a-row.ts';
import type { InTime } from './in-time.ts';
import type { Result } from './measure.ts';

/**
 * Calls for each change, without what an account costs once; and with it, where there are so many that it counts for little. A
 * single platform is looked at as often as ten are, each time for little: its figures are told and not judged.
 */
const PER_CHANGE_MOST = 1.15;
const JUDGED_FROM = 10;
const WITH_ALL_FROM = 20;
/** Calls of a refresh of the fast lane beside DescribeServices, which names ten services of one cluster. */
const REFRESH_MOST = 80;
/** How much longer than AWS's slowest bucket lets it take. */
const OVER_FLOOR_MOST = 1.1;
/**
 * Calls that come one after the other, beside the steps of the longest path. What an account is asked once, that a thing is as it
 * should be, and whose it is where AWS tells that apart, are calls as well.
 */
const IN_A_ROW_MOST = 3;
/** How much longer than AWS's longest row of waits, where that takes a third of its time and the operator's own work all of it. */
const OVER_LEAST_MOST = 1.25;

/** What of a result is more than it may be, each in a line. */
export function missesOf(subject: string, result: Result): string[] {
  const { count, callsPerChange, callsPerChangeThen, throttled, standing } = result;
  const judged: Judged[] = [['calls throttled', throttled, 0]];
  if (count >= JUDGED_FROM)
    judged.push(['calls per change beside those at first', callsPerChangeThen, PER_CHANGE_MOST]);
  if (count >= WITH_ALL_FROM) judged.push(['calls per change', callsPerChange, PER_CHANGE_MOST]);
  if (standing) {
    judged.push(
      ['calls a refresh beside DescribeServices', standing.callsPerFastRefresh, REFRESH_MOST],
      ['calls a minute in the slow lane', standing.slowCallsPerMinute, standing.slowCallsPerMinuteMost],
      ['writes while nothing happens', standing.writes, 0],
    );
  }
  return missesIn(`${count} ${subject}`, judged);
}

/** The same of one of a subject while each call takes as long as the next. */
export function missesInARow({ callsInARow, fewestInARow }: InARow): string[] {
  const times = Math.round((callsInARow / fewestInARow) * 100) / 100;
  return missesIn('calls one after the other', [['times the longest path', times, IN_A_ROW_MOST]]);
}

/** The same of a platform while AWS takes its time. */
export function missesInTime({ overLeast }: InTime): string[] {
  return missesIn("a platform in AWS's time", [['times what AWS takes', overLeast, OVER_LEAST_MOST]]);
}

/** The same of a run against AWS's own buckets. */
export function missesWithBuckets(result: Result & { readonly overFloor: number }): string[] {
  return missesIn(`${result.count} networks with AWS's token buckets`, [
    ['calls throttled', result.throttled, 0],
    ['times the floor', result.overFloor, OVER_FLOOR_MOST],
  ]);
}

type Judged = readonly [what: string, is: number, most: number];

function missesIn(run: string, judged: readonly Judged[]): string[] {
  return judged
    .filter(([, is, most]) => is > most)
    .map(([what, is, most]) => `${run}: ${is} ${what}, at most ${most}`);
}
