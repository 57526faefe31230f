import {
  CreateNetworkAclCommand,
  DeleteNetworkAclCommand,
  DescribeNetworkAclsCommand,
  ReplaceNetworkAclAssociationCommand,
  type NetworkAcl,
} from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { isInUse, unlessGone } from '../errors.ts';
import { must, type AwsKind } from '../kind.ts';
import { beside, makes, onOwn } from '../permissions.ts';
import { ec2Collection } from './collection.ts';
import type { AwsSession } from '../session.ts';
import { TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';

export interface NetworkAclInputs {
  readonly vpcId: string;
}

/** Network ACLs with their entries and associations. */
export const networkAcls = ec2Collection<NetworkAcl>({
  name: 'ec2/network-acls',
  action: 'ec2:DescribeNetworkAcls',
  idFilter: 'network-acl-id',
  id: (acl) => must(acl.NetworkAclId, 'NetworkAclId'),
  async page({ ec2 }, query) {
    const answer = await ec2.send(new DescribeNetworkAclsCommand(query));
    return { items: answer.NetworkAcls, next: answer.NextToken };
  },
});

/** A network ACL without its entries; a new one denies everything. */
export const networkAclKind: AwsKind<NetworkAclInputs, NetworkAcl> = {
  type: 'NetworkAcl',
  collection: networkAcls,
  idempotency: 'token',
  iam: [
    ...makes('ec2:CreateNetworkAcl'),
    ...onOwn('ec2:CreateNetworkAcl', 'ec2:DeleteNetworkAcl', 'ec2:ReplaceNetworkAclAssociation'),
    // A subnet of ours goes back to the VPC's default ACL, which has no tags.
    ...beside('ec2:ReplaceNetworkAclAssociation', 'network-acl'),
    ...TAG_ACTIONS,
  ],
  after: ['Subnet'],
  heldBy: ['NetworkAclAssociation'],

  diff: (inputs, acl) =>
    acl && acl.VpcId !== inputs.vpcId
      ? [{ path: 'vpcId', from: acl.VpcId, to: inputs.vpcId, replace: true }]
      : [],
  state: () => READY,
  outputs: (acl) => ({ id: must(acl.NetworkAclId, 'NetworkAclId') }),
  gone: () => false,
  implicit: (acl) =>
    acl.IsDefault
      ? `it is the default network ACL of ${acl.VpcId}, which AWS deletes only with the VPC`
      : undefined,
  needs: (acl) => [must(acl.VpcId, 'VpcId')],

  async create({ session, tags, token }, { vpcId }) {
    const answer = await session.ec2.send(
      new CreateNetworkAclCommand({
        VpcId: vpcId,
        ClientToken: token,
        TagSpecifications: tagSpecification('network-acl', tags),
      }),
    );
    return must(answer.NetworkAcl, 'NetworkAcl');
  },
  update: (context, _inputs, acl, changes) =>
    updateTags(context, networkAcls, must(acl.NetworkAclId, 'NetworkAclId'), changes),
  async delete({ session }, acl) {
    const remove = () => session.ec2.send(new DeleteNetworkAclCommand({ NetworkAclId: acl.NetworkAclId }));
    // Subnets most often go first and take their associations along, so they are moved only if AWS asks for it.
    await unlessGone(
      remove().catch(async (error: unknown) => {
        if (!isInUse(error)) throw error;
        await moveToDefaultAcl(session, acl);
        return remove();
      }),
    );
    return undefined;
  },
};

/** Gives an ACL's subnets the default ACL of their VPC, as AWS does with a new subnet. */
async function moveToDefaultAcl(session: AwsSession, acl: NetworkAcl): Promise<void> {
  const fallback = await networkAcls.matching(
    session,
    'vpc-id',
    [must(acl.VpcId, 'VpcId')],
    [{ Name: 'default', Values: ['true'] }],
  );
  const NetworkAclId = must(fallback[0]?.NetworkAclId, 'the default network ACL');
  const [current] = await networkAcls.get(session, [must(acl.NetworkAclId, 'NetworkAclId')]);
  for (const { NetworkAclAssociationId: AssociationId } of current?.Associations ?? []) {
    await session.ec2.send(new ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
  }
}
