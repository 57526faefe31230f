import { type InARow, LATENCY_SECONDS } from './in-a-row.ts';
import { type InTime, WAITS } from './in-time.ts';
import type { Result } from './measure.ts';
import type { WithBuckets } from './with-buckets.ts';

/** Prints results of one subject, and which calls were more than the fewest. */
export function showResults(results: readonly Result[]): void {
  if (results.length === 0) return;
  console.table(
    results.map((result) => ({
      count: result.count,
      'wall s': result.wallSeconds,
      changes: result.changes,
      calls: result.calls,
      writes: result.writes,
      'calls/change': result.callsPerChange,
      'at first': result.callsAtFirst,
      'calls/change beside': result.callsPerChangeThen,
      throttled: result.throttled,
      'MiB (peak)': `${result.residentMiB} (${result.peakResidentMiB})`,
      'CPU s': result.cpuSeconds,
    })),
  );
  for (const { count, beyondFewest } of results)
    console.log(`${count}: beside those at first, calls beyond the fewest: ${inALine(beyondFewest)}`);
  const standing = results.flatMap(({ count, standing }) => (standing ? [{ count, ...standing }] : []));
  if (standing.length === 0) return;
  console.log('While nothing happens:');
  console.table(
    standing.map((one) => ({
      count: one.count,
      'calls/fast refresh': one.callsPerFastRefresh,
      'beside, DescribeServices': one.describeServicesPerFastRefresh,
      'slow calls/min': one.slowCallsPerMinute,
      'at most': one.slowCallsPerMinuteMost,
      writes: one.writes,
    })),
  );
  for (const { fastByAction, slowByAction } of standing) {
    console.log(`A fast refresh: ${inALine(fastByAction)}`);
    console.log(`A minute of the slow lane: ${inALine(slowByAction)}`);
  }
}

/** Calls by action, as `DescribeVpcs 2, DescribeSubnets 2`. */
function inALine(calls: Readonly<Record<string, number>>): string {
  return Object.entries(calls)
    .map(([action, count]) => `${action} ${count}`)
    .join(', ');
}

/** Prints the longest path, and how far calls come one after the other. */
export function showInARow(subject: string, result: InARow): void {
  console.log(`The longest path of one of ${subject}: so many calls at the least come one after the other.`);
  console.table([
    ...result.longestPath.map(({ node, callsBefore }, index) => ({
      node,
      'calls before it, at the least': index,
      'calls before it': callsBefore,
    })),
    {
      node: 'all is ready',
      'calls before it, at the least': result.fewestInARow,
      'calls before it': result.callsInARow,
    },
  ]);
  console.log(
    `Each call took ${LATENCY_SECONDS} s: the ${result.wallSeconds} s are ${result.callsInARow} calls one after the other, of ${result.calls} in all (a share of ${result.shareInARow}).`,
  );
}

/** Prints how long a platform takes beside what AWS alone takes. */
export function showInTime({ wallSeconds, leastSeconds, overLeast }: InTime): void {
  console.log('What AWS takes of a platform one after the other, a third of its time:');
  console.table(WAITS.map(({ what, seconds }) => ({ 'until…': what, s: seconds })));
  console.log(`All is ready after ${wallSeconds} s, ${overLeast} times the ${leastSeconds} s of AWS.`);
}

/** Prints a run against AWS's buckets. */
export function showWithBuckets(result: WithBuckets): void {
  console.table([
    {
      count: result.count,
      scale: result.scale,
      'wall s': result.wallSeconds,
      'floor s': result.floorSeconds,
      'times the floor': result.overFloor,
      'slowest bucket': result.slowestBucket,
      'calls to it': result.callsToIt,
      calls: result.calls,
      throttled: result.throttled,
    },
  ]);
}
