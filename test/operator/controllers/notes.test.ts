import { AWS } from '../../../operator/graph/place.ts';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { noteBroken, noteOutcome } from '../../../operator/controllers/notes.ts';
import type { GraphObject } from '../../../operator/controllers/resource-status.ts';
import type { Outcome } from '../../../operator/graph/outcome.ts';
import type { State } from '../../../operator/graph/kind.ts';
import type { Action } from '../../../operator/graph/plan.ts';
import { createMetrics } from '../../../operator/metrics.ts';

const OBJECT: GraphObject = {
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'SecureVpc',
  metadata: { name: 'net', namespace: 'team' },
  spec: { accountRef: { name: 'prod' }, region: 'eu-central-1' },
  status: { observedGeneration: 1 },
};
const create: Action = { verb: 'create', node: 'vpc', type: 'Vpc', changes: [], inputs: {} };
const update: Action = {
  verb: 'update',
  node: 'routes/public',
  type: 'Routes',
  id: 'rtb-1',
  changes: [
    { path: 'routes[0.0.0.0/0]', to: 'igw-1' },
    { path: 'tags.team', to: 'a' },
  ],
  inputs: {},
};

/** What people and machines are told of an outcome. */
async function noted(outcome: Outcome, drift = false) {
  const events: string[] = [];
  const logged: string[] = [];
  const metrics = createMetrics();
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  noteOutcome(
    {
      events: {
        record: (_, { type, reason, action, message }) =>
          void events.push(`${type} ${reason} ${action}: ${message}`),
        flush: async () => {},
      },
      metrics,
      place: AWS,
    },
    OBJECT,
    log,
    outcome,
    drift,
  );
  const repairs = (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => line.startsWith('landfall_drift_repairs_total{'));
  return { events, repairs, levels: logged.map((line) => (JSON.parse(line) as { level: number }).level) };
}

