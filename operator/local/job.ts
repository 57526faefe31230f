import { READY, type State } from '../graph/kind.ts';
import { conditionOf, count, failed, pending, pick, titleOf } from './conditions.ts';
import { objectKind } from './object-kind.ts';
import type { KubeRecord } from './record.ts';

/** What runs once. Another runs beside it where it is to run otherwise: the former one goes when that has ended. */
export const jobKind = objectKind({
  resource: { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job' },
  after: [],
  status: pick('active', 'succeeded', 'failed'),
  state: stateOf,
  isFixed: ({ path }) => /^spec\.(template|selector|completionMode|completions|podFailurePolicy)/.test(path),
  deletion: 'Foreground',
  renamed: true,
});

function stateOf(record: KubeRecord): State {
  const title = `Job ${titleOf(record)}`;
  if (conditionOf(record, 'Complete')?.status === 'True') return READY;
  const failure = conditionOf(record, 'Failed');
  if (failure?.status === 'True') return failed(`${title} failed: ${failure.message || failure.reason}`);
  const suspended = conditionOf(record, 'Suspended');
  if (suspended?.status === 'True') return pending(`${title} is suspended`);
  const tried = count(record, 'failed');
  return pending(`${title} runs${tried > 0 ? `; ${tried} of its pods have failed` : ''}`);
}
