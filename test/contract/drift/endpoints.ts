import * as ec2 from '@aws-sdk/client-ec2';
import { type Cases, type Deletions, type DriftCase, type DriftContext, id } from './case.ts';
import { ec2Tags } from './tags.ts';

export function modifyEndpoint(node: string, change: (at: DriftContext) => object): DriftCase {
  return {
    node,
    drift: async (at) =>
      void (await at.ec2.send(
        new ec2.ModifyVpcEndpointCommand({ VpcEndpointId: id(at, node), ...change(at) }),
      )),
  };
}

export const endpointDeleted = (node: string): DriftCase => ({
  node,
  drift: async (at) =>
    void (await at.ec2.send(new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds: [id(at, node)] }))),
});

export const endpointsCases: Cases = {
  VpcEndpoint: {
    ...ec2Tags('endpoint/kms'),
    deleted: endpointDeleted('endpoint/kms'),
    'deleted (a gateway)': endpointDeleted('endpoint/s3'),
    'routeTableIds[*] missing': modifyEndpoint('endpoint/s3', (at) => ({
      RemoveRouteTableIds: [id(at, 'route-table/private')],
    })),
    'routeTableIds[*] extra': modifyEndpoint('endpoint/s3', (at) => ({
      AddRouteTableIds: [id(at, 'route-table/public')],
    })),
    'subnetIds[*] missing': modifyEndpoint('endpoint/ssm', (at) => ({
      RemoveSubnetIds: [id(at, 'subnet/private-b')],
    })),
    'subnetIds[*] extra': {
      node: 'endpoint/ssm',
      drift: async (at) => {
        const { Subnet } = await at.ec2.send(
          new ec2.CreateSubnetCommand({
            VpcId: id(at, 'vpc'),
            CidrBlock: '10.0.255.0/28',
            AvailabilityZone: 'us-east-1c',
          }),
        );
        const SubnetId = Subnet?.SubnetId ?? '';
        await at.ec2.send(
          new ec2.ModifyVpcEndpointCommand({
            VpcEndpointId: id(at, 'endpoint/ssm'),
            AddSubnetIds: [SubnetId],
          }),
        );
        return () => at.ec2.send(new ec2.DeleteSubnetCommand({ SubnetId }));
      },
    },
    'securityGroupIds[*] missing': modifyEndpoint('endpoint/logs', (at) => ({
      AddSecurityGroupIds: [id(at, 'security-group/ecs')],
      RemoveSecurityGroupIds: [id(at, 'security-group/endpoints')],
    })),
    'securityGroupIds[*] extra': modifyEndpoint('endpoint/logs', (at) => ({
      AddSecurityGroupIds: [id(at, 'security-group/alb')],
    })),
    'policy changed': modifyEndpoint('endpoint/s3', () => ({
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: '*' },
      }),
    })),
    'privateDns changed': modifyEndpoint('endpoint/logs', () => ({ PrivateDnsEnabled: false })),
  },
};

export const endpointsDeletions: Deletions = {
  VpcEndpoint: (node) => ({ deleted: endpointDeleted(node) }),
};
