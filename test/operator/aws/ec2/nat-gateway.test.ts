import type { NatGateway, NatGatewayState } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { natGatewayKind as kind } from '../../../../operator/aws/ec2/nat-gateway.ts';
import { linesOf } from '../changes.ts';

const inputs = { subnetId: 'subnet-1', allocationId: 'eipalloc-1', isGiven: false };
const listed: NatGateway = {
  NatGatewayId: 'nat-1',
  VpcId: 'vpc-1',
  SubnetId: 'subnet-1',
  State: 'available',
  NatGatewayAddresses: [
    { AllocationId: 'eipalloc-2', IsPrimary: false },
    { AllocationId: 'eipalloc-1', IsPrimary: true, PublicIp: '198.51.100.7' },
  ],
};

describe('state', () => {
  it.each<[NatGatewayState, string, boolean]>([
    ['pending', 'pending', false],
    ['available', 'ready', false],
    ['failed', 'failed', false],
    ['deleting', 'deleting', false],
    ['deleted', 'deleting', true],
  ])('%s is %s; gone is %s', (State, phase, gone) => {
    expect(kind.state({ ...listed, State }).phase).toBe(phase);
    expect(kind.gone({ ...listed, State })).toBe(gone);
  });

  it('says why a gateway failed, and what happens next', () => {
    const failed: NatGateway = {
      ...listed,
      State: 'failed',
      FailureCode: 'Gateway.NotAttached',
      FailureMessage: 'Network vpc-1 has no Internet gateway attached',
    };
    expect(kind.state(failed)).toEqual({
      phase: 'failed',
      reason: 'AwsRefused',
      message:
        'NAT gateway nat-1 failed: Network vpc-1 has no Internet gateway attached (Gateway.NotAttached); delete it and Landfall makes a new one, as it does when AWS takes it away by itself in about an hour',
    });
  });
});

describe('diff', () => {
  it('compares the primary address, and none that a failed gateway no longer tells', () => {
    expect(linesOf(kind.diff(inputs, listed))).toEqual([]);
    expect(linesOf(kind.diff(inputs, { ...listed, State: 'failed', NatGatewayAddresses: [] }))).toEqual([]);
  });
});

it('holds every address, its subnet and its VPC; its public address is the primary one', () => {
  expect(kind.needs(listed)).toEqual(['vpc-1', 'subnet-1', 'eipalloc-2', 'eipalloc-1']);
  expect(kind.outputs(listed)).toEqual({ id: 'nat-1', publicIp: '198.51.100.7' });
});
