import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeSubnetsCommand,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { ipv4Overlaps, parseIpv4Cidr } from '../../api/cidr.ts';
import { READY, type Change } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { makes, onOwn } from '../permissions.ts';
import { ec2Collection } from './collection.ts';
import { BLOCKER_ACTIONS, interfacesIn, TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';

export interface SubnetInputs {
  readonly vpcId: string;
  readonly cidr: string;
  /** `us-east-1a`. */
  readonly zone: string;
}

/** Subnets. */
export const subnets = ec2Collection<Subnet>({
  name: 'ec2/subnets',
  action: 'ec2:DescribeSubnets',
  idFilter: 'subnet-id',
  id: (subnet) => must(subnet.SubnetId, 'SubnetId'),
  async page({ ec2 }, query) {
    const answer = await ec2.send(new DescribeSubnetsCommand(query));
    return { items: answer.Subnets, next: answer.NextToken };
  },
});

/** A subnet. AWS refuses a second one with an overlapping CIDR in the same VPC, so a repeated create cannot duplicate it. */
export const subnetKind: AwsKind<SubnetInputs, Subnet> = {
  type: 'Subnet',
  collection: subnets,
  idempotency: 'natural',
  iam: [
    ...makes('ec2:CreateSubnet'),
    ...onOwn('ec2:CreateSubnet', 'ec2:DeleteSubnet'),
    ...TAG_ACTIONS,
    ...BLOCKER_ACTIONS,
  ],
  after: ['VpcEndpoint', 'TransitGatewayAttachment'],

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
    const block = parseIpv4Cidr(cidr);
    const others = await subnets.matching(session, 'vpc-id', [vpcId]);
    const inTheWay = others.filter(({ CidrBlock }) => {
      const other = parseIpv4Cidr(CidrBlock ?? '');
      return block && other && ipv4Overlaps(block, other);
    });
    return inTheWay.find(({ CidrBlock }) => CidrBlock === cidr) ?? inTheWay[0];
  },
  update: (context, _inputs, subnet, changes) =>
    updateTags(context, subnets, must(subnet.SubnetId, 'SubnetId'), changes),
  async delete({ session }, subnet) {
    await unlessGone(session.ec2.send(new DeleteSubnetCommand({ SubnetId: subnet.SubnetId })));
    return undefined;
  },
  blockers: (session, subnet) => interfacesIn(session, 'subnet-id', must(subnet.SubnetId, 'SubnetId')),
};
