import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../../operator/config.ts';
import { Manager } from '../../../operator/controllers/manager.ts';
import type { KubeClient } from '../../../operator/kube/client.ts';
import { createEventRecorder } from '../../../operator/kube/events.ts';
import type { KubeObject } from '../../../operator/kube/types.ts';
import { createMetrics } from '../../../operator/metrics.ts';
import { eventually } from '../../support/eventually.ts';
import { createFakeApi, type FakeApi } from '../../support/fake-api.ts';
import { createFakeClock, settle, type FakeClock } from '../../support/fake-clock.ts';
import { silent } from '../../support/silent-log.ts';

const API = '/apis/landfall.dev/v1alpha1';
const ACCOUNTS = `${API}/accounts`;
const NETWORKS = `${API}/namespaces/team/securevpcs`;
const LINKS = `${API}/namespaces/team/privatelinkendpoints`;
const SERVICES = `${API}/namespaces/team/ecsservices`;
const STORES = `${API}/namespaces/team/datastores`;
const PATHS: Readonly<Record<string, string>> = {
  Account: ACCOUNTS,
  SecureVpc: NETWORKS,
  PrivateLinkEndpoint: LINKS,
  EcsService: SERVICES,
  DataStore: STORES,
};

interface Line {
  readonly at: number;
  readonly msg: string;
  readonly kind?: string;
  readonly name?: string;
  readonly reconcileId?: string;
}

let api: FakeApi;
let clock: FakeClock;
let lines: Line[];
let random: number;
let manager: Manager;
let hanging: (() => void)[];
let echoes: 'before the answer' | 'after it';
let watches: Map<string, (line: string) => void>;