describe('noteOutcome', () => {
  it('something made', async () => {
    expect(await noted({ action: create, result: 'done', id: 'vpc-1', clear: true })).toEqual({
      events: ['Normal Created create: created Vpc vpc-1 (vpc)'],
      repairs: [],
      levels: [30],
    });
  });

  it('something changed, with the fields', async () => {
    const { events } = await noted({ action: update, result: 'done', clear: true });
    expect(events).toEqual([
      'Normal Updated update: updated Routes rtb-1 (routes/public): routes[0.0.0.0/0] from nothing to "igw-1", tags.team from nothing to "a"',
    ]);
  });

  it('drift put back is a warning and counts', async () => {
    expect(await noted({ action: update, result: 'done', clear: true }, true)).toEqual({
      events: [
        'Warning DriftRepaired update: somebody changed Routes rtb-1 (routes/public) outside Git; put back: routes[0.0.0.0/0] from nothing to "igw-1", tags.team from nothing to "a"',
      ],
      repairs: ['landfall_drift_repairs_total{kind="SecureVpc",type="Routes"} 1'],
      levels: [30],
    });
  });

  it.each(['waiting', 'stalled'] as const)(
    'something %s is a warning with the reason, drift or not',
    async (result) => {
      const outcome: Outcome = {
        action: create,
        result,
        reason: 'QuotaExceeded',
        message: 'five VPCs',
        clear: true,
      };
      for (const drift of [false, true]) {
        expect(await noted(outcome, drift)).toEqual({
          events: [
            'Warning QuotaExceeded create: could not create Vpc (vpc): five VPCs. Have the quota raised, or delete what is not needed.',
          ],
          repairs: [],
          levels: [40],
        });
      }
    },
  );

  it('a reason that no page lists, or none, has failed', async () => {
    for (const reason of ['Odd', undefined]) {
      const outcome: Outcome = { action: create, result: 'waiting', ...(reason && { reason }), clear: true };
      expect((await noted(outcome)).events).toEqual([
        'Warning Failed create: could not create Vpc (vpc): no reason given',
      ]);
    }
  });

  it('a refusal names the thing and what to do', async () => {
    const message = 'Vpc vpc-7 exists but has lost the tags; put them back';
    const refuse: Action = {
      ...create,
      verb: 'refuse',
      id: 'vpc-7',
      reason: 'OwnershipTagsMissing',
      message,
    };
    const outcome: Outcome = {
      action: refuse,
      result: 'stalled',
      reason: 'OwnershipTagsMissing',
      message,
      clear: true,
    };
    expect((await noted(outcome)).events).toEqual([`Warning OwnershipTagsMissing refuse: vpc: ${message}`]);
  });

  it('what stands and is broken is told, what stands well is not', () => {
    const told: string[] = [];
    const events = {
      record: (_: unknown, { reason, message }: { reason: string; message: string }) =>
        void told.push(`${reason}: ${message}`),
      flush: async () => {},
    };
    const standing = (node: string, state: State) => ({
      node,
      type: 'VpcEndpoint',
      id: 'vpce-1',
      state,
      outputs: {},
    });
    noteBroken(events, OBJECT, [
      standing('endpoint/s3', { phase: 'ready' }),
      standing('endpoint/kms', {
        phase: 'failed',
        reason: 'AwsRefused',
        message: 'endpoint vpce-1 is rejected',
      }),
    ]);
    expect(told).toEqual([
      'AwsRefused: endpoint/kms: endpoint vpce-1 is rejected. Change the field that the message names. If none is named, this is a defect: please report it.',
    ]);
  });

  it('what was skipped because of something else has no event of its own', async () => {
    const { events, levels } = await noted({
      action: create,
      result: 'skipped',
      reason: 'Blocked',
      clear: true,
    });
    expect(events).toEqual([]);
    expect(levels).toEqual([30]);
  });

  it('members of a set that were written although others wait are told', async () => {
    const [route] = update.changes;
    const outcome: Outcome = {
      action: update,
      result: 'skipped',
      reason: 'Blocked',
      message: 'routes[10.0.0.0/8] waits for ${transit-gateway-attachment.transitGatewayId}',
      written: route ? [route] : [],
      clear: true,
    };
    expect(await noted(outcome)).toEqual({
      events: [
        'Normal Updated update: updated Routes rtb-1 (routes/public): routes[0.0.0.0/0] from nothing to "igw-1"',
      ],
      repairs: [],
      levels: [30],
    });
    expect((await noted(outcome, true)).events).toEqual([
      'Warning DriftRepaired update: somebody changed Routes rtb-1 (routes/public) outside Git; put back: routes[0.0.0.0/0] from nothing to "igw-1"',
    ]);
  });

  it('what AWS is still at is no warning; that it deletes something is told', async () => {
    const waiting = {
      result: 'waiting',
      reason: 'WaitingForAws',
      message: 'being deleted',
      clear: true,
    } as const;
    expect(await noted({ action: create, ...waiting })).toEqual({ events: [], repairs: [], levels: [30] });
    const remove: Action = {
      verb: 'delete',
      node: 'endpoints/s3',
      type: 'VpcEndpoint',
      id: 'vpce-1',
      changes: [],
      record: {},
      waitsFor: [],
      superseded: false,
    };
    expect((await noted({ action: remove, ...waiting })).events).toEqual([
      'Normal Deleted delete: AWS is deleting VpcEndpoint vpce-1 (endpoints/s3)',
    ]);
  });
});

describe('what becomes of what is nowhere else', () => {
  const gone: Action = {
    verb: 'delete',
    node: 'table',
    type: 'DynamoDbTable',
    id: 'orders',
    changes: [],
    record: {},
    waitsFor: [],
    superseded: false,
  };
  const told = async (more: Partial<Outcome>) => {
    const { events, levels } = await noted({
      action: gone,
      result: 'done',
      id: 'orders',
      clear: true,
      ...more,
    });
    return [...events, ...levels.map(String)];
  };

  it('a copy that is being made is no trouble', async () => {
    expect(
      await told({ result: 'waiting', reason: 'BackingUp', message: 'backup b-1 is being made' }),
    ).toEqual(['Normal BackingUp delete: DynamoDbTable orders (table): backup b-1 is being made', '30']);
  });

  it('a delete that nobody confirms is nobody’s business', async () => {
    expect(await told({ result: 'waiting', reason: 'Deleting', message: 'it has changed' })).toEqual(['30']);
  });

  it('what stays on purpose is told of', async () => {
    expect(await told({ retained: 'backup b-1 is encrypted with it' })).toEqual([
      'Normal Retained delete: DynamoDbTable orders (table) stays in AWS, with tag landfall.dev/retained: backup b-1 is encrypted with it',
      '30',
    ]);
  });
});
