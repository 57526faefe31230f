import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { link } from '../support/link-manifests.ts';
import { account, namespace, smallNetwork, smallService } from '../support/manifests.ts';
import { World } from '../support/world.ts';

let world: World;
let operator: OperatorProcess;

beforeAll(async () => {
  world = await World.start();
  await world.claim();
  operator = world.operator();
  await world.apply([namespace('web'), account('main', ['web'])]);
});
afterAll(() => world?.stop());

/** A service that is told where the endpoint is, and an endpoint that lets in the service. */
const network = smallNetwork('net', 'web', { securityGroups: { ecs: {}, endpoints: {} } });
const service = smallService('shop', 'web', 'net', {
  task: {
    containers: [
      {
        name: 'app',
        image: 'shop:1',
        environmentFrom: [{ name: 'SERVICES', format: 'ServiceList', endpoints: [{ name: 'api' }] }],
      },
    ],
  },
});
const endpoint = link('api', 'web', {
  accountRef: { name: 'main' },
  consume: {
    serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718',
    networkRef: { name: 'net' },
    ports: [{ port: 443 }],
    allowFrom: [{ name: 'shop' }],
  },
});

it('objects that refer to each other and wait for the same thing do not wake each other without end', async () => {
  await world.apply([service, endpoint]);
  for (const object of [service, endpoint])
    await world.condition(object, 'Reconciling', { reason: 'DependencyNotReady' });
  const passes = () => operator.lines.filter(({ msg }) => msg === 'pass ended early').length;
  const before = passes();
  await delay(3_000);
  // Each is tried again after a second or so, and again after two.
  expect(passes() - before).toBeLessThanOrEqual(12);
  await world.apply([network]);
  await world.ready(network);
});
