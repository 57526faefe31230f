import { CreateTagsCommand, DeleteTagsCommand } from '@aws-sdk/client-ec2';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import type { PlanStatus } from '../../operator/api/common.ts';
import type { PlanDocument } from '../../operator/cli/plan-json.ts';
import { eventually } from '../support/eventually.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { conditionOf, idsOf, type Manifest, World } from '../support/world.ts';

const root = join(import.meta.dirname, '..', '..');
const ROLES = ['-f', join(root, 'manifests/install/user-roles.yaml'), '-f', join(root, 'manifests/approval')];

let world: World;
let operator: OperatorProcess;
let empty: string;
let mark: number;

const main = account('main', ['team-a']);
const network = (spec: object = {}): Manifest =>
  smallNetwork('net', 'team-a', { approval: 'Manual', securityGroups: { ecs: {}, endpoints: {} }, ...spec });
const net = network();

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  empty = await world.aws.dump();
  operator = world.operator();
  await world.apply([namespace('team-a'), main]);
  await world.ready(main);
  await world.kubectl('apply', ...ROLES);
});
afterAll(() => world?.stop());
beforeEach(async () => {
  mark = await world.mark();
});

const approvalOf = (planHash: string, name = planHash): Manifest => ({
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'PlanApproval',
  metadata: { name, namespace: 'team-a' },
  spec: { resourceRef: { kind: 'SecureVpc', name: 'net' }, planHash },
});

/** The plan that waits, once it is another than `before`. */
async function waiting(before?: string, reason = 'ApprovalRequired'): Promise<PlanStatus> {
  const seen = await eventually('a plan that waits', async () => {
    const object = await world.read(net);
    const plan = object?.status?.['plan'] as PlanStatus | undefined;
    return plan && plan.hash !== before && conditionOf(object, 'Stalled')?.reason === reason && plan;
  });
  return seen;
}

const writes = async () => (await world.writes(mark)).map(({ action }) => action ?? '');

/** What `landfall plan` prints for the manifests, without the cluster. */
async function planned(object: Manifest): Promise<PlanDocument['plans'][number]> {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-approval-'));
  writeFileSync(join(folder, 'net.json'), JSON.stringify(object));
  writeFileSync(join(folder, 'account.json'), JSON.stringify(main));
  const done = await world.landfall('plan', '--json', '-f', folder, '--installation', 'local');
  const [plan] = (JSON.parse(done.out) as PlanDocument).plans;
  if (!plan) throw new Error(done.out);
  return plan;
}

