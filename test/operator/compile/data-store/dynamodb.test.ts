import { describe, expect, it } from 'vitest';
import {
  compileDataStore,
  DATA_STORE_NODES,
  referencesOfDataStore,
} from '../../../../operator/compile/data-store/data-store.ts';
import { inputsOf, nodeOf } from '../fixtures.ts';
import { printable } from '../../../../operator/graph/ref.ts';
import { compile, inputFor, store, table } from './fixtures.ts';

const key = (name: string, type = 'String') => ({ name, type });
const byState = { name: 'by-state', partitionKey: key('state'), projection: 'All' };

describe('a table', () => {
  it('is one thing with what is set on it, and needs no other object', () => {
    const object = table({ timeToLive: { attribute: 'endsAt' } }, { environment: 'dev' });
    const graph = compile(object);
    expect([...graph.nodes.keys()]).toEqual(['table', 'table-settings', 'table-ttl', 'table-recovery']);
    expect([...graph.nodes.values()].every(({ type }) => DATA_STORE_NODES.includes(type as never))).toBe(
      true,
    );
    expect(referencesOfDataStore(object)).toEqual([]);
    expect(inputsOf(graph, 'table')).toEqual({
      name: 'orders-dev-data',
      attributes: { id: 'S' },
      key: { partition: 'id' },
      globalIndexes: [],
      localIndexes: [],
      tableClass: 'STANDARD',
      deletionProtection: false,
    });
    expect(inputsOf(graph, 'table-ttl')).toMatchObject({ attribute: 'endsAt' });
    expect(inputsOf(graph, 'table-recovery')).toMatchObject({ enabled: true, periodDays: 35 });
    expect(nodeOf(graph, 'table').tags).toMatchObject({
      Name: 'orders-table',
      environment: 'dev',
      'landfall.dev/owner': 'DataStore/team/orders',
      'landfall.dev/node': 'table',
    });
  });

  it('has every attribute of its keys once, whatever the order of the indexes', () => {
    const spec = {
      sortKey: key('at', 'Number'),
      globalIndexes: [
        { ...byState, sortKey: key('at', 'Number') },
        { name: 'by-digest', partitionKey: key('digest', 'Binary'), projection: 'KeysOnly' },
      ],
      localIndexes: [
        {
          name: 'by-total',
          sortKey: key('total', 'Number'),
          projection: 'Include',
          projectedAttributes: ['b', 'a'],
        },
      ],
    };
    const graph = compile(table(spec));
    expect(inputsOf(graph, 'table')).toMatchObject({
      attributes: { id: 'S', at: 'N', state: 'S', digest: 'B', total: 'N' },
      key: { partition: 'id', sort: 'at' },
      globalIndexes: [{ name: 'by-digest' }, { name: 'by-state', key: { partition: 'state', sort: 'at' } }],
      localIndexes: [
        {
          name: 'by-total',
          key: { partition: 'id', sort: 'total' },
          projection: 'INCLUDE',
          projected: ['a', 'b'],
        },
      ],
    });
    const reversed = compile(table({ ...spec, globalIndexes: [...spec.globalIndexes].reverse() }));
    expect(inputsOf(reversed, 'table')).toEqual(inputsOf(graph, 'table'));
  });

  it('gives its units to the indexes that say none', () => {
    const billing = { mode: 'Provisioned', readUnits: 5, writeUnits: 3 };
    const globalIndexes = [byState, { ...byState, name: 'by-day', partitionKey: key('day'), readUnits: 9 }];
    expect(inputsOf(compile(table({ billing, globalIndexes })), 'table-settings')).toMatchObject({
      units: { read: 5, write: 3 },
      globalIndexes: [
        { name: 'by-day', units: { read: 9, write: 3 } },
        { name: 'by-state', units: { read: 5, write: 3 } },
      ],
    });
    const plain = compile(table({ globalIndexes: [byState] }));
    expect(inputsOf(plain, 'table-settings')).not.toHaveProperty('units');
  });

  it('has AWS set units between bounds, those of an index as those of its table unless it has its own', () => {
    const read = { minUnits: 5, maxUnits: 50, targetPercent: 80 };
    const billing = { mode: 'Provisioned', readUnits: 9, writeUnits: 3, autoscaling: { read } };
    const own = { write: { minUnits: 1, maxUnits: 10 } };
    const globalIndexes = [
      byState,
      { ...byState, name: 'by-day', partitionKey: key('day'), readUnits: 7, autoscaling: own },
    ];
    const graph = compile(table({ billing, globalIndexes }));
    const bounds = { initial: 9, min: 5, max: 50 };
    expect(inputsOf(graph, 'table-settings')).toMatchObject({
      units: { read: bounds, write: 3 },
      globalIndexes: [
        { name: 'by-day', units: { read: 7, write: { initial: 3, min: 1, max: 10 } } },
        { name: 'by-state', units: { read: bounds, write: 3 } },
      ],
    });
    const scalers = [...graph.nodes.keys()].filter((node) => /-(capacity|scaling)/.test(node));
    expect(scalers.sort()).toEqual([
      'read-capacity',
      'read-capacity/by-state',
      'read-scaling',
      'read-scaling/by-state',
      'write-capacity/by-day',
      'write-scaling/by-day',
    ]);
    expect(printable(inputsOf(graph, 'read-capacity/by-state'))).toEqual({
      resource: '${table-settings.id}/index/by-state',
      capacity: 'read',
      minCapacity: 5,
      maxCapacity: 50,
      scheduled: [],
    });
    expect(printable(inputsOf(graph, 'write-scaling/by-day'))).toMatchObject({
      scalableTargetId: '${write-capacity/by-day.id}',
      policies: { utilization: { metric: 'DynamoDBWriteCapacityUtilization', targetValue: 70 } },
    });
  });

  it.each([
    [{ environment: 'prod' }, {}, true],
    [{ environment: 'prod' }, { deletionProtection: 'Disabled' }, false],
    [{ environment: 'dev' }, {}, false],
    [{}, { deletionProtection: 'Enabled' }, true],
  ])('of %o with %o: deletion protection is %s', (spec, dynamodb, deletionProtection) => {
    expect(inputsOf(compile(table(dynamodb, spec)), 'table')).toMatchObject({ deletionProtection });
  });

  it('is refused where it takes over what is no table', () => {
    const adopt = [{ node: 'subnet/a', id: 'subnet-0123456789abcdef0' }];
    expect(() => compileDataStore(inputFor(table({}, { adopt })))).toThrow(
      'spec.adopt[subnet/a]: DataStore/team/orders has no node subnet/a',
    );
  });

  it('has an engine by the schema', () => {
    expect(() => store({})).toThrow('a DataStore has exactly one engine, and this one has 0');
  });
});
