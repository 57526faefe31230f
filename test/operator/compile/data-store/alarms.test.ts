import { describe, expect, it } from 'vitest';
import type { DataStore } from '../../../../operator/api/data-store.ts';
import type { AlarmInputs } from '../../../../operator/aws/cloudwatch/alarm-settings.ts';
import { compileDataStore } from '../../../../operator/compile/data-store/data-store.ts';
import { printable } from '../../../../operator/graph/ref.ts';
import { account } from '../fixtures.ts';
import { compile, inputFor, store, table } from './fixtures.ts';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:on-call';
const watched = (spec: object, alarms: object = {}) =>
  store({ networkRef: { name: 'net' }, environment: 'dev', alarms, ...spec }, { name: 'api-service' });

/** Name, metric with its dimensions, and when it is raised, of every alarm by its key. */
function linesOf(object: DataStore): Record<string, string> {
  const alarms = [...compile(object).nodes.values()].filter(({ key }) => key.startsWith('alarm/'));
  return Object.fromEntries(
    alarms.map(({ key, inputs }) => {
      const { name, metricName, dimensions, ...alarm } = printable(inputs as AlarmInputs);
      const of = Object.entries(dimensions).map(([dimension, value]) => `${dimension}=${value}`);
      const beyond = `${alarm.isRaisedBelow ? '<' : '>'} ${alarm.threshold}`;
      return [key, `${name}: ${alarm.statistic} of ${metricName} ${of.join(' ')} ${beyond}`];
    }),
  );
}

describe('alarms of a store', () => {
  it('are none unless the spec has some', () => {
    expect(linesOf(store({ networkRef: { name: 'net' }, mysql: {} }))).toEqual({});
  });

  it('of a database are those of the platform, and of what runs out', () => {
    expect(linesOf(watched({ mysql: {} }))).toEqual({
      'alarm/cpu-percent':
        'api-service-dev-RDS-HighCPU: Average of CPUUtilization DBInstanceIdentifier=${db-instance.name} > 80',
      'alarm/connections':
        'api-service-dev-RDS-HighConnections: Average of DatabaseConnections DBInstanceIdentifier=${db-instance.name} > 40',
      'alarm/free-memory':
        'api-service-dev-RDS-LowMemory: Average of FreeableMemory DBInstanceIdentifier=${db-instance.name} < 104857600',
      'alarm/free-storage':
        'api-service-dev-RDS-LowStorage: Average of FreeStorageSpace DBInstanceIdentifier=${db-instance.name} < 2147483648',
    });
    expect(compile(watched({ mysql: {} })).nodes.get('alarm/cpu-percent')?.inputs).toMatchObject({
      namespace: 'AWS/RDS',
      periodSeconds: 300,
      evaluationPeriods: 2,
      description: 'CpuPercent of DataStore/team/api-service is above 80',
    });
  });

  it('of a cluster watch each of its members', () => {
    const lines = linesOf(watched({ auroraPostgresql: { instances: 2 } }));
    expect(Object.keys(lines)).toHaveLength(10);
    expect(lines).toMatchObject({
      'alarm/cpu-percent':
        'api-service-dev-RDS-HighCPU: Average of CPUUtilization DBInstanceIdentifier=${db-instance/1.name} > 80',
      'alarm/cpu-percent/2':
        'api-service-dev-RDS-HighCPU-2: Average of CPUUtilization DBInstanceIdentifier=${db-instance/2.name} > 80',
      'alarm/free-storage/2':
        'api-service-dev-RDS-LowStorage-2: Average of FreeLocalStorage DBInstanceIdentifier=${db-instance/2.name} < 2147483648',
      'alarm/replica-lag-seconds':
        'api-service-dev-RDS-HighReplicaLag: Average of AuroraReplicaLag DBInstanceIdentifier=${db-instance/1.name} > 10000',
    });
  });

  it('watch no lag of a single member, and no storage that AWS does not measure', () => {
    const serverlessV2 = { minCapacityUnits: 1, maxCapacityUnits: 4 };
    const lines = linesOf(watched({ auroraPostgresql: { instances: 1, serverlessV2 } }));
    expect(Object.keys(lines)).toEqual(['alarm/cpu-percent', 'alarm/connections', 'alarm/free-memory']);
  });

  it('of a cache watch its nodes by the names that AWS gave them', () => {
    expect(linesOf(watched({ redis: { nodes: 2 } }))).toMatchObject({
      'alarm/cpu-percent':
        'api-service-dev-Redis-HighCPU: Average of EngineCPUUtilization CacheClusterId=${replication-group.node1} > 80',
      'alarm/memory-percent/2':
        'api-service-dev-Redis-HighMemory-2: Average of DatabaseMemoryUsagePercentage CacheClusterId=${replication-group.node2} > 80',
      'alarm/replica-lag-seconds/2':
        'api-service-dev-Redis-HighReplicaLag-2: Average of ReplicationLag CacheClusterId=${replication-group.node2} > 10',
      'alarm/evictions':
        'api-service-dev-Redis-Evictions: Sum of Evictions CacheClusterId=${replication-group.node1} > 0',
    });
    const shards = watched({ redis: { clusterMode: { shards: 2, replicasPerShard: 0 } } });
    expect(Object.keys(linesOf(shards))).toHaveLength(6);
  });

  it('of a table watch it and each index, and the errors of each operation', () => {
    const index = { name: 'by-a', partitionKey: { name: 'a', type: 'String' }, projection: 'All' };
    const object = table({ globalIndexes: [index] }, { alarms: {} });
    const lines = linesOf(object);
    expect(Object.keys(lines)).toHaveLength(14);
    expect(lines).toMatchObject({
      'alarm/throttled-reads/by-a':
        'orders-DynamoDB-ThrottledReads-by-a: Sum of ReadThrottleEvents TableName=${table.name} GlobalSecondaryIndexName=by-a > 0',
      'alarm/throttled-writes':
        'orders-DynamoDB-ThrottledWrites: Sum of WriteThrottleEvents TableName=${table.name} > 0',
      'alarm/system-errors/GetItem':
        'orders-DynamoDB-SystemErrors-GetItem: Sum of SystemErrors TableName=${table.name} Operation=GetItem > 0',
    });
    expect(compile(object).nodes.get('alarm/throttled-reads')?.inputs).toMatchObject({ isCount: true });
  });

  it('have the thresholds of the spec, and may be left out', () => {
    const metrics = [
      { metric: 'Connections', threshold: 60 },
      { metric: 'FreeStorageMiB', threshold: 1 },
      { metric: 'FreeMemoryMiB', mode: 'Disabled' },
    ];
    const lines = linesOf(watched({ mysql: {} }, { metrics }));
    expect(Object.keys(lines)).toEqual(['alarm/cpu-percent', 'alarm/connections', 'alarm/free-storage']);
    expect(lines['alarm/connections']).toMatch(/ > 60$/);
    expect(lines['alarm/free-storage']).toMatch(/ < 1048576$/);
  });

  it('tell topics that a grant covers, and no others', () => {
    const input = inputFor(watched({ mysql: {} }, { topicArns: [TOPIC] }));
    expect(() => compileDataStore(input)).toThrow(/spec.alarms.topicArns names .*on-call/);
    const grants = [{ name: 'on-call', namespaces: ['team'], arns: [TOPIC] }];
    const graph = compileDataStore({ ...input, account: account({ grants }) });
    expect(graph.nodes.get('alarm/cpu-percent')?.inputs).toMatchObject({ actions: [TOPIC] });
  });
});
