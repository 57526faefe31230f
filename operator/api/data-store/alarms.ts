import { z } from 'zod';
import { listMap, onOff, setOf, topicArn } from '../fields.ts';
import type { Rule } from '../rule.ts';
import { type Engine, ENGINES } from './rules.ts';

/** All that is watched of stores. */
export const METRICS = [
  'CpuPercent',
  'Connections',
  'FreeMemoryMiB',
  'FreeStorageMiB',
  'MemoryPercent',
  'ReplicaLagSeconds',
  'Evictions',
  'ThrottledReads',
  'ThrottledWrites',
  'SystemErrors',
] as const;
export type StoreMetric = (typeof METRICS)[number];

/** What is watched of a store of some engine, with the value beyond which its alarm is raised unless it says another. */
export const STORE_METRICS: Readonly<Record<Engine, Partial<Record<StoreMetric, number>>>> = {
  mysql: { CpuPercent: 80, Connections: 40, FreeMemoryMiB: 100, FreeStorageMiB: 2048 },
  auroraPostgresql: {
    CpuPercent: 80,
    Connections: 40,
    FreeMemoryMiB: 100,
    FreeStorageMiB: 2048,
    ReplicaLagSeconds: 10,
  },
  redis: { CpuPercent: 80, MemoryPercent: 80, ReplicaLagSeconds: 10, Evictions: 0 },
  dynamodb: { ThrottledReads: 0, ThrottledWrites: 0, SystemErrors: 0 },
};

const metric = z.strictObject({
  metric: z
    .enum(METRICS)
    .describe(
      'What is watched. Of databases CpuPercent, Connections, FreeMemoryMiB and FreeStorageMiB, of Aurora ReplicaLagSeconds, too; of caches CpuPercent, MemoryPercent, ReplicaLagSeconds and Evictions; of tables ThrottledReads, ThrottledWrites and SystemErrors.',
    ),
  mode: onOff.default('Enabled').describe('Whether there is an alarm of it.'),
  threshold: z
    .number()
    .min(0)
    .max(1_000_000_000)
    .optional()
    .describe(
      'The alarm is raised above this value; of free memory and free storage, below it. Counts (Evictions, ThrottledReads, ThrottledWrites, SystemErrors) are those of five minutes. Default: 80 percent, 40 connections, 100 MiB of free memory, 2048 MiB of free storage, 10 seconds of lag, 0 of what is counted.',
    ),
});

/** Alarms of a store. */
export const storeAlarms = z
  .strictObject({
    topicArns: setOf(topicArn, 5)
      .default([])
      .describe(
        'SNS topics that are told when an alarm is raised, and when it is over. A grant of the Account has to cover each.',
      ),
    metrics: listMap(metric, 'metric', METRICS.length)
      .default([])
      .describe('What differs from the defaults, by what is watched.'),
  })
  .describe(
    'Alarms of CloudWatch on all that is worth one of the engine, raised where five minutes are beyond the threshold twice in a row; `{}` will do. Without this field there are none: who is told of what is for people to say.',
  );
export type StoreAlarms = z.output<typeof storeAlarms>;

/** The part of a DataStore's spec that {@link alarmRule} looks at. */
type Spec = { readonly [E in Engine]?: object | undefined } & {
  readonly alarms?: { readonly metrics: readonly { readonly metric: StoreMetric }[] } | undefined;
};

const KNOWN = ENGINES.map((engine) => {
  const names = Object.keys(STORE_METRICS[engine]).map((name) => `'${name}'`);
  return `has(self.${engine}) ? [${names.join(', ')}] : `;
}).join('');
const STRANGE = `(has(self.alarms) && has(self.alarms.metrics) ? self.alarms.metrics.filter(m, !(m.metric in (${KNOWN}[]))) : [])`;

function strange(self: Spec): StoreMetric | undefined {
  const engine = ENGINES.find((one) => self[one] !== undefined);
  const known = engine === undefined ? [] : Object.keys(STORE_METRICS[engine]);
  return self.alarms?.metrics.find(({ metric: name }) => !known.includes(name))?.metric;
}

/** AWS measures other things of every engine. */
export const alarmRule: Rule<Spec> = {
  cel: `${STRANGE}.size() == 0`,
  message: 'alarms.metrics names {metric}, which AWS does not measure of this engine: take it away',
  path: ['alarms', 'metrics'],
  check: (self) => strange(self) === undefined,
  show: { metric: { cel: `${STRANGE}[0].metric`, of: (self) => strange(self) ?? '' } },
};
