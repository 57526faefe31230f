import * as ec2 from '@aws-sdk/client-ec2';
import { type Cases, type Deletions, type DriftCase, type DriftContext, id, one, refused } from './case.ts';
import { ec2Tags } from './tags.ts';

async function aclOf(at: DriftContext, node: string): Promise<ec2.NetworkAcl> {
  const answer = await at.ec2.send(new ec2.DescribeNetworkAclsCommand({ NetworkAclIds: [id(at, node)] }));
  return one(answer.NetworkAcls, node);
}

/** Without the last one of each direction, which AWS keeps. */
async function aclEntries(at: DriftContext, node: string): Promise<ec2.NetworkAclEntry[]> {
  const { Entries } = await aclOf(at, node);
  return Entries?.filter((entry) => (entry.RuleNumber ?? 0) < 32_767) ?? [];
}

async function aclEntry(at: DriftContext, node: string): Promise<ec2.NetworkAclEntry> {
  return one(await aclEntries(at, node), `entry of ${node}`);
}

async function aclAssociation(at: DriftContext, subnet: string): Promise<string> {
  const Filters = [{ Name: 'association.subnet-id', Values: [id(at, subnet)] }];
  const answer = await at.ec2.send(new ec2.DescribeNetworkAclsCommand({ Filters }));
  const acl = one(answer.NetworkAcls, `ACL of ${subnet}`);
  const association = acl.Associations?.find(({ SubnetId }) => SubnetId === id(at, subnet));
  return association?.NetworkAclAssociationId ?? '';
}

async function defaultAcl(at: DriftContext): Promise<string> {
  const Filters = [
    { Name: 'vpc-id', Values: [id(at, 'vpc')] },
    { Name: 'default', Values: ['true'] },
  ];
  const answer = await at.ec2.send(new ec2.DescribeNetworkAclsCommand({ Filters }));
  return one(answer.NetworkAcls, 'default ACL').NetworkAclId ?? '';
}

/** A subnet is always under some ACL: under the VPC's own, where somebody wants it to be under none. */
const aclDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    const { Associations, NetworkAclId: old } = await aclOf(at, node);
    const NetworkAclId = await defaultAcl(at);
    for (const { NetworkAclAssociationId: AssociationId } of Associations ?? [])
      await at.ec2.send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
    await at.ec2.send(new ec2.DeleteNetworkAclCommand({ NetworkAclId: old }));
  },
});

const entriesDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    const acl = node.replace('network-acl-entries/', 'network-acl/');
    const entries = await aclEntries(at, acl);
    one(entries, `entry of ${acl}`);
    const NetworkAclId = id(at, acl);
    for (const { RuleNumber, Egress } of entries)
      await at.ec2.send(new ec2.DeleteNetworkAclEntryCommand({ NetworkAclId, RuleNumber, Egress }));
  },
});

const disassociated = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    const AssociationId = await aclAssociation(at, node.replace('network-acl-association/', 'subnet/'));
    const NetworkAclId = await defaultAcl(at);
    await at.ec2.send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
  },
});

export const aclsCases: Cases = {
  NetworkAcl: {
    ...ec2Tags('network-acl/private'),
    deleted: aclDeleted('network-acl/data'),
  },
  NetworkAclEntries: {
    'entries[*] missing': {
      node: 'network-acl-entries/private',
      drift: async (at) => {
        const { RuleNumber, Egress } = await aclEntry(at, 'network-acl/private');
        const NetworkAclId = id(at, 'network-acl/private');
        await at.ec2.send(new ec2.DeleteNetworkAclEntryCommand({ NetworkAclId, RuleNumber, Egress }));
      },
    },
    'entries[*] extra': {
      node: 'network-acl-entries/data',
      drift: async (at) => {
        for (const Egress of [true, false]) {
          await at.ec2.send(
            new ec2.CreateNetworkAclEntryCommand({
              NetworkAclId: id(at, 'network-acl/data'),
              RuleNumber: 7,
              Egress,
              Protocol: '-1',
              RuleAction: 'allow',
              CidrBlock: '0.0.0.0/0',
            }),
          );
        }
      },
    },
    'entries[*] changed': {
      node: 'network-acl-entries/public',
      drift: async (at) => {
        const { RuleNumber, Egress, CidrBlock } = await aclEntry(at, 'network-acl/public');
        await at.ec2.send(
          new ec2.ReplaceNetworkAclEntryCommand({
            NetworkAclId: id(at, 'network-acl/public'),
            RuleNumber,
            Egress,
            CidrBlock,
            Protocol: '6',
            RuleAction: 'deny',
            PortRange: { From: 1, To: 2 },
          }),
        );
      },
    },
    // What the network has of rules of its own: test/support/manifests.ts.
    'entries[*] missing (an own rule)': {
      node: 'network-acl-entries/private',
      drift: async (at) => {
        const NetworkAclId = id(at, 'network-acl/private');
        await at.ec2.send(
          new ec2.DeleteNetworkAclEntryCommand({ NetworkAclId, RuleNumber: 100, Egress: true }),
        );
      },
    },
    'entries[*] changed (an own rule, made wider)': {
      node: 'network-acl-entries/private',
      drift: async (at) => {
        await at.ec2.send(
          new ec2.ReplaceNetworkAclEntryCommand({
            NetworkAclId: id(at, 'network-acl/private'),
            RuleNumber: 200,
            Egress: false,
            Protocol: '1',
            RuleAction: 'allow',
            CidrBlock: '10.0.0.0/8',
            IcmpTypeCode: { Type: -1, Code: -1 },
          }),
        );
      },
    },
    'entries[*] extra (before an own rule)': {
      node: 'network-acl-entries/private',
      drift: async (at) => {
        await at.ec2.send(
          new ec2.CreateNetworkAclEntryCommand({
            NetworkAclId: id(at, 'network-acl/private'),
            RuleNumber: 99,
            Egress: true,
            Protocol: '6',
            RuleAction: 'allow',
            CidrBlock: '0.0.0.0/0',
            PortRange: { From: 25, To: 25 },
          }),
        );
      },
    },
  },
  NetworkAclAssociation: {
    'networkAclId missing': disassociated('network-acl-association/private-a'),
    'networkAclId changed': {
      node: 'network-acl-association/private-b',
      drift: async (at) => {
        const AssociationId = await aclAssociation(at, 'subnet/private-b');
        const NetworkAclId = id(at, 'network-acl/data');
        await at.ec2.send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
      },
    },
  },
};

export const aclsDeletions: Deletions = {
  NetworkAcl: (node) => ({
    'deleted while it guards subnets': refused('DependencyViolation', (at) =>
      at.ec2.send(new ec2.DeleteNetworkAclCommand({ NetworkAclId: id(at, node) })),
    ),
    deleted: aclDeleted(node),
  }),
  NetworkAclEntries: (node) => ({ deleted: entriesDeleted(node) }),
  NetworkAclAssociation: (node) => ({ 'put back under the ACL of the VPC': disassociated(node) }),
};
