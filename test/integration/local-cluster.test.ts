import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectlEnvironment } from '../../k8s-local/cluster/kubectl.ts';
import { nodeLayout } from '../../k8s-local/node/credentials.ts';
import type { LocalCluster } from '../../k8s-local/node/local-cluster.ts';
import { runInside } from '../../k8s-local/node/namespaces.ts';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import type { EcsService } from '../../operator/api/ecs-service.ts';
import { operatorBeside, scaledService } from '../support/beside-cluster.ts';
import { eventually } from '../support/eventually.ts';
import { kubectlOk, RESTRICTED, server, startProbedCluster } from '../support/probed-cluster.ts';
import { PROBE_IMAGE } from '../support/probe-image.ts';

let cluster: LocalCluster;
beforeAll(async () => {
  cluster = await startProbedCluster();
});
afterAll(() => cluster?.stop());

const kubectl = (...args: string[]) => kubectlOk(cluster, args);
const apply = (namespace: string, manifests: string) =>
  kubectlOk(cluster, ['apply', '--namespace', namespace, '-f', '-'], manifests);
const rolledOut = (namespace: string, name: string) =>
  kubectl('rollout', 'status', '--namespace', namespace, `deployment/${name}`, '--timeout=60s');
/** What a pod is told of a Service of which DNS or kube-proxy has not heard yet, or which has no pod that is ready. */
const UNKNOWN = /\blookup |network is unreachable/;
/** What a pod of this Deployment is answered; undefined where nobody lets it in. DNS and kube-proxy hear of a Service a moment later. */
const get = async (namespace: string, from: string, url: string): Promise<string | undefined> => {
  const asked = ['exec', '--namespace', namespace, `deployment/${from}`, '--', '/probe', 'get', url];
  let stderr = '';
  const { answer } = await eventually(
    `${url} is known`,
    async () => {
      const done = await cluster.kubectl(asked);
      if (done.code === 0) return { answer: done.stdout.trim() };
      stderr = done.stderr;
      return !UNKNOWN.test(stderr) && { answer: undefined };
    },
    { seen: () => stderr },
  );
  if (answer === undefined) expect(stderr, stderr).toMatch(/connection refused|no route to host|exceeded/);
  return answer;
};

it('has one node, which is Ready, with the version of its API server', async () => {
  const node = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.nodeInfo.kubeletVersion}');
  expect(node).toBe(cluster.version);
  const ready = '{.items[*].status.conditions[?(@.type=="Ready")].status}';
  expect(await kubectl('get', 'nodes', '-o', `jsonpath=${ready}`)).toBe('True');
});

describe('two pods behind a Service', () => {
  const namespace = 'pair';
  let pods: string[];
  beforeAll(async () => {
    await kubectl('create', 'namespace', namespace);
    await apply(namespace, server('pair', { replicas: 2 }) + '---' + server('other'));
    await Promise.all([rolledOut(namespace, 'pair'), rolledOut(namespace, 'other')]);
    const names = await kubectl('get', 'pods', '-n', namespace, '-l', 'app=pair', '-o', 'name');
    pods = names
      .split('\n')
      .map((name) => name.replace('pod/', ''))
      .sort();
  });
  const bothHeard = async (from: string, url: string): Promise<string[]> => {
    const heard = new Set<string>();
    await eventually(`two pods answer at ${url}`, async () => {
      const answer = await get(namespace, from, url);
      if (answer !== undefined) heard.add(answer);
      return heard.size === 2;
    });
    return [...heard].sort();
  };

  it('both answer another pod by the name of the Service, short and whole', async () => {
    expect(pods).toHaveLength(2);
    for (const name of ['pair', 'pair.pair.svc.cluster.local']) {
      expect(await bothHeard('other', `http://${name}/`)).toEqual(pods);
    }
  });

  it('answer themselves by their Service', async () => {
    expect(await bothHeard('pair', 'http://pair/')).toEqual(pods);
  });

  it('answer this machine by the address of the Service and by their own', async () => {
    const service = await kubectl(
      'get',
      'service',
      '-n',
      namespace,
      'pair',
      '-o',
      'jsonpath={.spec.clusterIP}',
    );
    expect(pods).toContain((await (await fetch(`http://${service}/`)).text()).trim());
    const [pod = ''] = pods;
    const own = await kubectl('get', 'pod', '-n', namespace, pod, '-o', 'jsonpath={.status.podIP}');
    expect((await (await fetch(`http://${own}:8080/`)).text()).trim()).toBe(pod);
  });

  it('do not know names of the outside, and know the machine', async () => {
    const lookup = (name: string) =>
      cluster.kubectl(['exec', '-n', namespace, 'deployment/other', '--', '/probe', 'lookup', name]);
    expect(await lookup('example.com')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no such host') as string,
    });
    expect((await lookup('host.landfall.internal')).stdout.trim()).toBe(cluster.addresses.host);
  });

  it('have logs, take commands, and are reached by a port of this machine', async () => {
    const [pod = ''] = pods;
    expect(await kubectl('logs', '-n', namespace, pod)).toContain('listening on 8080');
    const text = 'written into a pod';
    await kubectl('exec', '-n', namespace, pod, '--', '/probe', 'write', '/tmp/note', text);
    expect(await kubectl('exec', '-n', namespace, pod, '--', '/probe', 'read', '/tmp/note')).toBe(text);

    const forward = spawn(cluster.kubectlPath, ['port-forward', '-n', namespace, `pod/${pod}`, ':8080'], {
      env: kubectlEnvironment(nodeLayout(cluster.dir)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(createInterface(forward.stdout), 'line')) as [string];
      const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      expect((await (await fetch(`http://127.0.0.1:${port}/forwarded`)).text()).trim()).toBe(pod);
    } finally {
      forward.kill();
      await once(forward, 'exit');
    }
    expect(await kubectl('logs', '-n', namespace, pod)).toContain('GET /forwarded');
  });
});

