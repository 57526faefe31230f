import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sample } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { established } from '../../k8s-local/cluster/established.ts';
import { type ControlPlane, startControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { type Kind, KINDS } from '../../operator/api/kinds.ts';
import { parseManifest } from '../../operator/api/parse.ts';
import { createKubeClient, type KubeClient } from '../../operator/kube/client.ts';
import { loadKubeConfig } from '../../operator/kube/kubeconfig.ts';
import { accountSpec, networkSpec } from '../operator/api/random-manifests.ts';
import { tableSpec } from '../operator/api/random-stores.ts';
import { defaulted, invalidFixtures, openApi } from '../operator/api/fixtures.ts';
import { kubectlOf } from '../support/kubectl.ts';
import { silent } from '../support/silent-log.ts';
import { type Manifest, pathOf } from '../support/world.ts';

const root = join(import.meta.dirname, '..', '..');
const crds = join(root, 'crds');
const examples = globSync('manifests/examples/**/*.yaml', { cwd: root })
  .sort()
  .flatMap((file) =>
    parseAllDocuments(readFileSync(join(root, file), 'utf8')).map((document) => ({
      file,
      object: document.toJS() as Manifest,
    })),
  )
  .filter(({ object }) => object.kind in KINDS);

let plane: ControlPlane;
let kube: KubeClient;

/** Runs kubectl and expects success; returns standard output. */
async function kubectl(args: readonly string[], object?: object): Promise<string> {
  const done = await plane.kubectl(args, object ? { input: JSON.stringify(object) } : {});
  expect(done, `kubectl ${args.join(' ')}`).toMatchObject({ code: 0 });
  return done.stdout;
}

const reference = ({ kind, metadata: { name, namespace } }: Manifest) => [
  kind.toLowerCase(),
  name,
  ...(namespace === undefined ? [] : ['--namespace', namespace]),
];
const read = (object: Manifest) => kube.get<Manifest>(pathOf(object));
const remove = (object: Manifest) => kube.delete(pathOf(object));

/** As kubectl's requests are: what no field takes is refused, and not dropped. */
const strictly = { query: { fieldValidation: 'Strict' } };

/** What `kubectl apply` sends of a new object; a process for each of hundreds would take minutes. */
const create = (object: Manifest) => kube.create(dirname(pathOf(object)), object, strictly);

/** What `kubectl apply` sends of one that it applied before. */
const change = (from: Manifest, to: Manifest) =>
  kube.mergePatch(pathOf(to), { ...to, spec: changes(from.spec, to.spec) }, strictly);

/** A merge patch: null for what is left out now. */
function changes(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return to;
  const gone = Object.keys(from).filter((key) => !(key in to));
  return {
    ...Object.fromEntries(gone.map((key) => [key, null])),
    ...Object.fromEntries(Object.entries(to).map(([key, value]) => [key, changes(from[key], value)])),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The API server's words of why it does not take something. */
const refusal = (request: Promise<unknown>) =>
  request.then(
    () => 'taken',
    (error: unknown) => {
      expect(error).toMatchObject({ status: expect.toBeOneOf([400, 422]) as number });
      return error instanceof Error ? error.message : '';
    },
  );

/** The spec and status that the API server should show for a manifest: what was sent and the defaults. */
function completed(object: Manifest) {
  const { spec, status } = defaulted(openApi(object.kind as Kind), object) as Manifest;
  return { spec, status };
}

/** What the operator and the command line make of a manifest. */
function parsed(object: Manifest) {
  const result = parseManifest(object.kind as Kind, object);
  if (!result.ok) throw new Error(`${object.metadata.name} is not valid`);
  return { spec: result.value.spec };
}

const network = (name: string, spec: object = {}): Manifest => ({
  apiVersion: 'landfall.dev/v1alpha1',
  kind: 'SecureVpc',
  metadata: { name, namespace: 'team-a' },
  spec: {
    accountRef: { name: 'main' },
    region: 'us-east-1',
    cidr: '10.0.0.0/16',
    zones: { count: 2 },
    tiers: [{ name: 'private' }],
    ...spec,
  },
});

beforeAll(async () => {
  plane = await startControlPlane();
  kube = createKubeClient({ kubeConfig: loadKubeConfig({ path: plane.kubeconfigPath }), log: silent });
  await kubectl(['apply', '-f', crds]);
  await established(kubectlOf(plane));
  for (const name of [
    'portal',
    'api-service',
    'api-consumer',
    'baskets',
    'shop',
    'store',
    'stores',
    'team-a',
    'team-b',
  ])
    await kubectl(['create', 'namespace', name]);
});
afterAll(async () => {
  kube.close();
  await plane.stop();
});

describe('the CRDs', () => {
  it('are applied again without a change, client side and server side', async () => {
    expect(await kubectl(['apply', '-f', crds])).not.toMatch(/created|configured/u);
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', crds]);
  });

  it('are structural and accepted in full', async () => {
    const list = JSON.parse(await kubectl(['get', 'crd', '-o', 'json'])) as {
      items: { metadata: { name: string }; status: { conditions: { type: string; status: string }[] } }[];
    };
    expect(list.items.map((item) => item.metadata.name)).toEqual([
      'accounts.landfall.dev',
      'datastores.landfall.dev',
      'ecsservices.landfall.dev',
      'planapprovals.landfall.dev',
      'privatelinkendpoints.landfall.dev',
      'securevpcs.landfall.dev',
    ]);
    for (const { status } of list.items) {
      const conditions = Object.fromEntries(
        status.conditions.map((condition) => [condition.type, condition.status]),
      );
      expect(conditions).toMatchObject({ NamesAccepted: 'True', Established: 'True' });
      // This one appears only where a schema is not structural.
      expect(conditions).not.toHaveProperty('NonStructuralSchema');
    }
  });

  it('explain their fields', async () => {
    expect(await kubectl(['explain', 'securevpc.spec.tiers'])).toContain(
      'Tiers of subnets: each has a subnet in every zone',
    );
    expect(await kubectl(['explain', 'svpc.spec.securityGroups.bastion.adminCidrs'])).toContain(
      'Networks that administrators come from.',
    );
    expect(await kubectl(['explain', 'acct.spec.aws.namespaces'])).toContain('An empty list allows nobody.');
  });
});

describe.each([
  { how: 'client side', flags: [] },
  { how: 'server side', flags: ['--server-side'] },
])('an example applied $how', ({ flags }) => {
  it.each(examples)(
    '$file comes back as sent, with the defaults and nothing pruned, and stays so when sent again',
    async ({ object }) => {
      await kubectl(['apply', ...flags, '-f', '-'], object);
      const stored = await read(object);
      expect({ spec: stored.spec, status: stored.status }).toEqual(completed(object));
      expect(await kubectl(['apply', ...flags, '-f', '-'], object)).toMatch(
        flags.length > 0 ? /serverside-applied/u : /unchanged/u,
      );
      expect(await read(object)).toMatchObject({ spec: stored.spec, metadata: { generation: 1 } });
      expect(parseManifest(object.kind as Kind, stored)).toEqual({
        ok: true,
        value: expect.objectContaining(parsed(object)),
      });
      await remove(object);
    },
  );
});

describe('invalid manifests', () => {
  const fixtures = invalidFixtures();

  const refusedByServer = fixtures.filter((fixture) => fixture.by === 'apiserver');

  it.each(refusedByServer)('$name is refused: $expect', async (fixture) => {
    const refused = fixture.refused as Manifest;
    const [first, ...between] = fixture.documents.slice(0, -1) as Manifest[];
    if (first) {
      await create(first);
      let last = first;
      for (const document of between) {
        await change(last, document);
        last = document;
      }
      const before = await read(refused);
      expect(await refusal(change(last, refused))).toContain(fixture.expect);
      expect(await read(refused)).toEqual(before);
      await remove(refused);
    } else {
      expect(await refusal(create(refused))).toContain(fixture.expect);
      await expect(read(refused)).rejects.toMatchObject({ status: 404 });
    }
  });

  const ofEachKind = new Map(refusedByServer.map((fixture) => [fixture.kind, fixture]));
  const unknownField = refusedByServer.filter(({ expect: words }) => words.startsWith('unknown field'));
  it.each([...ofEachKind.values(), ...unknownField])('$name: kubectl tells why', async (fixture) => {
    for (const document of fixture.documents.slice(0, -1)) await kubectl(['apply', '-f', '-'], document);
    const refused = fixture.refused as Manifest;
    const done = await plane.kubectl(['apply', '-f', '-'], { input: JSON.stringify(refused) });
    expect(done).toMatchObject({ code: 1 });
    expect(done.stderr).toContain(fixture.expect);
    await remove(refused);
  });

  it.each(fixtures.filter((fixture) => fixture.by === 'operator'))(
    '$name is accepted: only the operator can know',
    async (fixture) => {
      const object = fixture.refused as Manifest;
      await create(object);
      await remove(object);
    },
  );
});

describe('random manifests', () => {
  it.each([
    { kind: 'SecureVpc', specs: networkSpec },
    { kind: 'Account', specs: accountSpec },
    { kind: 'DataStore', specs: tableSpec },
  ] as const)(
    'of kind $kind are refused by the API server exactly when they are refused without one',
    async ({ kind, specs }) => {
      const objects = sample(specs, { numRuns: 400, seed: 1 }).map((spec, index) => ({
        apiVersion: 'landfall.dev/v1alpha1',
        kind,
        metadata:
          kind === 'Account' ? { name: `random-${index}` } : { name: `random-${index}`, namespace: 'team-a' },
        spec,
      }));
      const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
      const done = await plane.kubectl(['create', '--dry-run=server', '-o', 'name', '-f', '-'], { input });
      const byServer = done.stdout.split('\n').flatMap((line) => line.split('/')[1] ?? []);
      const byParser = objects
        .filter((object) => parseManifest(kind, object).ok)
        .map((object) => object.metadata.name);
      const one = (name: string) =>
        JSON.stringify(objects.find((object) => object.metadata.name === name)?.spec);
      expect(byServer.filter((name) => !byParser.includes(name)).map(one)).toEqual([]);
      expect(byParser.filter((name) => !byServer.includes(name)).map(one)).toEqual([]);
      // Else the comparison would say little.
      expect(byServer.length).toBeGreaterThan(50);
      expect(byServer.length).toBeLessThan(objects.length - 50);
    },
  );
});

describe('changes of a SecureVpc', () => {
  it.each([
    ['more zones', {}, { zones: { count: 3 } }],
    ['a count that becomes names', {}, { zones: { names: ['us-east-1a', 'us-east-1b'] } }],
    ['another tier', {}, { tiers: [{ name: 'private' }, { name: 'public' }] }],
    [
      'a given subnet in a zone that had none',
      {},
      { tiers: [{ name: 'private', subnets: [{ zone: 'a', cidr: '10.0.1.0/24' }] }] },
    ],
    ['shorter retention', {}, { flowLogs: { retentionDays: 1 } }],
    ['a group taken away', { securityGroups: { alb: {}, ecs: {} } }, { securityGroups: { ecs: {} } }],
  ])('%s: allowed', async (_, first, second) => {
    await create(network('changing', first));
    await change(network('changing', first), network('changing', second));
    const stored = await read(network('changing'));
    expect(stored.spec).toEqual(completed(network('changing', second)).spec);
    await remove(stored);
  });
});

/** Cells of the lines that kubectl prints. */
const columns = async (...args: string[]) =>
  (await kubectl(['get', ...args]))
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/u));

describe('the status', () => {
  const object = network('seen');
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'Succeeded',
    message: 'network is as wanted',
    lastTransitionTime: '2026-01-01T00:00:00Z',
    observedGeneration: 1,
  };
  const status = {
    observedGeneration: 1,
    conditions: [condition],
    target: { accountId: '123456789012', region: 'us-east-1', installation: 'test' },
    resources: [{ node: 'vpc', kind: 'Vpc', id: 'vpc-0a', state: 'Ready' }],
    pending: [{ node: 'igw', time: '2026-01-01T00:00:00Z' }],
    zones: ['us-east-1a', 'us-east-1b'],
    vpcId: 'vpc-0a',
    subnets: { private: [{ zone: 'us-east-1a', id: 'subnet-0a', cidr: '10.0.0.0/22' }] },
    securityGroups: { alb: 'sg-0a' },
    routeTables: { private: 'rtb-0a' },
    endpoints: { s3: 'vpce-0a' },
  };

  beforeAll(() => kubectl(['apply', '-f', '-'], object));
  afterAll(() => remove(object));

  it('cannot be set with the spec: a fresh object is seen by nobody', async () => {
    await kubectl(['apply', '-f', '-'], { ...object, status });
    expect(await read(object)).toMatchObject({ status: { observedGeneration: -1 } });
  });

  it('keeps every field that the operator writes', async () => {
    const patch = JSON.stringify({ status });
    await kubectl(['patch', ...reference(object), '--subresource=status', '--type=merge', '-p', patch]);
    expect((await read(object)).status).toEqual(status);
  });

  it('shows in the columns', async () => {
    const [head, row] = await columns('svpc', '-n', 'team-a', 'seen', '-o', 'wide');
    expect(head).toEqual(['NAME', 'READY', 'REASON', 'VPC', 'CIDR', 'ACCOUNT', 'REGION', 'AGE', 'MESSAGE']);
    expect(row).toMatchObject([
      'seen',
      'True',
      'Succeeded',
      'vpc-0a',
      '10.0.0.0/16',
      'main',
      'us-east-1',
      expect.any(String),
      'network is as wanted',
    ]);
    expect((await columns('svpc', '-n', 'team-a'))[0]).not.toContain('MESSAGE');
    expect(await kubectl(['get', 'landfall', '-n', 'team-a', '-o', 'name'])).toContain(
      'securevpc.landfall.dev/seen',
    );
  });

  it('ends kubectl wait', async () => {
    await kubectl(['wait', ...reference(object), '--for=condition=Ready', '--timeout=5s']);
  });
});

