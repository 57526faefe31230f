import { z } from 'zod';
import { withRules } from '../rule.ts';

const units = (what: string) => z.int().min(1).max(1_000_000).describe(what);

const scaled = (what: string) =>
  withRules(
    z.strictObject({
      minUnits: units('The fewest units.'),
      maxUnits: units('The most units.'),
      targetPercent: z
        .int()
        .min(20)
        .max(90)
        .default(70)
        .describe('Percent of the units that are to be in use.'),
    }),
    {
      cel: 'self.minUnits <= self.maxUnits',
      message:
        'minUnits {self.minUnits} is above maxUnits {self.maxUnits}: lower the first, or raise the second',
      path: ['minUnits'],
      check: ({ minUnits, maxUnits }) => minUnits <= maxUnits,
    },
  )
    .optional()
    .describe(`The bounds of ${what} units. Default: these stay as they are.`);

/** How the units of a table or of an index follow what is read and written. */
export const tableScaling = z.strictObject({ read: scaled('read'), write: scaled('write') });
export type TableScaling = z.output<typeof tableScaling>;
