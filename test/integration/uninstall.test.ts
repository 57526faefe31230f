import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { established } from '../../k8s-local/cluster/established.ts';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { eventually } from '../support/eventually.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { idsOf, type Manifest, World } from '../support/world.ts';

const root = join(import.meta.dirname, '..', '..');

let world: World;
let operator: OperatorProcess;
let empty: string;
let manifests: string;

const main = account('main', ['team']);
const network = smallNetwork('net', 'team');
const title = 'SecureVpc team/net';

beforeAll(async () => {
  world = await World.start();
  empty = await world.aws.dump();
  manifests = join(world.plane.dir, 'manifests.json');
  await writeFile(manifests, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [main, network] }));
  await install();
});
afterAll(() => world?.stop());

/** Installs Landfall as its manifests do. Nothing runs its Deployment here; a test starts the operator itself. */
async function install(): Promise<void> {
  await world.kubectl('apply', '--server-side', '-k', join(root, 'manifests', 'install'));
  await established((...args) => world.kubectl(...args));
}

/** The network as it stands, made by a running operator. */
async function stand(): Promise<Manifest> {
  operator = world.operator();
  await world.apply([namespace('team'), main, network]);
  return world.ready(network);
}

/** Everything of the account but tags: what a release must not change. */
const untagged = async () => (await world.aws.dump()).replaceAll(/"landfall\.dev\/retained":"[^"]*",?/g, '');
const writesSince = async (mark: number) => (await world.writes(mark)).map(({ action }) => action ?? '');
const retained = async () => {
  const listed = await world.landfall('retained', '-f', manifests, '--json');
  return (JSON.parse(listed.out) as { things: { kind: string; id: string; owner: string; since: string }[] })
    .things;
};

/** What the namespace's controller of a whole cluster would do, which a bare API server lacks. */
async function deleteNamespace(): Promise<void> {
  await world.kubectl('delete', 'namespace', 'team', '--wait=false');
  await world.delete(network);
}

/** The controller's last step, once nothing is left in it. */
async function endNamespace(): Promise<void> {
  const found = await world.kube.get<object>('/api/v1/namespaces/team');
  await world.kube.replace('/api/v1/namespaces/team/finalize', { ...found, spec: { finalizers: [] } });
  await world.gone(namespace('team'));
}

const deleteCrds = async () => world.kubectl('delete', '-k', join(root, 'crds'), '--wait=false');
const crds = async () => world.kubectl('get', 'crd', '-o', 'name');

describe('landfall release', () => {
  it('says what it would do, and does nothing', async () => {
    const before = await stand();
    const asked = await world.landfall('release', 'securevpc/team/net');
    expect(asked).toMatchObject({
      code: 2,
      out: expect.stringContaining(`${title}: 4 things in AWS`) as string,
    });
    expect(asked.out).toContain('Say --yes to do it');
    expect((await world.read(network))?.metadata).toEqual(before.metadata);
    expect(await world.landfall('release', 'securevpc/team/nat')).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not in this cluster') as string,
    });
    expect(await world.landfall('release', 'net')).toMatchObject({
      code: 1,
      err: expect.stringContaining('net names no object: write KIND/NAMESPACE/NAME') as string,
    });
  });

  it('has the operator take the object out of Kubernetes and leave AWS as it is, and lists what is left', async () => {
    const ids = Object.values(idsOf((await world.read(network)) as Manifest)).sort();
    const mark = await world.mark();
    const done = await world.landfall('release', 'svpc/team/net', '--yes');
    expect(done.code, done.err).toBe(0);
    expect(await world.read(network)).toBeUndefined();
    for (const id of ids) expect(done.out).toContain(id);
    expect((await writesSince(mark)).filter((action) => !action.endsWith('Tags'))).toEqual([]);
    const left = await retained();
    expect(left.map(({ id }) => id).sort()).toEqual(ids);
    expect(new Set(left.map(({ owner }) => owner))).toEqual(new Set(['SecureVpc/team/net']));
    const table = await world.landfall('retained', '-f', manifests);
    expect(table.out).toMatch(
      /ACCOUNT +REGION +KIND +ID +OWNER +SINCE\nmain +us-east-1 +\w+ +\S+ +SecureVpc\/team\/net +20/,
    );
  });

  it('is undone by the same manifest, which makes nothing', async () => {
    const mark = await world.mark();
    await world.apply([network]);
    await world.ready(network);
    expect((await writesSince(mark)).filter((action) => !action.endsWith('Tags'))).toEqual([]);
    expect(await retained()).toEqual([]);
  });

  it('does the operator’s work where no operator runs, and says so', async () => {
    await operator.stop();
    const before = await untagged();
    const done = await world.landfall('release', 'securevpc/team/net', '--yes');
    expect(done.code, done.err).toBe(0);
    expect(done.err).toContain(
      'no operator holds the Lease landfall-system/landfall-local; this process does',
    );
    expect(await world.read(network)).toBeUndefined();
    expect((await retained()).length).toBe(4);
    expect((await untagged()).length).toBe(before.length);
  });

  it('lets go without AWS where it must', async () => {
    await stand();
    await operator.stop();
    const before = await world.aws.dump();
    const done = await world.landfall('release', 'securevpc/team/net', '--yes', '--without-aws');
    expect(done.code, done.err).toBe(0);
    expect(done.out).toContain('untouched');
    expect(await world.read(network)).toBeUndefined();
    expect((await world.aws.dump()) === before, 'AWS is untouched').toBe(true);
  });
});

