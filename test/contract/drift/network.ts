import * as ec2 from '@aws-sdk/client-ec2';
import { eventually } from '../../support/eventually.ts';
import { withoutSubnet } from './attachments.ts';
import {
  type Cases,
  type Deletions,
  type DriftCase,
  type DriftContext,
  id,
  refused,
  type RefusedCase,
  unused,
} from './case.ts';
import { ec2Tags } from './tags.ts';
import { vpcDeleted } from './whole-network.ts';

async function detach(at: DriftContext): Promise<void> {
  const InternetGatewayId = id(at, 'internet-gateway');
  await at.ec2.send(new ec2.DetachInternetGatewayCommand({ InternetGatewayId, VpcId: id(at, 'vpc') }));
}

/** A VPC that the test made beside the network's. */
async function otherVpc(at: DriftContext): Promise<string> {
  const { Vpc } = await at.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '192.168.0.0/24' }));
  return Vpc?.VpcId ?? '';
}

const vpcInUse = (node: string): RefusedCase =>
  refused('DependencyViolation', (at) => at.ec2.send(new ec2.DeleteVpcCommand({ VpcId: id(at, node) })));

/** Back to what nobody asked for: AWS takes DNS support away only after the names. */
const attributesLost = (node: string): DriftCase => ({
  node,
  unseen: true,
  drift: async (at) => {
    const VpcId = id(at, 'vpc');
    await at.ec2.send(new ec2.ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: false } }));
    await at.ec2.send(new ec2.ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: false } }));
  },
});

const subnetInUse = (node: string): RefusedCase =>
  refused('DependencyViolation', (at) =>
    at.ec2.send(new ec2.DeleteSubnetCommand({ SubnetId: id(at, node) })),
  );

/** Whoever wants to delete a subnet takes the endpoints and the transit gateway out of it first. */
const subnetDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    const SubnetId = id(at, node);
    const { VpcEndpoints } = await at.ec2.send(new ec2.DescribeVpcEndpointsCommand({}));
    for (const { VpcEndpointId, SubnetIds } of VpcEndpoints ?? [])
      if (SubnetIds?.includes(SubnetId))
        await at.ec2.send(new ec2.ModifyVpcEndpointCommand({ VpcEndpointId, RemoveSubnetIds: [SubnetId] }));
    await withoutSubnet(at, SubnetId);
    await unused(at, 'subnet-id', SubnetId);
    await at.ec2.send(new ec2.DeleteSubnetCommand({ SubnetId }));
  },
});

const detached = (node: string): DriftCase => ({ node, drift: detach });

const gatewayDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    await detach(at);
    await at.ec2.send(new ec2.DeleteInternetGatewayCommand({ InternetGatewayId: id(at, node) }));
  },
});

/** Somebody takes the VPC's further block away. */
const blockGone: DriftCase = {
  node: 'vpc-cidrs',
  unseen: true,
  drift: async (at) => {
    const block = async () => {
      const { Vpcs } = await at.ec2.send(new ec2.DescribeVpcsCommand({ VpcIds: [id(at, 'vpc')] }));
      const [vpc] = Vpcs ?? [];
      return vpc?.CidrBlockAssociationSet?.find(
        ({ CidrBlock, CidrBlockState }) =>
          CidrBlock !== vpc.CidrBlock && CidrBlockState?.State !== 'disassociated',
      );
    };
    const AssociationId = (await block())?.AssociationId;
    await at.ec2.send(new ec2.DisassociateVpcCidrBlockCommand({ AssociationId }));
    await eventually('the block is gone', async () => (await block()) === undefined);
  },
};

/** Somebody has the VPC use another set. */
const otherOptions: DriftCase = {
  node: 'dhcp-options-association',
  drift: async (at) => {
    const DhcpConfigurations = [{ Key: 'domain-name-servers', Values: ['192.0.2.66'] }];
    const { DhcpOptions } = await at.ec2.send(new ec2.CreateDhcpOptionsCommand({ DhcpConfigurations }));
    const DhcpOptionsId = DhcpOptions?.DhcpOptionsId;
    await at.ec2.send(new ec2.AssociateDhcpOptionsCommand({ DhcpOptionsId, VpcId: id(at, 'vpc') }));
    return () => at.ec2.send(new ec2.DeleteDhcpOptionsCommand({ DhcpOptionsId }));
  },
};