/** Tells the watches of an object, as the API server does. */
function tell(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void {
  watches.get(`${API}/${object.kind?.toLowerCase()}s`)?.(JSON.stringify({ type, object }));
}

/** A client whose watch delivers each of its own writes too. */
function watchingClient(): KubeClient {
  const client = api.client();
  return {
    ...client,
    // One page, and objects of one namespace, are all there is.
    list: (path) =>
      client.list(Object.values(PATHS).find((each) => path === each.replace('/namespaces/team', '')) ?? path),
    async mergePatch<T>(path: string, body: object) {
      const written = await client.mergePatch<T & KubeObject>(path, body);
      if (written.kind === 'Event') return written;
      if (echoes === 'before the answer') tell('MODIFIED', written);
      else setImmediate(() => tell('MODIFIED', written));
      return written;
    },
    stream: (path, _, { onLine, signal }) =>
      new Promise((resolve) => {
        watches.set(path, onLine);
        signal?.addEventListener('abort', () => resolve());
      }),
  };
}

beforeEach(async () => {
  api = createFakeApi();
  clock = createFakeClock();
  lines = [];
  random = 1;
  hanging = [];
  watches = new Map();
  echoes = 'before the answer';
  const log = pino(
    { level: 'debug', base: null },
    { write: (text: string) => void lines.push({ ...(JSON.parse(text) as Line), at: clock.now() }) },
  );
  const client = watchingClient();
  manager = new Manager({
    client,
    callGuard: { before: () => Promise.resolve(), after: () => {} },
    events: createEventRecorder({ client, component: 'landfall', instance: 'test', log: silent, clock }),
    metrics: createMetrics(),
    clock,
    config: readConfig({ LANDFALL_WATCH_SILENCE_SECONDS: '1000000' }),
    log,
    assertLeading: () => {},
    isLeading: () => true,
    random: () => random,
  });
});
afterEach(async () => {
  letAccountsGo();
  await manager.stop();
});

const network = (generation = 1) => ({
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'SecureVpc',
  metadata: { name: 'net', namespace: 'team', generation },
  spec: { accountRef: { name: 'main' }, region: 'us-east-1' },
  status: { observedGeneration: -1 },
});

/** An Account whose profile nobody has, so that its check fails without a call. */
const account = (generation = 1) => ({
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'Account',
  metadata: { name: 'main', generation },
  spec: {
    aws: { accountId: '123456789012', profile: 'nobodys', regions: ['us-east-1'], namespaces: ['team'] },
  },
  status: { observedGeneration: -1 },
});

async function start(): Promise<void> {
  await manager.watch();
  manager.lead();
  await settle();
}

function passes(kind: string): Line[] {
  return lines.filter((line) => line.msg === 'pass begins' && line.kind === kind);
}

/** Seconds between the passes of a kind, the first since the time `from`. */
function delays(kind: string, from = 0): number[] {
  const times = passes(kind)
    .map(({ at }) => at / 1000)
    .filter((at) => at >= from);
  return times.slice(1).map((at, n) => at - (times[n] ?? 0));
}

async function change(object: KubeObject, type: 'ADDED' | 'MODIFIED' = 'MODIFIED'): Promise<void> {
  tell(type, api.put(PATHS[object.kind ?? ''] ?? NETWORKS, object));
  await settle();
}

/** Lets every write to an Account wait, so that its check does not end. */
function holdAccounts(): void {
  api.intercept = async ({ method, path }) => {
    if (method === 'PATCH' && path.startsWith(ACCOUNTS))
      await new Promise<void>((resolve) => hanging.push(resolve));
    return undefined;
  };
}

function letAccountsGo(): void {
  api.intercept = undefined;
  for (const release of hanging.splice(0)) release();
}

describe('a network that stands still until a person acts', () => {
  beforeEach(() => {
    api.put(NETWORKS, network());
  });

  it('is tried again after seconds, twice as long each time, and every ten minutes in the end', async () => {
    await start();
    await clock.advance(2_500_000);
    expect(delays('SecureVpc')).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600, 600]);
  });

  it('is tried up to half a delay earlier, by chance, so that many do not come back together', async () => {
    random = 0;
    await start();
    await clock.advance(20_000);
    random = 0.5;
    await clock.advance(1_400_000);
    expect(delays('SecureVpc')).toEqual([2.5, 5, 10, 20, 60, 120, 240, 450, 450]);
  });

  it('is tried at once when it changes, and then begins anew', async () => {
    await start();
    await clock.advance(100_000);
    await change(network(2));
    await clock.advance(40_000);
    expect(delays('SecureVpc')).toEqual([5, 10, 20, 40, 25, 5, 10, 20]);
  });

  it('is tried at once when its Account comes, and then begins anew', async () => {
    await start();
    await clock.advance(100_000);
    holdAccounts();
    await change(account(), 'ADDED');
    expect(delays('SecureVpc')).toEqual([5, 10, 20, 40, 25]);
    await clock.advance(3_000);
    expect(delays('SecureVpc', 100)).toEqual([1, 2]);
  });

  it('is tried at once when its Account is claimed for this cluster, which changes no condition, and then begins anew', async () => {
    holdAccounts();
    api.put(ACCOUNTS, account());
    await start();
    await clock.advance(100_000);
    const claim = { cluster: 'this', since: '2026-01-01T00:00:00Z' };
    const before = passes('SecureVpc').length;
    const claimed = { ...account(), status: { observedGeneration: -1, claim } };
    await change(claimed);
    expect(passes('SecureVpc').length - before).toBe(1);
    await clock.advance(3_000);
    expect(delays('SecureVpc', 100)).toEqual([1, 2]);
  });

  it.each(['before the answer', 'after it'] as const)(
    'is tried at once when the check of its Account ends otherwise than before, its echo %s',
    async (when) => {
      echoes = when;
      holdAccounts();
      api.put(ACCOUNTS, account());
      await start();
      await clock.advance(20_000);
      const before = passes('SecureVpc').length;
      letAccountsGo();
      await eventually('a pass of the network', async () => passes('SecureVpc').length > before);
      expect(api.read(`${NETWORKS}/net`)).toMatchObject({
        status: {
          conditions: expect.arrayContaining([expect.objectContaining({ reason: 'AccountNotReady' })]),
        },
      });
      expect(clock.now()).toBe(20_000);
    },
  );
});

it('what lets another Account in is tried at once when that comes', async () => {
  const provide = { serviceRef: { name: 'api' }, allowedAccounts: ['partner'] };
  const link = { ...network(), kind: 'PrivateLinkEndpoint', spec: { ...network().spec, provide } };
  api.put(LINKS, link);
  await start();
  await clock.advance(100_000);
  holdAccounts();
  const partner = account();
  await change({ ...partner, metadata: { ...partner.metadata, name: 'partner' } }, 'ADDED');
  expect(delays('PrivateLinkEndpoint')).toEqual([5, 10, 20, 40, 25]);
});

