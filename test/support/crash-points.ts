import { createHash } from 'node:crypto';

/** What is done to a subject: the edit starts from the object as made, the deletion from the object as edited. */
export const VERBS = ['create', 'update', 'delete'] as const;
export type Verb = (typeof VERBS)[number];

/** Where a write goes. Events are counted apart: they are many, and nothing hangs on them. Leases follow timers. */
const CHANNELS = ['aws', 'objects', 'events'] as const;
export type Channel = (typeof CHANNELS)[number];

/**
 * When the process dies: before the write is sent, when it is committed and no answer was given, or when the answer
 * has begun to arrive and cannot have been read.
 */
const PHASES = ['before', 'committed', 'answering'] as const;
export type Phase = (typeof PHASES)[number];

/** Writes of one undisturbed run, by where they went. */
export type Counts = Readonly<Record<Channel, number>>;

/** Where the process is killed: at the n-th write, counted from 1, to one place while one thing is done. */
export interface Point {
  readonly subject: string;
  readonly verb: Verb;
  readonly channel: Channel;
  readonly n: number;
  readonly phase: Phase;
}

/** The point in one word, as LANDFALL_POINT takes it: `small/create/aws/17/committed`. */
export function idOf({ subject, verb, channel, n, phase }: Point): string {
  return [subject, verb, channel, n, phase].join('/');
}

/** Every point of one thing done to one subject. */
export function pointsOf(subject: string, verb: Verb, counts: Counts): Point[] {
  return CHANNELS.flatMap((channel) =>
    Array.from({ length: counts[channel] }, (_, index) => index + 1).flatMap((n) =>
      PHASES.map((phase): Point => ({ subject, verb, channel, n, phase })),
    ),
  );
}

/** Of the last two writes of a sort a run may have one or two less, as passes fall and what is told is told together. */
export const isOfTheEnd = ({ channel, n }: Point, counts: Counts): boolean => n > counts[channel] - 2;

/** `count` of the points that the seed chooses; which ones does not depend on how many there are of others. */
export function sample(points: readonly Point[], seed: string, count: number): Point[] {
  const rank = (point: Point): string =>
    createHash('sha256')
      .update(`${seed} ${idOf(point)}`)
      .digest('hex');
  return points
    .map((point) => ({ point, rank: rank(point) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ point }) => point);
}

/**
 * Points of one subject in an order in which one ends where the next begins: created, updated and deleted, and so
 * again, so that nobody has to prepare what the point before has just left.
 */
export function chained(points: readonly Point[]): Point[] {
  const left = Map.groupBy(points, ({ verb }) => verb);
  const longest = Math.max(0, ...VERBS.map((verb) => left.get(verb)?.length ?? 0));
  return Array.from({ length: longest }, (_, index) => index).flatMap((index) =>
    VERBS.flatMap((verb) => left.get(verb)?.[index] ?? []),
  );
}
