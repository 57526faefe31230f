import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCluster, startLocalCluster } from '../../k8s-local/node/local-cluster.ts';
import { OPERATOR_IMAGE, provideImages } from '../../k8s-local/platform/images.ts';
import { installOperator, must } from '../../k8s-local/platform/install.ts';
import {
  type AuditedCall,
  auditedCalls,
  auditMark,
  grantsFor,
  grantsOf,
  isOfLease,
  isOfThings,
  isWork,
} from '../support/audit.ts';
import { eventually } from '../support/eventually.ts';
import { allReady, type Thing, thingsOf, titleOf } from '../support/installed-objects.ts';
import { InstalledOperator, OPERATOR_USER, SYSTEM } from '../support/installed-operator.ts';
import { CONSUMER, everything, ground, PROVIDER, services, worker } from '../support/operator-life.ts';
import { probeImage } from '../support/probe-image.ts';
import type { Manifest } from '../support/world.ts';

// The operator in a cluster from its own image, with the roles of its installation. What it asks of the API server stands in the
// audit log of that.
let cluster: LocalCluster;
let operator: InstalledOperator;

const REDIS = process.env['TEST_REDIS_IMAGE'] ?? 'redis:7.0';
/** A leader that says nothing keeps the Lease for 15 s, and another one looks every 2 s. */
const SILENT_MS = 30_000;
/** One that ends gives it up. */
const HANDED_MS = 12_000;

/** What nothing asks for where every Account leads to the cluster itself. */
const FOR_AWS = [
  // Its uid stands in the claim on an account of AWS.
  'core/namespaces:get',
];

const kubectl = (...args: string[]) => operator.kubectl(...args);
const apply = (manifests: readonly Manifest[]) =>
  must(
    cluster.kubectl,
    ['apply', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }),
  );
const things = () => thingsOf(operator);
const becomeReady = () => allReady(operator);
const mark = () => auditMark(cluster.auditLog);
const calls = (from = 0) => auditedCalls(cluster.auditLog, from);

/** Of new pods an autoscaler has no figures for a while, and their service says so: what it says then is no work without a cause. */
async function figuresAreTold(): Promise<void> {
  const pods = async () => {
    const text = await kubectl('get', 'pods', '-n', PROVIDER, '-o', 'name');
    return [...text.matchAll(/pod\/(api-\S+)/g)].map(([, name = '']) => name);
  };
  await eventually(
    'the pods have figures',
    async () => {
      const { stdout } = await cluster.kubectl(['top', 'pods', '-n', PROVIDER, '--no-headers']);
      return (await pods()).every((name) => stdout.includes(`${name} `));
    },
    { timeoutMs: 120_000, everyMs: 500 },
  );
  await kubectl('wait', '-n', PROVIDER, 'hpa/api', '--for=condition=ScalingActive', '--timeout=60s');
  // By now the operator has read the cluster once more, whatever the autoscaler said before.
  await sleep(7_000);
  await eventually('the service says nothing of it', async () => {
    const { status } = await operator.json<Thing>('ecsservice', '-n', PROVIDER, 'api');
    return status?.conditions?.every(({ type }) => type === 'Ready');
  });
}

/** Has something done, and strikes when the operator is at it. Resolves with what it still had to do, when that is done. */
async function strike(
  manifests: readonly Manifest[],
  begun: number,
  blow: (leader: string) => Promise<void>,
): Promise<AuditedCall[]> {
  const leader = await operator.leader();
  const start = await mark();
  await apply(manifests);
  await eventually('it is at work', async () => (await calls(start)).filter(isOfThings).length >= begun, {
    everyMs: 20,
  });
  const struck = await mark();
  await blow(leader);
  await becomeReady();
  await operator.rolledOut();
  const left = (await calls(struck)).filter(isWork);
  expect(left).not.toEqual([]);
  return left;
}

