import { describe, expect, it } from 'vitest';
import { verdictOf, verdictOfObserved } from '../../../operator/controllers/verdict.ts';
import type { Outcome } from '../../../operator/graph/outcome.ts';
import type { State } from '../../../operator/graph/kind.ts';
import type { Action, Plan, Standing } from '../../../operator/graph/plan.ts';

const create = (node: string): Action => ({ verb: 'create', node, type: 'Subnet', changes: [], inputs: {} });

function outcome(node: string, result: Outcome['result'], reason?: string, message?: string): Outcome {
  return {
    action: create(node),
    result,
    clear: true,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
}

function standing(node: string, state: State): Standing {
  return { node, type: 'VpcEndpoint', id: `${node}-id`, state, outputs: {} };
}

const left = (actions: readonly Action[], ...things: Standing[]): Plan => ({
  owner: 'SecureVpc/team/net',
  actions,
  standing: things,
  facets: [],
});

/** A plan with nothing left to do, of things and of a facet that says how far they are. */
const behind = (facet: Standing, ...things: Standing[]): Plan => ({
  ...left([], ...things),
  facets: [facet],
});

const pending: State = { phase: 'pending', reason: 'WaitingForAws', message: 'endpoint is pending' };
const failed: State = { phase: 'failed', reason: 'AwsRefused', message: 'endpoint is rejected' };
const deleting: State = { phase: 'deleting', reason: 'WaitingForAws', message: 'endpoint is being deleted' };
const ready: State = { phase: 'ready' };

const table: readonly [string, readonly Outcome[], Plan, string][] = [
  ['nothing to do', [], left([], standing('vpc', ready)), 'ready: 1 things are as specified'],
  [
    'all done',
    [outcome('a', 'done')],
    left([], standing('a', ready), standing('b', ready)),
    'ready: 2 things are as specified',
  ],
  [
    'something waits',
    [outcome('a', 'done'), outcome('b', 'waiting', 'Throttled', 'too fast')],
    left([create('b')]),
    'reconciling Throttled: b: too fast',
  ],
  [
    'something is on its way',
    [],
    left([], standing('a', ready), standing('ep', pending)),
    'reconciling WaitingForAws: ep: endpoint is pending',
  ],
  [
    'something is on its way out',
    [],
    left([], standing('ep', deleting)),
    'reconciling WaitingForAws: ep: endpoint is being deleted',
  ],
  [
    'what is made serves nobody yet',
    [],
    behind(standing('target-health', pending), standing('service', ready)),
    'reconciling WaitingForAws: target-health: endpoint is pending',
  ],
  [
    'what is made serves',
    [],
    behind(standing('target-health', ready), standing('service', ready)),
    'ready: 1 things are as specified',
  ],
  [
    'a person is needed, whatever else waits',
    [outcome('b', 'waiting', 'Throttled', 'too fast'), outcome('c', 'stalled', 'QuotaExceeded', 'five VPCs')],
    left([], standing('ep', pending)),
    'stalled QuotaExceeded: c: five VPCs',
  ],
  [
    'AWS broke something',
    [],
    left([], standing('ep', failed)),
    'stalled AwsRefused: ep: endpoint is rejected',
  ],
  [
    'skipped because of what stalled',
    [outcome('a', 'stalled', 'AccessDenied', 'no'), outcome('b', 'skipped', 'Blocked', 'waits for a')],
    left([create('a'), create('b')]),
    'stalled AccessDenied: a: no',
  ],
  [
    'done, and yet something is left',
    [outcome('a', 'done')],
    left([create('b')], standing('a', ready)),
    'reconciling Updating: create b',
  ],
  [
    'more than three causes',
    ['a', 'b', 'c', 'd', 'e'].map((node) => outcome(node, 'waiting', 'Throttled', 'too fast')),
    left([]),
    'reconciling Throttled: a: too fast; b: too fast; c: too fast; and 2 more',
  ],
  ['no reason given', [outcome('a', 'waiting')], left([]), 'reconciling WaitingForAws: a: no reason given'],
];

describe('verdictOf', () => {
  it.each(table)('%s', (_, outcomes, plan, text) => {
    const verdict = verdictOf(outcomes, plan);
    const reason = verdict.kind === 'ready' ? '' : ` ${verdict.reason}`;
    expect(`${verdict.kind}${reason}: ${verdict.message}`).toBe(text);
  });
});

describe('verdictOfObserved', () => {
  const refuse: Action = {
    verb: 'refuse',
    node: 'vpc',
    type: 'Vpc',
    changes: [],
    reason: 'OwnershipTagsMissing',
    message: 'vpc-1 has lost its tags',
  };
  const replace: Action = { ...create('b'), verb: 'create', inputs: {}, revision: 'abc' };
  const observed: readonly [string, Plan, string][] = [
    ['all is there', left([], standing('a', ready)), 'ready: 1 things are there and usable'],
    [
      'something differs, or would be replaced',
      left([replace], standing('b', ready)),
      'ready: 1 things are there and usable; what differs from the spec stands in Drifted',
    ],
    [
      'something is missing',
      left([create('a'), create('b')]),
      'stalled ThingsMissing: a, b are not there, and only observed: with spec.management Manage what is missing is made',
    ],
    [
      'something is broken, whatever is missing',
      left([create('a')], standing('ep', failed)),
      'stalled AwsRefused: ep: endpoint is rejected',
    ],
    ['something lost its tags', left([refuse]), 'stalled OwnershipTagsMissing: vpc: vpc-1 has lost its tags'],
    [
      'something is on its way',
      left([], standing('ep', pending)),
      'reconciling WaitingForAws: ep: endpoint is pending',
    ],
  ];
  it.each(observed)('%s', (_, plan, text) => {
    const verdict = verdictOfObserved(plan);
    const reason = verdict.kind === 'ready' ? '' : ` ${verdict.reason}`;
    expect(`${verdict.kind}${reason}: ${verdict.message}`).toBe(text);
  });
});
