import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeSubnetsCommand,
  type Filter,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { READY, type Change } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import type { AwsSession } from '../session.ts';
import {
  BLOCKER_ACTIONS,
  byFilter,
  interfacesIn,
  ownFilter,
  PAGE,
  TAG_ACTIONS,
  tagSpecification,
  tagsOf,
  updateTags,
} from './shared.ts';

export interface SubnetInputs {
  readonly vpcId: string;
  readonly cidr: string;
  /** `us-east-1a`. */
  readonly zone: string;
}

const read = (session: AwsSession, Filters: Filter[]) =>
  pages<Subnet>(async (NextToken) => {
    const answer = await session.ec2.send(
      new DescribeSubnetsCommand({
        Filters,
        MaxResults: PAGE,
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    return { items: answer.Subnets, next: answer.NextToken };
  });

/** Subnets. */
export const subnets: AwsCollection<Subnet> = {
  name: 'ec2/subnets',
  lane: 'fast',
  scope: 'region',
  iam: ['ec2:DescribeSubnets'],
  list: (session, installation) => read(session, ownFilter(installation)),
  get: (session, ids) => byFilter('subnet-id', ids, (filters) => read(session, filters)),
  id: (subnet) => must(subnet.SubnetId, 'SubnetId'),
  tags: tagsOf,
};

/** A subnet. AWS refuses a second one with an overlapping CIDR in the same VPC, so a repeated create cannot duplicate it. */
export const subnetKind: AwsKind<SubnetInputs, Subnet> = {
  type: 'Subnet',
  collection: subnets,
  idempotency: 'natural',
  iam: ['ec2:CreateSubnet', 'ec2:DeleteSubnet', ...TAG_ACTIONS, ...BLOCKER_ACTIONS],
  after: ['VpcEndpoint'],

  diff(inputs, subnet) {
    if (!subnet) return [];
    const changes: Change[] = [];
    if (subnet.VpcId !== inputs.vpcId)
      changes.push({ path: 'vpcId', from: subnet.VpcId, to: inputs.vpcId, replace: true });
    if (subnet.CidrBlock !== inputs.cidr)
      changes.push({ path: 'cidr', from: subnet.CidrBlock, to: inputs.cidr, replace: true });
    if (subnet.AvailabilityZone !== inputs.zone)
      changes.push({ path: 'zone', from: subnet.AvailabilityZone, to: inputs.zone, replace: true });
    return changes;
  },
  state: () => READY,
  outputs: (subnet) => ({
    id: must(subnet.SubnetId, 'SubnetId'),
    cidr: subnet.CidrBlock ?? '',
    zone: subnet.AvailabilityZone ?? '',
  }),
  gone: () => false,
  needs: (subnet) => [must(subnet.VpcId, 'VpcId')],

  async create({ session, tags }, { vpcId, cidr, zone }) {
    const answer = await session.ec2.send(
      new CreateSubnetCommand({
        VpcId: vpcId,
        CidrBlock: cidr,
        AvailabilityZone: zone,
        TagSpecifications: tagSpecification('subnet', tags),
      }),
    );
    return must(answer.Subnet, 'Subnet');
  },
  async conflicting(session, { vpcId, cidr }) {
    const found = await byFilter('vpc-id', [vpcId], (filters) =>
      read(session, [...filters, { Name: 'cidr-block', Values: [cidr] }]),
    );
    return found[0];
  },
  update: (context, _inputs, subnet, changes) =>
    updateTags(context, subnets, must(subnet.SubnetId, 'SubnetId'), changes),
  async delete({ session }, subnet) {
    await unlessGone(session.ec2.send(new DeleteSubnetCommand({ SubnetId: subnet.SubnetId })));
    return undefined;
  },
  blockers: (session, subnet) => interfacesIn(session, 'subnet-id', must(subnet.SubnetId, 'SubnetId')),
};
