import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCluster, startLocalCluster } from '../../k8s-local/node/local-cluster.ts';
import { ask, callConsumer } from '../../k8s-local/platform/calls.ts';
import { type Forwarded, forward } from '../../k8s-local/platform/forward.ts';
import { OPERATOR_IMAGE, provideImages } from '../../k8s-local/platform/images.ts';
import {
  applyAccounts,
  applyExample,
  installOperator,
  must,
  restartServices,
} from '../../k8s-local/platform/install.ts';
import { imagesOf } from '../../k8s-local/platform/manifests.ts';
import { eventually, eventuallyTaken } from '../support/eventually.ts';
import { judge } from '../support/gitops-judges.ts';

let cluster: LocalCluster;
const forwarded: Forwarded[] = [];

const kubectl = (...args: string[]) => must(cluster.kubectl, args);

/** The address on this machine of a Service in the cluster. */
async function reach(namespace: string, service: string, port: number): Promise<string> {
  const { kubectlPath, kubeconfigPath: kubeconfig } = cluster;
  const one = await forward({ kubectlPath, kubeconfig, namespace, service, port });
  forwarded.push(one);
  return one.url;
}

/** Where a service answers, as its status says it in the field that on AWS has the name of its load balancer. kube-proxy hears of it beside the status. */
async function balancerOf(namespace: string, service: string, port: number): Promise<string> {
  const url = await eventually(`an address of ${service} in its status`, async () => {
    const path = 'jsonpath={.status.loadBalancerDnsName}';
    const address = await kubectl('get', 'ecsservice', '-n', namespace, service, '-o', path);
    return /^198\.19\.\d+\.\d+$/.test(address) && `http://${address}:${port}`;
  });
  await eventuallyTaken(`an answer at ${url}`, () => ask(url, 'GET', '/health'));
  return url;
}

/** What `node -e` answers who asks for an address: 0 where it is let in, 3 where it is refused or waits in vain, 4 with the text of any other error. */
const CONNECT = `
const [host, port] = process.argv.slice(1);
const end = (code, why) => { if (why) console.error(why); process.exit(code); };
require('node:net').connect(Number(port), host)
  .setTimeout(5000, () => end(3))
  .on('connect', () => end(0))
  .on('error', (why) => end(['ECONNREFUSED', 'EHOSTUNREACH', 'ETIMEDOUT'].includes(why.code) ? 3 : 4, why));
`;

/** Whether a pod of a service can connect to an address. Throws where it is not known whether it was let in: DNS did not answer, say. */
async function connects(namespace: string, deployment: string, host: string, port: number): Promise<boolean> {
  const node = ['node', '-e', CONNECT, '--', host, String(port)];
  const done = await cluster.kubectl(['exec', '-n', namespace, `deployment/${deployment}`, '--', ...node]);
  const code = done.code === 0 ? 0 : Number(/exit code (\d+)/.exec(done.stderr)?.[1]);
  expect([0, 3], `${host}:${port}: ${done.stderr}`).toContain(code);
  return code === 0;
}

/** What Flux and Argo CD call these objects, each once. */
async function called(kinds: string): Promise<string[]> {
  const { items } = JSON.parse(await kubectl('get', kinds, '-A', '-o', 'json')) as { items: object[] };
  const judged = await judge(items);
  return [...new Set(judged.map(({ flux, argo }) => `${flux.status} ${argo?.status}`))];
}

beforeAll(async () => {
  const progress = (line: string) => console.log(line);
  const images = await imagesOf(['platform', 'portal']);
  const [started, { present, rewrites }] = await Promise.all([
    startLocalCluster({ progress }),
    provideImages([...images, OPERATOR_IMAGE], { env: process.env, progress }),
  ]);
  cluster = started;
  for (const image of present) await cluster.loadImage(image);
  await installOperator(cluster.kubectl);
  await applyAccounts(cluster.kubectl, rewrites);
});
afterAll(async () => {
  for (const one of forwarded) await one.stop();
  await cluster?.stop();
});

