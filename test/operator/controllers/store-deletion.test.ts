import { AWS } from '../../../operator/graph/place.ts';
import { describe, expect, it } from 'vitest';
import type { AwsSession } from '../../../operator/aws/session.ts';
import type { AnyGraphKind } from '../../../operator/controllers/pass.ts';
import type { GraphObject } from '../../../operator/controllers/resource-status.ts';
import { confirmLoss, refuseProtected } from '../../../operator/controllers/store-deletion.ts';
import type { Target } from '../../../operator/controllers/target.ts';
import { Terminal, Waiting } from '../../../operator/errors.ts';
import {
  kindRegistry,
  READY,
  type AnyKind,
  type Collection,
  type NodeKind,
  type World,
} from '../../../operator/graph/kind.ts';
import { ownershipTags } from '../../../operator/graph/ownership.ts';
import { KubeError } from '../../../operator/kube/errors.ts';

interface Shelf {
  readonly id: string;
  readonly leaving?: true;
}

const OWNER = 'DataStore/team/orders';
const shelves: Collection<Shelf, AwsSession> = {
  name: 'fake/shelves',
  lane: 'fast',
  scope: 'region',
  iam: [],
  async *list() {},
  get: () => Promise.resolve([]),
  id: ({ id }) => id,
  tags: ({ id }) => ownershipTags('here', OWNER, id),
};
const shelf: NodeKind<object, Shelf, AwsSession> = {
  type: 'Shelf',
  collection: shelves,
  idempotency: 'name',
  iam: [],
  after: [],
  stateful: true,
  diff: () => [],
  state: ({ leaving }) =>
    leaving ? { phase: 'deleting', reason: 'WaitingForAws', message: 'is leaving' } : READY,
  outputs: ({ id }) => ({ id }),
  gone: () => false,
  needs: () => [],
  create: () => Promise.reject(new Error('not here')),
  update: () => Promise.resolve(),
};

const object: GraphObject = {
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'DataStore',
  metadata: { name: 'orders', namespace: 'team', uid: 'u', deletionTimestamp: '2026-01-01T00:00:00Z' },
  spec: { accountRef: { name: 'main' }, region: 'us-east-1', deletionPolicy: 'Snapshot' },
  status: { observedGeneration: 1 },
};

const worldOf = (...records: Shelf[]): World<AwsSession> => ({
  view: <R>() => ({
    get: (id: string) => records.find((one) => one.id === id) as R | undefined,
    all: () => records as unknown as R[],
    ownedBy: (owner: string) => (owner === OWNER ? (records as unknown as R[]) : []),
  }),
});

describe('a store that its spec protects', () => {
  const refusal = (records: Shelf[], field?: string): unknown => {
    const kind = {
      kind: 'DataStore',
      plural: 'datastores',
      on: { aws: { nodeKinds: kindRegistry([shelf as unknown as AnyKind<AwsSession>]) } },
      ...(field !== undefined && { protectedBy: () => field }),
    } as unknown as AnyGraphKind;
    try {
      refuseProtected({ kind, object }, { type: 'aws', place: AWS, world: worldOf(...records) } as Target);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it('keeps its whole object, and says how that is lifted', () => {
    const error = refusal([{ id: 'a' }], 'spec.mysql.deletionProtection');
    expect(error).toBeInstanceOf(Terminal);
    expect(error).toMatchObject({
      reason: 'DeletionProtected',
      message:
        'spec.mysql.deletionProtection protects Shelf a against deletion, and nothing of this object is deleted; to have it deleted, set it to Disabled (kubectl edit datastores -n team orders): an edit is honoured while the object goes; or set spec.deletionPolicy to Retain, and all of it stays in AWS',
    });
  });

  it('is no hindrance where the spec protects nothing, or when it goes already', () => {
    expect(refusal([{ id: 'a' }])).toBeUndefined();
    expect(refusal([{ id: 'a', leaving: true }], 'spec.mysql.deletionProtection')).toBeUndefined();
    expect(refusal([], 'spec.mysql.deletionProtection')).toBeUndefined();
  });
});

describe('right before a store is deleted', () => {
  const asked = async (get: () => Promise<GraphObject>): Promise<string> => {
    const client = { get } as never;
    return confirmLoss({ client }, { path: '/x', seen: object }).then(
      () => 'goes',
      (error: unknown) => (error instanceof Waiting ? `waits: ${error.reason}` : String(error)),
    );
  };
  const newest =
    (more: Partial<GraphObject['metadata']>, spec: Partial<GraphObject['spec']> = {}) =>
    () =>
      Promise.resolve({
        ...object,
        metadata: { ...object.metadata, ...more },
        spec: { ...object.spec, ...spec },
      });

  it('the API server is asked: what is as the pass saw it goes, whatever its status says', async () => {
    expect(await asked(newest({ resourceVersion: '9' }))).toBe('goes');
    expect(await asked(newest({ annotations: {} }))).toBe('goes');
  });

  it.each<[string, () => Promise<GraphObject>]>([
    ['a spec that keeps it', newest({}, { deletionPolicy: 'Retain' })],
    ['an annotation', newest({ annotations: { 'landfall.dev/release': 'true' } })],
    ['another object of the name', newest({ uid: 'v' })],
    ['no object', () => Promise.reject(new KubeError('gone', { status: 404, reason: 'NotFound' }))],
    ['no answer', () => Promise.reject(new Error('no way there'))],
  ])('%s holds it back', async (_, get) => {
    expect(await asked(get)).toBe('waits: Deleting');
  });
});
