import {
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeVpcsCommand,
  type Vpc,
  type VpcCidrBlockAssociation,
} from '@aws-sdk/client-ec2';
import { READY, type State } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { makes, onOwn } from '../permissions.ts';
import { ec2Collection } from './collection.ts';
import { BLOCKER_ACTIONS, interfacesIn, TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';
import { vpcAttributes } from './vpc-attributes.ts';

export interface VpcInputs {
  /** Primary IPv4 range, `10.0.0.0/16`; it cannot change. */
  readonly cidr: string;
}

/** VPCs. */
export const vpcs = ec2Collection<Vpc>({
  name: 'ec2/vpcs',
  action: 'ec2:DescribeVpcs',
  idFilter: 'vpc-id',
  id: (vpc) => must(vpc.VpcId, 'VpcId'),
  async page({ ec2 }, query) {
    const answer = await ec2.send(new DescribeVpcsCommand(query));
    return { items: answer.Vpcs, next: answer.NextToken };
  },
});

/** A VPC. CreateVpc has no client token and allows equal CIDRs, so nothing in AWS prevents a second one. */
export const vpcKind: AwsKind<VpcInputs, Vpc> = {
  type: 'Vpc',
  collection: vpcs,
  idempotency: 'none',
  iam: [...makes('ec2:CreateVpc'), ...onOwn('ec2:DeleteVpc'), ...TAG_ACTIONS, ...BLOCKER_ACTIONS],
  after: [],

  diff: (inputs, vpc) =>
    vpc && vpc.CidrBlock !== inputs.cidr
      ? [{ path: 'cidr', from: vpc.CidrBlock, to: inputs.cidr, replace: true }]
      : [],
  state: stateOf,
  outputs: (vpc) => ({
    id: must(vpc.VpcId, 'VpcId'),
    secondaryCidrs: secondaryBlocks(vpc)
      .map((block) => `${block.CidrBlock} ${stateOfBlock(block)}`)
      .sort()
      .join(', '),
  }),
  gone: () => false,
  needs: ({ DhcpOptionsId }) => (DhcpOptionsId === undefined ? [] : [DhcpOptionsId]),

  async create({ session, tags, wrote }, { cidr }) {
    const answer = await session.ec2Once.send(
      new CreateVpcCommand({ CidrBlock: cidr, TagSpecifications: tagSpecification('vpc', tags) }),
    );
    const vpc = must(answer.Vpc, 'Vpc');
    const id = must(vpc.VpcId, 'VpcId');
    wrote(vpcAttributes, id, () => ({ VpcId: id, dnsSupport: true, dnsHostnames: false }));
    return vpc;
  },
  update: (context, _inputs, vpc, changes) => updateTags(context, vpcs, must(vpc.VpcId, 'VpcId'), changes),
  async delete({ session, wrote }, vpc) {
    const VpcId = must(vpc.VpcId, 'VpcId');
    await unlessGone(session.ec2.send(new DeleteVpcCommand({ VpcId })));
    wrote(vpcAttributes, VpcId, () => undefined);
    return undefined;
  },
  blockers: (session, vpc) => interfacesIn(session, 'vpc-id', must(vpc.VpcId, 'VpcId')),
};

/** The blocks besides the primary one. AWS lists those that were taken away for an hour or so: they are left out. */
export function secondaryBlocks(vpc: Vpc): VpcCidrBlockAssociation[] {
  return (vpc.CidrBlockAssociationSet ?? []).filter(
    (block) => block.CidrBlock !== vpc.CidrBlock && stateOfBlock(block) !== 'disassociated',
  );
}

/** How far a block is: associating, associated, failing, failed, disassociating, disassociated. */
export function stateOfBlock({ CidrBlockState }: VpcCidrBlockAssociation): string {
  return CidrBlockState?.State ?? 'associated';
}

/** A VPC is usable at once; one of its further blocks may be on its way, or have failed. */
function stateOf(vpc: Vpc): State {
  const blocks = secondaryBlocks(vpc);
  const of = (...states: string[]) => blocks.find((block) => states.includes(stateOfBlock(block)));
  const failed = of('failing', 'failed');
  if (failed) {
    const why = failed.CidrBlockState?.StatusMessage ?? 'AWS gives no reason';
    return {
      phase: 'failed',
      reason: 'AwsRefused',
      message: `block ${failed.CidrBlock} of ${vpc.VpcId} failed: ${why}; take it out of spec.secondaryCidrs`,
    };
  }
  const moving = of('associating', 'disassociating');
  if (!moving) return READY;
  const message = `block ${moving.CidrBlock} of ${vpc.VpcId} is ${stateOfBlock(moving)}`;
  return { phase: 'pending', reason: 'WaitingForAws', message };
}
