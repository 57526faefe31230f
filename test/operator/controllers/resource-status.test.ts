import { describe, expect, it } from 'vitest';
import {
  memoryOf,
  ownerOf,
  pendingOf,
  refOf,
  resourcesOf,
  settle,
  type GraphObject,
} from '../../../operator/controllers/resource-status.ts';
import type { Outcome } from '../../../operator/graph/outcome.ts';
import type { Standing } from '../../../operator/graph/plan.ts';

const standing = (node: string, id: string): Standing => ({
  node,
  type: 'Subnet',
  id,
  state: { phase: 'ready' },
  outputs: {},
});

describe('memory', () => {
  it('goes to status and comes back as it was', () => {
    const intents = [
      { node: 'vpc', time: Date.UTC(2026, 0, 1, 0, 0, 0, 123) },
      { node: 'igw', time: Date.UTC(2026, 0, 2) },
    ];
    const resources = [{ node: 'vpc', kind: 'Vpc', id: 'vpc-1', state: 'Ready' as const }];
    const memory = memoryOf({ observedGeneration: 1, pending: pendingOf(intents), resources });
    expect([...memory.intents.values()]).toEqual(intents);
    expect([...memory.ids]).toEqual([['vpc', 'vpc-1']]);
  });

  it('of nothing is nothing', () => {
    expect(pendingOf([])).toBeUndefined();
    const memory = memoryOf({ observedGeneration: -1 });
    expect([memory.intents.size, memory.ids.size]).toEqual([0, 0]);
  });
});

describe('settle', () => {
  const memory = memoryOf({
    observedGeneration: 1,
    pending: [{ node: 'vpc', time: '2026-01-01T00:00:00Z' }],
  });
  const outcome = (fields: Partial<Outcome>, node = 'vpc'): Outcome => ({
    action: { verb: 'create', node, type: 'Vpc', changes: [], inputs: {} },
    result: 'stalled',
    clear: true,
    ...fields,
  });

  it.each([
    ['was clearly refused', outcome({}), 0],
    ['was never sent', outcome({ result: 'skipped' }), 0],
    ['was never answered', outcome({ result: 'waiting', clear: false }), 1],
    ['succeeded, and is not listed yet', outcome({ result: 'done' }), 1],
    ['is that of another thing', outcome({}, 'igw'), 1],
  ])('of a create that %s', (_, of, left) => {
    expect(settle(memory, [of]).intents.size).toBe(left);
  });
});

describe('resourcesOf', () => {
  const former = [
    { node: 'a', kind: 'Subnet', id: 'old-a', state: 'Pending' as const },
    { node: 'b', kind: 'Subnet', id: 'old-b', state: 'Ready' as const },
    { node: 'c', kind: 'Subnet', id: 'old-c', state: 'Ready' as const },
  ];

  it('what is seen replaces what is remembered; what is wanted and not seen is kept; the rest is forgotten', () => {
    const resources = resourcesOf([standing('a', 'new-a')], former, (node) => node !== 'c');
    expect(resources.map(({ node, id, state }) => `${node} ${id} ${state}`)).toEqual([
      'a new-a Ready',
      'b old-b Ready',
    ]);
  });

  it.each([
    ['pending', 'Pending'],
    ['failed', 'Failed'],
    ['deleting', 'Deleting'],
  ] as const)('%s is shown as %s', (phase, shown) => {
    const thing = { ...standing('a', 'id'), state: { phase, reason: 'X', message: 'x' } };
    expect(resourcesOf([thing], [], () => true)[0]?.state).toBe(shown);
  });
});

describe('how an object is named', () => {
  const object: GraphObject = {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'SecureVpc',
    metadata: { name: 'net', namespace: 'team', uid: 'u', resourceVersion: '7' },
    spec: { accountRef: { name: 'prod' }, region: 'eu-central-1' },
    status: { observedGeneration: 1 },
  };

  it('in the owner tag and in events', () => {
    expect(ownerOf(object)).toBe('SecureVpc/team/net');
    expect(refOf(object)).toEqual({
      apiVersion: 'landfall.dev/v1alpha1',
      kind: 'SecureVpc',
      name: 'net',
      namespace: 'team',
      uid: 'u',
      resourceVersion: '7',
    });
  });
});
