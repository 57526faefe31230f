import { expect, it } from 'vitest';
import { longestPath } from './longest-path.ts';
import { PLATFORMS } from './subjects.ts';

it('goes from the network of one service over the link to the other service', async () => {
  const path = await longestPath(PLATFORMS);
  expect(path.map(({ owner, node }) => `${owner}: ${node}`)).toEqual([
    'SecureVpc/bench/provider-000: vpc',
    'EcsService/bench/provider-000: security-group/load-balancer',
    'EcsService/bench/provider-000: load-balancer',
    'PrivateLinkEndpoint/bench/provider-000: endpoint-service',
    'PrivateLinkEndpoint/bench/consumer-000: endpoint',
    'EcsService/bench/consumer-000: task-definition',
    'EcsService/bench/consumer-000: service',
  ]);
});
