import { z } from 'zod';
import { LabelSchema, listMap, setOf, topicArn } from './fields.ts';
import { type Rule, withRules } from './rule.ts';

/** Above which value an alarm is raised, unless it says another. */
export const ALARM_THRESHOLDS = { CpuPercent: 80, MemoryPercent: 80, UnhealthyTargets: 0 } as const;
const METRICS = Object.keys(ALARM_THRESHOLDS) as (keyof typeof ALARM_THRESHOLDS)[];

/** The most seconds that CloudWatch looks back. */
const DAY = 86_400;

const alarm = withRules(
  z.strictObject({
    name: LabelSchema.describe(
      'What it is called; in AWS `<name>-<environment>-` of this object stands before it.',
    ),
    metric: z
      .enum(METRICS)
      .describe(
        'What is watched: percent of the CPU units, or of the memory, of all tasks that are in use; or, behind a load balancer, how many tasks fail its health checks (UnhealthyTargets).',
      ),
    threshold: z
      .number()
      .min(0)
      .max(1_000_000_000)
      .optional()
      .describe('The alarm is raised above this value. Default: 80 percent, of unhealthy targets 0.'),
    statistic: z
      .enum(['Average', 'Maximum', 'Minimum'])
      .default('Average')
      .describe('What of all values of a period is compared.'),
    periodSeconds: withRules(
      z.int().min(60).max(DAY).default(300).describe('Seconds of a period, whole minutes.'),
      {
        cel: 'self % 60 == 0',
        message: '{self} seconds are no whole minutes: give a multiple of 60',
        check: (self) => self % 60 === 0,
      },
    ),
    evaluationPeriods: z
      .int()
      .min(1)
      .max(100)
      .default(2)
      .describe('For how many periods in a row the value has to be above the threshold.'),
    topicArns: setOf(topicArn, 5)
      .default([])
      .describe(
        'SNS topics that are told when the alarm is raised, and when it is over. A grant of the Account has to cover each.',
      ),
  }),
  {
    cel: '(has(self.periodSeconds) ? self.periodSeconds : 300) * (has(self.evaluationPeriods) ? self.evaluationPeriods : 2) <= 86400',
    message:
      'alarm {self.name} looks back further than a day, which CloudWatch does not: lower periodSeconds or evaluationPeriods',
    path: ['evaluationPeriods'],
    check: ({ periodSeconds, evaluationPeriods }) => periodSeconds * evaluationPeriods <= DAY,
  },
);
export type Alarm = z.output<typeof alarm>;

/** Alarms of a service. */
export const alarms = listMap(alarm, 'name', 20)
  .default([])
  .describe(
    'Alarms of CloudWatch, by name. Without any there are none: who is told of what is for people to say.',
  );

/** The part of an EcsService's spec that {@link alarmRules} look at. */
interface Spec {
  readonly alarms: readonly Alarm[];
  readonly loadBalancer?: object | undefined;
}

const OF_TARGETS = "self.alarms.filter(a, a.metric == 'UnhealthyTargets')";
const ofTargets = ({ alarms: all }: Spec) => all.filter(({ metric }) => metric === 'UnhealthyTargets');

export const alarmRules: readonly Rule<Spec>[] = [
  {
    cel: `has(self.loadBalancer) || !has(self.alarms) || ${OF_TARGETS}.size() == 0`,
    message:
      'alarm {name} watches targets of a load balancer, and there is none: give spec.loadBalancer, or take the alarm away',
    path: ['alarms'],
    check: (self) => self.loadBalancer !== undefined || ofTargets(self).length === 0,
    show: { name: { cel: `${OF_TARGETS}[0].name`, of: (self) => ofTargets(self)[0]?.name ?? '' } },
  },
];
