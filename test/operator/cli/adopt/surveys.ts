import type { RouteTable, Subnet } from '@aws-sdk/client-ec2';
import type { VpcSurvey } from '../../../../operator/cli/adopt/survey.ts';
import type { Action } from '../../../../operator/graph/plan.ts';

/** Where the VPCs of these tests are. */
export const REGION = 'us-east-1';

/** A subnet of zone `a` or another of the region. */
export const subnet = (id: string, CidrBlock: string, zone: string, Name = ''): Subnet => ({
  SubnetId: id,
  CidrBlock,
  AvailabilityZone: `${REGION}${zone}`,
  Tags: [{ Key: 'Name', Value: Name }],
});

/** A route table with its subnets, the main one without any, and where its default route leads. */
export const table = (
  id: string,
  subnets: string[],
  by?: Partial<NonNullable<RouteTable['Routes']>[number]>,
): RouteTable => ({
  RouteTableId: id,
  Associations: subnets.length > 0 ? subnets.map((SubnetId) => ({ SubnetId })) : [{ Main: true }],
  Routes: by ? [{ DestinationCidrBlock: '0.0.0.0/0', Origin: 'CreateRoute', ...by }] : [],
});

/** What was found in a VPC that is empty but for this. */
export const survey = (more: Partial<VpcSurvey>): VpcSurvey => ({
  vpc: { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/16', InstanceTenancy: 'default' },
  attributes: { VpcId: 'vpc-1', dnsSupport: true, dnsHostnames: false },
  dhcpOptions: undefined,
  subnets: [],
  routeTables: [table('rtb-main', [])],
  internetGateway: undefined,
  networkAcls: [],
  securityGroups: [],
  natGateways: [],
  attachments: [],
  endpoints: [],
  flowLogs: [],
  otherFlowLogs: [],
  logGroups: [],
  roles: [],
  strangers: [],
  unread: [],
  ...more,
});

/** What a plan says of a node whose thing cannot be taken over. */
export const refusalOf = (node: string, message: string): Action => ({
  verb: 'refuse',
  node,
  type: '',
  changes: [],
  reason: 'AdoptionRefused',
  message,
});
