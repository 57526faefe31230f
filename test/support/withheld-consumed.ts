import * as ec2 from '@aws-sdk/client-ec2';
import { awsKinds } from '../../operator/aws/kinds.ts';
import { readPermissions } from '../../operator/aws/least-privilege.ts';
import { privateLinkKind } from '../../operator/controllers/private-link-endpoint.ts';
import { kindOf } from '../../operator/graph/kind.ts';
import { id, lossOf, one } from '../contract/drift/case.ts';
import { consumedCases } from '../contract/drift/consumed.ts';
import { link } from './link-manifests.ts';
import { act, anew, another, orphanTags, type Provocation, undone } from './provocation.ts';
import { ASKED_ALONG } from './withheld-suite.ts';

/** A way to what `offered` is offered as, by its private name unless told otherwise, in one of the two zones. */
export const wish = (name: string, privateDns: 'Enabled' | 'Disabled' = 'Enabled') =>
  link(name, 'portal', {
    accountRef: { name: 'portal' },
    consume: {
      from: { name: 'api' },
      networkRef: { name: 'services' },
      zones: ['a'],
      ports: [{ port: 8080 }],
      allowFrom: [{ name: 'api' }],
      privateDns,
    },
  });

/** Nothing of a consumer lets it out: no rule is ever added there. */
const OF_EGRESS = /^ec2:(AuthorizeSecurityGroupEgress|UpdateSecurityGroupRuleDescriptionsEgress)$/;

/** The actions of what a consumer is made of, which networks need as well. */
export function actionsOfConsumer(): string[] {
  const kinds = Object.keys(consumedCases).map((type) => kindOf(awsKinds, type));
  const all = kinds.flatMap(({ iam, collection }) => [...iam, ...collection.iam]);
  const actions = new Set(all.map(({ action }) => action));
  return [...actions].filter((action) => !OF_EGRESS.test(action) && !ASKED_ALONG.has(action)).sort();
}

const drift = (type: string, name: string): Provocation =>
  act((at) => lossOf(name, consumedCases[type]?.[name]).drift(at));
const tagged = (ResourceType: ec2.ResourceType) => ({
  TagSpecifications: [
    {
      ResourceType,
      Tags: Object.entries(orphanTags(wish('wish'))).map(([Key, Value]) => ({ Key, Value })),
    },
  ],
});
/** A group that is to go, in which somebody's network interface is. */
const usedGroup = undone(async (at) => {
  const VpcEndpointIds = [id(at, 'endpoint')];
  const found = await at.ec2.send(new ec2.DescribeVpcEndpointsCommand({ VpcEndpointIds }));
  const { VpcId, SubnetIds } = one(found.VpcEndpoints, 'endpoint');
  const made = await at.ec2.send(
    new ec2.CreateSecurityGroupCommand({
      VpcId,
      GroupName: 'orphan',
      Description: 'orphan',
      ...tagged('security-group'),
    }),
  );
  const { NetworkInterface } = await at.ec2.send(
    new ec2.CreateNetworkInterfaceCommand({ SubnetId: SubnetIds?.[0], Groups: [made.GroupId ?? ''] }),
  );
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId;
  return () => at.ec2.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
});
/** An endpoint that is to go, of the same network. */
const orphanEndpoint = act(async (at) => {
  const VpcEndpointIds = [id(at, 'endpoint')];
  const found = await at.ec2.send(new ec2.DescribeVpcEndpointsCommand({ VpcEndpointIds }));
  const { VpcId } = one(found.VpcEndpoints, 'endpoint');
  await at.ec2.send(
    new ec2.CreateVpcEndpointCommand({
      VpcId,
      ServiceName: 'com.amazonaws.us-east-1.dynamodb',
      ...tagged('vpc-endpoint'),
    }),
  );
});

/** For each action of a consumer, what makes the operator need it. */
export const CONSUMER_PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  ...Object.fromEntries(
    readPermissions(privateLinkKind.on.aws.nodeKinds).map(({ action }) => [action, anew]),
  ),
  'ec2:AuthorizeSecurityGroupIngress': drift('SecurityGroupRules', 'ingress[*] missing'),
  'ec2:CreateSecurityGroup': another,
  'ec2:CreateTags': drift('VpcEndpoint', 'tags missing'),
  'ec2:CreateVpcEndpoint': another,
  'ec2:DeleteSecurityGroup': usedGroup,
  'ec2:DeleteTags': drift('VpcEndpoint', 'tags extra'),
  'ec2:DeleteVpcEndpoints': orphanEndpoint,
  'ec2:DescribeNetworkInterfaces': usedGroup,
  'ec2:ModifyVpcEndpoint': drift('VpcEndpoint', 'privateDns changed'),
  'ec2:RevokeSecurityGroupEgress': drift('SecurityGroupRules', 'egress[*] extra'),
  'ec2:RevokeSecurityGroupIngress': drift('SecurityGroupRules', 'ingress[*] extra'),
  'ec2:UpdateSecurityGroupRuleDescriptionsIngress': drift(
    'SecurityGroupRules',
    'ingress[*].description changed',
  ),
};
