import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONDITIONS } from '../../../operator/api/conditions.ts';
import { EVENTS, eventType, isEventReason } from '../../../operator/api/events.ts';

const operator = join(import.meta.dirname, '..', '..', '..', 'operator');
const documented = new Set([
  ...Object.keys(EVENTS),
  ...Object.values(CONDITIONS).flatMap(({ reasons }) => Object.keys(reasons)),
]);

/** Folders whose words reach no object: what only the command line says, and errors of the Kubernetes API. */
const ELSEWHERE = /^(cli|kube)\//;

/** Words that the code gives as a reason, with the file that does. */
const given = globSync('**/*.ts', { cwd: operator })
  .filter((file) => !ELSEWHERE.test(file))
  .flatMap((file) => {
    const text = readFileSync(join(operator, file), 'utf8');
    const words = text.matchAll(/(?:\breason: |new (?:Terminal|Waiting)\(\s*)'([A-Z]\w+)'/g);
    return [...words].map(([, word = '']) => ({ file, word }));
  });

describe('reasons', () => {
  it('every one that the code gives is in the reference', () => {
    expect(given.length).toBeGreaterThan(30);
    expect(given.filter(({ word }) => !documented.has(word))).toEqual([]);
  });

  it('are words for programs', () => {
    expect([...documented].filter((word) => !/^[A-Z][A-Za-z]+$/.test(word))).toEqual([]);
  });

  it('what cannot be done is a warning', () => {
    expect(
      ['Created', 'DriftRepaired', 'QuotaExceeded', 'Throttled'].map(
        (word) => isEventReason(word) && eventType(word),
      ),
    ).toEqual(['Normal', 'Warning', 'Warning', 'Warning']);
    expect(isEventReason('Nonsense')).toBe(false);
  });
});
