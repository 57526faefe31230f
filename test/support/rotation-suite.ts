import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../operator/kube/types.ts';
import { counted } from './counted.ts';
import { CrashLab } from './crash-lab.ts';
import { type Counts, idOf, type Point, pointsOf } from './crash-points.ts';
import { isAsked, pick, seed } from './crash-suite.ts';
import { inAws } from './crash-in-aws.ts';
import type { CrashSight } from './crash-place.ts';
import type { Subject } from './crash-subjects.ts';
import { eventually } from './eventually.ts';
import { publishedOf, type RotatingStore } from './rotating-stores.ts';
import type { World } from './world.ts';

const SERVICES = new Set(['rds', 'elasticache', 'secretsmanager']);

/** What was carried out since a mark, one after the other. */
async function deedsOf(world: World, mark: number): Promise<string[]> {
  return (await world.writes(mark))
    .filter(({ service, error }) => SERVICES.has(service ?? '') && error === null)
    .map(({ action, params }) => {
      const { AuthTokenUpdateStrategy: strategy } = params as { AuthTokenUpdateStrategy?: string };
      return [action, strategy].filter((word) => word !== undefined).join(' ');
    });
}

/** The password that clients in the cluster read. */
async function toldIn(world: World, { subject }: RotatingStore): Promise<string> {
  const { connectionSecret } = subject.made.spec as { connectionSecret: { name: string } };
  const path = `/api/v1/namespaces/portal/secrets/${connectionSecret.name}`;
  const { data = {} } = await world.kube.get<KubeObject & { data?: Record<string, string> }>(path);
  return Buffer.from(data['password'] ?? '', 'base64').toString();
}

/** The subject, of which another password is asked for. */
function asking(store: RotatingStore, rotation: string): Subject {
  const { subject } = store;
  const { metadata } = subject.made;
  return {
    ...subject,
    edited: {
      ...subject.made,
      metadata: { ...metadata, annotations: { 'landfall.dev/rotated-at': rotation } },
    },
    ended: async (world) => {
      const { current, pending, isOf } = await publishedOf(world, store);
      const taken = store.taken(await world.aws.dump());
      return (
        pending === undefined &&
        isOf(rotation) &&
        isDeepStrictEqual(taken, [store.kept(current)]) &&
        (await toldIn(world, store)) === current
      );
    },
  };
}

/**
 * Kills the operator at writes of rotations of stores that stand: at those that LANDFALL_POINT names
 * (`rotated-redis/update/aws/3/committed`), at all with LANDFALL_PROOF=all, else at a share by seed.
 */
export async function proveRotations(stores: readonly RotatingStore[], chance: Counts): Promise<void> {
  const each = { create: chance, update: chance, delete: chance };
  const asked = stores.filter(({ subject }) => isAsked({ subject, chance: each }));
  const lab = await CrashLab.start(
    stores.map(({ subject }) => subject),
    inAws(),
  );
  afterAll(() => lab.stop());
  const { world } = lab;
  const cases: { id: string; store: RotatingStore; point: Point }[] = [];
  const unreached: string[] = [];
  let reference: CrashSight | undefined;
  let enumerated = 0;
  let rounds = 0;
  const another = () => `round-${(rounds += 1)}`;

  /** Rotates once and is killed at the point; again where the run had fewer writes than the one that was counted. */
  const crash = async (store: RotatingStore, point: Point): Promise<{ action: string; deeds: string[] }> => {
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const before = await publishedOf(world, store);
      const mark = await world.mark();
      const { action, counts } = await lab.crash(asking(store, another()), point, async () => {
        const { current, pending } = await publishedOf(world, store);
        const taken = store.taken(await world.aws.dump());
        const known = [current, ...(store.takesTwo || pending === undefined ? [] : [pending])];
        expect(
          taken.some((one) => known.map(store.kept).includes(one)),
          'the secret lets in',
        ).toBe(true);
      });
      expect((await publishedOf(world, store)).current, 'the password').not.toBe(before.current);
      if (action !== undefined) return { action, deeds: await deedsOf(world, mark) };
      expect(
        counts[point.channel],
        `writes of a rotation that should have died at ${idOf(point)}`,
      ).toBeLessThan(point.n);
    }
    console.log(`crash points: no rotation came to ${idOf(point)}`);
    unreached.push(idOf(point));
    return { action: 'nothing', deeds: [...store.steps] };
  };

  try {
    for (const store of asked) {
      await lab.go(store.subject, 'create');
      const mark = await world.mark();
      const counts = await lab.measure(asking(store, another()), 'update');
      expect(await deedsOf(world, mark), `${store.subject.name}, undisturbed`).toEqual(store.steps);
      const all = pointsOf(store.subject.name, 'update', counts);
      enumerated += all.length;
      const mine = pick(all, { subject: store.subject, chance: each }, 'update', { part: 0, of: 1 });
      cases.push(...mine.map((point) => ({ id: idOf(point), store, point })));
      console.log(
        `crash points of ${store.subject.name}: ${all.length} of ${JSON.stringify(counts)} writes, ${mine.length} here`,
      );
    }
    if (asked[0]) reference = await lab.look(asked[0].subject);
  } catch (error) {
    await lab.stop();
    throw error;
  }

  describe('the operator is killed at a write of a rotation', () => {
    it.each(cases)('$id: it ends, with the password that the store takes', async ({ id, store, point }) => {
      const how = (action: string) =>
        `after a crash in ${action}; alone: LANDFALL_POINT=${id} make proof (seed ${seed})`;
      const { action, deeds } = await crash(store, point);
      const once = deeds.filter((deed, index) => deed !== deeds[index - 1]);
      expect(once, how(action)).toEqual(store.steps);
      const repeated = deeds.filter((deed, index) => deed === deeds[index - 1]);
      expect(repeated.length, `${repeated.join(', ')} ${how(action)}`).toBeLessThanOrEqual(1);
      expect(store.mayRepeat, how(action)).toEqual(expect.arrayContaining(repeated));
      const found = await lab.look(store.subject);
      expect(found.portrait, how(action)).toEqual(reference?.portrait);
      expect(found.census, how(action)).toEqual(reference?.census);
      expect(found.faults, how(action)).toEqual([]);
    });

    it('nearly every point was reached, and the stores leave nothing', async (context) => {
      counted(context, { crashPoints: enumerated, crashPointsRun: cases.length - unreached.length });
      expect(unreached.length, unreached.join(', ')).toBeLessThanOrEqual(Math.max(3, cases.length / 25));
      for (const { subject } of asked) await lab.go(subject, 'delete');
      await eventually('AWS is as before', async () => (await world.aws.dump()) === lab.empty, {
        timeoutMs: 5_000,
      });
    });
  });
}
