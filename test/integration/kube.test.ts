import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startControlPlane, type ControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { layout } from '../../k8s-local/cluster/credentials.ts';
import { systemClock } from '../../operator/clock.ts';
import { createKubeClient, listAll, type KubeClient } from '../../operator/kube/client.ts';
import { errorFromStatus, isConflict, isGone, isNotFound } from '../../operator/kube/errors.ts';
import { createEventRecorder } from '../../operator/kube/events.ts';
import { addFinalizer, removeFinalizer } from '../../operator/kube/finalizer.ts';
import { createInformer, type Informer } from '../../operator/kube/informer.ts';
import { loadKubeConfig } from '../../operator/kube/kubeconfig.ts';
import { createLeaderElection, type LeaderElection } from '../../operator/kube/leader.ts';
import { patchStatus } from '../../operator/kube/status.ts';
import { keyOf, refOf, type KubeObject } from '../../operator/kube/types.ts';
import { startKubeProxy, type KubeProxy } from '../support/kube-proxy.ts';
import { silent } from '../support/silent-log.ts';

type ConfigMap = KubeObject & { data?: Record<string, string> };

const eventually = { timeout: 20_000, interval: 50 };
let plane: ControlPlane;
let direct: KubeClient;
let proxy: KubeProxy;
let namespace = '';
let collection = '';
let serial = 0;

beforeAll(async () => {
  plane = await startControlPlane();
  direct = createKubeClient({ kubeConfig: loadKubeConfig({ path: plane.kubeconfigPath }), log: silent });
});

afterAll(async () => {
  direct.close();
  await plane.stop();
});

beforeEach(async () => {
  serial += 1;
  namespace = `kube-${serial}`;
  collection = `/api/v1/namespaces/${namespace}/configmaps`;
  await direct.create('/api/v1/namespaces', { metadata: { name: namespace } });
  proxy = await startKubeProxy({ kubeconfigPath: plane.kubeconfigPath });
});

afterEach(async () => {
  await proxy.stop();
});

const throughProxy = (): KubeClient =>
  createKubeClient({
    kubeConfig: loadKubeConfig({ path: proxy.kubeconfigPath }),
    log: silent,
    requestTimeoutMs: 2_000,
  });

const put = async (name: string, n: number): Promise<ConfigMap> =>
  direct.apply(
    `${collection}/${name}`,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { n: String(n) } },
    { fieldManager: 'test', force: true },
  );

