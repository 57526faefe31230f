import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { established } from '../../k8s-local/cluster/established.ts';
import { type ControlPlane, startControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { resolveGitOpsProgram } from '../../k8s-local/gitops/programs.ts';
import { compileResources } from '../../operator/cli/assumed.ts';
import { printable } from '../../operator/graph/ref.ts';
import { readManifests } from '../../operator/cli/manifests.ts';
import { systemClock } from '../../operator/clock.ts';
import { readConfig } from '../../operator/config.ts';
import { createKubeClient, listAll, type KubeClient } from '../../operator/kube/client.ts';
import { createEventRecorder } from '../../operator/kube/events.ts';
import { addFinalizer, removeFinalizer } from '../../operator/kube/finalizer.ts';
import { createInformer } from '../../operator/kube/informer.ts';
import { loadKubeConfig } from '../../operator/kube/kubeconfig.ts';
import { createLeaderElection } from '../../operator/kube/leader.ts';
import { patchStatus } from '../../operator/kube/status.ts';
import { refOf, type KubeObject } from '../../operator/kube/types.ts';
import { argoHealth } from '../support/gitops-judges.ts';
import { kubectlOf } from '../support/kubectl.ts';
import { silent } from '../support/silent-log.ts';

const root = join(import.meta.dirname, '..', '..');
const environments = ['dev', 'staging', 'prod'] as const;

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}
interface Manifest extends KubeObject {
  apiVersion: string;
  kind: string;
  rules?: Rule[];
  spec?: Record<string, unknown>;
}

let plane: ControlPlane;
let operator: string;
const clients: KubeClient[] = [];

async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const done = await plane.kubectl(args, input === undefined ? {} : { input });
  expect(done, `kubectl ${args.join(' ')}`).toMatchObject({ code: 0 });
  return done.stdout;
}

const read = (file: string) =>
  parseAllDocuments(readFileSync(join(root, file), 'utf8')).map((document) => document.toJS() as Manifest);
const kustomize = (folder: string) => kubectl(['kustomize', join(root, 'manifests', folder)]);
const objects = async (folder: string) =>
  parseAllDocuments(await kustomize(folder)).map((document) => document.toJS() as Manifest);
const dryRun = (manifests: string) =>
  plane.kubectl(['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'], {
    input: manifests,
  });

async function deployment(): Promise<Manifest & { spec: { template: { spec: PodSpec } } }> {
  const found = (await objects('install')).find((object) => object.kind === 'Deployment');
  return found as Manifest & { spec: { template: { spec: PodSpec } } };
}
interface PodSpec {
  containers: { env: { name: string; value?: string; valueFrom?: { fieldRef: { fieldPath: string } } }[] }[];
}

beforeAll(async () => {
  // Here, since a hook may take the minutes of a first build.
  await resolveGitOpsProgram();
  plane = await startControlPlane();
  await kubectl(['apply', '-f', join(root, 'crds')]);
  await kubectl(['apply', '--server-side', '-f', join(root, 'test/fixtures/crds')]);
  await established(kubectlOf(plane));
  await kubectl(['apply', '--server-side', '--force-conflicts', '--validate=strict', '-k', install]);
  operator = await plane.kubeconfigForServiceAccount('landfall-system', 'landfall');
  for (const name of ['portal', 'argocd', 'flux-system', ...environments.map((name) => `portal-${name}`)])
    await kubectl(['create', 'namespace', name]);
});
afterAll(async () => {
  for (const client of clients) client.close();
  await plane.stop();
});

const install = join(root, 'manifests/install');