describe('approval Manual', () => {
  it('publishes the plan with the hash that a pull request showed, and makes nothing until it is approved', async () => {
    const shown = await planned(net);
    await world.apply([net]);
    const plan = await waiting();
    expect(plan.hash).toBe(shown.hash);
    expect(plan.summary).toMatch(/^\d+ to create, 0 to update, 0 to replace, 0 to delete$/);
    expect(plan.actions.map(({ node }) => node)).toEqual(
      shown.actions.map((action) => (action as unknown as { node: string }).node),
    );
    expect(plan.actions[0]).toMatchObject({ verb: 'create', node: 'vpc', changes: ['cidr: 10.1.0.0/16'] });
    const said = conditionOf(await world.read(net), 'Stalled')?.message ?? '';
    expect(said).toContain(`planHash ${plan.hash}`);
    expect(said).toContain('landfall approve SecureVpc/team-a/net');
    await world.refreshes(2, ['DescribeVpcs']);
    expect(await writes()).toEqual([]);

    await world.apply([approvalOf(plan.hash, 'first')]);
    const made = await world.ready(net);
    expect(made.status?.['approval']).toMatchObject({ name: 'first', planHash: plan.hash, state: 'Done' });
    expect(made.status?.['plan']).toBeUndefined();
    expect((await world.read(approvalOf(plan.hash, 'first')))?.status?.['usedTime']).toMatch(/Z$/);
  });

  it('drift waits too, an approval serves once, and one of another plan is stale', async () => {
    const vpc = idsOf((await world.read(net)) ?? net)['vpc'] ?? '';
    const stray = (value: string) =>
      world.ec2.send(new CreateTagsCommand({ Resources: [vpc], Tags: [{ Key: 'stray', Value: value }] }));
    await stray('one');
    const first = await waiting();
    expect(first.actions).toEqual([
      {
        step: 'update vpc',
        verb: 'update',
        node: 'vpc',
        kind: 'Vpc',
        id: vpc,
        changes: ['tags.stray: one → nothing'],
      },
    ]);
    expect(conditionOf(await world.read(net), 'Drifted')?.status).toBe('True');

    // The world moves on between the plan and its approval.
    await stray('two');
    const second = await waiting(first.hash);
    await world.apply([approvalOf(first.hash, 'late')]);
    const stale = await world.condition(net, 'Stalled', { reason: 'ApprovalStale' });
    const said = conditionOf(stale, 'Stalled')?.message ?? '';
    expect(said).toContain(`PlanApproval late is of plan ${first.hash}`);
    expect(said).toContain(`the plan is now ${second.hash}`);
    await eventually('an event', async () =>
      (await world.events(net)).find(
        ({ reason, note }) => reason === 'ApprovalStale' && note.includes(second.hash),
      ),
    );
    expect(await writes(), 'the test’s own').toEqual(['CreateTags', 'CreateTags']);

    await world.delete(approvalOf(first.hash, 'late'));
    await waiting();
    const approve = (hash: string) => world.landfall('approve', 'securevpc/team-a/net', '--hash', hash);
    expect(await approve(first.hash)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`the plan that waits is ${second.hash}`) as string,
    });
    const unasked = await world.landfall('approve', 'securevpc/team-a/net');
    expect(unasked).toMatchObject({
      code: 2,
      out: expect.stringContaining('tags.stray: two → nothing') as string,
    });
    expect(await approve(second.hash)).toMatchObject({
      code: 0,
      out: expect.stringContaining(`Approved by PlanApproval team-a/net-${second.hash}`) as string,
    });
    await world.ready(net);
    expect(await writes()).toEqual(['CreateTags', 'CreateTags', 'DeleteTags']);

    // The very same drift again: the approval of last time is used.
    await stray('two');
    const again = await waiting();
    expect(again.hash).toBe(second.hash);
    await world.refreshes(2, ['DescribeVpcs']);
    expect((await writes()).slice(3)).toEqual(['CreateTags']);
    await world.ec2.send(new DeleteTagsCommand({ Resources: [vpc], Tags: [{ Key: 'stray' }] }));
    await world.ready(net);
  });

  it('goes on under the same approval after a crash in the middle, and not with what was changed since', async () => {
    const wider = network({ tiers: [{ name: 'private' }, { name: 'data' }] });
    await world.apply([wider]);
    const plan = await waiting();
    await world.aws.setDifficulty({
      faults: [{ action: 'Create*', effect: 'slow', latencyMs: 300, times: 0 }],
    });
    await world.apply([approvalOf(plan.hash, 'wider')]);
    await eventually('a write', async () => (await writes()).length > 0, { everyMs: 20 });
    operator.process.kill('SIGKILL');
    await world.aws.setDifficulty({ faults: [] });
    const made = await world.ready(net);
    expect(made.status?.['approval']).toMatchObject({ name: 'wider', state: 'Done' });
    const creates = (await writes()).filter((action) =>
      /^Create(Subnet|RouteTable|NetworkAcl)$/.test(action),
    );
    expect(creates.sort()).toEqual(['CreateNetworkAcl', 'CreateRouteTable', 'CreateSubnet']);

    // AWS refuses in the middle, and the spec moves: the rest is another plan.
    mark = await world.mark();
    const tagged = network({ tiers: [{ name: 'private' }, { name: 'data' }], tags: { team: 'a' } });
    await world.apply([tagged]);
    const tags = await waiting();
    await world.aws.setDifficulty({
      faults: [{ action: 'CreateTags', code: 'UnauthorizedOperation', skip: 2, times: 0 }],
    });
    await world.apply([approvalOf(tags.hash, 'tags')]);
    await world.condition(net, 'Stalled', { reason: 'AccessDenied' });
    expect((await world.read(net))?.status?.['approval']).toMatchObject({ name: 'tags', state: 'Active' });
    await world.edit(net, { tags: { team: 'b' } });
    const stale = await waiting(tags.hash, 'ApprovalStale');
    expect((await world.read(net))?.status?.['approval']).toMatchObject({ name: 'tags', state: 'Ended' });
    await world.aws.setDifficulty({ faults: [] });
    mark = await world.mark();
    await world.edit(net, { tags: { team: 'a' } });
    // The plan of the spec before may wait once more until the new one is seen.
    const rest = await waiting(stale.hash);
    expect(rest.hash).not.toBe(tags.hash);
    expect(await writes()).toEqual([]);
    await world.apply([approvalOf(rest.hash)]);
    await world.ready(net);
  });

  it('deletion waits for approval, and so does leaving things behind', async () => {
    await world.delete(net);
    const deletion = await waiting();
    expect(deletion.actions.every(({ verb }) => verb === 'delete')).toBe(true);
    expect(conditionOf(await world.read(net), 'Stalled')?.message).toMatch(/^the object is to go: plan p/);
    await world.edit(net, { deletionPolicy: 'Retain' });
    const retention = await waiting(deletion.hash);
    expect(retention.actions.every(({ verb }) => verb === 'update')).toBe(true);
    expect(await writes()).toEqual([]);
    await world.edit(net, { deletionPolicy: 'Delete' });
    expect((await waiting(retention.hash)).hash).toBe(deletion.hash);
    await world.apply([approvalOf(deletion.hash, 'goodbye')]);
    await world.gone(net);
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
  });
});

