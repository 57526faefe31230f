import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { CrashLab, FROM, type Stage, TO } from './crash-lab.ts';
import {
  chained,
  type Counts,
  idOf,
  isOfTheEnd,
  type Point,
  pointsOf,
  sample,
  type Verb,
  VERBS,
} from './crash-points.ts';
import { inAws } from './crash-in-aws.ts';
import type { CrashPlace, CrashSight } from './crash-place.ts';
import type { Subject } from './crash-subjects.ts';
import { counted } from './counted.ts';
import { eventually } from './eventually.ts';

/** A subject and how much of it a run without LANDFALL_PROOF shows. */
export interface Share {
  readonly subject: Subject;
  /** How many points by chance, of each sort of write, in each part. */
  readonly chance: Readonly<Record<Verb, Counts>>;
  /** Those that are in every share. */
  readonly always?: readonly string[];
}

/** One of several test files that divide the points among them. */
export interface Part {
  /** From 0. */
  readonly part: number;
  readonly of: number;
}

/** What an undisturbed run left, and how many writes it took. */
interface Reference {
  readonly counts: Counts;
  readonly sight: CrashSight;
  readonly objects: unknown[];
}

const everything = process.env['LANDFALL_PROOF'] === 'all';
const named = process.env['LANDFALL_POINT']?.split(',');
export const seed = process.env['LANDFALL_SEED'] ?? new Date().toISOString().slice(0, 10);

/**
 * Runs each subject's life undisturbed, counts its writes, and makes a test of each point at which the operator may
 * die: of those that LANDFALL_POINT names (`small/create/aws/17/committed`, `small/create`, several with commas), of
 * all with LANDFALL_PROOF=all, else of a share by seed (LANDFALL_SEED, else the date in UTC).
 */