it('runs a pod of restricted security where that is enforced, and takes no privileged one', async () => {
  await kubectl('create', 'namespace', 'guarded');
  await kubectl('label', 'namespace', 'guarded', 'pod-security.kubernetes.io/enforce=restricted');
  const pod = (name: string, security: string) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 1
  containers: [{ name: main, image: '${PROBE_IMAGE}', args: [serve, '80'], securityContext: ${security} }]
`;
  await apply('guarded', pod('restricted', RESTRICTED));
  await kubectl('wait', '-n', 'guarded', '--for=condition=Ready', 'pod/restricted', '--timeout=60s');
  const refused = await cluster.kubectl(['apply', '-n', 'guarded', '-f', '-'], {
    input: pod('privileged', JSON.stringify({ privileged: true })),
  });
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/violates PodSecurity "restricted:latest": privileged/) as string,
  });
});

describe('a Service of type LoadBalancer', () => {
  const namespace = 'balanced';
  const change = (name: string, type: string) =>
    kubectl('patch', 'service', '-n', namespace, name, '-p', JSON.stringify({ spec: { type } }));
  const read = (name: string, path: string) =>
    kubectl('get', 'service', '-n', namespace, name, '-o', `jsonpath=${path}`);
  const addressOf = (name: string) => read(name, '{.status.loadBalancer.ingress[*].ip}');
  const given = (name: string) =>
    eventually(`an address of ${name}`, async () => {
      const address = await addressOf(name);
      return address !== '' && address;
    });
  /** What answers this machine there; undefined where nothing does. */
  const answersAt = (address: string): Promise<string | undefined> =>
    // A connection that is open stays so.
    fetch(`http://${address}/`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(5_000),
    }).then(
      async (answer) => (await answer.text()).trim(),
      () => undefined,
    );
  const answeredBy = (address: string, who: RegExp) =>
    eventually(`${who} at ${address}`, async () => who.test((await answersAt(address)) ?? ''));
  const silent = (address: string) =>
    eventually(`nobody at ${address}`, async () => (await answersAt(address)) === undefined);

  beforeAll(async () => {
    await kubectl('create', 'namespace', namespace);
    await apply(namespace, ['first', 'second'].map((name) => server(name)).join('---'));
    await Promise.all(['first', 'second'].map((name) => rolledOut(namespace, name)));
  });

  it('gets an address at which it answers this machine and pods, until it is of another type or gone', async () => {
    await change('first', 'LoadBalancer');
    const address = await given('first');
    expect(address).toMatch(new RegExp(`^198\\.19\\.${cluster.addresses.slot}\\.\\d+$`));
    await answeredBy(address, /^first-/);
    expect(await get(namespace, 'second', `http://${address}/`)).toMatch(/^first-/);
    expect(await get(namespace, 'first', `http://${address}/`)).toMatch(/^first-/);

    await change('first', 'ClusterIP');
    await eventually('no address', async () => (await addressOf('first')) === '');
    await silent(address);
    // Nothing of it is left that would keep the Service from going.
    await eventually('no finalizer', async () => (await read('first', '{.metadata.finalizers}')) === '');

    await change('second', 'LoadBalancer');
    expect(await given('second')).toBe(address);
    await answeredBy(address, /^second-/);
    await kubectl('delete', 'service', '-n', namespace, 'second', '--timeout=30s');
    await silent(address);
  });

  it('keeps its address when what gave it starts anew, and hears when there is none left', async () => {
    await change('first', 'LoadBalancer');
    const address = await given('first');
    const killed = await runInside(cluster.pid, ['/bin/sh', '-c', 'kill $(pidof load-balancers)']);
    expect(killed, killed.stderr).toMatchObject({ code: 0 });

    // All of the range but this address and the last one is another's.
    const service = (name: string, spec: object) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name },
        spec: { type: 'LoadBalancer', ports: [{ port: 80 }], ...spec },
      });
    await apply(namespace, service('greedy', { loadBalancerClass: 'example.com/other' }));
    const [network] = address.split(/\d+$/);
    const ingress = Array.from({ length: 253 }, (_, index) => ({ ip: `${network}${index + 1}` })).filter(
      ({ ip }) => ip !== address,
    );
    expect(ingress).toHaveLength(252);
    const taken = JSON.stringify({ status: { loadBalancer: { ingress } } });
    await kubectl('patch', 'service', '-n', namespace, 'greedy', '--subresource=status', '-p', taken);
    await apply(namespace, service('last', {}));
    expect(await given('last')).toBe(`${network}254`);

    await apply(namespace, service('late', {}));
    await eventually('a word of it', async () =>
      (await kubectl('get', 'events', '-n', namespace, '-o', 'jsonpath={.items[*].message}')).includes(
        `no address of ${cluster.addresses.loadBalancerCidr} is left`,
      ),
    );
    expect(await addressOf('late')).toBe('');
    await kubectl('delete', 'service', '-n', namespace, 'greedy', 'last', '--timeout=30s');
    await given('late');
    expect(await addressOf('first')).toBe(address);
    await answeredBy(address, /^first-/);
  });
});

