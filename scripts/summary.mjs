import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

// A failed check outside vitest (lint, types, a file that would not load) counts as one failure.
const [file, checksFailed] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
let tests = [];
let failures = [];
try {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed = report.numPassedTests;
  failed = report.numFailedTests;
  skipped = report.numPendingTests + report.numTodoTests;
  tests = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed');
  failures = report.testResults.flatMap(failuresOf);
} catch {
  failed = 1;
}
if (skipped > 0) console.log(`${skipped} tests were skipped: that counts as failure`);
failed += skipped;
if (failed === 0 && checksFailed !== '0') failed = 1;
for (const line of [...numbersOf(tests), ...namesOf(failures)]) console.log(line);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

/** The tests of a file that failed, each with why; a file that would not load is one. */
function failuresOf({ name, message, status, assertionResults }) {
  const file = relative('.', name);
  const failing = assertionResults.filter((test) => test.status === 'failed');
  if (failing.length === 0) return status === 'failed' ? [{ file, name: 'does not load', why: message }] : [];
  return failing.map(({ fullName, failureMessages }) => ({ file, name: fullName, why: failureMessages[0] }));
}

/** Short, at the end: where only the last lines of a log are kept, they say what to look at. */
function namesOf(failed) {
  if (failed.length === 0) return [];
  const shown = failed.slice(0, 8).map(({ file, name, why }) => {
    const [message = ''] = stripVTControlCharacters(why ?? '').split(/\n\s+at /);
    return `failed: ${file}: ${name.slice(0, 80)}: ${message.replace(/\s+/g, ' ').slice(0, 400)}`;
  });
  return ['', ...shown, ...(failed.length > 8 ? [`and ${failed.length - 8} more`] : [])];
}

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
