import { expect, it } from 'vitest';
import { outputsOfSecureVpc } from '../../../operator/compile/secure-vpc-status.ts';
import type { Standing } from '../../../operator/graph/plan.ts';
import { READY } from '../../../operator/graph/kind.ts';
import { compile } from './fixtures.ts';

const graph = compile({
  tiers: [{ name: 'public' }, { name: 'private' }],
  securityGroups: { ecs: {}, endpoints: {} },
  endpoints: [{ service: 'ecr.api' }],
});
const stands = (node: string, id: string, outputs: Record<string, string> = {}): Standing => ({
  node,
  type: graph.nodes.get(node)?.type ?? 'Unknown',
  id,
  state: READY,
  outputs: { id, ...outputs },
});

it('says what stands, by tier, group and service', () => {
  const standing = [
    stands('vpc', 'vpc-1'),
    stands('subnet/private-b', 'subnet-2', { cidr: '10.0.36.0/22', zone: 'us-east-1b' }),
    stands('subnet/private-a', 'subnet-1', { cidr: '10.0.32.0/22', zone: 'us-east-1a' }),
    stands('security-group/ecs', 'sg-1'),
    stands('route-table/private', 'rtb-1'),
    stands('endpoint/ecr.api', 'vpce-1'),
  ];
  expect(outputsOfSecureVpc(standing, graph)).toEqual({
    zones: ['us-east-1a', 'us-east-1b'],
    vpcId: 'vpc-1',
    subnets: {
      private: [
        { zone: 'us-east-1a', id: 'subnet-1', cidr: '10.0.32.0/22' },
        { zone: 'us-east-1b', id: 'subnet-2', cidr: '10.0.36.0/22' },
      ],
    },
    securityGroups: { ecs: 'sg-1' },
    routeTables: { private: 'rtb-1' },
    endpoints: { 'ecr.api': 'vpce-1' },
  });
});

it('keeps a zone whose subnets somebody deleted, so that they come back where they were', () => {
  const standing = [stands('subnet/public-b', 'subnet-2', { cidr: '10.0.4.0/22', zone: 'us-east-1b' })];
  expect(outputsOfSecureVpc(standing, graph).zones).toEqual(['us-east-1a', 'us-east-1b']);
});

it('leaves out what is on its way out', () => {
  const leaving: Standing = {
    ...stands('endpoint/ecr.api', 'vpce-1'),
    state: { phase: 'deleting', reason: 'WaitingForAws', message: 'is being deleted' },
  };
  expect(outputsOfSecureVpc([leaving], graph).endpoints).toEqual({});
});
