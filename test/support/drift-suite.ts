import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsKinds } from '../../operator/aws/kinds.ts';
import { kindOf } from '../../operator/graph/kind.ts';
import { resolve } from '../../operator/graph/ref.ts';
import { changePaths } from '../contract/change-paths.ts';
import { type Cases, lossOf } from '../contract/drift/case.ts';
import { alwaysSaid, driftCases } from '../contract/drift-cases.ts';
import { counted } from './counted.ts';
import type { Standing } from './standing.ts';

/** Makes tests of every drift of these kinds, each of which the standing network has, or what has cases of its own. */
export function proveDrift(
  types: readonly string[],
  standing: () => Standing,
  known: Cases = driftCases,
): void {
  describe.each([...types])('drift of %s', (type) => {
    const cases = Object.entries(known[type] ?? {});

    it('has a case for each change that its diff finds', async (context) => {
      const wanted = (await changesOf(standing(), type)).sort();
      const given = cases.map(([name]) => name).filter((name) => !name.endsWith(')'));
      expect(given.sort()).toEqual(wanted);
      counted(context, { driftCases: cases.length });
    });

    for (const [name, entry] of cases) {
      if ('refused' in entry) {
        it(`${name}: AWS refuses it`, () => standing().proveRefusal(entry));
      } else if ('stalls' in entry) {
        it(`${name}: left to a person`, () => standing().proveStall(entry));
      } else {
        // A loss takes several steps, between which an operator on a busy machine would put the first ones back.
        const how = entry.unseen || name.startsWith('deleted') ? 'unseen' : 'seen';
        it(`${name}: repaired${entry.interrupts ? '' : ', Ready all the while'}`, () =>
          standing().proveRepair(entry, how));
      }
    }
  });
}

/** The changes that the diff of a kind finds in any of the network's nodes of it, and the loss of tags and thing. */
async function changesOf(standing: Standing, type: string): Promise<string[]> {
  const { graph, inventory, plan: made, exportsOf } = await standing.look();
  const kind = kindOf(awsKinds, type);
  const outputs = new Map(made.standing.map(({ node, outputs }) => [node, outputs]));
  const paths = [...graph.nodes.values()]
    .filter((node) => node.type === type)
    .flatMap((node) => {
      const inputs = resolve(node.inputs, ({ owner, node: key, output }) => {
        const known = owner === undefined ? outputs : exportsOf(owner);
        return known.get(key)?.[output];
      });
      const view = inventory.view(kind.collection);
      const id = made.standing.find((thing) => thing.node === node.key)?.id ?? '';
      const record = kind.find ? kind.find(view, inputs) : view.get(id);
      if (!record) throw new Error(`${node.key} is not there`);
      return changePaths(kind, inputs, record);
    });
  const said = alwaysSaid[type] ?? [];
  const possible = paths.filter(({ path }) => !said.some((field) => path === `${field} missing`));
  // What is lost with a store only a person can say: test/operator/graph/stores.test.ts.
  const lost = kind.stateful ? [] : ['deleted'];
  const own = kind.create ? ['tags missing', 'tags extra', 'tags changed', ...lost] : [];
  return [...new Set([...possible.filter(({ fixed }) => !fixed).map(({ path }) => path), ...own])];
}

/** Longer than everything else takes: whatever one read shows is known long before what another does. */
const LATE_MS = 700;

/** Makes tests of the loss of a thing of each kind, while what one of the reads answers is late: any order of news will do. */
export function proveLateNews(
  reads: readonly string[],
  types: readonly string[],
  standing: () => Standing,
): void {
  describe.each([...reads])(`while each answer of %s is ${LATE_MS} ms old`, (action) => {
    beforeEach(() =>
      standing().world.aws.setDifficulty({
        faults: [{ action, effect: 'slow', when: 'after', latencyMs: LATE_MS, times: 0 }],
      }),
    );
    afterEach(() => standing().world.aws.setDifficulty({ faults: [] }));

    it.each([...types])('%s lost: put back as it was', async (type) => {
      await standing().proveRepair(lossOf(type, driftCases[type]?.['deleted']), 'unseen');
    });
  });
}
