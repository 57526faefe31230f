import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AwsProxy, startAwsProxy } from '../support/aws-proxy.ts';
import { CONSUMER, PROVIDER, twoAccounts } from '../support/link-manifests.ts';
import { namespace } from '../support/manifests.ts';
import { World } from '../support/world.ts';

const { accounts, providerNetwork, api, provider } = twoAccounts;

let world: World;
let proxy: AwsProxy;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0.5', LANDFALL_AWS_TASK_SECONDS: '0.05' });
  for (const id of [PROVIDER, CONSUMER]) await world.claim(id);
  proxy = await startAwsProxy(world.aws.url);
  world.operator({
    env: { AWS_ENDPOINT_URL: proxy.url, LANDFALL_POLL_SECONDS: '0.1', LANDFALL_FAST_LANE_SECONDS: '600' },
  });
  await world.apply([namespace('api'), namespace('shop'), ...accounts]);
});
afterAll(async () => {
  await world?.stop();
  await proxy?.stop();
});

it('what a pass has made is waited for while the rest of the pass goes on, so that others go on with it', async () => {
  const order: string[] = [];
  const provided = Promise.withResolvers<void>();
  proxy.count({
    before: async ({ action }) => {
      order.push(action);
      if (action === 'CreateVpcEndpointServiceConfiguration') provided.resolve();
      // The service's own pass ends no sooner than the endpoint service is made on its load balancer.
      if (action === 'CreateListener') await provided.promise;
    },
  });
  await world.apply([providerNetwork, api, provider]);
  await Promise.all([api, provider].map((object) => world.ready(object, 60_000)));
  // A call that is held too long is given up and made again.
  expect(order.filter((action) => action === 'CreateListener')).toHaveLength(1);
  expect(order.indexOf('CreateVpcEndpointServiceConfiguration')).toBeLessThan(order.indexOf('CreateService'));
});
