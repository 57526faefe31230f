import { expect, it } from 'vitest';
import { localStoreOutputs } from '../../../../../operator/compile/local/data-store/status.ts';
import type { State } from '../../../../../operator/graph/kind.ts';
import type { Standing } from '../../../../../operator/graph/plan.ts';
import { store, table } from '../../data-store/fixtures.ts';
import { compileLocal } from './fixtures.ts';

const READY: State = { phase: 'ready' };
const at = (phase: 'pending' | 'deleting'): State => ({ phase, reason: 'x', message: 'x' });
const standing = (states: Record<string, State>): Standing[] =>
  Object.entries(states).map(([node, state]) => ({ node, type: 'x', id: node, state, outputs: {} }));

const aurora = compileLocal(store({ auroraPostgresql: {}, networkRef: { name: 'net' }, environment: 'dev' }));
const endpoint = { address: 'orders-dev-cluster.team.svc', port: 5432 };

it('says nothing of what is not there', () => {
  expect(Object.values(localStoreOutputs([], aurora)).filter((value) => value !== undefined)).toEqual([]);
  const going = standing({ service: at('deleting'), secret: at('deleting'), 'stateful-set': at('deleting') });
  expect(localStoreOutputs(going, aurora)).toMatchObject({ state: 'deleting', endpoint: undefined });
});

it('says what runs, and where it is reached', () => {
  const states = { secret: READY, volume: READY, service: READY, 'stateful-set': at('pending') };
  const outputs = localStoreOutputs(standing(states), aurora);
  expect(outputs).toEqual({
    engine: 'postgresql',
    engineVersion: '15',
    state: 'creating',
    endpoint,
    readerEndpoint: endpoint,
    tableName: undefined,
  });
  expect(localStoreOutputs(standing({ ...states, 'stateful-set': READY }), aurora).state).toBe('available');
});

it('says the name of a table, which may be longer than that of what serves it', () => {
  const graph = compileLocal(table({}, { baseName: 'a'.repeat(40), environment: 'staging' }));
  expect(localStoreOutputs(standing({ service: READY, 'stateful-set': READY }), graph)).toMatchObject({
    engine: 'dynamodb',
    tableName: `${'a'.repeat(40)}-staging-data`,
    readerEndpoint: undefined,
  });
});