describe('a namespace that is deleted first', () => {
  it('wedges nothing while the operator runs', async () => {
    await stand();
    await deleteNamespace();
    await world.gone(network);
    await endNamespace();
    await operator.stop();
  });

  it('without an operator is explained, and freed by release', async () => {
    await stand();
    await operator.stop();
    await deleteNamespace();
    const told = await world.landfall('uninstall', '--retain');
    expect(told.out).toContain('namespace team is being deleted and waits for its objects');
    expect(told.out).toContain(`${title} is going`);
    expect(told.out).toContain('no operator runs');
    const done = await world.landfall('release', 'securevpc/team/net', '--yes');
    expect(done.code, done.err).toBe(0);
    await world.gone(network);
    await endNamespace();
  });
});

describe('CRDs that are deleted first', () => {
  it('wedge nothing while the operator runs: it goes on until AWS is empty', async () => {
    await stand();
    await deleteCrds();
    await eventually('the CRDs are gone', async () => !(await crds()).includes('landfall.dev'));
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
    await install();
    await world.apply([main]);
    await world.ready(main);
    await world.remove(main);
    await operator.stop();
  });

  it('without an operator are explained, and mended by uninstall', async () => {
    await stand();
    await operator.stop();
    await deleteCrds();
    const told = await world.landfall('uninstall', '--delete');
    expect(told.code).toBe(2);
    expect(told.out).toContain('CRD securevpcs.landfall.dev is being deleted and waits for its objects');
    expect(told.out).toContain('no operator runs, so that this process does its work');
    const done = await world.landfall('uninstall', '--delete', '--yes');
    expect(done.code, done.err).toBe(0);
    expect(done.err).toContain('this process does the operator');
    expect(await crds()).not.toContain('landfall.dev');
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
  });
});

describe('landfall uninstall', () => {
  it('wants to know what becomes of AWS', async () => {
    expect(await world.landfall('uninstall', '--yes')).toMatchObject({
      code: 1,
      err: expect.stringContaining('--retain leaves all as it is, --delete deletes it') as string,
    });
  });

  it('--delete takes everything away in order, and nothing is left in the cluster or in AWS', async () => {
    await install();
    await stand();
    const done = await world.landfall('uninstall', '--delete', '--yes');
    expect(done.code, done.err).toBe(0);
    expect(done.err).toContain(`${title}: gone`);
    expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
    expect(await crds()).not.toContain('landfall.dev');
    for (const kind of [
      'deployment',
      'clusterrole',
      'clusterrolebinding',
      'role',
      'serviceaccount',
      'lease',
    ]) {
      const left = await world.kubectl(
        'get',
        kind,
        '-A',
        '-o',
        'name',
        '-l',
        'app.kubernetes.io/name=landfall',
      );
      expect(left, kind).toBe('');
    }
    expect(await world.landfall('uninstall', '--delete', '--yes')).toMatchObject({
      code: 0,
      out: 'Landfall is not in this cluster.\n',
    });
    await operator.kill();
  });

  it('--retain leaves AWS as it is; it goes on where it was stopped', async () => {
    await install();
    await stand();
    await operator.stop();
    const unreachable = await world.landfall('uninstall', '--retain', '--yes', '--timeout', '0.001');
    expect(unreachable).toMatchObject({
      code: 1,
      err: expect.stringContaining('run the same command again') as string,
    });
    const done = await world.landfall('uninstall', '--retain', '--yes');
    expect(done.code, done.err).toBe(0);
    expect(await crds()).not.toContain('landfall.dev');
    expect((await retained()).length).toBe(4);
  });
});
