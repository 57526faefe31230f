import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import type { ResourceStatus } from '../../operator/api/common.ts';
import type { SecureVpc } from '../../operator/api/secure-vpc.ts';
import { eventually } from '../support/eventually.ts';
import { account, portal, smallNetwork } from '../support/manifests.ts';
import { conditionOf, idsOf, type Manifest, World } from '../support/world.ts';

let world: World;
let operator: OperatorProcess;
let empty: string;
let things: ResourceStatus[] = [];

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  empty = await world.aws.dump();
  operator = world.operator();
});
afterAll(() => world?.stop());

const network = portal.network;
const small = smallNetwork('small', 'portal', { accountRef: { name: 'portal' }, cidr: '10.9.0.0/20' });

describe('a network from nothing to nothing', () => {
  it('kubectl apply makes two networks Ready, and kubectl wait sees it', async () => {
    await world.apply([portal.namespace, portal.account]);
    await world.apply([network]);
    await world.apply([small], '--server-side');
    await world.kubectl(
      'wait',
      '--namespace=portal',
      '--for=condition=Ready',
      '--timeout=20s',
      'securevpc/portal',
      'securevpc/small',
    );
    const made = await world.ready(network);
    expect(conditionOf(made, 'Reconciling')).toBeUndefined();
    expect(conditionOf(made, 'Stalled')).toBeUndefined();
    expect(conditionOf(made, 'Drifted')).toBeUndefined();
    expect(made.metadata.finalizers).toEqual(['landfall.dev/aws']);
    expect(Object.keys(idsOf(made)).length).toBeGreaterThan(30);
    expect(
      (await world.events(network)).filter((event) => event.reason === 'Created').length,
    ).toBeGreaterThan(5);
  });

  it('every create, change and refusal is told in an event: which thing, what, why, what next', async () => {
    const told = async (object: Manifest, reason: string) =>
      (await world.events(object)).filter((event) => event.reason === reason);
    const { status } = await world.ready(small);
    things = (status as SecureVpc['status'] | undefined)?.resources ?? [];
    const made = (await told(small, 'Created')).map(({ note }) => note);
    expect(made.sort()).toEqual(things.map(({ kind, id, node }) => `created ${kind} ${id} (${node})`).sort());

    await world.edit(small, { tags: { stage: 'two' } });
    await world.ready(small);
    const vpc = things.find(({ node }) => node === 'vpc')?.id;
    await eventually('the change', async () =>
      (await told(small, 'Updated')).some(
        ({ note }) => note === `updated Vpc ${vpc} (vpc): tags.stage from nothing to "two"`,
      ),
    );

    await world.edit(small, { tiers: [{ name: 'private', subnetPrefixLength: 28 }] });
    await world.condition(small, 'Stalled', { reason: 'ReplacementNeeded' });
    const refused = await eventually('the refusal', async () => (await told(small, 'ReplacementNeeded'))[0]);
    expect(refused.type).toBe('Warning');
    expect(refused.note).toMatch(/^subnet private-a exists with \S+ .*: take the change of .* back/);
    await world.edit(small, { tiers: [{ name: 'private' }] });
    await world.ready(small);

    const stranger = account('stranger', ['portal'], { accountId: '999999999999' });
    await world.apply([stranger]);
    const mismatch = await eventually(
      'the Account',
      async () => (await told(stranger, 'AccountMismatch'))[0],
    );
    expect(mismatch.type).toBe('Warning');
    expect(mismatch.note).toMatch(/^the credentials belong to account 123456789012 .*; correct the profile/);
    await world.remove(stranger);
  });

  it('a second pass and two refreshes make no write', async () => {
    await world.refreshes(2);
    const mark = await world.mark();
    await world.kubectl('annotate', '--namespace=portal', 'securevpc/portal', 'look=again');
    await world.refreshes(2);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('a restart of the operator makes no write', async () => {
    const mark = await world.mark();
    await operator.stop();
    operator = world.operator();
    await operator.line((line) => line.msg === 'leading');
    await world.refreshes(3);
    expect(await world.writes(mark)).toEqual([]);
  });

  it('deletion leaves nothing: the whole state of AWS equals the one from before', async () => {
    await world.kubectl(
      'delete',
      '--namespace=portal',
      '--timeout=20s',
      'securevpc/portal',
      'securevpc/small',
    );
    expect(await world.aws.dump()).toBe(empty);
    expect((await world.events(network)).map((event) => event.reason)).toContain('Deleted');
    const deleted = (await world.events(small)).filter(({ reason }) => reason === 'Deleted');
    const untold = things.filter(
      ({ kind, id }) => !deleted.some(({ note }) => note.includes(`${kind} ${id} `)),
    );
    expect(untold).toEqual([]);
    expect(deleted.map(({ note }) => note)).toContain('nothing is left of it in AWS');
  });
});