describe('an informer behind a failing API server misses nothing', () => {
  let client: KubeClient;
  let informer: Informer<ConfigMap>;
  let known: Set<string>;
  let wrong: string[];

  beforeEach(async () => {
    for (let n = 0; n < 6; n += 1) await put(`old-${n}`, 0);
    known = new Set();
    wrong = [];
    client = throughProxy();
    informer = createInformer<ConfigMap>({
      client,
      path: collection,
      log: silent,
      // The server ends a watch after 2 s; only a hung one is silent for longer.
      watchTimeoutSeconds: 2,
      idleTimeoutMs: 3_000,
      onChange: (key, change) => {
        if (known.has(key) === (change === 'added')) wrong.push(`${change} ${key}`);
        if (change === 'deleted') known.delete(key);
        else known.add(key);
      },
    });
    informer.start();
    await informer.synced();
    await vi.waitFor(() => expect(proxy.counters.watchesOpen).toBe(1), eventually);
  });
  afterEach(async () => {
    await informer.stop();
    client.close();
  });

  /** Adds, changes and deletes behind the informer's back. */
  const change = async (): Promise<void> => {
    await put('new', 1);
    await put('old-0', 1);
    for (const name of ['old-1', 'old-2']) await direct.delete(`${collection}/${name}`);
    // Deleted and made again: another object under a known name.
    await direct.delete(`${collection}/old-3`);
    await put('old-3', 2);
    await put('brief', 1);
    await direct.delete(`${collection}/brief`);
  };

  const versions = (objects: ConfigMap[]): string[] =>
    objects.map((object) => `${keyOf(object)}@${object.metadata.resourceVersion}`).toSorted();

  /** The copy equals the server's list, and so does what was told, one by one. */
  const expectNothingMissed = async (): Promise<void> => {
    const { items } = await listAll<ConfigMap>(direct, collection);
    await vi.waitFor(() => expect(versions(informer.list())).toEqual(versions(items)), eventually);
    expect([...known].toSorted()).toEqual(items.map(keyOf).toSorted());
    expect(wrong).toEqual([]);
  };

  test('watches are dropped', async () => {
    expect(proxy.dropWatches()).toBe(1);
    await change();
    await expectNothingMissed();
    expect(proxy.counters.lists).toBe(1);
  });

  test.for(['gone-status', 'gone-event'] as const)('watches are answered with 410 (%s)', async (mode) => {
    proxy.setWatchMode(mode);
    proxy.dropWatches();
    await change();
    await vi.waitFor(() => expect(proxy.counters.gone).toBeGreaterThan(1), eventually);
    await direct.delete(`${collection}/old-4`);
    proxy.setWatchMode('pass');
    await expectNothingMissed();
    expect(proxy.counters.lists).toBeGreaterThan(1);
  });

  test.for(['watches', 'all'] as const)('it hangs in silence (%s)', async (what) => {
    proxy.setHang(what);
    await change();
    await vi.waitFor(() => expect(proxy.counters.hung).toBeGreaterThan(0), eventually);
    expect(informer.get(`${namespace}/old-1`)).toBeDefined();
    proxy.setHang('off');
    await expectNothingMissed();
  });

  test('it refuses connections for a while', async () => {
    await proxy.refuse();
    await change();
    await delay(2_000);
    await proxy.accept();
    await expectNothingMissed();
  });

  test('it is slow', async () => {
    proxy.setDelay(300);
    await change();
    await expectNothingMissed();
  });

  test('it is killed, and comes back after some seconds with nothing in its watch cache', async () => {
    proxy.setHang('watches');
    await change();
    await plane.stopApiServer('SIGKILL');
    proxy.setHang('off');
    await delay(3_000);
    await plane.startApiServer();
    await put('after', 1);
    await expectNothingMissed();
  });

  test('all of it at random, while objects change all the time', async () => {
    const faults: (() => void | Promise<void>)[] = [
      () => void proxy.dropWatches(),
      () => proxy.setWatchMode('gone-event'),
      () => proxy.setWatchMode('gone-status'),
      () => proxy.setHang('watches'),
      () => proxy.setDelay(50),
      async () => proxy.refuse(),
    ];
    const end = performance.now() + 8_000;
    const writing = (async () => {
      for (let n = 0; performance.now() < end; n += 1) {
        const name = `old-${Math.floor(Math.random() * 12)}`;
        await (Math.random() < 0.4 ? direct.delete(`${collection}/${name}`) : put(name, n));
        await delay(20);
      }
    })();
    while (performance.now() < end) {
      await faults[Math.floor(Math.random() * faults.length)]?.();
      await delay(400);
      proxy.setWatchMode('pass');
      proxy.setHang('off');
      proxy.setDelay(0);
      await proxy.accept();
      await delay(200);
    }
    await writing;
    await expectNothingMissed();
  });

  test('what we wrote is what we read, at once', async () => {
    proxy.setDelay(100);
    for (let n = 0; n < 5; n += 1) {
      const base = informer.get(`${namespace}/old-0`)?.metadata.resourceVersion;
      const written = await client.mergePatch<ConfigMap>(`${collection}/old-0`, { data: { n: `w${n}` } });
      informer.observe(written, base);
      expect(informer.get(`${namespace}/old-0`)?.data).toEqual({ n: `w${n}` });
    }
    proxy.setDelay(0);
    await expectNothingMissed();
  });
});

