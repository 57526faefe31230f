import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCluster, startLocalCluster } from '../../k8s-local/node/local-cluster.ts';
import { type Forwarded, forward } from '../../k8s-local/platform/forward.ts';
import { OPERATOR_IMAGE, provideImages } from '../../k8s-local/platform/images.ts';
import { applyAccounts, applyExample, installOperator } from '../../k8s-local/platform/install.ts';
import { imagesOf } from '../../k8s-local/platform/manifests.ts';

let cluster: LocalCluster;
let consumer: Forwarded;

const progress = (line: string) => console.log(new Date().toISOString(), line);

beforeAll(async () => {
  const images = await imagesOf(['platform', 'portal']);
  const [started, { present, rewrites }] = await Promise.all([
    startLocalCluster({ progress }),
    provideImages([...images, OPERATOR_IMAGE], { env: process.env, progress }),
  ]);
  cluster = started;
  for (const image of present) {
    progress(`loading ${image}`);
    await cluster.loadImage(image);
  }
  progress('installing');
  await installOperator(cluster.kubectl);
  await applyAccounts(cluster.kubectl, rewrites);
  progress('platform');
  try {
    await applyExample(cluster.kubectl, 'platform');
  } catch (error) {
    for (const args of [
      ['get', 'accounts,securevpcs,datastores,ecsservices,privatelinkendpoints', '-A'],
      ['get', 'all,pvc,networkpolicies,endpointslices', '-A'],
      ['get', 'events', '-A'],
      ['describe', 'pods', '-n', 'api-service'],
      ['logs', '-n', 'landfall-system', 'deployment/landfall', '--tail=60'],
    ])
      console.log((await cluster.kubectl(args)).stdout);
    throw error;
  }
  progress('ready');
  consumer = await forward({
    kubectlPath: cluster.kubectlPath,
    kubeconfig: cluster.kubeconfigPath,
    namespace: 'api-consumer',
    service: 'api-consumer',
    port: 8000,
  });
}, 600_000);
afterAll(async () => {
  await consumer?.stop();
  await cluster?.stop();
});

describe('the platform in real pods', () => {
  it('lists what it may call, and calls it through the alias', async () => {
    const services = await fetch(`${consumer.url}/services`);
    expect(await services.json()).toMatchObject({});
    const called = await fetch(`${consumer.url}/call/api-service`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ test: 'data', action: 'get_data' }),
    });
    const answer = await called.json();
    console.log(JSON.stringify(answer));
    expect(called.status).toBe(200);
  });
});