describe('manifests/install', () => {
  it('is applied again without a change', async () => {
    expect(await kubectl(['diff', '-k', install])).toBe('');
  });

  it('has every CRD', async () => {
    const found = (await objects('install')).filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(found.map(({ metadata }) => `crds/landfall.dev_${metadata.name.split('.')[0]}.yaml`)).toEqual(
      globSync('crds/*.yaml', { cwd: root }).sort(),
    );
  });

  it('has Pods that the restricted standard admits, and would not admit others', async () => {
    const { template } = (await deployment()).spec;
    const pod = (change: object) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'try', namespace: 'landfall-system' },
        spec: { ...template.spec, ...change },
      });
    expect(await dryRun(pod({}))).toMatchObject({ code: 0, stderr: '' });
    expect(await dryRun(pod({ hostNetwork: true }))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('violates PodSecurity "restricted:latest"') as string,
    });
  });

  it('sets an environment that the operator accepts', async () => {
    const { template } = (await deployment()).spec;
    const env = template.spec.containers[0]?.env ?? [];
    const fields: Record<string, string> = {
      'metadata.namespace': 'landfall-system',
      'metadata.name': 'pod-1',
    };
    const values = env.map(({ name, value, valueFrom }) => [
      name,
      value ?? fields[valueFrom?.fieldRef.fieldPath ?? ''],
    ]);
    expect(readConfig(Object.fromEntries(values) as NodeJS.ProcessEnv)).toMatchObject({
      installation: 'default',
      namespace: 'landfall-system',
      identity: 'pod-1',
      httpPort: 8080,
    });
  });

  it('has no wildcard in any role, and covers every kind', async () => {
    const roles = (await objects('install')).filter(({ kind }) => kind.endsWith('Role'));
    expect(JSON.stringify(roles)).not.toContain('"*"');
    const plurals = globSync('crds/*.yaml', { cwd: root }).map(
      (file) => /_(\w+)\.yaml$/u.exec(file)?.[1] ?? file,
    );
    const own = roles.find(({ metadata }) => metadata.name === 'landfall-operator')?.rules ?? [];
    for (const plural of plurals) {
      expect(own.some(({ resources }) => resources.includes(plural))).toBe(true);
      expect(own.some(({ resources }) => resources.includes(`${plural}/status`))).toBe(true);
    }
  });
});

