import { z } from 'zod';
import { matches, type Rule, withRules } from '../rule.ts';
import type { Engine } from './rules.ts';

const snapshot = withRules(
  z.string().max(256),
  matches(
    '^(arn:aws[a-z-]*:rds:[a-z0-9-]+:[0-9]{12}:(cluster-)?snapshot:)?[A-Za-z][A-Za-z0-9.:-]*$',
    '{self} is neither the name nor the ARN of a snapshot, for example records-dev-instance-final-db-abcdef',
  ),
);

const backup = withRules(
  z.string().max(512),
  matches(
    '^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]+/backup/[A-Za-z0-9-]+$',
    '{self} is not the ARN of a backup of a table, for example arn:aws:dynamodb:us-east-1:111111111111:table/orders-dev-data/backup/01489602797149-73d8d5bc',
  ),
);

const source = withRules(
  z.string().max(256),
  matches(
    '^(arn:aws[a-z-]*:(rds|dynamodb):[a-z0-9-]+:[0-9]{12}:(db:|cluster:|table/))?[A-Za-z0-9_.-]+$',
    '{self} is neither the name nor the ARN of a database instance, a cluster or a table: name what AWS calls it, or the resource id of a database',
  ),
);

const time = withRules(
  z.string().max(40),
  matches(
    '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$',
    '{self} is not a time in UTC, for example 2026-03-01T12:00:00Z',
  ),
);

type Moment = { readonly time?: string | undefined; readonly latest?: boolean | undefined };

const isOneMoment: Rule<Moment> = {
  cel: 'has(self.time) != (has(self.latest) && self.latest)',
  message: 'pointInTime has one moment: give time, or latest as true',
  path: ['time'],
  check: ({ time: at, latest = false }) => (at !== undefined) !== latest,
};

const pointInTime = withRules(
  z.strictObject({
    source: source.describe(
      'The database instance, cluster or table of which the store is made, in the same account and region: its name, its ARN, or of a database its resource id (`db-…`, `cluster-…`), which also finds what was deleted and whose automated backups are kept.',
    ),
    time: time
      .optional()
      .describe('The moment, in UTC, as 2026-03-01T12:00:00Z. Its backups reach it after some minutes.'),
    latest: z.boolean().optional().describe('As late as its backups reach.'),
  }),
  isOneMoment,
);

type From = {
  readonly snapshot?: string | undefined;
  readonly backup?: string | undefined;
  readonly pointInTime?: object | undefined;
};

const given = (from: From) =>
  [from.snapshot, from.backup, from.pointInTime].filter((one) => one !== undefined).length;

const isOne: Rule<From> = {
  cel: '[has(self.snapshot), has(self.backup), has(self.pointInTime)].filter(one, one).size() == 1',
  message: 'restoreFrom names one copy: give one of snapshot, backup and pointInTime',
  check: (from) => given(from) === 1,
};

/** The copy that a store is made of. */
export const restoreFrom = withRules(
  z.strictObject({
    snapshot: snapshot
      .optional()
      .describe('A snapshot of a database instance, a cluster or a cache, by its name or its ARN.'),
    backup: backup.optional().describe('A backup of a table, by its ARN.'),
    pointInTime: pointInTime.optional().describe('What another database or table was at a moment.'),
  }),
  isOne,
).describe(
  'The copy that the store is made of, where it is made: with the object, or anew after it was lost (`StoreLost`), if another copy is named than that of which the lost one was made. Of a store that is there it changes nothing. Default: the store is made empty.',
);
export type RestoreFrom = z.output<typeof restoreFrom>;

type Spec = { readonly [E in Engine]?: object | undefined } & { readonly restoreFrom?: From | undefined };

/** Which engine is made of which copies. */
export const restoreRules: readonly Rule<Spec>[] = [
  {
    cel: '!has(self.restoreFrom) || !has(self.restoreFrom.snapshot) || !has(self.dynamodb)',
    message:
      'restoreFrom.snapshot {self.restoreFrom.snapshot} is none of a table: name a backup (restoreFrom.backup), or pointInTime',
    path: ['restoreFrom', 'snapshot'],
    check: ({ restoreFrom: from, dynamodb }) => from?.snapshot === undefined || dynamodb === undefined,
  },
  {
    cel: '!has(self.restoreFrom) || !has(self.restoreFrom.backup) || has(self.dynamodb)',
    message:
      'restoreFrom.backup is for dynamodb alone: of other engines name a snapshot (restoreFrom.snapshot)',
    path: ['restoreFrom', 'backup'],
    check: ({ restoreFrom: from, dynamodb }) => from?.backup === undefined || dynamodb !== undefined,
  },
  {
    cel: '!has(self.restoreFrom) || !has(self.restoreFrom.pointInTime) || !has(self.redis)',
    message:
      'restoreFrom.pointInTime is not for redis, of which AWS keeps snapshots alone: name one (restoreFrom.snapshot)',
    path: ['restoreFrom', 'pointInTime'],
    check: ({ restoreFrom: from, redis }) => from?.pointInTime === undefined || redis === undefined,
  },
];