describe('the status of an Account', () => {
  const object: Manifest = {
    apiVersion: 'landfall.dev/v1alpha1',
    kind: 'Account',
    metadata: { name: 'shown' },
    spec: { aws: { accountId: '123456789012', regions: ['us-east-1'], namespaces: ['portal'] } },
  };
  const callerArn = 'arn:aws:sts::123456789012:assumed-role/landfall/landfall-default';
  const status = {
    observedGeneration: 1,
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Succeeded',
        message: 'account 123456789012 is reached',
        lastTransitionTime: '2026-01-01T00:00:00Z',
        observedGeneration: 1,
      },
    ],
    callerArn,
    usedBy: 3,
  };

  it('shows in the columns', async () => {
    await kubectl(['apply', '-f', '-'], object);
    const patch = JSON.stringify({ status });
    await kubectl(['patch', ...reference(object), '--subresource=status', '--type=merge', '-p', patch]);
    const [head, row] = await columns('account', 'shown', '-o', 'wide');
    expect(head).toEqual(['NAME', 'READY', 'REASON', 'ACCOUNT', 'USED BY', 'AGE', 'CALLER', 'MESSAGE']);
    expect(row).toEqual([
      'shown',
      'True',
      'Succeeded',
      '123456789012',
      '3',
      expect.any(String),
      callerArn,
      'account 123456789012 is reached',
    ]);
    expect((await columns('account', 'shown'))[0]).toEqual(head?.slice(0, -2));
    await remove(object);
  });
});
