import { readFileSync } from 'node:fs';

// A failed check outside vitest (lint, types, a file that would not load) counts as one failure.
const [file, checksFailed] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
let tests = [];
try {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed = report.numPassedTests;
  failed = report.numFailedTests;
  skipped = report.numPendingTests + report.numTodoTests;
  tests = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed');
} catch {
  failed = 1;
}
if (skipped > 0) console.log(`${skipped} tests were skipped: that counts as failure`);
failed += skipped;
if (failed === 0 && checksFailed !== '0') failed = 1;
for (const line of numbersOf(tests)) console.log(line);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

/** What the tests that passed went through, in words; nothing where none of them counts anything. */
function numbersOf(passedTests) {
  const sums = {};
  const add = (name, count) => (sums[name] = (sums[name] ?? 0) + count);
  for (const { title, meta } of passedTests) {
    // A property's name ends in how many values it was tried with.
    const runs = / \((\d+) runs\)$/.exec(title)?.[1];
    if (runs !== undefined) {
      add('properties', 1);
      add('runs', Number(runs));
    }
    // test/support/counted.ts
    for (const [name, count] of Object.entries(meta?.counted ?? {})) add(name, count);
  }
  const lines = [
    ['crash points', sums.crashPoints, `, ${sums.crashPointsRun} of them run (all: make proof)`],
    ['edits', sums.plannedEdits, ` planned and carried out alike, ${sums.plannedWrites} writes compared`],
    [
      'actions in a policy',
      sums.policyActions,
      `, ${sums.policyActionsWithheld} of them withheld (all: make proof)`,
    ],
    ['invalid manifests', sums.invalidManifests, ', each refused with its message'],
    ['properties', sums.properties, `, ${sums.runs} runs`],
    [
      'node kinds',
      sums.kindsUnderContract,
      ` under contract, ${sums.driftCases ?? 0} drifts repaired or refused`,
    ],
  ].filter(([, count]) => count !== undefined);
  return lines.length === 0 ? [] : ['', ...lines.map(([what, count, rest]) => `${count} ${what}${rest}`)];
}
