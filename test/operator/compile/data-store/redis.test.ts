import { describe, expect, it } from 'vitest';
import { compile, network, store } from './fixtures.ts';

const cache = (redis: object = {}, spec: object = {}) =>
  store({ networkRef: { name: 'net' }, redis, ...spec }, { name: 'api-service' });
const inputsOf = (object: ReturnType<typeof cache>, key: string) => compile(object).nodes.get(key)?.inputs;

describe('a cache', () => {
  it.each([
    ['dev', 'cache.t3.micro', 1, 5],
    ['staging', 'cache.t3.small', 1, 7],
    ['prod', 'cache.r5.large', 2, 14],
  ])('of environment %s has the size of the platform', (environment, nodeType, nodes, days) => {
    expect(inputsOf(cache({}, { environment }), 'replication-group')).toMatchObject({
      name: `api-service-${environment}-redis`,
      engine: 'redis',
      engineVersion: '7.0',
      nodeType,
      clusterMode: false,
      shards: 1,
      replicasPerShard: nodes - 1,
      snapshotRetentionDays: days,
      isImmediate: false,
      mayUpgrade: false,
    });
  });

  it('is as its spec says, whatever its environment', () => {
    const said = {
      nodeType: 'cache.m7g.large',
      nodes: 1,
      snapshotRetentionDays: 0,
      applyChanges: 'Immediately',
    };
    expect(inputsOf(cache(said, { environment: 'prod' }), 'replication-group')).toMatchObject({
      nodeType: 'cache.m7g.large',
      replicasPerShard: 0,
      snapshotRetentionDays: 0,
      isImmediate: true,
    });
  });

  it('of Valkey has the parameters of its family', () => {
    const valkey = cache({ engine: 'Valkey' });
    expect(inputsOf(valkey, 'replication-group')).toMatchObject({ engine: 'valkey', engineVersion: '8.0' });
    expect(inputsOf(valkey, 'cache-parameter-group')).toMatchObject({ family: 'valkey8' });
    expect(inputsOf(cache({ engineVersion: '6.2' }), 'cache-parameter-group')).toMatchObject({
      family: 'redis6.x',
    });
  });

  it('in shards is told so by its parameters before it is made', () => {
    const graph = compile(
      cache({ clusterMode: { shards: 3 }, parameters: [{ name: 'timeout', value: '300' }] }),
    );
    expect(graph.nodes.get('cache-parameters')?.inputs).toMatchObject({
      parameters: { 'cluster-enabled': 'yes', timeout: '300' },
    });
    expect(graph.nodes.get('replication-group')).toMatchObject({
      dependsOn: ['cache-parameters'],
      inputs: { clusterMode: true, shards: 3, replicasPerShard: 1 },
    });
  });

  it('with replicas needs two zones, and without one will do', () => {
    const narrow = network({ zones: { count: 1 } });
    expect(() => compile(cache({ nodes: 2 }), narrow)).toThrow(/this store needs them in 2 zones/);
    expect(compile(cache({ nodes: 1 }), narrow).nodes.has('replication-group')).toBe(true);
  });

  it('has windows that are not in each other’s way', () => {
    const windows = { snapshotWindow: '03:00-05:00', maintenanceWindow: 'sun:04:00-sun:06:00' };
    expect(() => compile(cache(windows))).toThrow(/are in each other's way, which AWS refuses/);
  });
});