describe('NetworkPolicies', () => {
  const policy = (name: string, spec: object) =>
    JSON.stringify({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name },
      spec: { policyTypes: ['Ingress'], podSelector: { matchLabels: { app: 'provider' } }, ...spec },
    });
  const from = 'policies';
  const url = 'http://provider.policies/';
  const answers = (client: string, url = 'http://provider.policies/') => get(from, client, url);
  const becomes = (client: string, answered: boolean, url?: string) =>
    eventually(
      `${client} is ${answered ? 'let in' : 'kept out'}`,
      async () => ((await answers(client, url)) !== undefined) === answered,
    );

  beforeAll(async () => {
    await kubectl('create', 'namespace', from);
    await apply(from, ['provider', 'friend', 'stranger'].map((name) => server(name)).join('---'));
    await Promise.all(['provider', 'friend', 'stranger'].map((name) => rolledOut(from, name)));
  });

  it('deny and admit who comes in, between pods of one node', async () => {
    expect(await answers('friend', url)).toMatch(/^provider-/);
    expect(await answers('stranger')).toMatch(/^provider-/);

    await apply(from, policy('deny', {}));
    await becomes('friend', false);
    await becomes('stranger', false);
    // Nobody said anything about the other ones.
    expect(await answers('stranger', 'http://friend/')).toMatch(/^friend-/);
    // The kubelet's probes are let through, or the pod would not be Ready and its Service have nobody.
    await kubectl('wait', '-n', from, '--for=condition=Ready', 'pod', '-l', 'app=provider', '--timeout=10s');

    const friends = { ingress: [{ from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }] };
    await apply(from, policy('allow', friends));
    await becomes('friend', true);
    expect(await answers('stranger')).toBeUndefined();

    await kubectl('delete', 'networkpolicy', '-n', from, 'deny', 'allow');
    await becomes('stranger', true);
  });

  it('deny and admit who goes out', async () => {
    const goingOut = (egress?: object[]) =>
      policy('out', {
        policyTypes: ['Egress'],
        podSelector: { matchLabels: { app: 'stranger' } },
        ...(egress ? { egress } : {}),
      });
    const dns = {
      to: [{ namespaceSelector: {}, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
      ports: [{ port: 53, protocol: 'UDP' }],
    };
    await apply(from, goingOut([dns]));
    await becomes('stranger', false);
    await apply(
      from,
      goingOut([
        dns,
        { to: [{ podSelector: { matchLabels: { app: 'provider' } } }], ports: [{ port: 8080 }] },
      ]),
    );
    await becomes('stranger', true);
    expect(await answers('stranger', 'http://friend/')).toBeUndefined();
    await kubectl('delete', 'networkpolicy', '-n', from, 'out');
  });
});

describe('figures of what pods use', () => {
  let operator: OperatorProcess | undefined;
  afterAll(() => operator?.stop());

  it('are seen, and scale an EcsService under load and back, which Landfall leaves alone', async () => {
    operator = await operatorBeside(cluster);
    await kubectl('create', 'namespace', 'busy');
    await apply('busy', scaledService('busy'));
    await kubectl('wait', '-n', 'busy', 'ecsservice/busy', '--for=condition=Ready', '--timeout=60s');
    const top = await eventually(
      'figures of the pods',
      async () => {
        const done = await cluster.kubectl(['top', 'pod', '-n', 'busy', '--no-headers']);
        return done.code === 0 && done.stdout.trim().split('\n').length === 1 && done.stdout;
      },
      { timeoutMs: 90_000, everyMs: 1_000 },
    );
    expect(top).toMatch(/^busy-\S+\s+\d+m\s+\d+Mi\s*$/m);

    const read = (path: string) =>
      kubectl('get', 'deployment', '-n', 'busy', 'busy', '-o', `jsonpath=${path}`, '--show-managed-fields');
    const replicas = () => read('{.status.readyReplicas}');
    // Who applies something that differs from what is there has another time.
    const writes = () => read('{.metadata.managedFields[?(@.manager=="landfall")].time}');
    const service = async () =>
      JSON.parse(await kubectl('get', 'ecsservice', '-n', 'busy', 'busy', '-o', 'json')) as EcsService;
    const plans = () => operator?.lines.filter(({ msg }) => msg === 'plan').length;
    const before = { writes: await writes(), plans: plans() };
    expect(before.plans).toBeGreaterThan(0);
    expect(before.writes).toMatch(/^\d{4}-/);
    expect(await replicas()).toBe('1');
    await eventually(
      'a second pod',
      async () => {
        // By the pod itself: nobody else is let in.
        const work = ['/probe', 'get', 'http://127.0.0.1:8080/?work=2000'];
        await kubectl('exec', '-n', 'busy', 'deployment/busy', '--', ...work);
        return (await replicas()) === '2';
      },
      { timeoutMs: 120_000, everyMs: 0 },
    );
    await eventually('both in status', async () => (await service()).status.runningCount === 2);
    const { conditions } = (await service()).status;
    expect(conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    expect(conditions?.find(({ type }) => type === 'Drifted')?.status).not.toBe('True');
    await eventually('one pod again', async () => (await replicas()) === '1', {
      timeoutMs: 120_000,
      everyMs: 500,
    });
    await eventually('one in status', async () => (await service()).status.runningCount === 1);
    expect({ writes: await writes(), plans: plans() }).toEqual(before);
  });
});

it('keeps what a pod writes into a volume for the next one, nobody though it is, and throws it away with the claim', async () => {
  await kubectl('create', 'namespace', 'stored');
  const set = `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store }
spec:
  serviceName: store
  selector: { matchLabels: { app: store } }
  template:
    metadata: { labels: { app: store } }
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: { fsGroup: 2000 }
      containers:
        - name: main
          image: '${PROBE_IMAGE}'
          args: [serve, '8080']
          securityContext: ${RESTRICTED}
          volumeMounts: [{ name: data, mountPath: /data }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;
  await apply('stored', set);
  const ready = () => kubectl('rollout', 'status', '-n', 'stored', 'statefulset/store', '--timeout=60s');
  const probe = (...args: string[]) => kubectl('exec', '-n', 'stored', 'store-0', '--', '/probe', ...args);
  await ready();
  await probe('write', '/data/note', 'kept');
  const former = await kubectl('get', 'pod', '-n', 'stored', 'store-0', '-o', 'jsonpath={.metadata.uid}');
  await kubectl('delete', 'pod', '-n', 'stored', 'store-0');
  await ready();
  expect(await kubectl('get', 'pod', '-n', 'stored', 'store-0', '-o', 'jsonpath={.metadata.uid}')).not.toBe(
    former,
  );
  expect(await probe('read', '/data/note')).toBe('kept');

  await kubectl('delete', 'namespace', 'stored', '--timeout=60s');
  const volumes = join(cluster.dir, 'var/lib/landfall/volumes');
  await eventually(
    'the volume is gone',
    async () => (await kubectl('get', 'persistentvolumes', '-o', 'name')) === '',
  );
  expect(await readdir(volumes)).toEqual([]);
});

it('lets a namespace end with everything in it', async () => {
  await kubectl('create', 'namespace', 'ending');
  await apply('ending', server('ending'));
  await rolledOut('ending', 'ending');
  await kubectl('delete', 'namespace', 'ending', '--timeout=60s');
  expect((await cluster.kubectl(['get', 'namespace', 'ending'])).stderr).toContain('NotFound');
});
