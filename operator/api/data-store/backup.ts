import { z } from 'zod';
import { matches, type Rule, withRules } from '../rule.ts';

const schedule = withRules(
  z.string().max(100),
  matches(
    '^cron\\([^ ()?]+ [^ ()?]+ ([^ ()?]+ [^ ()?]+ [?]|[?] [^ ()?]+ [^ ()?]+) [^ ()?]+\\)$',
    '{self} is not a schedule of AWS Backup: write minute, hour, day, month, weekday and year in UTC, and ? for the day or the weekday, for example cron(0 5 * * ? *)',
  ),
);

const days = z.int().min(1).max(36_500);

const copyTo = z.strictObject({
  vaultArn: withRules(
    z.string().max(256),
    matches(
      '^arn:aws[a-z-]*:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[A-Za-z0-9_-]{2,50}$',
      '{self} is not the ARN of a backup vault: write it as arn:aws:backup:<region>:<account id>:backup-vault:<name>',
    ),
  ).describe(
    'ARN of a vault that is there, in another region, which a grant of the Account covers (`spec.aws.grants`).',
  ),
  retentionDays: days
    .optional()
    .describe('For how many days a copy is kept. Default: as long as what it is of.'),
});

/** What AWS Backup keeps of a store. */
export const backupPlan = z
  .strictObject({
    schedule: schedule
      .default('cron(0 5 * * ? *)')
      .describe('When a recovery point is made, in UTC. Default: every day at five.'),
    retentionDays: days
      .optional()
      .describe('For how many days each is kept. Default: 7, in staging 14, in prod 30.'),
    copyTo: copyTo.optional().describe('A second vault, to which each recovery point is copied.'),
  })
  .describe(
    'Backups by AWS Backup, in a vault of the store’s own, besides those that the engine makes by itself. The vault stays as long as it holds a recovery point, also after this object. Not for `redis`, which AWS Backup does not know.',
  );
export type StoreBackup = z.output<typeof backupPlan>;

/** AWS Backup knows databases and tables. */
export const backupRule: Rule<{ readonly redis?: object | undefined; readonly backup?: object | undefined }> =
  {
    cel: '!has(self.redis) || !has(self.backup)',
    message:
      'backup says nothing for redis, which AWS Backup does not know: take it away, and give redis.snapshotRetentionDays',
    path: ['backup'],
    check: (self) => self.redis === undefined || self.backup === undefined,
  };
