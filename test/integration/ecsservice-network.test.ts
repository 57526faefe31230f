import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import type { EcsService } from '../../operator/api/ecs-service.ts';
import { account, namespace, smallNetwork, smallService } from '../support/manifests.ts';
import { World } from '../support/world.ts';

/** Longer than three tasks need to start and fail, one after the other. */
const ENDPOINT_SECONDS = 8;

const network = smallNetwork('net', 'web', {
  securityGroups: { ecs: {}, endpoints: {} },
  endpoints: ['s3', 'ecr.api', 'ecr.dkr', 'logs'].map((service) => ({ service })),
});
const image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1';
const service = smallService('shop', 'web', 'net', { task: { containers: [{ name: 'app', image }] } });

let world: World;
let operator: OperatorProcess;
let empty: string;

beforeAll(async () => {
  world = await World.start({ LANDFALL_AWS_ENDPOINT_SECONDS: String(ENDPOINT_SECONDS) });
  await world.claim();
  operator = world.operator();
  await world.apply([namespace('web'), account('main', ['web'])]);
  await world.ready(account('main', ['web']));
  empty = await world.aws.dump();
});
afterAll(() => world?.stop());

it('a service whose images come through endpoints starts when these lead there: no task fails', async () => {
  const mark = await world.mark();
  await world.apply([network, service]);
  await world.condition(service, 'Reconciling', {
    reason: 'DependencyNotReady',
    message: /service: waits for SecureVpc\/web\/net to be Ready: .* it is \w+ now/,
  });
  const made = async () => (await world.writes(mark)).map(({ action }) => action);
  // All that does not start in it is made beside it.
  expect(await made()).toContain('CreateCluster');
  expect(await made()).not.toContain('CreateService');
  const status = (await world.ready(service)).status as unknown as EcsService['status'];
  expect(status).toMatchObject({ rollout: 'COMPLETED', runningCount: 1 });
  await world.remove(service);
  await world.remove(network);
  expect(await world.aws.dump()).toBe(empty);
});

it('a service that the operator comes to as soon as to its network waits for that, too', async () => {
  await operator.stop();
  await world.apply([service, network]);
  const mark = await world.mark();
  operator = world.operator();
  const status = (await world.ready(service, 60_000)).status as unknown as EcsService['status'];
  expect(status).toMatchObject({ rollout: 'COMPLETED', runningCount: 1 });
  const made = (await world.writes(mark)).map(({ action }) => action);
  expect(made.indexOf('CreateService')).toBeGreaterThan(made.lastIndexOf('CreateVpcEndpoint'));
  expect(made.filter((action) => action === 'CreateService')).toHaveLength(1);
  await world.remove(service);
  await world.remove(network);
  expect(await world.aws.dump()).toBe(empty);
});
