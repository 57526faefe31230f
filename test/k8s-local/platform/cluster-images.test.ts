import { describe, expect, it } from 'vitest';
import { areOnAll } from '../../../k8s-local/platform/cluster-images.ts';

const node = (...images: string[][]) => ({ status: { images: images.map((names) => ({ names })) } });
const NOW = ['microservice:latest', 'microservice:of-new'];
const both = NOW.map((name) => `docker.io/library/${name}`);

describe('an image of two names', () => {
  it('is there where one image has both, with or without a registry before them', () => {
    expect(areOnAll([node(['registry.k8s.io/pause:3'], both)], NOW)).toBe(true);
    expect(areOnAll([node(NOW)], NOW)).toBe(true);
  });

  it('is not there where another image has taken one of the names', () => {
    expect(areOnAll([node(['docker.io/library/microservice:latest'], ['microservice:of-new'])], NOW)).toBe(
      false,
    );
    expect(areOnAll([node(['other-microservice:latest', 'microservice:of-new'])], NOW)).toBe(false);
  });

  it('is not there where a node lacks it, or does not say what it has', () => {
    expect(areOnAll([node(NOW), node([])], NOW)).toBe(false);
    expect(areOnAll([{ status: {} }], NOW)).toBe(false);
    expect(areOnAll([{ status: { images: [{}] } }], NOW)).toBe(false);
  });
});
