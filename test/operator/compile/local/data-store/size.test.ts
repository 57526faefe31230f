import { describe, expect, it } from 'vitest';
import {
  resourcesFor,
  sizeOfClass,
  sizeOfUnits,
  storageFor,
} from '../../../../../operator/compile/local/data-store/size.ts';

describe('the size of a store in the cluster', () => {
  it.each([
    ['db.t3.micro', 2, 1],
    ['db.t3.medium', 2, 4],
    ['db.m6g.large', 2, 8],
    ['db.r5.large', 2, 16],
    ['db.r5.xlarge', 4, 32],
    ['db.r6g.12xlarge', 48, 384],
    ['cache.c7gn.2xlarge', 8, 16],
    ['db.x2g.metal', 64, 256],
  ])('is that of %s', (name, vcpus, memoryGiB) => {
    expect(sizeOfClass(name)).toEqual({ vcpus, memoryGiB });
  });

  it('is that of the most units of a serverless one', () => {
    expect(sizeOfUnits(8)).toEqual({ vcpus: 2, memoryGiB: 16 });
  });

  it('is the limit, of which a tenth is asked for, times the factor', () => {
    const large = { vcpus: 4, memoryGiB: 32 };
    expect(resourcesFor(large, { sizeFactor: 1 }, 128)).toMatchObject({
      requests: { cpu: '400m', memory: '3277Mi' },
      limits: { cpu: '4000m', memory: '32768Mi' },
    });
    expect(resourcesFor(large, { sizeFactor: 0.25 }, 128)).toMatchObject({
      requests: { cpu: '100m', memory: '819Mi' },
      limits: { cpu: '1000m', memory: '8192Mi' },
    });
  });

  it('is never less than the engine needs to start', () => {
    expect(resourcesFor({ vcpus: 2, memoryGiB: 1 }, { sizeFactor: 0.01 }, 384)).toMatchObject({
      requests: { cpu: '50m', memory: '384Mi' },
      limits: { cpu: '500m', memory: '768Mi' },
    });
    expect(storageFor(20, { sizeFactor: 0.01 })).toBe('1Gi');
    expect(storageFor(20, { sizeFactor: 0.33 })).toBe('7Gi');
  });
});
