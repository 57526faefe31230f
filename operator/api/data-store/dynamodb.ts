import { z } from 'zod';
import { onOff } from '../fields.ts';
import { type Rule, withRules } from '../rule.ts';
import { deletionProtection } from './shared.ts';
import { globalIndexes, localIndexes } from './table-indexes.ts';
import { keyRules, partitionKey, sortKey } from './table-keys.ts';
import { tableScaling } from './table-scaling.ts';

const units = (what: string) =>
  z.int().min(1).max(1_000_000).optional().describe(`${what} a second, with mode Provisioned.`);

const billing = withRules(
  z
    .strictObject({
      mode: z
        .enum(['OnDemand', 'Provisioned'])
        .default('OnDemand')
        .describe(
          'What is paid for: each request, or units that are there every second. AWS changes it a few times a day at most.',
        ),
      readUnits: units('Read units, of 4 KiB each,'),
      writeUnits: units('Write units, of 1 KiB each,'),
      autoscaling: tableScaling
        .optional()
        .describe(
          'AWS sets the units, between bounds, with mode Provisioned. Landfall leaves them alone then: `readUnits` and `writeUnits` say with how many a table begins, and what is set when `autoscaling` is taken away.',
        ),
    })
    .prefault({})
    .describe('How requests are paid for.'),
  {
    // The API server checks the default, which is empty, before it fills in the mode.
    cel: "(has(self.mode) && self.mode == 'Provisioned') == (has(self.readUnits) && has(self.writeUnits)) && has(self.readUnits) == has(self.writeUnits)",
    message:
      'billing: readUnits and writeUnits go with mode Provisioned, which needs both, and not with mode OnDemand; mode is {self.mode}',
    check: ({ mode, readUnits, writeUnits }) =>
      [readUnits, writeUnits].every((given) => (given !== undefined) === (mode === 'Provisioned')),
  },
  {
    cel: "!has(self.autoscaling) || (has(self.mode) && self.mode == 'Provisioned')",
    message:
      'billing: autoscaling goes with mode Provisioned, and mode is {self.mode}: take it away, or change the mode',
    path: ['autoscaling'],
    check: ({ mode, autoscaling }) => autoscaling === undefined || mode === 'Provisioned',
  },
);

const table = z.strictObject({
  partitionKey: partitionKey('dynamodb.partitionKey'),
  sortKey: sortKey('dynamodb.sortKey').optional(),
  billing,
  globalIndexes,
  localIndexes,
  timeToLive: z
    .strictObject({
      attribute: z
        .string()
        .min(1)
        .max(255)
        .describe(
          'Name of the attribute that holds when an item ends, as a Number, in seconds since 1970. AWS deletes such items within days, and takes one change of this an hour.',
        ),
    })
    .optional()
    .describe('Lets items end by themselves. Without it none does.'),
  pointInTimeRecovery: onOff
    .default('Enabled')
    .describe('Whether the table can be restored to any second of the last `recoveryPeriodDays`.'),
  recoveryPeriodDays: z
    .int()
    .min(1)
    .max(35)
    .optional()
    .describe('How many days back it can be restored, with `pointInTimeRecovery: Enabled`. Default: 35.'),
  stream: z
    .enum(['KeysOnly', 'NewImage', 'OldImage', 'NewAndOldImages'])
    .optional()
    .describe(
      'What a stream of the changes of items tells of each: its keys, what it is now, what it was, or both. Another view is another stream: readers of the former one are left behind. Default: there is no stream.',
    ),
  deletionProtection,
  tableClass: z
    .enum(['Standard', 'StandardInfrequentAccess'])
    .default('Standard')
    .describe(
      'Standard, or for items that are seldom read: storage costs less and requests more. AWS changes it twice in 30 days at most.',
    ),
});
type Table = z.output<typeof table>;

const stray = (self: Table) =>
  self.billing.mode === 'Provisioned'
    ? undefined
    : self.globalIndexes.find(
        ({ readUnits, writeUnits, autoscaling }) => (readUnits ?? writeUnits ?? autoscaling) !== undefined,
      )?.name;
const STRAY = 'self.globalIndexes.filter(i, has(i.readUnits) || has(i.writeUnits) || has(i.autoscaling))';

const tableRules: readonly Rule<Table>[] = [
  {
    cel: `self.billing.mode == 'Provisioned' || !has(self.globalIndexes) || ${STRAY}.size() == 0`,
    message:
      'globalIndexes: readUnits, writeUnits and autoscaling of {index} go with billing mode Provisioned, and it is OnDemand: take them away, or set billing',
    path: ['globalIndexes'],
    check: (self) => stray(self) === undefined,
    show: { index: { cel: `${STRAY}[0].name`, of: (self) => stray(self) ?? '' } },
  },
  {
    cel: "!has(self.recoveryPeriodDays) || self.pointInTimeRecovery == 'Enabled'",
    message:
      'recoveryPeriodDays {self.recoveryPeriodDays} says nothing with pointInTimeRecovery Disabled: set it to Enabled, or take recoveryPeriodDays away',
    path: ['recoveryPeriodDays'],
    check: (self) => self.recoveryPeriodDays === undefined || self.pointInTimeRecovery === 'Enabled',
  },
];

/** A table of DynamoDB. */
export const dynamodb = withRules(table, ...keyRules, ...tableRules).describe(
  'A table of DynamoDB, which stands in no network and is reached by IAM alone.',
);
export type DynamoDb = z.output<typeof dynamodb>;
