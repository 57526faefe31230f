import { expect, test } from 'vitest';
import { setCondition } from '../../../operator/kube/conditions.ts';

const early = new Date('2026-01-01T00:00:00.123Z');
const late = new Date('2026-01-01T01:00:00Z');
const ready = {
  type: 'Ready',
  status: 'False',
  reason: 'Creating',
  message: 'm',
  observedGeneration: 1,
} as const;

test('a new condition goes last, with whole seconds', () => {
  const first = setCondition([], ready, early);
  const both = setCondition(first, { ...ready, type: 'Stalled' }, early);
  expect(both.map(({ type }) => type)).toEqual(['Ready', 'Stalled']);
  expect(both[0]?.lastTransitionTime).toBe('2026-01-01T00:00:00Z');
});

test('the transition time moves only with the status, and the order stays', () => {
  const start = setCondition(setCondition([], ready, early), { ...ready, type: 'Stalled' }, early);
  const reworded = setCondition(start, { ...ready, reason: 'Waiting', observedGeneration: 2 }, late);
  expect(reworded[0]).toMatchObject({ reason: 'Waiting', lastTransitionTime: '2026-01-01T00:00:00Z' });
  const turned = setCondition(reworded, { ...ready, status: 'True' }, late);
  expect(turned.map(({ type }) => type)).toEqual(['Ready', 'Stalled']);
  expect(turned[0]?.lastTransitionTime).toBe('2026-01-01T01:00:00Z');
  expect(start[0]?.reason).toBe('Creating');
});
