import { expect, it } from 'vitest';
import { onItsWay } from '../../../operator/aws/on-its-way.ts';

const before = { subnets: ['a'], state: 'available' };
const wants = { subnets: ['a', 'b'] };

it('lays what was asked for over a listing from before, with how far it is', () => {
  expect(onItsWay(before, wants, { state: 'modifying' })).toEqual({ ...wants, state: 'modifying' });
});

it('leaves a listing that shows it as it is, whatever its order: it is newer', () => {
  const now = { subnets: ['b', 'a'], state: 'available' };
  expect(onItsWay(now, wants, { state: 'modifying' })).toBe(now);
});
