import {
  CreateNetworkAclCommand,
  DeleteNetworkAclCommand,
  DescribeNetworkAclsCommand,
  ReplaceNetworkAclAssociationCommand,
  type Filter,
  type NetworkAcl,
} from '@aws-sdk/client-ec2';
import { READY } from '../../graph/kind.ts';
import { isInUse, unlessGone } from '../errors.ts';
import { must, pages, type AwsCollection, type AwsKind } from '../kind.ts';
import type { AwsSession } from '../session.ts';
import { byFilter, ownFilter, PAGE, TAG_ACTIONS, tagSpecification, tagsOf, updateTags } from './shared.ts';

export interface NetworkAclInputs {
  readonly vpcId: string;
}

/** Network ACLs that match a filter, with their entries and associations. */
export const readNetworkAcls = (session: AwsSession, Filters: Filter[]) =>
  pages<NetworkAcl>(async (NextToken) => {
    const answer = await session.ec2.send(
      new DescribeNetworkAclsCommand({
        Filters,
        MaxResults: PAGE,
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    return { items: answer.NetworkAcls, next: answer.NextToken };
  });

/** Network ACLs with their entries and associations. */
export const networkAcls: AwsCollection<NetworkAcl> = {
  name: 'ec2/network-acls',
  lane: 'fast',
  scope: 'region',
  iam: ['ec2:DescribeNetworkAcls'],
  list: (session, installation) => readNetworkAcls(session, ownFilter(installation)),
  get: (session, ids) => byFilter('network-acl-id', ids, (filters) => readNetworkAcls(session, filters)),
  id: (acl) => must(acl.NetworkAclId, 'NetworkAclId'),
  tags: tagsOf,
};

/** A network ACL without its entries; a new one denies everything. */
export const networkAclKind: AwsKind<NetworkAclInputs, NetworkAcl> = {
  type: 'NetworkAcl',
  collection: networkAcls,
  idempotency: 'token',
  iam: ['ec2:CreateNetworkAcl', 'ec2:DeleteNetworkAcl', 'ec2:ReplaceNetworkAclAssociation', ...TAG_ACTIONS],
  after: ['Subnet'],

  diff: (inputs, acl) =>
    acl && acl.VpcId !== inputs.vpcId
      ? [{ path: 'vpcId', from: acl.VpcId, to: inputs.vpcId, replace: true }]
      : [],
  state: () => READY,
  outputs: (acl) => ({ id: must(acl.NetworkAclId, 'NetworkAclId') }),
  gone: () => false,
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
  const fallback = await byFilter('vpc-id', [must(acl.VpcId, 'VpcId')], (filters) =>
    readNetworkAcls(session, [...filters, { Name: 'default', Values: ['true'] }]),
  );
  const NetworkAclId = must(fallback[0]?.NetworkAclId, 'the default network ACL');
  const [current] = await networkAcls.get(session, [must(acl.NetworkAclId, 'NetworkAclId')]);
  for (const { NetworkAclAssociationId: AssociationId } of current?.Associations ?? []) {
    await session.ec2.send(new ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
  }
}