describe('the platform in real pods, from the very manifests for AWS', () => {
  beforeAll(() => applyExample(cluster.kubectl, 'platform'));

  it('passes a call from the consumer through the alias to the provider', async () => {
    const answers = await callConsumer(await reach('api-consumer', 'api-consumer', 8000));
    expect(answers.find(({ asked }) => asked === 'POST /call/api-service')?.body).toMatchObject({
      service: 'api-service',
      status: 200,
      response: { service: 'api-service', received: { test: 'data', action: 'get_data' } },
    });
  });

  it('answers this machine at the address of its load balancer, where policies let nobody to the consumer, which has none', async () => {
    const url = await balancerOf('api-service', 'api-service', 8080);
    expect(await ask(url, 'GET', '/health')).toMatchObject({ status: 200 });
    const path = 'jsonpath={.spec.clusterIP}';
    const consumer = await kubectl('get', 'service', '-n', 'api-consumer', 'api-consumer', '-o', path);
    await expect(ask(`http://${consumer}:8000`, 'GET', '/health')).rejects.toThrow('was not answered');
  });

  it('keeps users, sessions and what is cached in its three stores', async () => {
    const url = await reach('api-service', 'api-service-provider', 8080);
    await eventually('all stores are healthy', async () => {
      const { status, body } = await ask(url, 'GET', '/database/health');
      return (
        status === 200 &&
        !JSON.stringify(body).includes('"unhealthy"') &&
        !JSON.stringify(body).includes('"disabled"')
      );
    });
    const user = { username: 'ada', email: 'ada@example.org', full_name: 'Ada Lovelace' };
    const made = await ask(url, 'POST', '/database/users', user);
    expect(made).toMatchObject({ status: 201, body: user });
    const { id } = made.body as { id: number };
    expect(await ask(url, 'GET', `/database/users/${id}`)).toMatchObject({ status: 200, body: user });
    const session = { session_id: 's-1', data: { user: 'ada' }, ttl: 600 };
    expect((await ask(url, 'POST', '/database/sessions', session)).status).toBe(201);
    expect(await ask(url, 'GET', '/database/sessions/s-1')).toMatchObject({
      status: 200,
      body: { data: { user: 'ada' } },
    });
    expect((await ask(url, 'POST', '/database/cache/greeting', { value: 'hello' })).status).toBeLessThan(300);
    expect(await ask(url, 'GET', '/database/cache/greeting')).toMatchObject({
      status: 200,
      body: { value: { value: 'hello' } },
    });
  });

  it('lets the provider reach its database, and the consumer the provider alone', async () => {
    const database = 'api-service-dev-cluster.api-service.svc';
    expect(await connects('api-service', 'api-service-provider', database, 5432)).toBe(true);
    expect(await connects('api-consumer', 'api-consumer', 'api-service.api-consumer.svc', 8080)).toBe(true);
    expect(await connects('api-consumer', 'api-consumer', database, 5432)).toBe(false);
    expect(await connects('api-service', 'api-service-provider', 'api-consumer.api-consumer.svc', 8000)).toBe(
      false,
    );
    await expect(connects('api-consumer', 'api-consumer', 'nobody.api-consumer.svc', 8080)).rejects.toThrow(
      'getaddrinfo',
    );
  });

  it('is there for Flux and Argo CD', async () => {
    expect(await called('securevpcs,datastores,ecsservices,privatelinkendpoints')).toEqual([
      'Current Healthy',
    ]);
    expect(await called('deployments,statefulsets,services')).toEqual(['Current Healthy']);
  });

  it('runs what was restarted on purpose anew', async () => {
    const pods = () => kubectl('get', 'pods', '-n', 'api-consumer', '-o', 'name');
    const before = await pods();
    await restartServices(cluster.kubectl);
    await eventually('other pods', async () => (await pods()) !== before && (await pods()) !== '');
  });

  it('is put right where somebody changes it', async () => {
    await kubectl('delete', 'service', '-n', 'api-service', 'api-service-provider');
    await kubectl('set', 'env', '-n', 'api-consumer', 'deployment/api-consumer', 'SERVICE_NAME=other');
    await eventually('both are as they were', async () => {
      const services = await kubectl('get', 'service', '-n', 'api-service', '-o', 'name');
      const env = await kubectl('get', 'deployment', '-n', 'api-consumer', 'api-consumer', '-o', 'json');
      return services.includes('service/api-service-provider') && !env.includes('"other"');
    });
  });

  it('leaves no secret in the specs of pods, in status or in the log of the operator', async () => {
    const secrets = JSON.parse(await kubectl('get', 'secrets', '-n', 'api-service', '-o', 'json')) as {
      items: { metadata: { name: string }; data: Record<string, string> }[];
    };
    const passwords = secrets.items.flatMap(({ data }) =>
      data['password'] === undefined ? [] : [Buffer.from(data['password'], 'base64').toString()],
    );
    expect(passwords.length).toBeGreaterThan(0);
    const seen = [
      await kubectl('get', 'pods,deployments,statefulsets,datastores,ecsservices,events', '-A', '-o', 'json'),
      await kubectl('logs', '-n', 'landfall-system', 'deployment/landfall', '--all-pods'),
    ].join('\n');
    for (const password of passwords) expect(seen).not.toContain(password);
  });
});

describe('the portal in real pods', () => {
  beforeAll(() => applyExample(cluster.kubectl, 'portal'));

  it('takes a company by its load balancer, has it in its database and shows it', async () => {
    const url = await balancerOf('portal', 'backend', 80);
    const company = {
      companyName: 'Analytical Engines',
      registrationNumber: 'AE-1843',
      businessType: 'llc',
      address: '12 St James Square, London',
      contactPerson: 'Ada Lovelace',
      email: 'ada@example.org',
      phone: '+44 20 7946 0000',
    };
    const made = await ask(url, 'POST', '/api/companies', company);
    expect(made, JSON.stringify(made.body)).toMatchObject({ status: 201 });
    expect(await ask(url, 'POST', '/api/companies', company)).toMatchObject({ status: 409 });
    const { id } = made.body as { id: string };
    expect(await ask(url, 'GET', `/api/companies/${id}`)).toMatchObject({
      status: 200,
      body: { companyName: 'Analytical Engines', status: 'pending' },
    });
  });
});

describe('what is deleted', () => {
  it('is gone with its objects, but for the volumes that hold data', async () => {
    await kubectl('delete', 'ecsservices,privatelinkendpoints', '--all', '-A', '--wait=false');
    expect(await called('ecsservices')).toEqual(['Terminating Progressing']);
    await kubectl('delete', 'ecsservices,privatelinkendpoints', '--all', '-A', '--timeout=120s');
    await kubectl('delete', 'datastores', '--all', '-A', '--timeout=120s');
    await kubectl('delete', 'securevpcs', '--all', '-A', '--timeout=120s');
    const left = await kubectl(
      'get',
      'deployments,statefulsets,services,networkpolicies,hpa,endpointslices',
      '-A',
      '-l',
      'app.kubernetes.io/managed-by=landfall',
      '-o',
      'name',
    );
    expect(left).toBe('');
    const volumes = await kubectl('get', 'pvc', '-A', '-o', 'name');
    expect(volumes.split('\n').filter((name) => name !== '')).toHaveLength(4);
    await kubectl('delete', 'namespace', 'api-service', 'api-consumer', 'portal', '--timeout=120s');
  });
});