beforeAll(async () => {
  const progress = (line: string) => console.log(line);
  const [started, archive] = await Promise.all([
    startLocalCluster({ progress, audited: OPERATOR_USER }),
    probeImage(progress),
    provideImages([OPERATOR_IMAGE], { env: process.env, progress }),
  ]);
  cluster = started;
  operator = new InstalledOperator(cluster);
  for (const image of [archive, OPERATOR_IMAGE, REDIS]) await cluster.loadImage(image);
  await installOperator(cluster.kubectl);
  await apply(ground);
});
afterAll(() => cluster?.stop());

it('runs where nothing but restricted pods may, which a pod with one right more may not', async () => {
  const [name = ''] = await operator.pods();
  const { spec } = await operator.json<{ spec: { containers: { securityContext: object }[] } }>(
    'pod',
    '-n',
    SYSTEM,
    name,
  );
  const tried = (more: object) => {
    const containers = spec.containers.map((one) => ({
      ...one,
      securityContext: { ...one.securityContext, ...more },
    }));
    const metadata = { name: 'tried', namespace: SYSTEM };
    return cluster.kubectl(['create', '--dry-run=server', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...spec, containers } }),
    });
  };
  expect(await tried({})).toMatchObject({ code: 0 });
  for (const more of [{ privileged: true, allowPrivilegeEscalation: true }, { runAsUser: 0 }])
    expect(await tried(more)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('violates PodSecurity "restricted') as string,
    });
});

