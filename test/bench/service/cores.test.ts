import { expect, test } from 'vitest';
import { coresIn } from './cores.ts';

test('cores are read as Linux lists them', () => {
  expect(coresIn('0-1')).toEqual([0, 1]);
  expect(coresIn('0-2,5,7-8')).toEqual([0, 1, 2, 5, 7, 8]);
  expect(coresIn('3')).toEqual([3]);
  expect(coresIn('')).toEqual([]);
});
