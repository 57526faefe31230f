import * as ec2 from '@aws-sdk/client-ec2';
import { attachmentDeleted } from './attachments.ts';
import { type DriftCase, type DriftContext, id, unused } from './case.ts';
import { groupDeleted } from './groups.ts';

/** A VPC goes only after everything in it: what is left of the network then is its role and its log group. */
export const vpcDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) => {
    const VpcId = id(at, node);
    await at.ec2.send(new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds: allOf(at, 'endpoint/') }));
    await attachmentDeleted.drift(at);
    await unused(at, 'vpc-id', VpcId);
    const InternetGatewayId = id(at, 'internet-gateway');
    await at.ec2.send(new ec2.DetachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    await at.ec2.send(new ec2.DeleteInternetGatewayCommand({ InternetGatewayId }));
    for (const SubnetId of allOf(at, 'subnet/')) await at.ec2.send(new ec2.DeleteSubnetCommand({ SubnetId }));
    for (const RouteTableId of allOf(at, 'route-table/'))
      await at.ec2.send(new ec2.DeleteRouteTableCommand({ RouteTableId }));
    for (const NetworkAclId of allOf(at, 'network-acl/'))
      await at.ec2.send(new ec2.DeleteNetworkAclCommand({ NetworkAclId }));
    await deleteGroups(at);
    await at.ec2.send(new ec2.DeleteVpcCommand({ VpcId }));
  },
});

async function deleteGroups(at: DriftContext): Promise<void> {
  const left = { ...at.ids };
  for (const node of Object.keys(at.ids).filter((name) => name.startsWith('security-group/'))) {
    await groupDeleted(node).drift({ ...at, ids: left });
    delete left[node];
  }
}

function allOf(at: DriftContext, prefix: string): string[] {
  return Object.entries(at.ids).flatMap(([node, id]) => (node.startsWith(prefix) ? [id] : []));
}