describe("the operator's service account", () => {
  const account = read('manifests/examples/portal/account.yaml')[0] as Manifest;
  const network = read('manifests/examples/portal/base/network.yaml')[0] as Manifest;
  const accountPath = '/apis/landfall.dev/v1alpha1/accounts/portal';
  const networkPath = '/apis/landfall.dev/v1alpha1/namespaces/portal/securevpcs/portal';
  let client: KubeClient;

  beforeAll(async () => {
    client = createKubeClient({ kubeConfig: loadKubeConfig({ path: operator }), log: silent });
    clients.push(client);
    await kubectl(['apply', '-f', '-'], JSON.stringify(account));
    await kubectl(['apply', '-f', '-'], JSON.stringify(network));
    // The authorizer learns of a binding by its watch, a moment later.
    await vi.waitFor(async () => client.list('/apis/landfall.dev/v1alpha1/securevpcs'), 5_000);
  });

  it.each([accountPath, networkPath])('may watch, hold and describe %s', async (path) => {
    const collection = path.replace(/\/namespaces\/portal/u, '').replace(/\/portal$/u, '');
    const { items } = await listAll<KubeObject>(client, collection);
    expect(items).toMatchObject([{ metadata: { name: 'portal' } }]);
    const informer = createInformer({ client, path: collection, onChange: () => undefined, log: silent });
    informer.start();
    await informer.synced();
    await informer.stop();
    const [found] = items as [KubeObject];
    const object = await addFinalizer(client, path, found, 'landfall.dev/try');
    expect(object.metadata.finalizers).toEqual(['landfall.dev/try']);
    await removeFinalizer(client, path, object, 'landfall.dev/try');
    expect(await patchStatus(client, path, {}, { observedGeneration: 1 })).toMatchObject({
      status: { observedGeneration: 1 },
    });
  });

  it('may write events about both, and count them up', async () => {
    const options = { client, component: 'landfall', instance: 'try', log: silent, clock: systemClock };
    const recorder = createEventRecorder(options);
    const note = { type: 'Normal' as const, reason: 'Tried', message: 'a test', action: 'Try' };
    for (const object of [account, network]) {
      // The second time is a patch.
      recorder.record(refOf(object, object), note);
      await recorder.flush();
      recorder.record(refOf(object, object), note);
      await recorder.flush();
    }
    for (const namespace of ['default', 'portal']) {
      const found = await kubectl(['get', 'events', '-n', namespace, '-o', 'jsonpath={.items[*].count}']);
      expect(found).toBe('2');
    }
  });

  it('may lead, renew and give up', async () => {
    const config = readConfig({});
    let led = (): void => undefined;
    const leading = new Promise<void>((resolve) => (led = resolve));
    const election = createLeaderElection({
      client,
      namespace: config.namespace,
      name: `landfall-${config.installation}`,
      identity: 'try',
      clock: systemClock,
      log: silent,
      retryPeriodMs: 50,
      onStartedLeading: led,
      onStoppedLeading: () => undefined,
    });
    election.start();
    await leading;
    const renewals = async () =>
      kubectl(['get', 'lease', '-n', 'landfall-system', '-o', 'jsonpath={.items[*].spec.renewTime}']);
    const first = await renewals();
    await vi.waitFor(async () => expect(await renewals()).not.toBe(first), 5_000);
    await election.stop({ release: true });
    const holder = ['-o', 'jsonpath={.items[*].spec.holderIdentity}'];
    expect(await kubectl(['get', 'lease', '-n', 'landfall-system', ...holder])).toBe('');
  });

  it.each([
    ['delete', 'securevpc.landfall.dev/portal', '-n', 'portal'],
    ['delete', 'account.landfall.dev/portal'],
    ['create', 'configmap', 'try', '-n', 'portal'],
    ['get', 'securevpc.landfall.dev/portal', '-n', 'portal'],
    ['get', 'secrets', '-n', 'landfall-system'],
    ['get', 'secrets', '-A'],
    ['get', 'pods', '-n', 'landfall-system'],
    ['get', 'namespaces'],
    ['get', 'crd'],
    ['get', 'leases', '-n', 'kube-system'],
    ['get', 'events', '-n', 'portal'],
    ['create', 'token', 'landfall', '-n', 'landfall-system'],
  ])('may not %s %s %s %s', async (...args) => {
    const call = args.filter((arg): arg is string => arg !== undefined);
    expect(await plane.kubectl(call, { kubeconfig: operator })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot (delete|create|get|list)/u) as string,
    });
  });

  it.each(['create', 'update', 'delete', 'deletecollection'])('may not %s what users write', async (verb) => {
    for (const resource of [
      'securevpcs',
      'ecsservices',
      'privatelinkendpoints',
      'datastores',
      'accounts',
      'planapprovals',
    ].map((plural) => `${plural}.landfall.dev`)) {
      const can = await plane.kubectl(['auth', 'can-i', verb, resource, '-A'], { kubeconfig: operator });
      expect(can.stdout.trim()).toBe('no');
    }
  });
});

describe('the roles for people', () => {
  beforeAll(async () => {
    for (const [name, role] of [
      ['viewer', 'landfall-view'],
      ['editor', 'landfall-edit'],
      ['giver', 'landfall-account-admin'],
      ['approver', 'landfall-approver'],
    ] as const)
      await kubectl(['create', 'clusterrolebinding', name, `--clusterrole=${role}`, `--user=${name}`]);
  });
  const can = async (user: string, verb: string, resource: string) =>
    (
      await plane.kubectl(['auth', 'can-i', verb, `${resource}.landfall.dev`, '-A', `--as=${user}`])
    ).stdout.trim();

  it.each([
    ['viewer', 'get', 'securevpcs', 'yes'],
    ['viewer', 'get', 'accounts', 'yes'],
    ['viewer', 'patch', 'securevpcs', 'no'],
    ['editor', 'create', 'securevpcs', 'yes'],
    ['editor', 'patch', 'accounts', 'no'],
    ['viewer', 'get', 'planapprovals', 'yes'],
    ['editor', 'create', 'planapprovals', 'no'],
    ['approver', 'create', 'planapprovals', 'yes'],
    ['approver', 'patch', 'securevpcs', 'no'],
    ['giver', 'create', 'accounts', 'yes'],
    ['giver', 'create', 'securevpcs', 'no'],
  ])('%s %s %s: %s', async (user, verb, resource, answer) => {
    await vi.waitFor(async () => expect(await can(user, verb, resource)).toBe(answer), 5_000);
  });
});

