import { expect, it } from 'vitest';
import { longestPath } from './longest-path.ts';
import { PLATFORMS } from './subjects.ts';

it('goes from the network of one service over the link to the other service', async () => {
  const path = await longestPath(PLATFORMS);
  expect(path.map(({ owner, node, call }) => `${owner}: ${node} ${call}`)).toEqual([
    'SecureVpc/bench/provider-000: vpc write',
    'EcsService/bench/provider-000: security-group/load-balancer write',
    'EcsService/bench/provider-000: load-balancer write',
    'EcsService/bench/provider-000: load-balancer read',
    'PrivateLinkEndpoint/bench/provider-000: endpoint-service write',
    'PrivateLinkEndpoint/bench/consumer-000: endpoint write',
    'EcsService/bench/consumer-000: task-definition write',
    'EcsService/bench/consumer-000: service write',
    'EcsService/bench/consumer-000: service read',
  ]);
});
