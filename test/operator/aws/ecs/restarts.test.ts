import type { Deployment, Service } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { haveRead, passwordsRead, restartChange, startedFor } from '../../../../operator/aws/ecs/restarts.ts';
import { MARK } from '../../../../operator/aws/ecs/shared.ts';
import { foreignRef } from '../../../../operator/graph/ref.ts';

const FIRST = '0b1c9a4e-2f7d-4c53-9a86-1d0f6c5e7b12';
const SECOND = '7e5d3c1b-8a9f-4e2d-b6c4-3f2e1d0c9b8a';

type Causes = Parameters<typeof startedFor>[0];
const marked = (value: string | undefined): Service =>
  value === undefined ? {} : { tags: [{ key: MARK.restarted, value }] };
/** Whether a service that was started for some causes is restarted for others. */
const restarts = (before: Causes, now: Causes) => restartChange(now, marked(startedFor(before))).length > 0;

describe('what the tasks of a service are started for', () => {
  it('is what somebody asked for, and which passwords they read, of which nothing is told', () => {
    expect(startedFor({})).toBeUndefined();
    expect(startedFor({ restartedAt: 'monday' })).toBe('monday');
    const both = startedFor({ restartedAt: 'monday', passwords: [FIRST, SECOND] });
    expect(both).toMatch(/^monday \/ passwords [0-9a-f]{8} [0-9a-f]{8}$/);
  });
});

describe('tasks are replaced', () => {
  it.each<[string, Causes, Causes]>([
    ['that did not read a password yet', {}, { passwords: [FIRST] }],
    ['whose password is another', { passwords: [FIRST] }, { passwords: [SECOND] }],
    ['of whose passwords one is another', { passwords: [FIRST] }, { passwords: [FIRST, SECOND] }],
    [
      'for which somebody asks',
      { restartedAt: 'monday', passwords: [FIRST] },
      { restartedAt: 'tuesday', passwords: [FIRST] },
    ],
    ['for which somebody asks first', { passwords: [FIRST] }, { restartedAt: 'monday', passwords: [FIRST] }],
  ])('%s', (_, before, now) => {
    expect(restarts(before, now)).toBe(true);
    expect(restarts(now, now)).toBe(false);
  });

  it.each<[string, Causes, Causes]>([
    ['whose request is taken back', { restartedAt: 'monday', passwords: [FIRST] }, { passwords: [FIRST] }],
    ['that read one no more', { passwords: [FIRST, SECOND] }, { passwords: [SECOND] }],
    ['that read none any more', { restartedAt: 'monday', passwords: [FIRST] }, { restartedAt: 'monday' }],
    [
      'as long as it is not known which they read',
      { passwords: [FIRST] },
      { passwords: [foreignRef('DataStore/team/orders', 'secret', 'currentMark')] },
    ],
  ])('but not those %s', (_, before, now) => {
    expect(restarts(before, now)).toBe(false);
  });
});

describe('what all tasks of a service have read', () => {
  const primary: Deployment = {
    id: 'now',
    status: 'PRIMARY',
    rolloutState: 'COMPLETED',
    desiredCount: 2,
    runningCount: 2,
  };
  const before: Deployment = { id: 'before', status: 'ACTIVE', desiredCount: 0, runningCount: 0 };
  const readIn = (...deployments: Deployment[]) =>
    passwordsRead({ ...marked(startedFor({ restartedAt: 'monday', passwords: [FIRST] })), deployments });

  it('are the passwords that they were started for', () => {
    for (const deployments of [[primary], [primary, before]]) {
      expect(haveRead(readIn(...deployments), FIRST)).toBe(true);
      expect(haveRead(readIn(...deployments), SECOND)).toBe(false);
    }
  });

  it.each<[string, readonly Deployment[]]>([
    ['there are none yet', [{ ...primary, rolloutState: 'IN_PROGRESS' }]],
    ['one of them is missing', [{ ...primary, runningCount: 1 }]],
    ['one that was started before still runs', [primary, { ...before, runningCount: 1 }]],
    ['AWS goes back from those that failed', [primary, { ...before, rolloutState: 'FAILED' }]],
    ['nothing is known of them', []],
  ])('are none while %s', (_, deployments) => {
    expect(haveRead(readIn(...deployments), FIRST)).toBe(false);
  });

  it('are none of a restart that was noted, and has not begun', () => {
    expect(haveRead(passwordsRead({ ...marked(`before ${FIRST}`), deployments: [primary] }), FIRST)).toBe(
      false,
    );
  });
});
