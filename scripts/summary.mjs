import { readFileSync } from 'node:fs';

// A failed check outside vitest (lint, types, a file that would not load) counts as one failure.
const [file, checksFailed] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
let properties = [];
try {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed = report.numPassedTests;
  failed = report.numFailedTests;
  skipped = report.numPendingTests + report.numTodoTests;
  // A property's name ends in how many values it was tried with.
  properties = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed')
    .flatMap(({ title }) => / \((\d+) runs\)$/.exec(title)?.slice(1) ?? []);
} catch {
  failed = 1;
}
if (skipped > 0) console.log(`${skipped} tests were skipped: that counts as failure`);
failed += skipped;
if (failed === 0 && checksFailed !== '0') failed = 1;
const runs = properties.reduce((sum, each) => sum + Number(each), 0);
if (properties.length > 0) console.log(`\n${properties.length} properties, ${runs} runs`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
