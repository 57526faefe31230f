import { GetInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { type AwsProxy, startAwsProxy } from '../support/aws-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { conditionOf, idsOf, type Manifest, World } from '../support/world.ts';

/** Two clusters that were given one installation id, and one AWS. */
let first: World;
let second: World;
let proxy: AwsProxy;
let iam: IAMClient;
let firstOperator: OperatorProcess;
let secondOperator: OperatorProcess;

const main = account('main', ['team']);
const network = smallNetwork('net', 'team', { flowLogs: {}, endpoints: [{ service: 's3' }] });
const everything = [namespace('team'), main, network];

const start = (world: World, env: Readonly<Record<string, string>> = {}) =>
  world.operator({ env: { AWS_ENDPOINT_URL: proxy.url, LANDFALL_ACCOUNT_CHECK_SECONDS: '1', ...env } });

beforeAll(async () => {
  first = await World.start();
  second = await World.beside(first);
  await second.apply([namespace('team')]);
  proxy = await startAwsProxy(first.aws.url);
  iam = new IAMClient(first.clientOptions());
});
afterAll(async () => {
  iam?.destroy();
  await second?.stop();
  await first?.stop();
  await proxy?.stop();
});

/** The tags of the claim on the account; undefined where nobody has it. */
async function claim(): Promise<Record<string, string> | undefined> {
  const answer = await iam
    .send(new GetInstanceProfileCommand({ InstanceProfileName: 'landfall-claim-local' }))
    .catch(() => undefined);
  const tags = answer?.InstanceProfile?.Tags;
  return (
    tags &&
    Object.fromEntries(tags.map(({ Key, Value }) => [Key?.replace('landfall.dev/', '') ?? '', Value ?? '']))
  );
}

const writesSince = async (mark: number) => (await first.writes(mark)).map(({ action }) => action);

/** Lets a number of Account checks pass, each of which reads the claim. */
async function checks(rounds: number): Promise<void> {
  await first.refreshes(rounds, ['GetInstanceProfile']);
}

/** Asks for the account as a user does. */
async function takeOver(world: World, ...flags: string[]): Promise<void> {
  const done = await world.landfall('takeover', 'main', '--yes', ...flags);
  expect(done.code, done.err).toBe(0);
}

const statusOf = (object: Manifest | undefined) => idsOf(object as Manifest);

describe('a claim on an account', () => {
  it('is not made for an Account that nothing uses, and comes before the first other write', async () => {
    firstOperator = start(first, { LANDFALL_CLUSTER_NAME: 'prod-eu' });
    await first.apply([namespace('team'), main]);
    await first.ready(main);
    expect(await first.writes()).toEqual([]);
    await first.apply([network]);
    await first.ready(network);
    const writes = await writesSince(0);
    expect(writes[0]).toBe('CreateInstanceProfile');
    expect(writes.filter((action) => action?.includes('InstanceProfile'))).toHaveLength(1);
    expect(await claim()).toMatchObject({
      installation: 'local',
      'claim-cluster': await first.uid(),
      'claim-name': 'prod-eu',
    });
    expect((await first.read(main))?.status).toMatchObject({
      claim: { cluster: await first.uid(), name: 'prod-eu' },
    });
  });

  it('costs one call an Account check, and none that writes', async () => {
    const mark = await first.mark();
    await checks(3);
    const calls = (await first.aws.ledger(mark)).filter(({ action }) => action?.includes('InstanceProfile'));
    expect(new Set(calls.map(({ action }) => action))).toEqual(new Set(['GetInstanceProfile']));
    const seconds = (Date.parse(calls.at(-1)?.time ?? '') - Date.parse(calls[0]?.time ?? '')) / 1000;
    expect(calls.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
  });

  it('keeps another cluster of the same installation id from every write, and tells it why', async () => {
    const mark = await first.mark();
    secondOperator = start(second, { LANDFALL_CLUSTER_NAME: 'prod-us' });
    await second.apply(everything);
    const stalled = await second.condition(main, 'Stalled', { reason: 'InstallationClaimed' });
    const since = (await claim())?.['claim-since'];
    expect(conditionOf(stalled, 'Stalled')?.message).toBe(
      `installation local in account 123456789012 is claimed by cluster prod-eu (kube-system uid ${await first.uid()}) since ${since}, and two clusters never act on one account with one installation id. Give this operator an id of its own (LANDFALL_INSTALLATION); or, if the other cluster is gone or is to stop, run: landfall takeover main`,
    );
    await second.condition(network, 'Stalled', { reason: 'AccountNotReady', message: /InstallationClaimed/ });
    await second.edit(network, { tags: { stage: 'other' } });
    await second.condition(network, 'Stalled', { reason: 'AccountNotReady', message: /InstallationClaimed/ });
    await checks(4);
    expect(await writesSince(mark)).toEqual([]);
    await first.ready(network);
  });

  it('is moved by nobody who only asks what would be moved', async () => {
    const asked = await second.landfall('takeover');
    expect(asked.out).toContain(`Account main: account 123456789012, claimed by cluster prod-eu`);
    expect(asked.out).toContain('Say --yes to do it');
    expect(asked.code).toBe(2);
    expect(await first.landfall('takeover', '--yes')).toMatchObject({
      code: 0,
      out: 'No account of an Account here is claimed by another cluster.\n',
    });
    expect(await second.landfall('takeover', 'mian')).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no Account mian in this cluster; it has main') as string,
    });
    expect(await claim()).toMatchObject({ 'claim-cluster': await first.uid() });
  });

  it('is moved by a takeover, which lets the former cluster notice first', async () => {
    await takeOver(second);
    const moving = await second.condition(main, 'Reconciling', { reason: 'TakingOver' });
    expect(conditionOf(moving, 'Reconciling')?.message).toMatch(
      /^this cluster took the account over at .* begins at/,
    );
    await first.condition(main, 'Stalled', { reason: 'InstallationClaimed', message: /cluster prod-us/ });
    const mark = await first.mark();
    await first.edit(network, { tags: { stage: 'late' } });
    await first.condition(network, 'Stalled', {
      reason: 'AccountNotReady',
      message: /landfall takeover main/,
    });
    await checks(4);
    expect(await writesSince(mark)).toEqual([]);
  });

  it('is moved at once where the former cluster is gone; the annotation of the last takeover means nothing more', async () => {
    await takeOver(first, '--former-is-gone');
    await first.ready(main);
    await first.ready(network);
    expect(await claim()).toMatchObject({ 'claim-cluster': await first.uid() });
    await second.condition(main, 'Stalled', { reason: 'InstallationClaimed' });
    await checks(4);
    await first.ready(main);
    expect(await claim()).toMatchObject({ 'claim-cluster': await first.uid() });
  });
});

