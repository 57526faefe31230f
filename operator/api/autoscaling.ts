import { z } from 'zod';
import { LabelSchema, listMap } from './fields.ts';
import { matches, type Rule, withRules } from './rule.ts';

const count = (what: string) => z.int().min(0).max(5000).describe(what);
const percent = (what: string) => z.int().min(1).max(100).optional().describe(what);
const cooldown = (what: string) => z.int().min(0).max(86_400).default(300).describe(what);

const schedule = withRules(
  z.strictObject({
    name: LabelSchema.describe('What it is called.'),
    schedule: withRules(
      z
        .string()
        .max(256)
        .describe(
          'When, as `cron(minutes hours day-of-month month day-of-week year)`; of the two days one is `?`: `cron(0 20 ? * MON-FRI *)`.',
        ),
      matches(
        '^cron[(][^ ()]+( [^ ()]+){5}[)]$',
        '{self} is no schedule: write cron( and six fields and ), for example cron(0 20 ? * MON-FRI *)',
      ),
    ),
    timeZone: withRules(
      z
        .string()
        .max(64)
        .default('Etc/UTC')
        .describe('The time zone of `schedule`, by its name in the IANA database.'),
      matches(
        '^[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}$',
        '{self} is no time zone: write its name in the IANA database, for example Europe/Berlin',
      ),
    ),
    minCount: count('The fewest tasks from then on. Default: it stays as it is.').optional(),
    maxCount: count('The most tasks from then on. Default: it stays as it is.').optional(),
  }),
  {
    cel: 'has(self.minCount) || has(self.maxCount)',
    message: 'schedule {self.name} changes nothing: give it minCount, maxCount or both',
    check: ({ minCount, maxCount }) => minCount !== undefined || maxCount !== undefined,
  },
  {
    cel: '!has(self.minCount) || !has(self.maxCount) || self.minCount <= self.maxCount',
    message:
      'schedule {self.name}: minCount {self.minCount} is above maxCount {self.maxCount}: lower the first, or raise the second',
    path: ['minCount'],
    check: ({ minCount, maxCount }) =>
      minCount === undefined || maxCount === undefined || minCount <= maxCount,
  },
);

/** How the count of tasks follows what there is to do. */
export const autoscaling = withRules(
  z
    .strictObject({
      minCount: count('The fewest tasks. From 0 nothing but a schedule leads up again: no task, no metric.'),
      maxCount: count('The most tasks.'),
      cpuPercent: percent('Percent of the CPU units of all tasks, on the average, that are to be in use.'),
      memoryPercent: percent('Percent of the memory of all tasks, on the average, that is to be in use.'),
      requestsPerTarget: z
        .int()
        .min(1)
        .max(1_000_000_000)
        .optional()
        .describe('Requests a minute that each task is to have, behind an Application load balancer.'),
      scaleOutCooldownSeconds: cooldown('Seconds until tasks are added again.'),
      scaleInCooldownSeconds: cooldown('Seconds until tasks are taken away again.'),
      schedules: listMap(schedule, 'name', 50)
        .default([])
        .describe(
          'Other bounds at certain times. What a schedule has set holds until the next one sets something else, also where it is not what `minCount` and `maxCount` say.',
        ),
    })
    .describe(
      'AWS sets how many tasks run, between two bounds. Landfall leaves the count alone then: `desiredCount` says with how many a new service begins, and what is set, once, when `autoscaling` is taken away. `kubectl scale` changes that number, and nothing that runs.',
    ),
  {
    cel: 'self.minCount <= self.maxCount',
    message:
      'service.autoscaling: minCount {self.minCount} is above maxCount {self.maxCount}: lower the first, or raise the second',
    path: ['minCount'],
    check: ({ minCount, maxCount }) => minCount <= maxCount,
  },
  {
    cel: 'has(self.cpuPercent) || has(self.memoryPercent) || has(self.requestsPerTarget) || (has(self.schedules) && self.schedules.size() > 0)',
    message:
      'service.autoscaling has nothing to go by: give it cpuPercent, memoryPercent, requestsPerTarget or a schedule, or take it away',
    check: ({ cpuPercent, memoryPercent, requestsPerTarget, schedules }) =>
      (cpuPercent ?? memoryPercent ?? requestsPerTarget) !== undefined || schedules.length > 0,
  },
);
export type Autoscaling = z.output<typeof autoscaling>;

/** The part of an EcsService's spec that {@link scalingRules} look at. */
interface Spec {
  readonly service: { readonly autoscaling?: Autoscaling | undefined };
  readonly loadBalancer?: { readonly type: string } | undefined;
}

export const scalingRules: readonly Rule<Spec>[] = [
  {
    cel: "!has(self.service.autoscaling) || !has(self.service.autoscaling.requestsPerTarget) || (has(self.loadBalancer) && self.loadBalancer.type == 'Application')",
    message:
      'service.autoscaling.requestsPerTarget counts requests of an Application load balancer, and there is none: give spec.loadBalancer one, or go by cpuPercent or memoryPercent',
    path: ['service', 'autoscaling', 'requestsPerTarget'],
    check: ({ service, loadBalancer }) =>
      service.autoscaling?.requestsPerTarget === undefined || loadBalancer?.type === 'Application',
  },
];
