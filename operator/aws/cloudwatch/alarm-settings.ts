import type { ComparisonOperator, MetricAlarm, Statistic } from '@aws-sdk/client-cloudwatch';
import type { Change } from '../../graph/kind.ts';

export interface AlarmInputs {
  /** At most 255 characters, unique in account and region. */
  readonly name: string;
  readonly description: string;
  /** As `AWS/ECS`. */
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  /** How many periods in a row the metric has to be beyond the threshold. */
  readonly evaluationPeriods: number;
  readonly threshold: number;
  /** Whether it is raised below the threshold, instead of above it. */
  readonly isRaisedBelow?: boolean;
  /** Whether the metric has values only where something happens, so that none is a good one. */
  readonly isCount?: boolean;
  /** ARNs of those that are told when it is raised, and when it is over. */
  readonly actions: readonly string[];
}

/** An alarm with the tags that a second service lists; without its state, which changes by itself. */
export type TaggedAlarm = MetricAlarm & { readonly Tags: { Key: string; Value: string }[] };

/** What PutMetricAlarm writes: as it is, and as it is to be. */
const SETTINGS: readonly {
  readonly path: string;
  readonly of: (alarm: TaggedAlarm) => unknown;
  readonly wanted: (inputs: AlarmInputs) => unknown;
}[] = [
  {
    path: 'description',
    of: (alarm) => alarm.AlarmDescription ?? '',
    wanted: ({ description }) => description,
  },
  {
    path: 'metric',
    of: (alarm) => `${alarm.Namespace ?? ''}/${alarm.MetricName ?? ''}`,
    wanted: ({ namespace, metricName }) => `${namespace}/${metricName}`,
  },
  {
    path: 'dimensions',
    of: ({ Dimensions = [] }) => dimensionsText(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value])),
    wanted: ({ dimensions }) => dimensionsText(Object.entries(dimensions)),
  },
  { path: 'statistic', of: (alarm) => alarm.Statistic ?? '', wanted: ({ statistic }) => statistic },
  { path: 'periodSeconds', of: (alarm) => alarm.Period ?? 0, wanted: ({ periodSeconds }) => periodSeconds },
  {
    path: 'evaluationPeriods',
    of: ({ EvaluationPeriods: all = 0, DatapointsToAlarm: some = all }) =>
      some === all ? all : `${some} of ${all}`,
    wanted: ({ evaluationPeriods }) => evaluationPeriods,
  },
  { path: 'threshold', of: (alarm) => alarm.Threshold ?? 0, wanted: ({ threshold }) => threshold },
  { path: 'comparison', of: (alarm) => alarm.ComparisonOperator ?? '', wanted: comparisonOf },
  { path: 'treatMissingData', of: (alarm) => alarm.TreatMissingData ?? 'missing', wanted: missingOf },
  { path: 'actionsEnabled', of: (alarm) => alarm.ActionsEnabled ?? true, wanted: () => true },
  {
    path: 'actions',
    of: ({ AlarmActions: raised = [], OKActions: over = [], InsufficientDataActions: unknown = [] }) =>
      actionsText(raised, over, unknown),
    wanted: ({ actions }) => actionsText(actions, actions, []),
  },
];

/** What differs, the name aside. */
export function settingChanges(inputs: AlarmInputs, alarm: TaggedAlarm): Change[] {
  return SETTINGS.flatMap(({ path, of, wanted }) => {
    const [from, to] = [of(alarm), wanted(inputs)];
    return from === to ? [] : [{ path, from, to }];
  });
}

/** The whole of it: what PutMetricAlarm is not told is not there afterwards. */
export function asAws(inputs: AlarmInputs) {
  return {
    AlarmName: inputs.name,
    AlarmDescription: inputs.description,
    Namespace: inputs.namespace,
    MetricName: inputs.metricName,
    Dimensions: Object.entries(inputs.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Statistic: inputs.statistic,
    Period: inputs.periodSeconds,
    EvaluationPeriods: inputs.evaluationPeriods,
    DatapointsToAlarm: inputs.evaluationPeriods,
    Threshold: inputs.threshold,
    ComparisonOperator: comparisonOf(inputs),
    TreatMissingData: missingOf(inputs),
    ActionsEnabled: true,
    AlarmActions: [...inputs.actions],
    OKActions: [...inputs.actions],
    InsufficientDataActions: [],
  };
}

function comparisonOf({ isRaisedBelow = false }: AlarmInputs): ComparisonOperator {
  return isRaisedBelow ? 'LessThanThreshold' : 'GreaterThanThreshold';
}

function missingOf({ isCount = false }: AlarmInputs): string {
  return isCount ? 'notBreaching' : 'missing';
}

function dimensionsText(dimensions: readonly (readonly [string, string])[]): string {
  return dimensions
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(', ');
}

/** Who is told what; the order of each means nothing. */
function actionsText(raised: readonly string[], over: readonly string[], unknown: readonly string[]): string {
  const told = { ALARM: raised, OK: over, INSUFFICIENT_DATA: unknown };
  return Object.entries(told)
    .flatMap(([state, arns]) => [...arns].sort().map((arn) => `${state} ${arn}`))
    .join(', ');
}
