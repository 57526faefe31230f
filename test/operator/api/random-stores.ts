import { array, constantFrom, oneof, record } from 'fast-check';
import { mostly } from './random-manifests.ts';

const onOff = mostly(constantFrom('Enabled', 'Disabled'), constantFrom('On', true));
const units = mostly(constantFrom(1, 5), constantFrom(0, 1_000_001));

const bounds = record({
  minUnits: units,
  maxUnits: units,
  targetPercent: mostly(constantFrom(20, 90), constantFrom(19, 91)),
});
const autoscaling = oneof(
  { weight: 6, arbitrary: constantFrom<object | undefined>(undefined) },
  { weight: 1, arbitrary: record({ read: bounds, write: bounds }, { requiredKeys: [] }) },
);

// Few names and types: some attributes have two types, and some keys name one attribute twice.
const key = record({
  name: mostly(constantFrom('a', 'b', 'c', 'd', 'é'), constantFrom('', 'x'.repeat(256))),
  type: oneof(
    { weight: 20, arbitrary: constantFrom('String') },
    { weight: 1, arbitrary: constantFrom('Number', 'Binary', 'S') },
  ),
});
const projected = constantFrom(
  { projection: 'All' },
  { projection: 'KeysOnly' },
  { projection: 'Include', projectedAttributes: ['x', 'y'] },
);
const badlyProjected = constantFrom(
  {},
  { projection: 'All', projectedAttributes: ['x'] },
  { projection: 'Include' },
  { projection: 'Include', projectedAttributes: ['x', 'x'] },
  { projection: 'Include', projectedAttributes: [] },
);
const indexName = mostly(
  constantFrom('by-a', 'by-b', 'GSI1', 'x.y_z'),
  constantFrom('ab', 'by a', 'x'.repeat(256), 'bÿ-a', 'by-a\n'),
);
const index = (fields: Parameters<typeof record>[0], requiredKeys: ('name' | 'sortKey')[]) =>
  record({ ...fields, name: indexName, sortKey: key }, { requiredKeys }).chain((made) =>
    oneof({ weight: 20, arbitrary: projected }, { weight: 1, arbitrary: badlyProjected }).map((more) => ({
      ...made,
      ...(more as object),
    })),
  );
const seldom = <T>(items: T[], otherwise: ReturnType<typeof array<T>>) =>
  oneof({ weight: 3, arbitrary: constantFrom(items) }, { weight: 1, arbitrary: otherwise });

const table = record(
  {
    partitionKey: key,
    sortKey: key,
    billing: oneof(
      { weight: 4, arbitrary: constantFrom<object>({}, { mode: 'OnDemand' }) },
      {
        weight: 1,
        arbitrary: record({
          mode: constantFrom('Provisioned', 'OnDemand'),
          readUnits: units,
          writeUnits: units,
          autoscaling,
        }),
      },
      { weight: 1, arbitrary: constantFrom<object>({ mode: 'Provisioned' }, { readUnits: 1 }) },
    ),
    globalIndexes: seldom(
      [],
      array(
        oneof(
          { weight: 5, arbitrary: index({ partitionKey: key }, ['name']) },
          { weight: 1, arbitrary: index({ partitionKey: key, readUnits: units, autoscaling }, ['name']) },
        ),
        { maxLength: 2 },
      ),
    ),
    localIndexes: seldom([], array(index({}, ['name', 'sortKey']), { maxLength: 2 })),
    timeToLive: mostly(constantFrom({ attribute: 'endsAt' }), constantFrom({}, { attribute: '' })),
    pointInTimeRecovery: onOff,
    recoveryPeriodDays: mostly(constantFrom(1, 35), constantFrom(0, 36)),
    stream: mostly(constantFrom('NewImage', 'KeysOnly'), constantFrom('ALL')),
    deletionProtection: onOff,
    tableClass: mostly(constantFrom('Standard', 'StandardInfrequentAccess'), constantFrom('STANDARD')),
  },
  { requiredKeys: ['partitionKey'] },
);

const alarms = record(
  {
    topicArns: constantFrom([], ['arn:aws:sns:us-east-1:123456789012:on-call'], ['on-call']),
    metrics: constantFrom<object[]>(
      [{ metric: 'ThrottledReads', threshold: 5 }],
      [{ metric: 'SystemErrors', mode: 'Disabled' }, { metric: 'ThrottledWrites' }],
      [{ metric: 'ThrottledReads' }, { metric: 'Connections' }],
      [{ metric: 'SystemErrors', threshold: -1 }],
      [{ metric: 'SystemErrors' }, { metric: 'SystemErrors' }],
    ),
  },
  { requiredKeys: [] },
);

/** Specs of tables, some hundred of four hundred of them right. */
export const tableSpec = record(
  {
    accountRef: constantFrom({ name: 'main' }),
    region: constantFrom('us-east-1'),
    environment: mostly(constantFrom('dev', 'staging', 'prod'), constantFrom('test')),
    baseName: mostly(
      constantFrom('api', 'api-service', 'a1'),
      constantFrom('', 'Api', 'api--x', 'api-', '1api', 'x'.repeat(41), 'api\n'),
    ),
    deletionPolicy: mostly(constantFrom('Delete', 'Snapshot', 'Retain'), constantFrom('Keep', '')),
    networkRef: mostly(constantFrom(undefined), constantFrom({ name: 'net' })),
    tier: mostly(constantFrom(undefined), constantFrom('data', 'inner')),
    dynamodb: mostly(table, constantFrom(undefined, {})),
    mysql: mostly(constantFrom(undefined), constantFrom({})),
    alarms: mostly(constantFrom<object | undefined>(undefined, {}, { topicArns: [] }), alarms),
  },
  { requiredKeys: ['accountRef', 'region', 'dynamodb'] },
);
