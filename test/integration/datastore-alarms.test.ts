import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { bounded, type LeastPrivilege, leastPrivilege } from '../support/least-privilege.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { type Manifest, World } from '../support/world.ts';

/** Alarms of stores of each engine, under the least policy and the boundary. */

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:on-call';
const grants = [{ name: 'on-call', namespaces: ['web'], arns: [TOPIC] }];
const accountWith = (more: object) => bounded(account('main', ['web'], more));
const network = smallNetwork('net', 'web', { zones: { count: 2 }, tiers: [{ name: 'data' }] });
const store = (name: string, spec: object): Manifest => ({
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'DataStore',
  metadata: { name, namespace: 'web' },
  spec: {
    accountRef: { name: 'main' },
    region: 'us-east-1',
    environment: 'dev',
    deletionPolicy: 'Delete',
    ...spec,
  },
});
const inNetwork = (name: string, spec: object) => store(name, { networkRef: { name: 'net' }, ...spec });

const database = inNetwork('portal', { mysql: {}, alarms: { topicArns: [TOPIC] } });
const cluster = inNetwork('ledger', {
  auroraPostgresql: { instances: 2 },
  alarms: { metrics: [{ metric: 'FreeMemoryMiB', threshold: 512 }] },
});
const cache = inNetwork('sessions', {
  redis: { nodes: 2 },
  alarms: { metrics: [{ metric: 'Evictions', mode: 'Disabled' }] },
});
const table = store('orders', {
  dynamodb: {
    partitionKey: { name: 'id', type: 'String' },
    globalIndexes: [{ name: 'by-state', partitionKey: { name: 'state', type: 'String' }, projection: 'All' }],
  },
  alarms: { metrics: [{ metric: 'SystemErrors', mode: 'Disabled' }] },
});
const stores = [database, cluster, cache, table];
const LISTINGS = ['DescribeAlarms', 'DescribeDBInstances', 'DescribeReplicationGroups'];

let world: World;
let least: LeastPrivilege;
let empty: string;
let cloudwatch: CloudWatchClient;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_CACHE_SECONDS: '0.5' });
  await world.claim();
  least = await leastPrivilege(world, [accountWith({ grants }), network, ...stores]);
  cloudwatch = new CloudWatchClient(world.clientOptions());
  world.operator();
  await world.apply([namespace('web'), accountWith({}), network]);
  await world.ready(network);
  empty = await world.aws.dump();
});
afterAll(async () => {
  cloudwatch?.destroy();
  least?.close();
  await world?.stop();
});

