import { describe, expect, it } from 'vitest';
import type { SubnetInputs } from '../../../operator/aws/ec2/subnet.ts';
import type { VpcCidrsInputs } from '../../../operator/aws/ec2/vpc-cidrs.ts';
import { compile, inputsOf, nodeOf, refusal } from './fixtures.ts';
import { admits, connectionsOf, passes } from './reachability.ts';

const BLOCKS = ['100.65.0.0/16', '100.64.0.0/16'];
const spec = {
  secondaryCidrs: BLOCKS,
  tiers: [
    { name: 'public' },
    { name: 'private', subnets: [{ zone: 'a', cidr: '100.64.0.0/20' }] },
    { name: 'data' },
  ],
  securityGroups: { alb: {}, ecs: {}, data: { ports: [{ name: 'mysql', port: 3306 }] } },
};

describe('further blocks', () => {
  const graph = compile(spec);

  it('are one sorted set of the VPC', () => {
    expect(inputsOf<VpcCidrsInputs>(graph, 'vpc-cidrs').cidrs).toEqual([...BLOCKS].sort());
  });

  it('hold the subnets that are given there, made once the blocks are associated; the others do not wait', () => {
    expect(inputsOf<SubnetInputs>(graph, 'subnet/private-a').cidr).toBe('100.64.0.0/20');
    expect(nodeOf(graph, 'subnet/private-a')).toMatchObject({ dependsOn: ['vpc-cidrs'], awaits: ['vpc'] });
    expect(nodeOf(graph, 'subnet/private-b')).toMatchObject({ dependsOn: [] });
  });

  it('pass the network ACLs where they have subnets, and only there', () => {
    const connections = connectionsOf(graph);
    expect(connections.filter((connection) => !passes(graph, connection))).toEqual([]);
    expect(connections.some(({ from }) => from.cidr === '100.64.0.0/20')).toBe(true);
    expect(admits(graph, 'private-a', 'ingress', '100.64.0.0/20', [40_000])).toBe(true);
    expect(admits(graph, 'private-a', 'ingress', '100.65.0.0/20', [40_000])).toBe(false);
  });

  it('are named where a subnet is in none of them', () => {
    const outside = {
      ...spec,
      tiers: [{ name: 'private', subnets: [{ zone: 'a', cidr: '100.66.0.0/20' }] }],
    };
    expect(() => compile(outside)).toThrow(
      'subnet 100.66.0.0/20 is not in a block of the VPC, 10.0.0.0/16 or one of secondaryCidrs',
    );
  });
});

it('a computed subnet never leaves the first block', () => {
  expect(
    refusal(() =>
      compile({
        cidr: '10.0.0.0/24',
        secondaryCidrs: BLOCKS,
        tiers: [{ name: 'private', subnets: [{ zone: 'a', cidr: '100.64.0.0/20' }] }],
      }),
    ).message,
  ).toContain('spec.cidr 10.0.0.0/24 is too small to compute subnets in');
});
