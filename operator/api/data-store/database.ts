import { z } from 'zod';
import { matches, withRules } from '../rule.ts';

/** The class of a server of RDS. */
export const instanceClass = withRules(
  z.string().max(32),
  matches(
    '^db\\.[a-z0-9]+\\.[a-z0-9]+$',
    '{self} is not an instance class of RDS: write it as AWS does, for example db.t3.micro',
  ),
);

/** The name of a parameter of a database. */
export const parameterName = withRules(
  z.string().max(128),
  matches(
    '^[a-z][a-z0-9_.]*$',
    '{self} is not the name of a parameter: write it as AWS does, for example wait_timeout',
  ),
).describe('Name of the parameter.');

/** AWS takes every value as text. */
export const parameterValue = z.string().min(1).max(1024).describe('Its value.');

/** Performance Insights of a server. */
export const insights = z
  .strictObject({
    retentionDays: withRules(
      z
        .int()
        .min(7)
        .max(731)
        .default(7)
        .describe('For how many days it is kept: 7, which costs nothing, a multiple of 31, or 731.'),
      {
        cel: 'self == 7 || self == 731 || (self % 31 == 0 && self < 731)',
        message:
          '{self} days is no period of Performance Insights: give 7, a multiple of 31 up to 713, or 731',
        check: (self) => self === 7 || self === 731 || (self % 31 === 0 && self < 731),
      },
    ),
  })
  .optional()
  .describe(
    'Keeps what the server spends its time on. Default: for 7 days with environment prod, else off. The smallest classes have none.',
  );