describe('the loss of the cluster', () => {
  it('costs nothing in AWS: after a takeover the same manifests find everything by tag', async () => {
    const before = statusOf(await first.read(network));
    // Nothing but the other's claim tells the second from a fresh cluster then.
    await second.remove(network);
    await second.remove(main);
    await firstOperator.kill();
    await secondOperator.kill();
    const mark = await first.mark();
    secondOperator = start(second);
    await second.apply([main, network]);
    await second.condition(main, 'Stalled', { reason: 'InstallationClaimed' });
    await takeOver(second, '--former-is-gone');
    const found = await second.ready(network);
    expect(statusOf(found)).toEqual(before);
    expect(Object.keys(before).length).toBeGreaterThan(5);
    const writes = await writesSince(mark);
    expect(writes.filter((action) => !/Tags$|^(Unt|T)ag(Role|Resource)$/.test(action ?? ''))).toEqual([
      'TagInstanceProfile',
    ]);
  });
});

describe('the end of a claim', () => {
  it('comes with the Account, after which AWS is as it was before', async () => {
    await second.remove(network);
    expect(await claim()).toMatchObject({ 'claim-cluster': await second.uid() });
    await second.remove(main);
    expect(await claim()).toBeUndefined();
    await secondOperator.stop();
  });

  it('leaves the claim while another Account leads to the same account', async () => {
    const operator = start(second);
    const twin = account('twin', ['team']);
    const other = smallNetwork('other', 'team', { accountRef: { name: 'twin' } });
    await second.apply([main, twin, network, other]);
    await Promise.all([second.ready(network), second.ready(other)]);
    await Promise.all([second.remove(network), second.remove(other)]);
    await second.remove(main);
    expect(await claim()).toMatchObject({ 'claim-cluster': await second.uid() });
    await second.remove(twin);
    expect(await claim()).toBeUndefined();
    await operator.stop();
  });
});

describe('a crash around a claim', () => {
  it.each(['before', 'after', 'answering'] as const)(
    '%s it: nothing is made twice, and nothing is left',
    async (when) => {
      let died: Promise<void> | undefined;
      let operator = start(second);
      const meet = ({ action }: { readonly action: string }) => {
        if (died || action !== 'CreateInstanceProfile') return undefined;
        died = operator.kill();
        return 'drop' as const;
      };
      const mark = await first.mark();
      proxy.count({ [when]: meet });
      await second.apply([main, network]);
      await eventually('the operator is killed', async () => died !== undefined);
      await died;
      proxy.count();
      expect((await writesSince(mark)).filter((action) => action !== 'CreateInstanceProfile')).toEqual([]);
      operator = start(second);
      await second.ready(network);
      expect(await claim()).toMatchObject({ 'claim-cluster': await second.uid() });
      const made = (await first.writes(mark)).filter(
        ({ action, status }) => action === 'CreateInstanceProfile' && status < 300,
      );
      expect(made).toHaveLength(1);
      await second.remove(network);
      await second.remove(main);
      expect(await claim()).toBeUndefined();
      await operator.stop();
    },
  );

  it('a lost answer is taken for what it was: the claim found is its own', async () => {
    let lost = 0;
    const operator = start(second);
    proxy.count({
      after: ({ action }) => (action === 'CreateInstanceProfile' && (lost += 1) === 1 ? 'drop' : undefined),
    });
    await second.apply([main, network]);
    await second.ready(network);
    expect(lost).toBeGreaterThan(1);
    proxy.count();
    await second.remove(network);
    await second.remove(main);
    expect(await claim()).toBeUndefined();
    await operator.stop();
  });
});
