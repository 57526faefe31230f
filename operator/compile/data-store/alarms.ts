import type { DataStore } from '../../api/data-store.ts';
import { METRICS, STORE_METRICS, type StoreMetric } from '../../api/data-store/alarms.ts';
import type { Engine } from '../../api/data-store/rules.ts';
import type { AlarmInputs } from '../../aws/cloudwatch/alarm-settings.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { requireGrant } from '../grants.ts';
import type { CompileInput } from '../input.ts';
import { ownerOf } from '../names.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';
import { engineOf } from './connection.ts';
import { namesOfStore } from './names.ts';
import { watchedOf } from './watched.ts';

/** The types of what watches a store. */
export const STORE_ALARM_NODES: readonly NodeType[] = ['Alarm'];

const PERIOD_SECONDS = 300;
const PERIODS = 2;
const MIB = 1024 * 1024;

interface Measure {
  /** What the alarm is called. */
  readonly alarm: string;
  readonly of: string;
  /** How many of AWS's units one of the spec's is. */
  readonly unit?: number;
  readonly statistic?: AlarmInputs['statistic'];
  readonly isRaisedBelow?: boolean;
  /** AWS counts only what happens: no value is none of them. */
  readonly isCount?: boolean;
}

/** What is watched, in AWS's words: those of RDS and ElastiCache differ in some. */
const MEASURES: Readonly<Record<StoreMetric, Measure>> = {
  CpuPercent: { alarm: 'HighCPU', of: 'CPUUtilization' },
  Connections: { alarm: 'HighConnections', of: 'DatabaseConnections' },
  FreeMemoryMiB: { alarm: 'LowMemory', of: 'FreeableMemory', unit: MIB, isRaisedBelow: true },
  FreeStorageMiB: { alarm: 'LowStorage', of: 'FreeStorageSpace', unit: MIB, isRaisedBelow: true },
  MemoryPercent: { alarm: 'HighMemory', of: 'DatabaseMemoryUsagePercentage' },
  ReplicaLagSeconds: { alarm: 'HighReplicaLag', of: 'ReplicationLag' },
  Evictions: { alarm: 'Evictions', of: 'Evictions', statistic: 'Sum' },
  ThrottledReads: { alarm: 'ThrottledReads', of: 'ReadThrottleEvents', statistic: 'Sum', isCount: true },
  ThrottledWrites: { alarm: 'ThrottledWrites', of: 'WriteThrottleEvents', statistic: 'Sum', isCount: true },
  SystemErrors: { alarm: 'SystemErrors', of: 'SystemErrors', statistic: 'Sum', isCount: true },
};

/** Where an engine measures by another name, or in another unit: Amazon Aurora User Guide, "Amazon CloudWatch metrics for Amazon Aurora". */
const OTHERWISE: Readonly<Record<Engine, Partial<Record<StoreMetric, Partial<Measure>>>>> = {
  mysql: {},
  auroraPostgresql: {
    FreeStorageMiB: { of: 'FreeLocalStorage' },
    ReplicaLagSeconds: { of: 'AuroraReplicaLag', unit: 1000 },
  },
  // Of the one core that the engine works on.
  redis: { CpuPercent: { of: 'EngineCPUUtilization' } },
  dynamodb: {},
};

/** The alarms of a store; none where its spec has no `alarms`. Throws Terminal (`NotGranted`) where a topic may not be told. */
export function storeAlarmNodes(build: NodeBuilder, input: CompileInput<DataStore>): GraphNode[] {
  const { object } = input;
  const { alarms } = object.spec;
  if (!alarms) return [];
  for (const arn of alarms.topicArns) requireGrant(input, 'spec.alarms.topicArns', arn);
  const engine = engineOf(object);
  const actions = [...alarms.topicArns].sort();
  return METRICS.flatMap((metric) => {
    const preset = STORE_METRICS[engine][metric];
    const said = alarms.metrics.find((one) => one.metric === metric);
    if (preset === undefined || said?.mode === 'Disabled') return [];
    const { threshold = preset } = said ?? {};
    return watchedOf(object, metric).map(({ namespace, prefix, suffix, dimensions }) => {
      const { alarm, of, unit = 1, statistic = 'Average', ...how } = measureOf(engine, metric);
      return build.thing('Alarm', `alarm/${kebab(metric)}${suffix && `/${suffix}`}`, {
        name: namesOfStore(object).alarm(`${prefix}-${alarm}${suffix && `-${suffix}`}`),
        description: `${metric} of ${ownerOf(object)} is ${how.isRaisedBelow ? 'below' : 'above'} ${threshold}`,
        namespace,
        metricName: of,
        dimensions,
        statistic,
        periodSeconds: PERIOD_SECONDS,
        evaluationPeriods: PERIODS,
        threshold: threshold * unit,
        ...how,
        actions,
      });
    });
  });
}

function measureOf(engine: Engine, metric: StoreMetric): Measure {
  return { ...MEASURES[metric], ...OTHERWISE[engine][metric] };
}

function kebab(metric: StoreMetric): string {
  return metric
    .replaceAll(/MiB$/g, '')
    .replaceAll(/(?<!^)[A-Z]/g, '-$&')
    .toLowerCase();
}
