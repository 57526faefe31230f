import {
  AssociateVpcCidrBlockCommand,
  DisassociateVpcCidrBlockCommand,
  type Vpc,
  type VpcCidrBlockAssociation,
} from '@aws-sdk/client-ec2';
import { READY, textOf, type Change } from '../../graph/kind.ts';
import { unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { onOwn } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { secondaryBlocks, stateOfBlock, vpcs } from './vpc.ts';

/** The states of a block, in the order of its life. */
const PROGRESS = ['associating', 'failing', 'failed', 'associated', 'disassociating', 'disassociated'];

export interface VpcCidrsInputs {
  readonly vpcId: string;
  /** All IPv4 blocks besides the primary one. */
  readonly cidrs: readonly string[];
}

/**
 * The secondary IPv4 blocks of a VPC, as an exclusive set. One that is on its way in or out is left to finish; one
 * that goes still has subnets in it until everything else is done.
 */
export const vpcCidrsKind: AwsKind<VpcCidrsInputs, Vpc> = {
  type: 'VpcCidrs',
  collection: vpcs,
  idempotency: 'natural',
  iam: onOwn('ec2:AssociateVpcCidrBlock', 'ec2:DisassociateVpcCidrBlock'),
  after: [],

  find: (view, inputs) => view.get(inputs.vpcId),
  diff(inputs, vpc) {
    const blocks = vpc ? secondaryBlocks(vpc) : [];
    const there = new Set(blocks.map(({ CidrBlock }) => CidrBlock));
    const staying = blocks.filter((block) => stateOfBlock(block) !== 'disassociating');
    return [
      ...inputs.cidrs.filter((cidr) => !there.has(cidr)).map((to): Change => ({ path: `cidrs[${to}]`, to })),
      ...staying
        .filter(({ CidrBlock = '' }) => !inputs.cidrs.includes(CidrBlock))
        .map(({ CidrBlock: from }): Change => ({ path: `cidrs[${from}]`, from, late: true })),
    ];
  },
  state: () => READY,
  outputs: (vpc) => ({ id: must(vpc.VpcId, 'VpcId') }),
  gone: () => false,
  needs: () => [],

  async update({ session, wrote }, { vpcId }, vpc, changes) {
    for (const { from, to } of changes) {
      if (to === undefined) {
        const block = secondaryBlocks(vpc).find(({ CidrBlock }) => CidrBlock === from);
        const { AssociationId } = block ?? {};
        await unlessGone(session.ec2.send(new DisassociateVpcCidrBlockCommand({ AssociationId })));
        wrote(
          vpcs,
          vpcId,
          (now) => now && replaced(now, { ...block, CidrBlockState: { State: 'disassociating' } }),
        );
      } else {
        const made = await associate(session, vpcId, textOf(to));
        wrote(vpcs, vpcId, (now) => now && replaced(now, made));
      }
    }
  },
};

/** Adds a block; one that a call before added, whose answer was lost, is refused as it stands in its own way. */
async function associate(
  session: AwsSession,
  VpcId: string,
  CidrBlock: string,
): Promise<VpcCidrBlockAssociation> {
  try {
    const answer = await session.ec2.send(new AssociateVpcCidrBlockCommand({ VpcId, CidrBlock }));
    return must(answer.CidrBlockAssociation, 'CidrBlockAssociation');
  } catch (error) {
    const [vpc] = await vpcs.get(session, [VpcId]);
    const there = vpc && secondaryBlocks(vpc).find((block) => block.CidrBlock === CidrBlock);
    if (!there) throw error;
    return there;
  }
}

/** The VPC with an association as a write left it, unless a listing shows it further on its way. */
function replaced(vpc: Vpc, association: VpcCidrBlockAssociation): Vpc {
  const { CidrBlockAssociationSet = [] } = vpc;
  const others = CidrBlockAssociationSet.filter(
    ({ AssociationId }) => AssociationId !== association.AssociationId,
  );
  const known = CidrBlockAssociationSet.find((block) => !others.includes(block));
  const progress = (block: VpcCidrBlockAssociation) => PROGRESS.indexOf(stateOfBlock(block));
  if (known && progress(known) >= progress(association)) return vpc;
  return { ...vpc, CidrBlockAssociationSet: [...others, association] };
}
