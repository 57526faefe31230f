import { expect, it } from 'vitest';
import { pictureOf } from '../../../../operator/cli/drawing/picture.ts';
import { serviceOf } from '../../../../operator/cli/drawing/service.ts';
import { services } from '../portal.ts';
import { platform, provided, used } from './links.ts';

it('puts accounts that use endpoints above those that provide them, whatever the order of the manifests', async () => {
  const drawables = await platform();
  for (const order of [drawables, [...drawables].reverse()])
    expect(pictureOf(order).accounts.map(({ name }) => name)).toEqual([
      'consumer-account',
      'provider-account',
    ]);
});

it('finds each service in its network, and at its load balancer what offers it', async () => {
  const networks = pictureOf(await platform()).accounts.flatMap((account) => account.networks);
  expect(
    networks.map(({ owner, services, uses }) => ({
      owner,
      services: services.map((one) => [one.owner, ...one.provides.map((provides) => provides.owner)]),
      uses: uses.map((one) => one.owner),
    })),
  ).toEqual([
    {
      owner: 'SecureVpc/api-consumer/api-consumer',
      services: [['EcsService/api-consumer/api-consumer']],
      uses: ['PrivateLinkEndpoint/api-consumer/api-service'],
    },
    {
      owner: 'SecureVpc/api-service/api-service',
      services: [['EcsService/api-service/api-service', 'PrivateLinkEndpoint/api-service/api-service']],
      uses: [],
    },
  ]);
});

it('links nothing without an endpoint', async () => {
  expect(pictureOf(await services()).links).toEqual([]);
  expect(pictureOf([...(await services()), provided()]).links).toHaveLength(1);
  expect(pictureOf([...(await services()), used('com.amazonaws.vpce.x')]).links).toHaveLength(2);
});

it('tells capacity and count of a service as they will be', () => {
  const of = (service: object, ...others: [type: string, inputs: object][]) =>
    serviceOf({
      owner: 'EcsService/shop/api',
      nodes: new Map(
        [['EcsService', service] as const, ...others].map(([type, inputs]) => [
          type,
          { key: type, type, inputs, tags: {}, dependsOn: [] },
        ]),
      ),
    });
  const providers = (...names: string[]) => ({
    capacityProviderStrategy: names.map((capacityProvider) => ({ capacityProvider, weight: 1, base: 0 })),
  });
  expect(of({ launchType: 'FARGATE', desiredCount: 2 })).toMatchObject({
    capacity: 'Fargate',
    count: '2 tasks',
  });
  expect(of(providers('FARGATE', 'FARGATE_SPOT'))).toMatchObject({
    capacity: 'Fargate and Fargate Spot',
    count: '1 task',
  });
  expect(of(providers('api-instances')).capacity).toBe('EC2');
  expect(of({}, ['ScalableTarget', { minCapacity: 2, maxCapacity: 8 }]).count).toBe('2 to 8 tasks');
  expect(
    of({}, [
      'TaskDefinition',
      {
        containerDefinitions: [
          { name: 'api', image: `registry/shop/api@sha256:${'0123456789abcdef'.repeat(4)}` },
        ],
      },
    ]).containers,
  ).toEqual([{ name: 'api', image: 'api@sha256:01234567…' }]);
});