/** Somebody leaves the VPC without any. */
const noOptions: DriftCase = {
  node: 'dhcp-options-association',
  drift: async (at) =>
    void (await at.ec2.send(
      new ec2.AssociateDhcpOptionsCommand({ DhcpOptionsId: 'default', VpcId: id(at, 'vpc') }),
    )),
};

/** Whoever wants to delete a set takes it from its VPCs first; `default` leaves them without any. */
const optionsDeleted: DriftCase = {
  node: 'dhcp-options',
  drift: async (at) => {
    await noOptions.drift(at);
    await at.ec2.send(new ec2.DeleteDhcpOptionsCommand({ DhcpOptionsId: id(at, 'dhcp-options') }));
  },
};

export const networkCases: Cases = {
  Vpc: {
    ...ec2Tags('vpc'),
    deleted: vpcInUse('vpc'),
  },
  VpcAttributes: {
    'dnsHostnames changed': {
      node: 'vpc-attributes',
      drift: async (at) =>
        void (await at.ec2.send(
          new ec2.ModifyVpcAttributeCommand({ VpcId: id(at, 'vpc'), EnableDnsHostnames: { Value: false } }),
        )),
    },
    'dnsSupport changed': attributesLost('vpc-attributes'),
  },
  VpcCidrs: {
    'cidrs[*] extra': {
      node: 'vpc-cidrs',
      drift: async (at) => {
        const VpcId = id(at, 'vpc');
        await at.ec2.send(new ec2.AssociateVpcCidrBlockCommand({ VpcId, CidrBlock: '100.127.0.0/24' }));
      },
    },
    'cidrs[*] missing': blockGone,
  },
  DhcpOptions: { ...ec2Tags('dhcp-options'), deleted: optionsDeleted },
  DhcpOptionsAssociation: { 'dhcpOptionsId changed': otherOptions, 'dhcpOptionsId missing': noOptions },
  Subnet: {
    ...ec2Tags('subnet/private-a'),
    deleted: subnetDeleted('subnet/data-a'),
    'deleted (one that is in use)': subnetInUse('subnet/private-a'),
  },
  InternetGateway: {
    ...ec2Tags('internet-gateway'),
    deleted: gatewayDeleted('internet-gateway'),
  },
  InternetGatewayAttachment: {
    'vpcId missing': detached('internet-gateway-attachment'),
    'vpcId changed': {
      node: 'internet-gateway-attachment',
      // Between the two steps the operator may attach it again, and AWS refuses the second.
      unseen: true,
      drift: async (at) => {
        const VpcId = await otherVpc(at);
        await detach(at);
        const InternetGatewayId = id(at, 'internet-gateway');
        await at.ec2.send(new ec2.AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
        return () => at.ec2.send(new ec2.DeleteVpcCommand({ VpcId }));
      },
    },
  },
};

export const networkDeletions: Deletions = {
  Vpc: (node) => ({ 'deleted while anything is in it': vpcInUse(node), deleted: vpcDeleted(node) }),
  VpcAttributes: (node) => ({ 'switched off': attributesLost(node) }),
  VpcCidrs: () => ({ disassociated: blockGone }),
  DhcpOptions: (node) => ({
    'deleted while in use': refused('DependencyViolation', (at) =>
      at.ec2.send(new ec2.DeleteDhcpOptionsCommand({ DhcpOptionsId: id(at, node) })),
    ),
    deleted: optionsDeleted,
  }),
  DhcpOptionsAssociation: () => ({ 'taken away': noOptions, 'moved to another set': otherOptions }),
  Subnet: (node) => ({
    // The interface endpoints are in the private tier.
    ...(node.startsWith('subnet/private-') && { 'deleted while in use': subnetInUse(node) }),
    deleted: subnetDeleted(node),
  }),
  InternetGateway: (node) => ({
    'deleted while attached': refused('DependencyViolation', (at) =>
      at.ec2.send(new ec2.DeleteInternetGatewayCommand({ InternetGatewayId: id(at, node) })),
    ),
    deleted: gatewayDeleted(node),
  }),
  InternetGatewayAttachment: (node) => ({ detached: detached(node) }),
};