export async function proveCrashes(
  shares: readonly Share[],
  part: Part,
  place: CrashPlace = inAws(),
): Promise<void> {
  const asked = shares.filter(isAsked);
  const subjects = shares.map(({ subject }) => subject);
  let lab = await CrashLab.start(subjects, place);
  afterAll(() => lab.stop());
  const references = new Map<string, Reference>();
  const stages = new Map<Subject, Stage>();
  const unreached: Point[] = [];
  let enumerated = 0;
  let broken = false;

  /** Brings the subject to where the point begins; after a failure everything is started anew. */
  const prepare = async (subject: Subject, point: Point): Promise<void> => {
    if (broken) {
      await lab.stop();
      stages.clear();
      lab = await CrashLab.start(subjects, place);
      broken = false;
    }
    const from = FROM[point.verb];
    const stage = stages.get(subject) ?? 'absent';
    if (stage === from) return;
    if (stage !== 'absent') await lab.go(subject, 'delete');
    if (from !== 'absent') await lab.go(subject, 'create');
    if (from === 'edited') await lab.go(subject, 'update');
  };

  /**
   * Kills at the point. A run may have a write or two less than the one that was counted, as passes fall and deletes
   * are tried again; it is gone through again then, and in the end the point is no point of this run.
   */
  const crash = async (subject: Subject, point: Point): Promise<string> => {
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      // Each life leaves a last copy of its own: that of the one before would be one too many.
      if (attempt > 1 && point.verb === 'delete') await lab.forget(subject);
      await prepare(subject, point);
      stages.set(subject, TO[point.verb]);
      const { action, counts } = await lab.crash(subject, point);
      if (action !== undefined) return action;
      expect(counts[point.channel], `writes of a run that should have died at ${idOf(point)}`).toBeLessThan(
        point.n,
      );
    }
    console.log(`crash points: no run came to ${idOf(point)}`);
    unreached.push(point);
    return 'nothing';
  };

  const prove = async (subject: Subject, point: Point, next: Point | undefined): Promise<void> => {
    const action = await crash(subject, point);
    const reference = references.get(`${subject.name} ${point.verb}`);
    if (!reference) throw new Error('no undisturbed run');
    const how = `after a crash in ${action}; alone: LANDFALL_POINT=${idOf(point)} make proof (seed ${seed})`;
    // The Account hears of its users a moment later.
    await eventually(
      'the objects',
      async () => isDeepStrictEqual(await lab.objects(subject), reference.objects),
      {
        timeoutMs: 5_000,
      },
    ).catch(async () => expect(await lab.objects(subject), how).toEqual(reference.objects));
    // So do its neighbours, as a provider does that its consumer is gone.
    await eventually(
      'the sight',
      async () => isDeepStrictEqual((await lab.look(subject)).portrait, reference.sight.portrait),
      { timeoutMs: 5_000 },
    ).catch(() => {});
    const found = await lab.look(subject);
    expect(found.portrait, how).toEqual(reference.sight.portrait);
    expect(found.census, how).toEqual(reference.sight.census);
    expect(found.faults, how).toEqual([]);
    if (next && FROM[next.verb] === TO[point.verb]) {
      if (point.verb !== 'delete') return;
    } else if (point.verb !== 'delete') {
      await lab.go(subject, 'delete');
      stages.set(subject, 'absent');
    }
    await lab.forget(subject);
    // A provider stops letting its consumer in when that is gone.
    await eventually(`all is as before, ${how}`, async () => (await lab.dump()) === lab.empty, {
      timeoutMs: 5_000,
    });
  };

  const chosen = new Map<Subject, Point[]>();
  try {
    for (const share of asked) {
      const { subject } = share;
      const points: Point[] = [];
      for (const verb of VERBS) {
        const counts = await lab.measure(subject, verb);
        const all = pointsOf(subject.name, verb, counts);
        const mine = pick(all, share, verb, part);
        enumerated += all.filter(({ n }) => n % part.of === part.part).length;
        const sight = await lab.look(subject);
        references.set(`${subject.name} ${verb}`, {
          counts,
          sight,
          objects: await lab.objects(subject),
        });
        expect(sight.faults, `${subject.name}, ${verb}, undisturbed`).toEqual([]);
        points.push(...mine);
        console.log(
          `crash points of ${subject.name}, ${verb}: ${all.length} (3 at each of ${counts.aws} writes to AWS, ` +
            `${counts.objects} to objects, ${counts.events} to events), ${mine.length} of them here`,
        );
      }
      chosen.set(subject, chained(points));
      await lab.forget(subject);
      expect((await lab.dump()) === lab.empty, `${subject.name} leaves nothing undisturbed`).toBe(true);
    }
  } catch (error) {
    await lab.stop();
    throw error;
  }
  const sum = [...chosen.values()].flat().length;
  console.log(`crash points in part ${part.part + 1} of ${part.of}: ${sum}; seed ${seed}`);

  describe('the operator is killed at a write (aws-controllers-k8s/community#2062)', () => {
    it('the comparison sees a thing more', async () => {
      const [subject] = subjects;
      if (!subject) throw new Error('no subject');
      const before = await lab.look(subject);
      const unmake = await place.makeOne(lab.world);
      const after = await lab.look(subject);
      await unmake();
      expect(after.portrait).not.toEqual(before.portrait);
      expect(after.census).not.toEqual(before.census);
    });

    for (const [subject, points] of chosen) {
      it.each(points.map((point, index) => ({ id: idOf(point), point, next: points[index + 1] })))(
        '$id: nothing is made twice, nothing is left behind',
        async ({ point, next }) => {
          try {
            await prove(subject, point, next);
          } catch (error) {
            broken = true;
            throw error;
          }
        },
      );
    }

    it('nearly every point was reached', (context) => {
      counted(context, { crashPoints: enumerated, crashPointsRun: sum - unreached.length });
      const early = unreached.filter((point) => {
        const counts = references.get(`${point.subject} ${point.verb}`)?.counts;
        return !counts || !isOfTheEnd(point, counts);
      });
      expect(early.length, early.map(idOf).join(', ')).toBeLessThanOrEqual(Math.max(3, sum / 25));
    });
  });
}

/** Whether this run shows any point of a subject. */
export function isAsked({ subject: { name }, chance, always = [] }: Share): boolean {
  if (named) return named.some((id) => id.split('/')[0] === name);
  const some = Object.values(chance).flatMap((counts) => Object.values(counts));
  return everything || always.length > 0 || some.some((count) => count > 0);
}

/** The points that this run shows: each belongs to one part by its number, whatever an undisturbed run counted. */
export function pick(points: readonly Point[], share: Share, verb: Verb, { part, of }: Part): Point[] {
  const mine = points.filter(({ n }) => n % of === part);
  if (named) return mine.filter((point) => named.some((name) => `${idOf(point)}/`.startsWith(`${name}/`)));
  if (everything) return mine;
  const missing = share.always?.filter(
    (id) => id.includes(`/${verb}/`) && !points.some((point) => idOf(point) === id),
  );
  expect(missing ?? [], 'points of every run that an undisturbed run did not come to').toEqual([]);
  const always = mine.filter((point) => share.always?.includes(idOf(point)));
  const others = mine.filter((point) => !always.includes(point));
  const byChance = Object.entries(share.chance[verb]).flatMap(([channel, count]) =>
    sample(
      others.filter((point) => point.channel === channel),
      seed,
      count,
    ),
  );
  return [...byChance, ...always];
}
