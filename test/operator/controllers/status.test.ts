import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../operator/api/common.ts';
import { conditionsFor, type Drift } from '../../../operator/controllers/status.ts';
import type { Paused, Verdict } from '../../../operator/controllers/verdict.ts';

const READY: Verdict = { kind: 'ready', message: '3 things are as specified' };
const WAITING: Verdict = { kind: 'reconciling', reason: 'WaitingForAws', message: 'endpoint is pending' };
const STALLED: Verdict = { kind: 'stalled', reason: 'QuotaExceeded', message: 'five VPCs' };
const PAUSED: Paused = { kind: 'paused', reason: 'PausedBySpec', message: 'left alone' };
const FOUND: Drift = { found: 'update rules', repaired: false };
const REPAIRED: Drift = { found: 'update rules', repaired: true };

/** A pass: its verdict, its drift, and the generation it looked at (default 1). */
type Pass = readonly [Verdict | Paused, Drift?, number?];

/** The conditions after each pass, one a line; passes are a minute apart. */
function after(...passes: readonly Pass[]): string {
  let conditions: Condition[] = [];
  const lines = passes.map(([verdict, drift, generation = 1], index) => {
    const now = new Date(Date.UTC(2026, 0, 1, 0, index));
    conditions = conditionsFor({ before: conditions, verdict, drift, generation, now });
    return conditions
      .map(
        ({ type, status, reason, observedGeneration, lastTransitionTime }) =>
          `${type}=${status} ${reason} g${observedGeneration} ${lastTransitionTime.slice(11, 16)}`,
      )
      .join(' | ');
  });
  return `\n${lines.join('\n')}\n`;
}

