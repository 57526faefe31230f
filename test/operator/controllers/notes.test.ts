import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { noteOutcome } from '../../../operator/controllers/notes.ts';
import type { GraphObject } from '../../../operator/controllers/resource-status.ts';
import type { Outcome } from '../../../operator/graph/apply.ts';
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
      'Normal Updated update: updated Routes rtb-1 (routes/public): routes[0.0.0.0/0], tags.team',
    ]);
  });

  it('drift put back is a warning and counts', async () => {
    expect(await noted({ action: update, result: 'done', clear: true }, true)).toEqual({
      events: [
        'Warning DriftRepaired update: somebody changed Routes rtb-1 (routes/public) outside Git; put back: routes[0.0.0.0/0], tags.team',
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
          events: ['Warning QuotaExceeded create: create Vpc (vpc): five VPCs'],
          repairs: [],
          levels: [40],
        });
      }
    },
  );

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