const alarms = async () => (await cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms ?? [];
const names = async () => (await alarms()).map(({ AlarmName = '' }) => AlarmName).sort();
async function alarm(name: string): Promise<MetricAlarm | undefined> {
  return (await alarms()).find(({ AlarmName }) => AlarmName === name);
}

it('no topic is told that nobody has granted', async () => {
  await world.apply([database]);
  await world.condition(database, 'Stalled', {
    reason: 'NotGranted',
    message: /spec.alarms.topicArns names .*on-call.*namespace web/,
  });
  expect(await alarms()).toEqual([]);
});

it('every store is watched as its engine is', async () => {
  await world.apply([accountWith({ grants }), cluster, cache, table]);
  for (const each of stores) await world.ready(each);
  expect(await names()).toEqual([
    'ledger-dev-RDS-HighCPU',
    'ledger-dev-RDS-HighCPU-2',
    'ledger-dev-RDS-HighConnections',
    'ledger-dev-RDS-HighConnections-2',
    'ledger-dev-RDS-HighReplicaLag',
    'ledger-dev-RDS-HighReplicaLag-2',
    'ledger-dev-RDS-LowMemory',
    'ledger-dev-RDS-LowMemory-2',
    'ledger-dev-RDS-LowStorage',
    'ledger-dev-RDS-LowStorage-2',
    'orders-dev-DynamoDB-ThrottledReads',
    'orders-dev-DynamoDB-ThrottledReads-by-state',
    'orders-dev-DynamoDB-ThrottledWrites',
    'orders-dev-DynamoDB-ThrottledWrites-by-state',
    'portal-dev-RDS-HighCPU',
    'portal-dev-RDS-HighConnections',
    'portal-dev-RDS-LowMemory',
    'portal-dev-RDS-LowStorage',
    'sessions-dev-Redis-HighCPU',
    'sessions-dev-Redis-HighCPU-2',
    'sessions-dev-Redis-HighMemory',
    'sessions-dev-Redis-HighMemory-2',
    'sessions-dev-Redis-HighReplicaLag',
    'sessions-dev-Redis-HighReplicaLag-2',
  ]);
  expect(await alarm('portal-dev-RDS-HighCPU')).toMatchObject({
    Namespace: 'AWS/RDS',
    MetricName: 'CPUUtilization',
    Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'portal-dev-instance' }],
    Statistic: 'Average',
    Period: 300,
    EvaluationPeriods: 2,
    Threshold: 80,
    ComparisonOperator: 'GreaterThanThreshold',
    AlarmActions: [TOPIC],
    OKActions: [TOPIC],
  });
  expect(await alarm('portal-dev-RDS-HighConnections')).toMatchObject({
    MetricName: 'DatabaseConnections',
    Threshold: 40,
  });
  expect(await alarm('ledger-dev-RDS-LowMemory-2')).toMatchObject({
    Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'ledger-dev-instance-2' }],
    Threshold: 536_870_912,
    ComparisonOperator: 'LessThanThreshold',
    AlarmActions: [],
  });
  expect(await alarm('sessions-dev-Redis-HighCPU-2')).toMatchObject({
    Namespace: 'AWS/ElastiCache',
    Dimensions: [{ Name: 'CacheClusterId', Value: 'sessions-dev-redis-002' }],
  });
  expect(await alarm('orders-dev-DynamoDB-ThrottledReads-by-state')).toMatchObject({
    Dimensions: [
      { Name: 'TableName', Value: 'orders-dev-data' },
      { Name: 'GlobalSecondaryIndexName', Value: 'by-state' },
    ],
    Statistic: 'Sum',
    TreatMissingData: 'notBreaching',
  });
  expect(await least.refusals()).toEqual([]);
});

it('nothing is written while nothing changes', async () => {
  await world.refreshes(1, LISTINGS);
  const mark = await world.mark();
  await world.refreshes(2, LISTINGS);
  expect(await world.writes(mark)).toEqual([]);
});

it('an alarm that somebody has turned round is turned back', async () => {
  const there = await alarm('portal-dev-RDS-LowStorage');
  const { AlarmName, Namespace, MetricName, Dimensions, Statistic, Period, EvaluationPeriods } = there ?? {};
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace,
      MetricName,
      Dimensions,
      Statistic,
      Period,
      EvaluationPeriods,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  await eventually('the former alarm', async () => {
    const now = await alarm('portal-dev-RDS-LowStorage');
    return now?.ComparisonOperator === 'LessThanThreshold' && now.Threshold === 2_147_483_648;
  });
});

it('a node more gets its alarms, a node less takes them along', async () => {
  await world.edit(cache, { redis: { nodes: 3, applyChanges: 'Immediately' } });
  await eventually('alarms of the third node', async () => {
    const third = await alarm('sessions-dev-Redis-HighCPU-3');
    return third?.Dimensions?.[0]?.Value === 'sessions-dev-redis-003';
  });
  await world.edit(cache, { redis: { nodes: 1, applyChanges: 'Immediately' } });
  await eventually('those of one node', async () => {
    const left = (await names()).filter((name) => name.startsWith('sessions-'));
    return left.join(' ') === 'sessions-dev-Redis-HighCPU sessions-dev-Redis-HighMemory';
  });
});

it('what is turned off goes, and all goes without the field', async () => {
  await world.edit(database, { alarms: { metrics: [{ metric: 'Connections', mode: 'Disabled' }] } });
  await eventually(
    'no alarm of connections',
    async () => !(await names()).includes('portal-dev-RDS-HighConnections'),
  );
  await world.edit(database, { alarms: null });
  await eventually(
    'no alarm of the database',
    async () => !(await names()).some((name) => name.startsWith('portal-')),
  );
  await world.ready(database);
});

it('nothing of them remains', async () => {
  for (const each of stores) await world.delete(each);
  for (const each of stores) await world.gone(each);
  expect(await world.aws.dump()).toBe(empty);
  expect(await least.refusals()).toEqual([]);
});
