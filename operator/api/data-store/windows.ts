import { z } from 'zod';
import { matches, withRules } from '../rule.ts';

const CLOCK = '([01][0-9]|2[0-3]):[0-5][0-9]';
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WEEKDAY = `(${WEEKDAYS.join('|')})`;
const DAY = 1440;
const WEEK = 7 * DAY;

/** RDS takes no window that is shorter, in minutes. */
const LEAST = 30;
/** Nor does ElastiCache: API reference, CreateReplicationGroup, SnapshotWindow and PreferredMaintenanceWindow. */
const LEAST_OF_CACHE = 60;

const daily = (least: number) =>
  withRules(
    z.string().max(11),
    matches(
      `^${CLOCK}-${CLOCK}$`,
      '{self} is not a time of the day: write begin and end in UTC, for example 03:00-03:30',
    ),
    {
      cel: `self.size() != 11 || (${minutesCel('self', 6)} - ${minutesCel('self', 0)} + ${DAY}) % ${DAY} >= ${least}`,
      message: `{self} is shorter than ${least} minutes: AWS wants a window of at least ${least}`,
      check: (self) => self.length !== 11 || lengthOf(dailySpan(self), DAY) >= least,
    },
  );

const weekly = (least: number) =>
  withRules(
    z.string().max(19),
    matches(
      `^${WEEKDAY}:${CLOCK}-${WEEKDAY}:${CLOCK}$`,
      '{self} is not a time of the week: write begin and end in UTC, for example sun:04:00-sun:05:00',
    ),
    {
      cel: `self.size() != 19 || (self.substring(0, 3) == self.substring(10, 13) ? (${minutesCel('self', 14)} - ${minutesCel('self', 4)} >= ${least}) : ((${minutesCel('self', 14)} + ${DAY} - ${minutesCel('self', 4)}) >= ${least}))`,
      message: `{self} is shorter than ${least} minutes: AWS wants a window of at least ${least}`,
      check: (self) => {
        if (self.length !== 19) return true;
        const [begin, end] = [minutes(self.slice(4)), minutes(self.slice(14))];
        return self.slice(0, 3) === self.slice(10, 13) ? end - begin >= least : end + DAY - begin >= least;
      },
    },
  );

/** A time of every day, in which AWS makes the automatic backup. */
export const dailyWindow = daily(LEAST);
/** The same for a cache. */
export const dailyCacheWindow = daily(LEAST_OF_CACHE);
/** A time of every week, in which AWS does what interrupts. */
export const weeklyWindow = weekly(LEAST);
/** The same for a cache. */
export const weeklyCacheWindow = weekly(LEAST_OF_CACHE);

interface Span {
  readonly begin: number;
  readonly end: number;
}

/** Whether the two are in each other's way, which AWS refuses: one may begin where the other ends. */
export function windowsOverlap(daily: string, weekly: string): boolean {
  const [day, week] = [dailySpan(daily), weeklySpan(weekly)];
  const [dayLength, weekLength] = [lengthOf(day, DAY), lengthOf(week, WEEK)];
  for (let shift = -DAY; shift <= WEEK + DAY; shift += DAY) {
    const begin = day.begin + shift;
    if (begin < week.begin + weekLength && week.begin < begin + dayLength) return true;
  }
  return false;
}

function dailySpan(window: string): Span {
  return { begin: minutes(window), end: minutes(window.slice(6)) };
}

function weeklySpan(window: string): Span {
  const of = (text: string) => WEEKDAYS.indexOf(text.slice(0, 3)) * DAY + minutes(text.slice(4));
  return { begin: of(window), end: of(window.slice(10)) };
}

function lengthOf({ begin, end }: Span, whole: number): number {
  return (end - begin + whole) % whole;
}

/** Minutes since midnight of a text that begins with a time. */
function minutes(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
}

/** The same as CEL, of a text from some place on. */
function minutesCel(text: string, at: number): string {
  return `(int(${text}.substring(${at}, ${at + 2})) * 60 + int(${text}.substring(${at + 3}, ${at + 5})))`;
}
