import { beforeEach, describe, expect, it } from 'vitest';
import type { GraphObject, GraphStatus } from '../../../operator/controllers/resource-status.ts';
import { Wakes } from '../../../operator/controllers/wakes.ts';

const target = { accountId: '123456789012', region: 'eu-central-1', installation: 'here' };
const status: GraphStatus = { observedGeneration: 1, target };

function network(metadata: Partial<GraphObject['metadata']>, now: GraphStatus = status): GraphObject {
  return {
    kind: 'SecureVpc',
    metadata: { name: 'net', namespace: 'team', uid: 'u', generation: 1, resourceVersion: '1', ...metadata },
    spec: { accountRef: { name: 'team' }, region: 'eu-central-1' },
    status: now,
  };
}

describe('Wakes', () => {
  let wakes: Wakes;
  beforeEach(() => {
    wakes = new Wakes();
    wakes.changed('net', network({}));
  });

  it('a key that was never seen, or was forgotten, has changed', () => {
    expect(wakes.changed('other', network({}))).toBe(true);
    wakes.forget('net');
    expect(wakes.changed('net', network({}))).toBe(true);
  });

  it('what a pass writes wakes nobody', () => {
    const conditions = [
      {
        type: 'Ready',
        status: 'False' as const,
        reason: 'QuotaExceeded',
        message: 'five VPCs',
        lastTransitionTime: '2026-01-01T00:00:00Z',
        observedGeneration: 1,
      },
    ];
    const pending = [{ node: 'vpc', time: '2026-01-01T00:00:00Z' }];
    expect(wakes.changed('net', network({ resourceVersion: '2' }, { ...status, conditions, pending }))).toBe(
      false,
    );
    expect(wakes.changed('net', network({ resourceVersion: '3' }))).toBe(false);
  });

  it('nor does its first status', () => {
    wakes.changed('new', network({}, { observedGeneration: -1 }));
    expect(wakes.changed('new', network({ resourceVersion: '2' }))).toBe(false);
  });

  it.each([
    ['the spec', network({ generation: 2 })],
    ['an annotation', network({ annotations: { 'landfall.dev/refresh': 'now' } })],
    ['a deletion', network({ deletionTimestamp: '2026-01-01T00:00:00Z' })],
    ['a finalizer', network({ finalizers: ['landfall.dev/aws'] })],
    ['another object of the same name', network({ uid: 'v' })],
    ['a status that was taken away', network({}, { observedGeneration: -1 })],
    ['another target', network({}, { ...status, target: { ...target, region: 'us-east-1' } })],
  ])('%s does, once', (_, object) => {
    expect(wakes.changed('net', object)).toBe(true);
    expect(wakes.changed('net', object)).toBe(false);
  });
});
