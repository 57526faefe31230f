import { setTimeout } from 'node:timers/promises';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../k8s-local/aws/local-aws.ts';
import { interpret } from '../../operator/aws/errors.ts';
import { awsKinds } from '../../operator/aws/kinds.ts';
import { readRegionFacts } from '../../operator/aws/region-facts.ts';
import { type AwsSession, openSession } from '../../operator/aws/session.ts';
import { systemClock } from '../../operator/clock.ts';
import type { RegionFacts } from '../../operator/compile/input.ts';
import { compileSecureVpc } from '../../operator/compile/secure-vpc.ts';
import { apply } from '../../operator/graph/apply.ts';
import { buildGraph, type Graph } from '../../operator/graph/graph.ts';
import { describePlan, NO_MEMORY, plan, type Plan } from '../../operator/graph/plan.ts';
import { AWS } from '../../operator/graph/place.ts';
import { Inventory } from '../../operator/inventory/inventory.ts';
import { inputFor, secureVpc } from '../operator/compile/fixtures.ts';
import { edits } from '../operator/properties/edits.ts';
import { SEED } from '../operator/properties/property.ts';
import { type Known, slowIn, type SpecLike, withIds } from '../operator/properties/specs.ts';
import { makeKnown } from '../support/known.ts';
import { nursery } from '../support/prepared.ts';

/** Networks made, edited and deleted. */
const RUNS = 15;
/** Endpoints leave within seconds on the local AWS. */
const REACH_MS = 60_000;
const PAUSE_MS = 200;
/** Four times what a busy machine takes for all of them. */
const TIMEOUT_MS = 900_000;
const ACCOUNT = '123456789012';
const OWNER = 'SecureVpc/team/net';

let aws: LocalAws;
let session: AwsSession;
let facts: RegionFacts;
let known: Known;

beforeAll(async () => {
  aws = await startLocalAws({ nursery, progress: console.log });
  const options = {
    accountId: ACCOUNT,
    region: 'us-east-1',
    credentials: () => Promise.resolve(aws.credentials(ACCOUNT)),
    endpoint: aws.url,
    as: 'the test',
    callGuard: { before: () => Promise.resolve(), after: () => {} },
  };
  session = openSession(options);
  facts = await readRegionFacts(session);
  const [ids] = await makeKnown(session.ec2, 1);
  if (!ids) throw new Error('nothing was made');
  known = ids;
});
afterAll(async () => {
  session?.close();
  await aws?.stop();
});

/** A plan on a reading of AWS that knows nothing of what was written before. */
async function look(graph: Graph): Promise<{ made: Plan; world: Inventory<AwsSession> }> {
  const world = new Inventory<AwsSession>({
    session,
    collections: [...awsKinds.values()].map((kind) => kind.collection),
    installation: 'test',
    clock: systemClock,
    graceMs: 0,
    slowLaneMs: 60_000,
    onChange: () => {},
  });
  await world.load();
  const made = plan<AwsSession>({
    graph,
    kinds: awsKinds,
    place: AWS,
    world,
    memory: NO_MEMORY,
    survivors: new Map(),
    ignoredTagKeys: [],
    mayRepeat: () => true,
  });
  return { made, world };
}

/** Plans and applies until a fresh look finds nothing to do. Returns how many plans did more than wait. */
async function reach(graph: Graph, uid: string): Promise<number> {
  const until = Date.now() + REACH_MS;
  for (let passes = 0; ;) {
    const { made, world } = await look(graph);
    if (made.actions.length === 0) return passes;
    expect(Date.now(), JSON.stringify(describePlan(made).actions)).toBeLessThan(until);
    // Of several that take their time some are done first: a pass is counted when all of them are.
    if (made.standing.some(({ state }) => state.phase === 'pending')) {
      await setTimeout(PAUSE_MS);
      continue;
    }
    const outcomes = await apply<AwsSession>({
      plan: made,
      graph,
      kinds: awsKinds,
      place: AWS,
      world,
      session,
      uid,
      concurrency: 12,
      time: '2026-01-01T00:00:00Z',
      wrote: world.wrote,
      interpret,
      onOutcome: () => {},
      stopping: () => false,
    });
    // Endpoints and gateways leave slowly, and what they use waits for them; what is on its way, what uses it waits for.
    const wrong = outcomes.filter(({ result, action }) => {
      const leaving = action.verb === 'delete' || action.verb === 'wait';
      return result === 'stalled' || (result === 'waiting' && !leaving);
    });
    expect(wrong.map(({ action, reason, message }) => [action.verb, action.node, reason, message])).toEqual(
      [],
    );
    if (outcomes.some(({ result }) => result === 'done')) passes += 1;
    else await setTimeout(PAUSE_MS);
  }
}

const graphOf = (spec: SpecLike) => compileSecureVpc(inputFor(secureVpc(withIds(spec, known)), { facts }));

it(
  `random networks are made in one pass, and one for each sort of thing that takes time, edited, deleted (${RUNS} runs)`,
  async () => {
    const empty = await aws.dump();
    // Where subnets stand, other blocks for them are refused by what status says, which there is none of here.
    const possible = edits.filter(({ edit }) => !edit.what.startsWith('smaller subnets'));
    for (const [index, { before, edit }] of fc.sample(possible, { numRuns: RUNS, seed: SEED }).entries()) {
      const uid = `uid-${index}`;
      try {
        const passes = await reach(graphOf(before), uid);
        expect(passes, 'passes of the create').toBeLessThanOrEqual(1 + slowIn(before));
        await reach(graphOf(edit.after), uid);
        await reach(buildGraph(OWNER, []), uid);
        expect(await aws.dump()).toEqual(empty);
      } catch (cause) {
        const what = `network ${index} of seed ${SEED}, then ${edit.what}`;
        throw new Error(`${what}: ${JSON.stringify({ before, after: edit.after })}`, { cause });
      }
    }
  },
  TIMEOUT_MS,
);