describe('manifests/examples/platform', () => {
  /** What is of a third zone: a name of a zone or subnet in a list. */
  const isOfZoneC = (item: unknown) =>
    typeof item === 'string' && /(^us-east-1c$|-az3$|subnet\/\w+-c\.id)/.test(item);
  /** The inputs and tags of every node of an overlay, with its environment as a word of its own, and without `drop` in lists. */
  async function nodes(
    environment: string,
    drop: (item: unknown) => boolean = () => false,
  ): Promise<Map<string, Record<string, unknown>>> {
    const text = await kustomize(`examples/platform/overlays/${environment}`);
    const manifests = await readManifests([join(root, 'manifests/examples/accounts'), '-'], {
      stdin: Readable.from([text]),
    });
    const { compiled, failures } = compileResources('default', manifests);
    expect(failures).toEqual([]);
    return new Map(
      compiled.flatMap(({ object, graph }) =>
        [...graph.nodes.values()].map(({ key, inputs, tags }) => {
          const text = JSON.stringify({ ...printable(inputs), tags });
          const parsed = JSON.parse(text.replaceAll(environment, 'ENVIRONMENT'), (_, value: unknown) =>
            Array.isArray(value) ? value.filter((item) => !drop(item)) : value,
          ) as Record<string, unknown>;
          return [`${object.kind}/${object.metadata.name} ${key}`, parsed] as const;
        }),
      ),
    );
  }

  it.each(environments)('%s is what the schemas take, unknown fields refused', async (name) => {
    const manifests = await kustomize(`examples/platform/overlays/${name}`);
    const ours = parseAllDocuments(manifests)
      .map((document) => document.toJS() as Manifest)
      .filter(({ kind }) => kind !== 'Namespace');
    expect(ours).toHaveLength(9);
    const inDefault = ours.map((object) => ({
      ...object,
      metadata: { ...object.metadata, namespace: 'default', name: `${object.metadata.name}-${name}` },
    }));
    expect(await dryRun(inDefault.map((object) => JSON.stringify(object)).join('\n---\n'))).toMatchObject({
      code: 0,
    });
  });

  it('goes from staging to prod with another zone, bigger tasks and stores, more of them, longer retention and protection', async () => {
    const [staging, prod] = [await nodes('staging'), await nodes('prod', isOfZoneC)];
    const fieldsOf = (name: string) =>
      new Set([staging, prod].flatMap((of) => Object.keys(of.get(name) ?? {})));
    const differs = (name: string, field: string) =>
      JSON.stringify(staging.get(name)?.[field]) !== JSON.stringify(prod.get(name)?.[field]);
    const changed = [...prod.keys()]
      .filter((name) => staging.has(name))
      .flatMap((name) =>
        [...fieldsOf(name)].filter((field) => differs(name, field)).map((field) => `${name} ${field}`),
      );
    // The name of the load balancer is cut where it would be too long for AWS, and told apart by a hash.
    expect(changed.sort()).toEqual([
      'DataStore/api-service backup-plan copyTo',
      'DataStore/api-service backup-plan retentionDays',
      'DataStore/api-service db-cluster backupDays',
      'DataStore/api-service db-cluster deletionProtection',
      'DataStore/api-service db-instance/1 instanceClass',
      'DataStore/api-service db-instance/2 instanceClass',
      'DataStore/api-service-cache replication-group nodeType',
      'DataStore/api-service-cache replication-group replicasPerShard',
      'DataStore/api-service-cache replication-group snapshotRetentionDays',
      'DataStore/api-service-sessions backup-plan copyTo',
      'DataStore/api-service-sessions backup-plan retentionDays',
      'DataStore/api-service-sessions table deletionProtection',
      'DataStore/api-service-sessions table-settings deletionProtection',
      'EcsService/api-consumer service desiredCount',
      'EcsService/api-consumer task-definition cpu',
      'EcsService/api-consumer task-definition memory',
      'EcsService/api-service load-balancer name',
      'EcsService/api-service service desiredCount',
      'EcsService/api-service task-definition cpu',
      'EcsService/api-service task-definition memory',
      // One entry for each zone, whose ids only AWS knows.
      'PrivateLinkEndpoint/api-service endpoint zones',
      'SecureVpc/api-consumer log-group/flow-logs retentionDays',
      'SecureVpc/api-service log-group/flow-logs retentionDays',
    ]);
    expect([...prod.keys()].filter((name) => !staging.has(name)).every((name) => name.endsWith('-c'))).toBe(
      true,
    );
    expect([...staging.keys()].filter((name) => !prod.has(name))).toEqual([]);
  });
});

