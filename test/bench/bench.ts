import { writeFileSync } from 'node:fs';
import { callsOf } from './fewest-calls.ts';
import { type InARow, measureInARow } from './in-a-row.ts';
import { type InTime, measureInTime } from './in-time.ts';
import { measure, type Result } from './measure.ts';
import { NETWORKS, PLATFORMS, type Subject } from './subjects.ts';
import { showInARow, showInTime, showResults, showWithBuckets } from './tables.ts';
import { missesInARow, missesInTime, missesOf, missesWithBuckets } from './targets.ts';
import { measureWithBuckets, type WithBuckets } from './with-buckets.ts';

const SIZES: readonly (readonly [Subject, readonly number[]])[] = [
  [NETWORKS, [1, 10, 100]],
  [PLATFORMS, [1, 10, 50]],
];
/** How many networks are made against AWS's token buckets. */
const WITH_BUCKETS = 20;

// `bench.ts networks 10` makes ten networks, `bench.ts platforms watch 5` watches what it has made, `bench.ts path`,
// `bench.ts time` and `bench.ts buckets` do what they say; without words everything is done.
const words = process.argv.slice(2);
const isWanted = (word: string): boolean => words.length === 0 || words.includes(word);
const counts = words.filter((word) => /^\d+$/.test(word)).map(Number);
const results: Record<string, Result[]> = {};
const misses: string[] = [];
for (const [subject, sizes] of SIZES) {
  if (!isWanted(subject.name)) continue;
  const done: Result[] = [];
  for (const count of counts.length > 0 ? counts : sizes) {
    console.error(`${count} ${subject.name}…`);
    const watch = words.includes('watch') || count === Math.max(...sizes);
    done.push(await measure(subject, count, { scale: 0, watch }));
  }
  showResults(done);
  misses.push(...done.flatMap((result) => missesOf(subject.name, result)));
  results[subject.name] = done;
}

let inARow: InARow | undefined;
if (isWanted('path')) {
  console.error('One of platforms, with calls that take a second each…');
  inARow = await measureInARow(PLATFORMS);
  showInARow(PLATFORMS.name, inARow);
  misses.push(...missesInARow(inARow));
}

let inTime: InTime | undefined;
if (isWanted('time')) {
  console.error('A platform, while AWS takes a third of the time that it takes…');
  inTime = await measureInTime();
  showInTime(inTime);
  misses.push(...missesInTime(inTime));
}

let withBuckets: WithBuckets | undefined;
if (isWanted('buckets')) {
  const scale = Number(process.env['BENCH_SCALE'] ?? '1');
  console.error(
    `${WITH_BUCKETS} networks with AWS's token buckets (times ${scale}); about seven minutes at 1…`,
  );
  withBuckets = await measureWithBuckets(WITH_BUCKETS, scale);
  showWithBuckets(withBuckets);
  misses.push(...missesWithBuckets(withBuckets));
}

const file = process.env['BENCH_OUT'] ?? 'bench.json';
const fewestCallsEach = Object.fromEntries(
  SIZES.map(([subject]) => [subject.name, Object.fromEntries(callsOf(subject.fewest))]),
);
writeFileSync(
  file,
  `${JSON.stringify({ fewestCallsEach, results, inARow, inTime, withBuckets, misses }, null, 2)}\n`,
);
console.error(`The same figures, with the calls by action, are in ${file}.`);
for (const miss of misses) console.error(`Missed: ${miss}`);
if (misses.length > 0) process.exitCode = 1;