describe('conditionsFor', () => {
  it('making something: Ready is False with the reason, until it is True', () => {
    expect(after([WAITING], [WAITING], [READY], [READY])).toBe(`
Ready=False WaitingForAws g1 00:00 | Reconciling=True WaitingForAws g1 00:00
Ready=False WaitingForAws g1 00:00 | Reconciling=True WaitingForAws g1 00:00
Ready=True Succeeded g1 00:02
Ready=True Succeeded g1 00:02
`);
  });

  it('paused: what was found last stays, and only what was under way is no more', () => {
    expect(after([READY], [PAUSED, undefined, 2], [READY, undefined, 3], [WAITING, undefined, 4], [PAUSED]))
      .toBe(`
Ready=True Succeeded g1 00:00
Ready=True Succeeded g1 00:00 | Paused=True PausedBySpec g2 00:01
Ready=True Succeeded g3 00:00
Ready=False WaitingForAws g4 00:03 | Reconciling=True WaitingForAws g4 00:03
Ready=False WaitingForAws g4 00:03 | Paused=True PausedBySpec g1 00:04
`);
    expect(after([PAUSED])).toBe(`
Ready=Unknown PausedBySpec g1 00:00 | Paused=True PausedBySpec g1 00:00
`);
  });

  it('observed: what differs is told beside Ready, which does not hide what is broken', () => {
    const observed = (before: Condition[], verdict: Verdict, drift: Drift) =>
      conditionsFor({ before, verdict, drift, observed: true, generation: 1, now: new Date(0) });
    const differs = observed([], READY, FOUND);
    expect(differs.map(({ type, status }) => `${type}=${status}`)).toEqual(['Ready=True', 'Drifted=True']);
    const waits = observed(differs, WAITING, FOUND);
    expect(waits.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False' });
    const mended = observed(differs, READY, undefined);
    expect(mended.find(({ type }) => type === 'Drifted')).toMatchObject({ status: 'False' });
  });

  it('stalled and back: Reconciling and Stalled take turns', () => {
    expect(after([WAITING], [STALLED], [WAITING], [READY], [STALLED])).toBe(`
Ready=False WaitingForAws g1 00:00 | Reconciling=True WaitingForAws g1 00:00
Ready=False QuotaExceeded g1 00:00 | Stalled=True QuotaExceeded g1 00:01
Ready=False WaitingForAws g1 00:00 | Reconciling=True WaitingForAws g1 00:02
Ready=True Succeeded g1 00:03
Ready=False QuotaExceeded g1 00:04 | Stalled=True QuotaExceeded g1 00:04
`);
  });

  it.each([
    [
      'QuotaExceeded',
      'vpc: VpcLimitExceeded: The maximum has been reached.',
      'vpc: VpcLimitExceeded: The maximum has been reached. Have the quota raised, or delete what is not needed.',
    ],
    [
      'AccessDenied',
      'vpc: AccessDenied: no',
      'vpc: AccessDenied: no. Allow the action in the policies of the role, its boundary and the organisation; `landfall policy -f DIR` prints what the manifests need.',
    ],
    ['InvalidSpec', 'use another block', 'use another block'],
  ])('%s: what AWS says is followed by what to do, what we say has it already', (reason, message, shown) => {
    const verdict: Verdict = { kind: 'stalled', reason, message };
    const now = new Date(0);
    const conditions = conditionsFor({ before: [], verdict, drift: undefined, generation: 1, now });
    expect(conditions.map((condition) => condition.message)).toEqual([shown, shown]);
  });

  it('throttled, or without an answer, is not failed: what was Ready stays so, what never was does not become it', () => {
    const throttled: Verdict = { kind: 'reconciling', reason: 'Throttled', message: 'slow down' };
    const silent: Verdict = { kind: 'reconciling', reason: 'AwsUnreachable', message: 'no answer' };
    expect(after([silent], [READY], [throttled], [silent], [READY], [throttled, undefined, 2])).toBe(`
Ready=False AwsUnreachable g1 00:00 | Reconciling=True AwsUnreachable g1 00:00
Ready=True Succeeded g1 00:01
Ready=True Succeeded g1 00:01 | Reconciling=True Throttled g1 00:02
Ready=True Succeeded g1 00:01 | Reconciling=True AwsUnreachable g1 00:02
Ready=True Succeeded g1 00:01
Ready=False Throttled g2 00:05 | Reconciling=True Throttled g2 00:05
`);
  });

  it('drift that is repaired at once keeps Ready', () => {
    expect(after([READY], [WAITING, FOUND], [READY, REPAIRED], [READY])).toBe(`
Ready=True Succeeded g1 00:00
Ready=True Succeeded g1 00:00 | Reconciling=True WaitingForAws g1 00:01 | Drifted=True DriftDetected g1 00:01
Ready=True Succeeded g1 00:00 | Drifted=False DriftRepaired g1 00:02
Ready=True Succeeded g1 00:00 | Drifted=False DriftRepaired g1 00:02
`);
  });

  it('a repair that AWS takes minutes for keeps Ready, and ends with the drift', () => {
    expect(after([READY], [WAITING, FOUND], [WAITING], [WAITING], [READY])).toBe(`
Ready=True Succeeded g1 00:00
Ready=True Succeeded g1 00:00 | Reconciling=True WaitingForAws g1 00:01 | Drifted=True DriftDetected g1 00:01
Ready=True Succeeded g1 00:00 | Reconciling=True WaitingForAws g1 00:01 | Drifted=True DriftDetected g1 00:01
Ready=True Succeeded g1 00:00 | Reconciling=True WaitingForAws g1 00:01 | Drifted=True DriftDetected g1 00:01
Ready=True Succeeded g1 00:00 | Drifted=False DriftRepaired g1 00:04
`);
  });

  it('drift that cannot be repaired is not Ready, and its end is told', () => {
    expect(after([READY], [STALLED, FOUND], [STALLED], [READY])).toBe(`
Ready=True Succeeded g1 00:00
Ready=False QuotaExceeded g1 00:01 | Stalled=True QuotaExceeded g1 00:01 | Drifted=True DriftDetected g1 00:01
Ready=False QuotaExceeded g1 00:01 | Stalled=True QuotaExceeded g1 00:01 | Drifted=True DriftDetected g1 00:01
Ready=True Succeeded g1 00:03 | Drifted=False DriftRepaired g1 00:03
`);
  });

  it('a new generation is not Ready before it is done, drift or not', () => {
    expect(after([READY], [WAITING, FOUND], [WAITING, undefined, 2], [READY, undefined, 2])).toBe(`
Ready=True Succeeded g1 00:00
Ready=True Succeeded g1 00:00 | Reconciling=True WaitingForAws g1 00:01 | Drifted=True DriftDetected g1 00:01
Ready=False WaitingForAws g2 00:02 | Reconciling=True WaitingForAws g2 00:01 | Drifted=True DriftDetected g1 00:01
Ready=True Succeeded g2 00:03 | Drifted=False DriftRepaired g2 00:03
`);
  });

  it('says what was repaired', () => {
    const conditions = conditionsFor({
      before: conditionsFor({ before: [], verdict: WAITING, drift: FOUND, generation: 1, now: new Date(0) }),
      verdict: READY,
      drift: undefined,
      generation: 1,
      now: new Date(0),
    });
    expect(conditions.find(({ type }) => type === 'Drifted')).toMatchObject({
      status: 'False',
      message: 'update rules',
    });
  });

  it('never has Reconciling and Stalled at once, and leaves conditions of others alone', () => {
    const foreign: Condition = {
      type: 'Audited',
      status: 'True',
      reason: 'Asked',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const verdicts = [READY, WAITING, STALLED];
    const drifts = [undefined, FOUND, REPAIRED];
    for (const first of verdicts) {
      for (const second of verdicts) {
        for (const drift of drifts) {
          const pass = (before: readonly Condition[], verdict: Verdict) =>
            conditionsFor({ before, verdict, drift, generation: 1, now: new Date(0) });
          const types = pass(pass([foreign], first), second).map(({ type }) => type);
          expect(types.filter((type) => type === 'Reconciling' || type === 'Stalled').length).toBe(
            second.kind === 'ready' ? 0 : 1,
          );
          expect(types).toContain('Audited');
          expect(types).toHaveLength(new Set(types).size);
        }
      }
    }
  });
});
