import * as ec2 from '@aws-sdk/client-ec2';
import { type Cases, type DriftContext, id, one } from './case.ts';
import { endpointDeleted, modifyEndpoint } from './endpoints.ts';
import { changeRules, firstPermission, groupDeleted, groupInUse, described } from './groups.ts';
import { ec2Tags } from './tags.ts';

/** The nodes of a PrivateLinkEndpoint that uses a service, in the first of the two zones that both have. */
const ENDPOINT = 'endpoint';
const GROUP = 'security-group/endpoint';

async function endpointOf(at: DriftContext): Promise<ec2.VpcEndpoint> {
  const VpcEndpointIds = [id(at, ENDPOINT)];
  const found = await at.ec2.send(new ec2.DescribeVpcEndpointsCommand({ VpcEndpointIds }));
  return one(found.VpcEndpoints, 'endpoint');
}

/** What the endpoint's network has of this node, `subnet/private-b` or the group `security-group/ecs`. */
async function ofNetwork(at: DriftContext, node: string): Promise<string> {
  const Filters = [
    { Name: 'vpc-id', Values: [(await endpointOf(at)).VpcId ?? ''] },
    { Name: 'tag:landfall.dev/node', Values: [node] },
  ];
  if (node.startsWith('subnet/')) {
    const { Subnets } = await at.ec2.send(new ec2.DescribeSubnetsCommand({ Filters }));
    return one(Subnets, node).SubnetId ?? '';
  }
  const { SecurityGroups } = await at.ec2.send(new ec2.DescribeSecurityGroupsCommand({ Filters }));
  return one(SecurityGroups, node).GroupId ?? '';
}

const permission = (more: Partial<ec2.IpPermission>): ec2.IpPermission => ({
  IpProtocol: 'tcp',
  FromPort: 3306,
  ToPort: 3306,
  ...more,
});

/** As `driftCases` has them for a network's. What AWS tells of the connection drifts with its provider: `provided.ts`. */
export const consumedCases: Cases = {
  SecurityGroup: {
    ...ec2Tags(GROUP),
    deleted: groupInUse(GROUP),
    'deleted (by one who gave the endpoint another)': groupDeleted(GROUP),
  },
  SecurityGroupRules: {
    'ingress[*] missing': changeRules('endpoint', async (at, GroupId) => {
      const IpPermissions = [await firstPermission(at, GROUP, false)];
      await at.ec2.send(new ec2.RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    }),
    'ingress[*] extra': changeRules('endpoint', (at, GroupId) =>
      at.ec2.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [permission({ IpRanges: [{ CidrIp: '0.0.0.0/0' }] })],
        }),
      ),
    ),
    'ingress[*].description changed': changeRules('endpoint', async (at, GroupId) => {
      const rule = described(await firstPermission(at, GROUP, false), 'trust me');
      await at.ec2.send(
        new ec2.UpdateSecurityGroupRuleDescriptionsIngressCommand({ GroupId, IpPermissions: [rule] }),
      );
    }),
    'egress[*] extra': changeRules('endpoint', (at, GroupId) =>
      at.ec2.send(
        new ec2.AuthorizeSecurityGroupEgressCommand({
          GroupId,
          IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
        }),
      ),
    ),
  },
  VpcEndpoint: {
    ...ec2Tags(ENDPOINT),
    // Its provider accepts the new one, and only then is its private name enabled.
    deleted: { ...endpointDeleted(ENDPOINT), interrupts: true },
    'subnetIds[*] missing': {
      node: ENDPOINT,
      interrupts: true,
      async drift(at) {
        await at.ec2.send(
          new ec2.ModifyVpcEndpointCommand({
            VpcEndpointId: id(at, ENDPOINT),
            AddSubnetIds: [await ofNetwork(at, 'subnet/private-b')],
            RemoveSubnetIds: [await ofNetwork(at, 'subnet/private-a')],
          }),
        );
      },
    },
    'subnetIds[*] extra': {
      node: ENDPOINT,
      async drift(at) {
        const AddSubnetIds = [await ofNetwork(at, 'subnet/private-b')];
        await at.ec2.send(
          new ec2.ModifyVpcEndpointCommand({ VpcEndpointId: id(at, ENDPOINT), AddSubnetIds }),
        );
      },
    },
    'securityGroupIds[*] missing': {
      node: ENDPOINT,
      async drift(at) {
        await at.ec2.send(
          new ec2.ModifyVpcEndpointCommand({
            VpcEndpointId: id(at, ENDPOINT),
            AddSecurityGroupIds: [await ofNetwork(at, 'security-group/ecs')],
            RemoveSecurityGroupIds: [id(at, GROUP)],
          }),
        );
      },
    },
    'securityGroupIds[*] extra': {
      node: ENDPOINT,
      async drift(at) {
        const AddSecurityGroupIds = [await ofNetwork(at, 'security-group/ecs')];
        await at.ec2.send(
          new ec2.ModifyVpcEndpointCommand({ VpcEndpointId: id(at, ENDPOINT), AddSecurityGroupIds }),
        );
      },
    },
    'privateDns changed': modifyEndpoint(ENDPOINT, () => ({ PrivateDnsEnabled: false })),
    'policy changed': modifyEndpoint(ENDPOINT, () => ({
      PolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
    })),
  },
};