describe('two people', () => {
  const author = ['--as=ann', '--as-group=authors'];
  const approver = ['--as=bob', '--as-group=approvers'];
  const as = (who: readonly string[], object: object) =>
    world.plane.kubectl(['create', ...who, '-f', '-'], { input: JSON.stringify(object) });

  it('an author asks and cannot approve; an approver approves and cannot ask', async () => {
    const hash = 'p0123456789abcdef';
    const granted = async () =>
      (await as(author, { ...net, metadata: { ...net.metadata, name: 'by-ann' } })).code === 0;
    await eventually('the author’s role', granted);
    expect(await as(author, approvalOf(hash))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('User "ann" cannot create resource "planapprovals"') as string,
    });
    expect(await as(approver, approvalOf(hash, 'by-bob'))).toMatchObject({ code: 0 });
    expect(await as(approver, { ...net, metadata: { ...net.metadata, name: 'by-bob' } })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('User "bob" cannot create resource "securevpcs"') as string,
    });
    await world.remove({ ...net, metadata: { ...net.metadata, name: 'by-ann' } });
  });

  it('where the namespace demands it, nobody does without: Auto is refused', async () => {
    await world.kubectl('label', 'namespace', 'team-a', 'landfall.dev/approval=Manual');
    const auto = network({ approval: 'Auto' });
    const refused = async () => {
      const done = await as([], { ...auto, metadata: { ...auto.metadata, name: 'sly' } });
      if (done.code === 0) await world.remove({ ...auto, metadata: { ...auto.metadata, name: 'sly' } });
      return done.code !== 0 && done.stderr;
    };
    expect(await eventually('a refusal', refused)).toContain(
      'namespace team-a demands spec.approval: Manual',
    );
    expect(await as(author, { ...net, metadata: { ...net.metadata, name: 'good' } })).toMatchObject({
      code: 0,
    });
    await world.remove({ ...net, metadata: { ...net.metadata, name: 'good' } });
  });
});
