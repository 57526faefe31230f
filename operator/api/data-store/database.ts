import { z } from 'zod';
import { onOff } from '../fields.ts';
import { celString, matches, orDefault, type Rule, type TransitionRule, withRules } from '../rule.ts';
import { dailyWindow, weeklyWindow } from './windows.ts';

/** What to do about what a database keeps for ever. */
export const MADE_ONCE = 'AWS takes it only for a new database; make a new DataStore, and move the data over';

/** A name in a database; `of` is what it is the name of, in words. */
export function nameOf(of: string, { max, kept }: { readonly max: number; readonly kept: Rule<string> }) {
  return withRules(
    z.string().max(max),
    matches(
      '^[A-Za-z][A-Za-z0-9_]*$',
      `{self} is not the name of ${of}: begin with a letter, and use letters, digits and underscores`,
    ),
    kept,
  );
}

/** Refuses the names that an engine keeps for itself, large letters or small. */
export function noneOf(names: readonly string[], message: string): Rule<string> {
  return {
    cel: `!(self.lowerAscii() in [${names.map(celString).join(', ')}])`,
    message,
    check: (self) => !names.includes(self.toLowerCase()),
  };
}

/**
 * A version never goes back, and a major upgrade is asked for twice; `major` is the number in it, from 0, that
 * AWS raises by a major upgrade only.
 */
export function versionRules(byDefault: string, major: number): readonly TransitionRule[] {
  const version = (self: string) => orDefault(`${self}.engineVersion`, byDefault);
  const [now, before] = ['self', 'oldSelf'].map((self) => `${version(self)}.split('.')[${major}]`);
  return [
    {
      cel: `int(${now}) >= int(${before})`,
      message:
        'engineVersion cannot go back from {former} to {version}: AWS upgrades only; make a new DataStore of the older version, and move the data over',
      transition: true,
      show: { former: { cel: version('oldSelf') }, version: { cel: version('self') } },
    },
    {
      cel: `${now} == ${before} || ${orDefault('self.allowMajorVersionUpgrade', false)}`,
      message:
        'engineVersion asks for a major upgrade, which nobody can take back: set allowMajorVersionUpgrade to true with it, or keep the former version',
      transition: true,
    },
  ];
}

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
    mode: onOff.default('Enabled').describe('Whether it is kept at all.'),
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
  .optional();
export type Insights = z.output<typeof insights>;

export const backup = z
  .strictObject({
    retentionDays: z
      .int()
      .min(1)
      .max(35)
      .optional()
      .describe(
        'For how many days the automatic backups are kept, and to any second of which the database can be restored. Default: 7, in staging 14, in prod 30.',
      ),
    window: dailyWindow
      .optional()
      .describe('When the daily backup is made, in UTC, for example 03:00-03:30. Default: AWS chooses.'),
  })
  .default({})
  .describe('The automatic backups.');

export const maintenanceWindow = weeklyWindow
  .optional()
  .describe(
    'When AWS patches, and makes the changes that wait, in UTC, for example sun:04:00-sun:05:00. Default: AWS chooses.',
  );

export const iamAuthentication = onOff
  .default('Disabled')
  .describe('Whether users may log in with IAM in place of a password.');

export const applyChanges = z
  .enum(['Window', 'Immediately'])
  .default('Window')
  .describe(
    'When changes are made that interrupt: of the class, the storage, the version. Window waits for the maintenance window, and `status.pendingModifications` tells of them; Immediately makes them at once, and restarts the server where a parameter asks for it, for which AWS has no window.',
  );

export const allowMajorVersionUpgrade = z
  .boolean()
  .default(false)
  .describe(
    'Whether `engineVersion` may ask for another major version. Nobody can take such an upgrade back: make a snapshot first.',
  );
