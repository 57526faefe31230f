import { expect, it } from 'vitest';
import { generationName } from '../../../operator/aws/names.ts';

it.each([
  [
    'the first generation has the base name',
    'api-service-dev-target-group',
    undefined,
    'api-service-dev-target-group',
  ],
  ['a later one its revision besides', 'web', 'deadbeef', 'web-deadbeef'],
  [
    'of what does not fit the end goes',
    'api-service-dev-target-group',
    'deadbeef',
    'api-service-dev-target-deadbeef',
  ],
  ['never with two hyphens', 'api-service-dev-cluster-group', 'deadbeef', 'api-service-dev-cluster-deadbeef'],
])('%s', (_, base, revision, name) => {
  expect(generationName(base, 32, revision)).toBe(name);
  expect(name.length).toBeLessThanOrEqual(32);
});