describe('manifests/gitops', () => {
  it.each(['argo-cd', 'flux', 'accounts', ...environments.map((name) => `networks/${name}`)])(
    '%s is what the schemas take, unknown fields refused',
    async (folder) => {
      const manifests = await kustomize(`gitops/${folder}`);
      expect(await dryRun(manifests)).toMatchObject({ code: 0 });
      const broken = parseAllDocuments(manifests)
        .map((document) => document.toJS() as Manifest)
        .filter(({ spec }) => spec !== undefined)
        .map((object) => JSON.stringify({ ...object, spec: { ...object.spec, misspelt: true } }));
      for (const manifest of broken)
        expect((await dryRun(manifest)).stderr).toMatch(/misspelt|field not declared/u);
    },
  );

  it('names folders and objects that exist', async () => {
    const gitops = join(root, 'manifests/gitops');
    const applications = (await objects('gitops/argo-cd')).filter(({ kind }) => kind === 'Application');
    const flux = (await objects('gitops/flux')).filter(({ kind }) => kind === 'Kustomization');
    const paths = [
      ...applications.map(({ spec }) => (spec as { source: { path: string } }).source.path),
      ...flux.map(({ spec }) => (spec as { path: string }).path),
    ];
    expect(paths).toHaveLength(7);
    for (const path of paths) expect(globSync(`${path}/kustomization.yaml`, { cwd: gitops })).toHaveLength(1);
    const names = flux.map(({ metadata }) => metadata.name);
    for (const { spec } of flux) {
      const { dependsOn = [] } = spec as { dependsOn?: { name: string }[] };
      for (const { name } of dependsOn) expect(names).toContain(name);
    }
  });

  it.each(environments)('%s has an Account that allows its namespace and region', async (environment) => {
    const made = await objects(`gitops/networks/${environment}`);
    const network = made.find(({ kind }) => kind === 'SecureVpc');
    const wanted = network?.spec as { accountRef: { name: string }; region: string } | undefined;
    const account = (await objects('gitops/accounts')).find(
      ({ metadata }) => metadata.name === wanted?.accountRef.name,
    );
    const given = account?.spec as { aws: { regions: string[]; namespaces: string[] } } | undefined;
    expect(given?.aws.regions).toContain(wanted?.region);
    expect(given?.aws.namespaces).toEqual([network?.metadata.namespace]);
  });

  it('has a base that is the example of the portal', async () => {
    const example = read('manifests/examples/portal/base/network.yaml')[0];
    const base = read('manifests/gitops/networks/base/network.yaml')[0];
    expect({ ...base?.spec, environment: 'dev' }).toEqual(example?.spec);
    const cidrs = await Promise.all(
      environments.map(async (name) =>
        (await objects(`gitops/networks/${name}`)).flatMap(({ spec }) => spec?.['cidr'] ?? []),
      ),
    );
    expect(new Set(cidrs.flat()).size).toBe(3);
  });
});