describe('a store that lets services in', () => {
  const store = {
    ...network(),
    kind: 'DataStore',
    metadata: { name: 'orders', namespace: 'team', generation: 1 },
  };
  const service = (generation: number, spec: object, status: object = {}) => ({
    ...network(generation),
    kind: 'EcsService',
    metadata: { name: 'shop', namespace: 'team', generation },
    spec: {
      ...network().spec,
      networkRef: { name: 'net' },
      cluster: {},
      task: { containers: [{ name: 'app' }] },
      ...spec,
    },
    status: { observedGeneration: -1, ...status },
  });
  const using = { dataStores: [{ name: 'orders' }] };
  /** How many passes of the store something brings about. */
  async function passesAfter(act: () => Promise<void>): Promise<number> {
    await clock.advance(100_000);
    const before = passes('DataStore').length;
    await act();
    await settle();
    return passes('DataStore').length - before;
  }

  beforeEach(() => {
    api.put(STORES, store);
  });

  it('hears of each that names it, when it comes, changes and goes', async () => {
    await start();
    expect(await passesAfter(() => change(service(1, using), 'ADDED'))).toBe(1);
    expect(await passesAfter(() => change(service(2, using)))).toBe(1);
    expect(
      await passesAfter(() => {
        tell('DELETED', service(2, using));
        return settle();
      }),
    ).toBe(1);
  });

  it('hears of one that names it no more, and of one whose tasks may use it no more', async () => {
    api.put(SERVICES, service(1, using));
    await start();
    expect(await passesAfter(() => change(service(2, {})))).toBe(1);
    expect(await passesAfter(() => change(service(3, {})))).toBe(0);
    await change(service(4, {}, { dataStores: ['team/orders'] }));
    expect(await passesAfter(() => change(service(5, {}, {})))).toBe(1);
  });

  it('hears nothing of those that do not name it', async () => {
    await start();
    expect(await passesAfter(() => change(service(1, {}), 'ADDED'))).toBe(0);
  });
});

it('what waits is tried again after a second, twice as long each time, and every minute in the end', async () => {
  holdAccounts();
  api.put(ACCOUNTS, account());
  api.put(NETWORKS, network());
  await start();
  await clock.advance(240_000);
  expect(api.read(`${NETWORKS}/net`)).toMatchObject({
    status: {
      conditions: expect.arrayContaining([expect.objectContaining({ reason: 'DependencyNotReady' })]),
    },
  });
  expect(delays('SecureVpc')).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
});

describe('an Account without credentials', () => {
  const checked = (count: number) =>
    eventually(`${count} checks`, async () => {
      await settle();
      return lines.filter(({ msg }) => msg === 'account checked').length >= count;
    });

  beforeEach(async () => {
    api.put(ACCOUNTS, account());
    await start();
    await checked(1);
  });

  it('is checked again after seconds, twice as long each time, and every five minutes in the end', async () => {
    for (const [n, delay] of [5, 10, 20, 40, 80, 160, 300, 300].entries()) {
      await clock.advance(delay * 1000 - 1);
      expect(passes('Account')).toHaveLength(n + 1);
      await clock.advance(1);
      expect(passes('Account')).toHaveLength(n + 2);
      await checked(n + 2);
    }
  });

  it('is checked at once when it changes, and then begins anew', async () => {
    for (const [n, delay] of [5, 10].entries()) {
      await clock.advance(delay * 1000);
      await checked(n + 2);
    }
    await change(account(2));
    await checked(4);
    await clock.advance(4_999);
    expect(passes('Account')).toHaveLength(4);
    await clock.advance(1);
    expect(passes('Account')).toHaveLength(5);
    await checked(5);
  });
});

it('all lines of a pass name kind, object and pass, and no two passes are named alike', async () => {
  api.put(NETWORKS, network());
  api.put(ACCOUNTS, account());
  await start();
  await eventually('both are checked', async () => {
    await clock.advance(1_000);
    return ['account checked', 'pass ended early'].every((msg) => lines.some((line) => line.msg === msg));
  });
  const named = lines.filter(({ kind }) => kind !== undefined);
  expect(named.every(({ reconcileId }) => /^[0-9a-f]{8}$/.test(reconcileId ?? ''))).toBe(true);
  const begun = named.filter(({ msg }) => msg === 'pass begins').map(({ reconcileId }) => reconcileId);
  expect(new Set(begun).size).toBe(begun.length);
  const of = (id: string | undefined) =>
    new Set(named.filter(({ reconcileId }) => reconcileId === id).map(({ kind, name }) => `${kind} ${name}`));
  for (const id of begun) expect(of(id).size).toBe(1);
  expect([...new Set(begun.flatMap((id) => [...of(id)]))].sort()).toEqual([
    'Account main',
    'SecureVpc team/net',
  ]);
});
