import {
  DescribeDhcpOptionsCommand,
  DescribeEgressOnlyInternetGatewaysCommand,
  DescribeFlowLogsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpnGatewaysCommand,
  type DhcpOptions,
  type FlowLog,
  type InternetGateway,
  type NatGateway,
  type NetworkAcl,
  type RouteTable,
  type SecurityGroup,
  type Subnet,
  type Vpc,
  type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import type { RoleDetail } from '@aws-sdk/client-iam';
import { NO_DHCP_OPTIONS } from '../../aws/ec2/dhcp-options.ts';
import { internetGateways } from '../../aws/ec2/internet-gateway.ts';
import { natGateways } from '../../aws/ec2/nat-gateway.ts';
import { networkAcls } from '../../aws/ec2/network-acl.ts';
import { routeTables } from '../../aws/ec2/route-table.ts';
import { securityGroups } from '../../aws/ec2/security-group.ts';
import { subnets } from '../../aws/ec2/subnet.ts';
import { transitGatewayAttachments, type Attachment } from '../../aws/ec2/transit-gateway-attachment.ts';
import { vpcAttributes, type VpcAttributes } from '../../aws/ec2/vpc-attributes.ts';
import { vpcEndpoints } from '../../aws/ec2/vpc-endpoints.ts';
import { vpcs } from '../../aws/ec2/vpc.ts';
import { errorCode, interpretWords } from '../../aws/errors.ts';
import { roles } from '../../aws/iam/role.ts';
import { pages } from '../../aws/kind.ts';
import { logGroups, type TaggedLogGroup } from '../../aws/logs/log-group.ts';
import type { AwsSession } from '../../aws/session.ts';
import { Terminal } from '../../errors.ts';

/** Something in a VPC that no field of a SecureVpc stands for. */
export interface Stranger {
  /** As `VPN gateway`. */
  readonly what: string;
  readonly id: string;
}

/** Everything that stands in a VPC, as AWS describes it. */
export interface VpcSurvey {
  readonly vpc: Vpc;
  readonly attributes: VpcAttributes;
  readonly dhcpOptions: DhcpOptions | undefined;
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  readonly internetGateway: InternetGateway | undefined;
  readonly networkAcls: readonly NetworkAcl[];
  readonly securityGroups: readonly SecurityGroup[];
  /** Those that are not on their way out. */
  readonly natGateways: readonly NatGateway[];
  readonly attachments: readonly Attachment[];
  readonly endpoints: readonly VpcEndpoint[];
  readonly flowLogs: readonly FlowLog[];
  /** Flow logs of the region that are not of this VPC: they may use the same role or log group. */
  readonly otherFlowLogs: readonly FlowLog[];
  readonly logGroups: readonly TaggedLogGroup[];
  readonly roles: readonly RoleDetail[];
  readonly strangers: readonly Stranger[];
  /** What AWS did not let us look at, with its words. */
  readonly unread: readonly string[];
}

/** Reads a VPC with everything in it. Throws Terminal where there is none of that id. */
export async function surveyVpc(session: AwsSession, id: string): Promise<VpcSurvey> {
  const [vpc] = await vpcs.get(session, [id]);
  if (!vpc) {
    const { accountId, region } = session;
    throw new Terminal('InvalidSpec', `there is no VPC ${id} in account ${accountId}, region ${region}`);
  }
  const inVpc = ['vpc-id', [id]] as const;
  const [attributes, own, tables, gateways, acls, groups, nats, attachments, endpoints, logs, rest] =
    await Promise.all([
      vpcAttributes.get(session, [id]),
      subnets.matching(session, ...inVpc),
      routeTables.matching(session, ...inVpc),
      internetGateways.matching(session, 'attachment.vpc-id', [id]),
      networkAcls.matching(session, ...inVpc),
      securityGroups.matching(session, ...inVpc),
      natGateways.matching(session, ...inVpc),
      transitGatewayAttachments.matching(session, ...inVpc),
      vpcEndpoints.matching(session, ...inVpc),
      readFlowLogs(session),
      strangersIn(session, vpc),
    ]);
  const ofVpc = logs.filter(({ ResourceId }) => ResourceId === id);
  const names = ofVpc.flatMap(({ LogGroupName }) => LogGroupName ?? []);
  const roleNames = ofVpc.flatMap(({ DeliverLogsPermissionArn: arn }) => arn?.split('/').at(-1) ?? []);
  return {
    vpc,
    attributes: attributes[0] ?? { VpcId: id, dnsSupport: true, dnsHostnames: false },
    dhcpOptions: rest.dhcpOptions,
    subnets: own,
    routeTables: tables,
    internetGateway: gateways[0],
    networkAcls: acls,
    securityGroups: groups,
    natGateways: nats.filter(({ State }) => isLive(State)),
    attachments: attachments.filter(({ State }) => isLive(State)),
    endpoints,
    flowLogs: ofVpc,
    otherFlowLogs: logs.filter(({ ResourceId }) => ResourceId !== id),
    logGroups: names.length > 0 ? await logGroups.get(session, [...new Set(names)]) : [],
    roles: roleNames.length > 0 ? await roles.get(session, [...new Set(roleNames)]) : [],
    strangers: rest.strangers,
    unread: rest.unread,
  };
}

/** All flow logs of the region: no filter finds those that use a role. */
async function readFlowLogs({ ec2 }: AwsSession): Promise<FlowLog[]> {
  const found: FlowLog[] = [];
  const all = pages<FlowLog>(async (NextToken) => {
    const query = { MaxResults: 1000, ...(NextToken !== undefined && { NextToken }) };
    const answer = await ec2.send(new DescribeFlowLogsCommand(query));
    return { items: answer.FlowLogs, next: answer.NextToken };
  });
  for await (const page of all) found.push(...page);
  return found;
}

/** What a role that may only plan is seldom allowed to read: a refusal is told, and the rest goes on. */
async function strangersIn(session: AwsSession, { VpcId = '', DhcpOptionsId = '' }: Vpc) {
  const { ec2 } = session;
  const unread: string[] = [];
  const tried = async <T>(what: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      const { kind, message } = interpretWords(error);
      if (errorCode(error) === undefined || kind !== 'stalled') throw error;
      unread.push(`${what}: ${message}`);
      return undefined;
    }
  };
  const byVpc = (Name: string) => [{ Name, Values: [VpcId] }];
  const [asked, accepted, vpns, egress, dhcp] = await Promise.all([
    tried('peering connections', () =>
      ec2.send(new DescribeVpcPeeringConnectionsCommand({ Filters: byVpc('requester-vpc-info.vpc-id') })),
    ),
    tried('peering connections', () =>
      ec2.send(new DescribeVpcPeeringConnectionsCommand({ Filters: byVpc('accepter-vpc-info.vpc-id') })),
    ),
    tried('VPN gateways', () =>
      ec2.send(new DescribeVpnGatewaysCommand({ Filters: byVpc('attachment.vpc-id') })),
    ),
    tried('egress-only internet gateways', () => ec2.send(new DescribeEgressOnlyInternetGatewaysCommand({}))),
    DhcpOptionsId === '' || DhcpOptionsId === NO_DHCP_OPTIONS
      ? undefined
      : tried('DHCP options', () =>
          ec2.send(
            new DescribeDhcpOptionsCommand({
              Filters: [{ Name: 'dhcp-options-id', Values: [DhcpOptionsId] }],
            }),
          ),
        ),
  ]);
  const named = (what: string, ids: readonly (string | undefined)[]): Stranger[] =>
    [...new Set(ids)].flatMap((id) => (id === undefined ? [] : [{ what, id }]));
  const peerings = [asked, accepted].flatMap((answer) => answer?.VpcPeeringConnections ?? []);
  const strangers = [
    ...named(
      'peering connection',
      peerings
        .filter(({ Status }) => isLive(Status?.Code))
        .map(({ VpcPeeringConnectionId }) => VpcPeeringConnectionId),
    ),
    ...named(
      'VPN gateway',
      (vpns?.VpnGateways ?? []).filter(({ State }) => isLive(State)).map(({ VpnGatewayId }) => VpnGatewayId),
    ),
    ...named(
      'egress-only internet gateway',
      (egress?.EgressOnlyInternetGateways ?? [])
        .filter(({ Attachments }) => Attachments?.some((attachment) => attachment.VpcId === VpcId))
        .map(({ EgressOnlyInternetGatewayId }) => EgressOnlyInternetGatewayId),
    ),
  ];
  return { strangers, unread: [...new Set(unread)], dhcpOptions: dhcp?.DhcpOptions?.[0] };
}

function isLive(state: string | undefined): boolean {
  return state !== 'deleted' && state !== 'deleting';
}