describe('an operator that is struck at its work', () => {
  let made: Thing[];

  it('killed while it makes things, has one of each in the end', async () => {
    let killed = '';
    const left = await strike(everything(1), 5, async (leader) => {
      killed = leader;
      await operator.signal(leader, 'SIGKILL');
    });
    expect(await operator.restarts(killed)).toBe(1);
    expect(left.filter(({ isMade }) => isMade).map(titleOf)).toContain(`${PROVIDER}/api`);
    made = await things();
    expect(made.length).toBeGreaterThan(20);
    const creations = (await calls()).filter((call) => isOfThings(call) && call.isMade);
    expect(creations.map(titleOf).sort()).toEqual(made.map(({ metadata }) => titleOf(metadata)).sort());
  });

  it('lost without a word, is followed by another when its Lease has ended', async () => {
    await strike(services(2), 1, async (leader) => {
      // So it does not hear that it is to end, as on a node that is gone.
      await operator.signal(leader, 'SIGSTOP');
      await kubectl('delete', 'pod', '-n', SYSTEM, leader, '--grace-period=0', '--force');
      await operator.ledByOther([leader], SILENT_MS);
    });
  });

  it('evicted, hands the lead to the one that stands by', async () => {
    const [first = '', second = ''] = await operator.pods();
    await strike(services(3), 1, async (leader) => {
      const eviction = {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: leader, namespace: SYSTEM },
      };
      const path = `/api/v1/namespaces/${SYSTEM}/pods/${leader}/eviction`;
      await must(cluster.kubectl, ['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
      const heir = await operator.ledByOther([leader], HANDED_MS);
      expect(heir).toBe(leader === first ? second : first);
    });
  });

  it('replaced by another version, hands the lead to one of the new pods', async () => {
    const former = await operator.pods();
    await strike(services(4), 1, async () => {
      await kubectl('set', 'env', '-n', SYSTEM, 'deployment/landfall', 'LANDFALL_LOG_LEVEL=debug');
      await operator.rolledOut();
    });
    await operator.ledByOther(former, HANDED_MS);
  });

  it('has done nothing twice', async () => {
    const after = await things();
    const identity = ({ kind, metadata }: Thing) => `${kind} ${titleOf(metadata)} ${metadata.uid}`;
    expect(after.map(identity).sort()).toEqual(made.map(identity).sort());
    const secrets = (all: readonly Thing[]) => all.flatMap(({ data }) => (data ? [data] : []));
    expect(secrets(after).length).toBeGreaterThan(1);
    expect(secrets(after)).toEqual(secrets(made));
    // Three changes, and the number of the history says that no pods of any fifth version ran.
    const revision = 'deployment.kubernetes.io/revision';
    const deployments = after.filter(({ kind }) => kind === 'Deployment');
    expect(
      deployments.map(({ metadata }) => `${metadata.generation} ${metadata.annotations?.[revision]}`),
    ).toEqual(['4 4', '4 4', '4 4']);
    const work = (await calls()).filter(isOfThings);
    expect(work.filter(({ verb }) => verb === 'delete')).toEqual([]);
    const written = Map.groupBy(
      work.filter(({ resource }) => resource === 'apps/deployments'),
      titleOf,
    );
    expect([...written.values()].map((all) => all.length)).toEqual([4, 4, 4]);
  });

  it('was at it only while it had the Lease', async () => {
    const holders: string[] = [];
    for (const call of await calls()) {
      if (isOfLease(call) && call.pod !== holders.at(-1)) holders.push(call.pod);
      if (isWork(call)) expect(call.pod, JSON.stringify(call)).toBe(holders.at(-1));
    }
    // It was lost, evicted and replaced.
    expect(holders.length).toBeGreaterThan(3);
  });

  it('writes nothing where nothing is to be done', async () => {
    await figuresAreTold();
    const start = await mark();
    // Two readings of the cluster, and more.
    await sleep(12_000);
    const asked = await calls(start);
    expect(asked.filter(isWork)).toEqual([]);
    expect(asked.filter(({ verb }) => verb === 'list').length).toBeGreaterThan(10);
  });
});

describe('the rights of the operator', () => {
  it('are enough for repairs, of which the second is told by counting up the first', async () => {
    for (let time = 0; time < 2; time += 1) {
      await kubectl('set', 'env', '-n', PROVIDER, 'deployment/worker', 'VERSION=other');
      await eventually('it is put right', async () => {
        const text = await kubectl('get', 'deployment', '-n', PROVIDER, 'worker', '-o', 'json');
        return !text.includes('"other"');
      });
    }
    await becomeReady();
  });

  it('are enough for plans that wait for a yes', async () => {
    await apply([worker(5, { approval: 'Manual' })]);
    const planHash = await eventually('a plan is shown', async () => {
      const { status } = await operator.json<Thing>('ecsservice', '-n', PROVIDER, 'worker');
      return status?.plan?.hash;
    });
    const approval = {
      apiVersion: 'landfall.dev/v1alpha1',
      kind: 'PlanApproval',
      metadata: { name: 'yes', namespace: PROVIDER },
      spec: { resourceRef: { kind: 'EcsService', name: 'worker' }, planHash },
    };
    await apply([approval]);
    await kubectl(
      'wait',
      '-n',
      PROVIDER,
      'planapproval/yes',
      '--for=jsonpath={.status.usedTime}',
      '--timeout=60s',
    );
    await becomeReady();
    await apply([worker(5, { approval: 'Auto' })]);
    await becomeReady();
  });

  it('are enough to leave nothing', async () => {
    await kubectl('delete', 'ecsservices,privatelinkendpoints', '--all', '-A', '--timeout=120s');
    await kubectl('delete', 'datastores', '--all', '-A', '--timeout=120s');
    await kubectl('delete', 'securevpcs', '--all', '-A', '--timeout=120s');
    await kubectl('delete', 'accounts', '--all', '--timeout=60s');
    expect(await things()).toEqual([]);
    await kubectl('delete', 'namespaces', PROVIDER, CONSUMER, '--timeout=120s');
  });

  it('are those that it has used, and no others', async () => {
    const all = await calls();
    expect(all.filter(({ isAllowed }) => !isAllowed)).toEqual([]);
    const granted = grantsOf(await operator.rules());
    const used = grantsFor(all);
    expect(used.filter((one) => !granted.includes(one))).toEqual([]);
    expect(granted.filter((one) => !used.includes(one))).toEqual(FOR_AWS);
  });
});