describe('the health checks for Argo CD', () => {
  const condition = (type: string, reason: string, message: string, status = 'True') => ({
    type,
    status,
    reason,
    message,
  });
  const at = (observedGeneration: number | undefined, ...conditions: object[]) => ({
    status: { ...(observedGeneration !== undefined && { observedGeneration }), conditions },
  });
  const cases: [string, object, string, string][] = [
    ['fresh', { status: { observedGeneration: -1 } }, 'Progressing', 'not seen this generation'],
    ['without a status', {}, 'Progressing', 'not seen this generation'],
    [
      'just edited',
      at(1, condition('Ready', 'Succeeded', 'done')),
      'Progressing',
      'not seen this generation',
    ],
    ['without conditions', at(2), 'Progressing', 'No condition says'],
    [
      'at work',
      at(
        2,
        condition('Ready', 'Creating', '3 of 40', 'False'),
        condition('Reconciling', 'Creating', '3 of 40'),
      ),
      'Progressing',
      'Creating: 3 of 40',
    ],
    [
      'repairing drift',
      at(
        2,
        condition('Ready', 'Succeeded', 'done'),
        condition('Reconciling', 'Updating', 'a rule'),
        condition('Drifted', 'DriftDetected', 'a rule'),
      ),
      'Progressing',
      'Updating: a rule',
    ],
    [
      'stalled',
      at(
        2,
        condition('Ready', 'AccessDenied', 'no', 'False'),
        condition('Stalled', 'AccessDenied', 'ec2:CreateVpc is denied'),
      ),
      'Degraded',
      'AccessDenied: ec2:CreateVpc is denied',
    ],
    [
      'ready',
      at(2, condition('Ready', 'Succeeded', '40 things are as specified')),
      'Healthy',
      'Succeeded: 40 things',
    ],
    [
      'repaired',
      at(
        2,
        condition('Ready', 'Succeeded', 'done'),
        condition('Drifted', 'DriftRepaired', 'a rule', 'False'),
      ),
      'Healthy',
      'Succeeded: done',
    ],
    [
      'paused',
      at(2, condition('Ready', 'Succeeded', 'done'), condition('Paused', 'PausedBySpec', 'left alone')),
      'Suspended',
      'PausedBySpec: left alone',
    ],
  ];

  it.each(['Account', 'SecureVpc'])('judge %s by its conditions, in the Lua of Argo CD', async (kind) => {
    const object = (status: object, metadata: object = {}) => ({
      apiVersion: 'landfall.dev/v1alpha1',
      kind,
      metadata: { name: 'portal', generation: 2, ...metadata },
      ...status,
    });
    const ready = at(2, condition('Ready', 'Succeeded', 'done'));
    const going = object(ready, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    const subjects = [...cases.map(([, status]) => object(status)), going];
    const answers = await argoHealth(subjects);
    cases.forEach(([name, , status, message], index) => {
      expect(answers[index], name).toMatchObject({
        status,
        message: expect.stringContaining(message) as string,
      });
    });
    expect(answers.at(-1)).toEqual({ status: 'Progressing', message: 'Pending deletion' });
    // Without them Argo CD has no opinion, and shows the kind as healthy.
    expect((await argoHealth(subjects, {})).slice(0, -1).every((answer) => answer === null)).toBe(true);
  });

  it('merge into the ConfigMap that Argo CD has', async () => {
    await kubectl(['create', 'configmap', 'argocd-cm', '-n', 'argocd', '--from-literal=url=https://argo']);
    const file = join(root, 'manifests/gitops/argo-cd/argocd-cm.yaml');
    await kubectl(['-n', 'argocd', 'patch', 'configmap', 'argocd-cm', '--patch-file', file]);
    const { data } = JSON.parse(
      await kubectl(['get', 'configmap', 'argocd-cm', '-n', 'argocd', '-o', 'json']),
    ) as { data: Record<string, string> };
    expect(Object.keys(data).sort()).toEqual([
      'resource.customizations.health.landfall.dev_Account',
      'resource.customizations.health.landfall.dev_DataStore',
      'resource.customizations.health.landfall.dev_EcsService',
      'resource.customizations.health.landfall.dev_PrivateLinkEndpoint',
      'resource.customizations.health.landfall.dev_SecureVpc',
      'url',
    ]);
    expect(data['resource.customizations.health.landfall.dev_SecureVpc']).toContain('Stalled');
  });
});