describe('two elections', () => {
  let child: ChildProcess;
  let client: KubeClient;
  let election: LeaderElection;
  let lines: string[];

  beforeEach(async () => {
    await put('written', 0);
    lines = [];
    const script = fileURLToPath(new URL('../support/lease-holder.ts', import.meta.url));
    child = spawn(process.execPath, [script, proxy.kubeconfigPath, namespace, 'child'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => lines.push(line));
    client = createKubeClient({ kubeConfig: loadKubeConfig({ path: plane.kubeconfigPath }), log: silent });
  });
  afterEach(async () => {
    child.kill('SIGKILL');
    await election.stop({ release: true });
    client.close();
  });

  test('one leads; stopped for longer than its lease and woken, it writes nothing', async () => {
    await vi.waitFor(() => expect(lines).toContain('wrote'), eventually);
    const mine: string[] = [];
    election = createLeaderElection({
      client,
      namespace,
      name: 'operator',
      identity: 'test',
      clock: systemClock,
      log: silent,
      leaseDurationMs: 2_000,
      renewDeadlineMs: 1_500,
      retryPeriodMs: 300,
      onStartedLeading: () => mine.push('started'),
      onStoppedLeading: () => mine.push('stopped'),
    });
    election.start();
    await delay(3_000);
    expect(mine).toEqual([]);
    expect(() => election.assertHeld()).toThrow(/does not hold the lease/);

    // Just after a write, so that it is stopped in its pause and not with a request on the way.
    const before = lines.length;
    await vi.waitFor(() => expect(lines.length).toBeGreaterThan(before), { timeout: 2_000, interval: 5 });
    child.kill('SIGSTOP');
    const writes = proxy.counters.writes;
    const said = lines.length;
    await vi.waitFor(() => expect(mine).toEqual(['started']), eventually);
    election.assertHeld();
    await delay(500);
    child.kill('SIGCONT');
    await vi.waitFor(() => expect(lines).toContain('stopped'), eventually);
    expect(lines[said]).toBe('refused NotLeader');
    expect(lines.slice(said)).not.toContain('wrote');
    expect(proxy.counters.writes).toBe(writes);
    expect(election.isLeader()).toBe(true);
  });
});

describe('the real API server agrees with what the unit tests assume', () => {
  test('resource versions guard merge patches, finalizers and status', async () => {
    const made = await put('a', 1);
    const path = `${collection}/a`;
    const held = await addFinalizer(direct, path, made, 'landfall.dev/test');
    const stale = await removeFinalizer(direct, path, made, 'landfall.dev/test');
    expect(stale).toBe(made);
    await put('a', 2);
    const conflict: unknown = await removeFinalizer(direct, path, held, 'landfall.dev/test').catch(
      (error: unknown) => error,
    );
    expect(isConflict(conflict)).toBe(true);
    await direct.delete(path);
    const terminating = await direct.get<ConfigMap>(path);
    expect(terminating.metadata.deletionTimestamp).toBeDefined();
    await removeFinalizer(direct, path, terminating, 'landfall.dev/test');
    const gone: unknown = await direct.get(path).catch((error: unknown) => error);
    expect(isNotFound(gone)).toBe(true);
    expect(await removeFinalizer(direct, path, terminating, 'landfall.dev/test')).toBeUndefined();
  });

  test('a status patch removes what is gone and touches nothing else', async () => {
    const path = `/api/v1/namespaces/${namespace}`;
    const condition = { type: 'Test', status: 'True', reason: 'x', message: 'y' };
    const before = { phase: 'Active' };
    const after = { phase: 'Active', conditions: [condition] };
    const written = await patchStatus<KubeObject & { status: object }>(direct, path, before, after);
    expect(written?.status).toMatchObject(after);
    const back = await patchStatus<KubeObject & { status: object }>(direct, path, written?.status, before);
    expect(back?.status).toEqual(before);
    expect(await patchStatus(direct, path, back?.status, before)).toBeUndefined();
  });

  test('a restarted API server answers an old version with an error that is known as Gone', async () => {
    await plane.stopApiServer();
    await plane.startApiServer();
    const streaming = direct.stream(
      collection,
      { watch: true, resourceVersion: '1', timeoutSeconds: 5 },
      {
        signal: new AbortController().signal,
        idleTimeoutMs: 10_000,
        onLine: (line) => {
          const { type, object } = JSON.parse(line) as { type: string; object: unknown };
          if (type === 'ERROR') throw errorFromStatus('WATCH', 200, object);
        },
      },
    );
    const error: unknown = await streaming.catch((thrown: unknown) => thrown);
    expect(isGone(error), String(error)).toBe(true);
  });

  test('kubectl shows the events, counted', async () => {
    const { metadata } = await put('a', 1);
    const events = createEventRecorder({
      client: direct,
      component: 'landfall',
      instance: 'test',
      log: silent,
      clock: systemClock,
    });
    const object = refOf({ metadata }, { apiVersion: 'v1', kind: 'ConfigMap' });
    const note = {
      type: 'Warning',
      reason: 'DriftRepaired',
      message: 'rule was back',
      action: 'Update',
    } as const;
    events.record(object, note);
    await events.flush();
    events.record(object, note);
    events.record({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, { ...note, reason: 'OfCluster' });
    await events.flush();
    const described = await plane.kubectl(['describe', 'configmap', 'a', '-n', namespace]);
    expect(described.stdout).toMatch(/Warning\s+DriftRepaired\s+.*\(x2 over .*\)\s+landfall\s+rule was back/);
    const listed = await plane.kubectl(['get', 'events', '-n', namespace]);
    expect(listed.stdout).toMatch(/Warning\s+DriftRepaired\s+configmap\/a\s+rule was back/);
    const ofCluster = await plane.kubectl(['describe', 'namespace', namespace]);
    expect(ofCluster.code, ofCluster.stderr).toBe(0);
    const inDefault = await plane.kubectl(['get', 'events', '-n', 'default']);
    expect(inDefault.stdout).toContain(`namespace/${namespace}`);
  });

  test('RBAC refusals are told as such', async () => {
    await direct.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'nobody' } });
    const path = await plane.kubeconfigForServiceAccount(namespace, 'nobody');
    const nobody = createKubeClient({ kubeConfig: loadKubeConfig({ path }), log: silent });
    const error: unknown = await nobody.get(collection).catch((thrown: unknown) => thrown);
    nobody.close();
    expect(error).toMatchObject({ status: 403, reason: 'Forbidden' });
    expect(String(error)).toContain(`cannot list resource "configmaps"`);
  });

  test('kubectl goes through the proxy when it listens with TLS', async () => {
    const { certs } = layout(plane.dir);
    const [cert, key] = await Promise.all(
      ['apiserver.crt', 'apiserver.key'].map(async (file) => readFile(join(certs, file), 'utf8')),
    );
    const secure = await startKubeProxy({
      kubeconfigPath: plane.kubeconfigPath,
      tls: { cert: cert ?? '', key: key ?? '' },
    });
    const call = { kubeconfig: secure.kubeconfigPath };
    const made = await plane.kubectl(['create', 'configmap', 'x', '-n', namespace], call);
    await secure.stop();
    expect(made.code, made.stderr).toBe(0);
    expect(secure.counters.writes).toBe(1);
  });

  test('a write can be cut off before it is forwarded and after it was carried out', async () => {
    const client = throughProxy();
    proxy.onWrite(({ n, phase }) =>
      (n === 1 && phase === 'before') || (n === 2 && phase === 'after') ? 'drop' : undefined,
    );
    for (const name of ['first', 'second', 'third']) {
      await client.create(collection, { metadata: { name } }).catch(() => {});
    }
    client.close();
    const { items } = await listAll<ConfigMap>(direct, collection);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['second', 'third']);
    expect(proxy.counters.writes).toBe(3);
  });
});
