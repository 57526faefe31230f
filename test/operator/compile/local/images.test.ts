import { expect, it } from 'vitest';
import { localImage } from '../../../../operator/compile/local/images.ts';

const imageRewrites = [
  { prefix: 'mysql:', replacement: 'mirror.test/mysql:' },
  { prefix: 'mysql:8.0', replacement: 'landfall-mysql:1' },
  { prefix: '555555555555.dkr.ecr.us-east-1.amazonaws.com/', replacement: '' },
];

it('is the image by the name that it has in the cluster: of several prefixes the longest counts, and others stay', () => {
  const named = (image: string) => localImage({ imageRewrites }, image);
  expect(named('mysql:8.4')).toBe('mirror.test/mysql:8.4');
  expect(named('mysql:8.0')).toBe('landfall-mysql:1');
  expect(named('555555555555.dkr.ecr.us-east-1.amazonaws.com/api:1.0.0')).toBe('api:1.0.0');
  expect(named('redis:7.0')).toBe('redis:7.0');
});
