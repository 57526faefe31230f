import { writeFileSync } from 'node:fs';
import { callsOf } from './fewest-calls.ts';
import { floorOf } from './floor.ts';
import { measure, round, type Result } from './measure.ts';
import { NETWORKS, PLATFORMS, type Subject } from './subjects.ts';

const SIZES: readonly (readonly [Subject, readonly number[]])[] = [
  [NETWORKS, [1, 10, 100]],
  [PLATFORMS, [1, 50]],
];
/** How many networks are made against AWS's token buckets, and how much longer than the slowest of these it may take. */
const WITH_BUCKETS = 20;
const OVER_FLOOR_MAX = 1.1;

/** The same networks against AWS's own token buckets: how near to what these let through at all? */
async function measureWithBuckets(networks: number, scale: number) {
  const result = await measure(NETWORKS, networks, { scale, watch: false });
  const fewest = callsOf(NETWORKS.fewest);
  const needed = new Map([...fewest].map(([action, calls]) => [action, calls * networks]));
  const floor = floorOf(needed, scale);
  return {
    ...result,
    scale,
    slowestBucket: floor.action,
    callsToIt: floor.calls,
    floorSeconds: round(floor.seconds),
    overFloor: round(result.wallSeconds / floor.seconds),
  };
}

function show(results: readonly Result[]): void {
  const tables = results.map(({ callsByAction: _, standing, throttled: __, ...row }) => ({
    ...row,
    'calls/refresh': standing?.callsPerFastRefresh ?? '',
    'beside, DescribeServices': standing?.describeServicesPerFastRefresh ?? '',
    'slow calls/min': standing?.slowCallsPerMinute ?? '',
    'standing writes': standing?.writes ?? '',
  }));
  if (tables.length > 0) console.table(tables);
}

// `bench.ts networks 10` makes ten networks, `bench.ts buckets` those with the buckets; without words everything is done.
const words = process.argv.slice(2);
const counts = words.filter((word) => /^\d+$/.test(word)).map(Number);
const results: Record<string, Result[]> = {};
for (const [subject, sizes] of SIZES) {
  if (words.length > 0 && !words.includes(subject.name)) continue;
  const done: Result[] = [];
  for (const count of counts.length > 0 ? counts : sizes) {
    console.error(`${count} ${subject.name}…`);
    done.push(await measure(subject, count, { scale: 0, watch: count === Math.max(...sizes) }));
  }
  show(done);
  results[subject.name] = done;
}

let withBuckets: Awaited<ReturnType<typeof measureWithBuckets>> | undefined;
if (words.length === 0 || words.includes('buckets')) {
  const scale = Number(process.env['BENCH_SCALE'] ?? '1');
  console.error(
    `${WITH_BUCKETS} networks with AWS's token buckets (times ${scale}); about seven minutes at 1…`,
  );
  withBuckets = await measureWithBuckets(WITH_BUCKETS, scale);
  const { callsByAction: _, standing: __, ...row } = withBuckets;
  console.table([row]);
}
const file = process.env['BENCH_OUT'] ?? 'bench.json';
const fewest = SIZES.map(([subject]) => [subject.name, Object.fromEntries(callsOf(subject.fewest))]);
writeFileSync(
  file,
  `${JSON.stringify({ fewestCallsEach: Object.fromEntries(fewest) as object, results, withBuckets }, null, 2)}\n`,
);
console.error(`The same figures, with the calls by action, are in ${file}.`);
if (withBuckets && (withBuckets.throttled > 0 || withBuckets.overFloor > OVER_FLOOR_MAX)) {
  console.error(
    `With AWS's buckets no call may be throttled, and ${OVER_FLOOR_MAX} times the floor is the most.`,
  );
  process.exitCode = 1;
}
