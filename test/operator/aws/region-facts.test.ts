import { expect, it } from 'vitest';
import { isProvidedName } from '../../../operator/aws/endpoint-names.ts';
import { readRegionFacts } from '../../../operator/aws/region-facts.ts';
import { fakeSession } from './ecs/fake-session.ts';

const service = (ServiceName: string, ServiceType: string, ...AvailabilityZones: string[]) => ({
  ServiceName,
  ServiceType: [{ ServiceType }],
  AvailabilityZones,
});

it('knows the services of China by both of their names, and keeps the one that AWS tells', async () => {
  const { session } = fakeSession({
    DescribePrefixLists: () => ({
      PrefixLists: [
        { PrefixListName: 'com.amazonaws.cn-north-1.s3', PrefixListId: 'pl-1' },
        { PrefixListName: 'cn.com.amazonaws.cn-north-1.dynamodb', PrefixListId: 'pl-2' },
      ],
    }),
    DescribeVpcEndpointServices: () => ({
      ServiceDetails: [
        service('com.amazonaws.cn-north-1.s3', 'Gateway', 'cn-north-1a'),
        service('cn.com.amazonaws.cn-north-1.s3', 'Interface', 'cn-north-1b'),
        service('cn.com.amazonaws.cn-north-1.ecr.api', 'Interface', 'cn-north-1a'),
        service('com.amazonaws.us-east-1.kms', 'Interface', 'us-east-1a'),
      ],
    }),
  });
  const { endpointServices, prefixLists } = await readRegionFacts({ ...session, region: 'cn-north-1' });
  expect(prefixLists).toEqual({ s3: 'pl-1', dynamodb: 'pl-2' });
  expect([...endpointServices].map(([short, offers]) => [short, Object.fromEntries(offers)])).toEqual([
    [
      's3',
      {
        Gateway: { name: 'com.amazonaws.cn-north-1.s3', zones: ['cn-north-1a'] },
        Interface: { name: 'cn.com.amazonaws.cn-north-1.s3', zones: ['cn-north-1b'] },
      },
    ],
    ['ecr.api', { Interface: { name: 'cn.com.amazonaws.cn-north-1.ecr.api', zones: ['cn-north-1a'] } }],
  ]);
});

it.each([
  ['com.amazonaws.vpce.us-east-1.vpce-svc-1', true],
  ['cn.com.amazonaws.vpce.cn-north-1.vpce-svc-1', true],
  ['com.amazonaws.us-east-1.s3', false],
])('%s is of some account: %s', (name, expected) => {
  expect(isProvidedName(name)).toBe(expected);
});
