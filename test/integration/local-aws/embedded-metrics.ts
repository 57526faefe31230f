import { CloudWatchClient, GetMetricStatisticsCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { aws, clientOptions, given } from './harness.ts';

const DAY_MS = 24 * 3600 * 1000;

/** The embedded metric format: CloudWatch_Embedded_Metric_Format_Specification. */
export function embeddedMetrics(): void {
  let logs: CloudWatchLogsClient;
  let cloudwatch: CloudWatchClient;
  let before: string;
  const group = { logGroupName: '/ecs/metrics' };
  const stream = { ...group, logStreamName: 'app/app/1' };

  beforeAll(async () => {
    await aws().reset();
    logs = new CloudWatchLogsClient({ ...clientOptions(aws()), maxAttempts: 1 });
    cloudwatch = new CloudWatchClient({ ...clientOptions(aws()), maxAttempts: 1 });
    before = await aws().dump();
    await logs.send(new CreateLogGroupCommand(group));
    await logs.send(new CreateLogStreamCommand(stream));
  });
  afterAll(() => {
    logs.destroy();
    cloudwatch.destroy();
  });

  const write = async (...messages: string[]) => {
    const logEvents = messages.map((message) => ({ timestamp: Date.now(), message }));
    await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  };
  const directive = (more: object) => ({
    Namespace: 'shop',
    Dimensions: [['service'], ['service', 'version']],
    Metrics: [{ Name: 'Orders', Unit: 'Count' }],
    ...more,
  });
  const line = (target: object, how: object = {}, metadata: object = {}) =>
    JSON.stringify({
      _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive(how)], ...metadata },
      service: 'api',
      version: '1',
      Orders: 3,
      ...target,
    });
  const listed = async (Namespace: string) => {
    const { Metrics = [] } = await cloudwatch.send(new ListMetricsCommand({ Namespace }));
    return Metrics.map(({ MetricName, Dimensions = [] }) =>
      [MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`)].join(' '),
    ).sort();
  };

  test('are metrics of CloudWatch, one for each set of dimensions, with every value', async () => {
    await write('up', line({}), line({ Orders: [1, 2.5] }));
    expect(await listed('shop')).toEqual(['Orders service=api', 'Orders service=api version=1']);
    const { Datapoints } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'shop',
        MetricName: 'Orders',
        Dimensions: [
          { Name: 'service', Value: 'api' },
          { Name: 'version', Value: '1' },
        ],
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 3_600_000),
        Period: 3600,
        Statistics: ['Sum', 'SampleCount', 'Maximum'],
      }),
    );
    expect(given(Datapoints)).toMatchObject([{ Sum: 6.5, SampleCount: 3, Maximum: 3, Unit: 'Count' }]);
  });

  test.each([
    ['that is no JSON alone', (namespace: string) => `info ${line({}, { Namespace: namespace })}`],
    ['without the value', (Namespace: string) => line({ Orders: undefined }, { Namespace })],
    ['with words for a value', (Namespace: string) => line({ Orders: '3' }, { Namespace })],
    ['with too many values', (Namespace: string) => line({ Orders: Array(101).fill(1) }, { Namespace })],
    ['with a number for a dimension', (Namespace: string) => line({ service: 1 }, { Namespace })],
    ['without the time', (Namespace: string) => line({}, { Namespace }, { Timestamp: undefined })],
    ['of long ago', (Namespace: string) => line({}, { Namespace }, { Timestamp: Date.now() - 15 * DAY_MS })],
    ['without a namespace', () => line({}, { Namespace: ' ' })],
  ])('an event %s is an event and no metric', async (name, made) => {
    const namespace = name.replaceAll(' ', '-');
    await write(made(namespace));
    expect(await listed(namespace)).toEqual([]);
  });

  test('what was measured outlives its log group, and is nothing that somebody could delete', async () => {
    await logs.send(new DeleteLogGroupCommand(group));
    expect(await listed('shop')).toHaveLength(2);
    expect(await aws().dump()).toBe(before);
  });
}
