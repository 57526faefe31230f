import type { RouteTable, SecurityGroup, Subnet, VpcEndpoint } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { adoptedIn, draftOf, leftBy, narrowed, specOf } from '../../../../operator/cli/adopt/draft.ts';
import type { VpcSurvey } from '../../../../operator/cli/adopt/survey.ts';
import type { Action } from '../../../../operator/graph/plan.ts';

const REGION = 'us-east-1';
const subnet = (id: string, CidrBlock: string, zone: string, Name = ''): Subnet => ({
  SubnetId: id,
  CidrBlock,
  AvailabilityZone: `${REGION}${zone}`,
  Tags: [{ Key: 'Name', Value: Name }],
});
const table = (
  id: string,
  subnets: string[],
  by?: Partial<NonNullable<RouteTable['Routes']>[number]>,
): RouteTable => ({
  RouteTableId: id,
  Associations: subnets.length > 0 ? subnets.map((SubnetId) => ({ SubnetId })) : [{ Main: true }],
  Routes: by ? [{ DestinationCidrBlock: '0.0.0.0/0', Origin: 'CreateRoute', ...by }] : [],
});
const survey = (more: Partial<VpcSurvey>): VpcSurvey => ({
  vpc: { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/16', InstanceTenancy: 'default' },
  attributes: { VpcId: 'vpc-1', dnsSupport: true, dnsHostnames: false },
  dhcpOptions: undefined,
  subnets: [],
  routeTables: [table('rtb-main', [])],
  internetGateway: undefined,
  networkAcls: [],
  securityGroups: [],
  endpoints: [],
  flowLogs: [],
  otherFlowLogs: [],
  logGroups: [],
  roles: [],
  strangers: [],
  unread: [],
  ...more,
});
const tiers = (of: VpcSurvey) =>
  draftOf(of, REGION).tiers.placed.map(
    ({ tier, zone, cidr, id }) => `${tier} ${zone} ${cidr} ${id ?? 'new'}`,
  );

describe('tiers', () => {
  it('come from the routes: the gateway, another way, none', () => {
    const of = survey({
      subnets: [
        subnet('s-1', '10.0.1.0/24', 'a'),
        subnet('s-2', '10.0.2.0/24', 'a'),
        subnet('s-3', '10.0.3.0/24', 'a'),
      ],
      routeTables: [
        table('rtb-main', []),
        table('rtb-1', ['s-1'], { GatewayId: 'igw-1' }),
        table('rtb-2', ['s-2'], { NatGatewayId: 'nat-1' }),
      ],
    });
    expect(tiers(of)).toEqual([
      'public us-east-1a 10.0.1.0/24 s-1',
      'private us-east-1a 10.0.2.0/24 s-2',
      'data us-east-1a 10.0.3.0/24 s-3',
    ]);
    expect([...draftOf(of, REGION).tiers.tables]).toEqual([
      ['public', 'rtb-1'],
      ['private', 'rtb-2'],
    ]);
  });

  it('come from names where routes do not tell, and what is one too many is left and named', () => {
    const of = survey({
      subnets: [
        subnet('s-1', '10.0.1.0/24', 'a', 'shop-app'),
        subnet('s-2', '10.0.2.0/24', 'a', 'shop_db'),
        subnet('s-3', '10.0.3.0/24', 'a', 'spare'),
        { ...subnet('s-4', '10.0.4.0/24', 'a'), AvailabilityZone: 'us-east-1-bos-1a' },
      ],
    });
    expect(tiers(of)).toEqual(['private us-east-1a 10.0.1.0/24 s-1', 'data us-east-1a 10.0.2.0/24 s-2']);
    const left = leftBy(draftOf(of, REGION)).join('\n');
    expect(left).toMatch(/subnet s-3 \(spare\) .*: tier private has s-1 in us-east-1a already/);
    expect(left).toMatch(/subnet s-4 .* is no availability zone of us-east-1/);
  });

  it('get a free block in a zone that they lack', () => {
    const of = survey({
      subnets: [
        subnet('s-1', '10.0.0.0/24', 'a'),
        subnet('s-2', '10.0.1.0/24', 'b'),
        subnet('s-3', '10.0.2.0/26', 'a'),
      ],
      routeTables: [table('rtb-main', []), table('rtb-1', ['s-3'], { GatewayId: 'igw-1' })],
    });
    expect(tiers(of)).toContain('public us-east-1b 10.0.2.64/26 new');
  });

  it('name the routes of a table that a subnet leaves', () => {
    const of = survey({
      subnets: [subnet('s-1', '10.0.1.0/24', 'a')],
      routeTables: [table('rtb-main', [], { NatGatewayId: 'nat-1' })],
    });
    expect(leftBy(draftOf(of, REGION))).toContain(
      'route table rtb-main: s-1 leaves it for the one of tier private, and with that its routes 0.0.0.0/0 by nat-1',
    );
  });
});

const inOne = { subnets: [subnet('s-1', '10.0.1.0/24', 'a')] };
const web: SecurityGroup = {
  GroupId: 'sg-1',
  GroupName: 'web',
  IpPermissions: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
};
const endpoint: VpcEndpoint = {
  VpcEndpointId: 'vpce-1',
  VpcEndpointType: 'Interface',
  ServiceName: 'com.amazonaws.us-east-1.logs',
  State: 'Available',
  SubnetIds: ['s-1'],
  Groups: [{ GroupId: 'sg-2' }],
  PrivateDnsEnabled: true,
};

describe('what the plan would change is given up and named', () => {
  it('a group whose rules are others', () => {
    const draft = draftOf(survey({ ...inOne, securityGroups: [web] }), REGION);
    expect(adoptedIn(draft)).toContainEqual({ node: 'security-group/alb', id: 'sg-1' });
    const actions: Action[] = [
      {
        verb: 'update',
        node: 'security-group-rules/alb',
        type: 'SecurityGroupRules',
        inputs: {},
        changes: [{ path: 'egress[all 0.0.0.0/0]', from: '' }],
      },
    ];
    const less = narrowed(draft, actions);
    expect(adoptedIn(less).map(({ node }) => node)).not.toContain('security-group/alb');
    expect(leftBy(less)).toContain(
      'security group sg-1 (web): as securityGroups.alb its rules would change: - egress[all 0.0.0.0/0]',
    );
    expect(narrowed(less, [])).toBe(less);
  });

  it('a group that belongs to somebody, with the endpoints that need it', () => {
    const group = { GroupId: 'sg-2', GroupName: 'vpce', IpPermissions: [], IpPermissionsEgress: [] };
    const draft = draftOf(survey({ ...inOne, securityGroups: [group], endpoints: [endpoint] }), REGION);
    expect(specOf(draft)).toMatchObject({
      securityGroups: { endpoints: {} },
      endpoints: [{ service: 'logs' }],
    });
    const refusal = {
      verb: 'refuse',
      node: 'security-group/endpoints',
      type: 'SecurityGroup',
      changes: [],
      reason: 'AdoptionRefused',
      message: 'it belongs to ACK',
    } as const;
    const less = narrowed(draft, [refusal]);
    expect(specOf(less)).not.toHaveProperty('endpoints');
    expect(leftBy(less).join('\n')).toMatch(
      /sg-2 \(vpce\): it belongs to ACK[^]*vpce-1 to logs: it needs securityGroups\.endpoints/,
    );
    expect(() => narrowed(draft, [{ ...refusal, node: 'vpc', type: 'Vpc' }])).toThrow('it belongs to ACK');
  });
});

describe('what a SecureVpc cannot say is named', () => {
  it('in the VPC itself, around it, and what could not be looked at', () => {
    const of = survey({
      ...inOne,
      vpc: {
        VpcId: 'vpc-1',
        CidrBlock: '10.0.0.0/16',
        InstanceTenancy: 'dedicated',
        CidrBlockAssociationSet: [{ CidrBlock: '10.9.0.0/16', CidrBlockState: { State: 'associated' } }],
        Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: '2001:db8::/56' }],
      },
      dhcpOptions: {
        DhcpOptionsId: 'dopt-1',
        DhcpConfigurations: [{ Key: 'domain-name-servers', Values: [{ Value: '10.0.0.2' }] }],
      },
      networkAcls: [
        { NetworkAclId: 'acl-1', IsDefault: false },
        { NetworkAclId: 'acl-0', IsDefault: true },
      ],
      strangers: [{ what: 'NAT gateway', id: 'nat-1' }],
      unread: ['VPN gateways: UnauthorizedOperation'],
      endpoints: [{ ...endpoint, ServiceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1' }],
      flowLogs: [{ FlowLogId: 'fl-1', LogDestinationType: 's3' }],
    });
    const left = leftBy(draftOf(of, REGION)).join('\n');
    for (const named of [
      '10.9.0.0/16',
      '2001:db8::/56',
      'dedicated',
      'dopt-1',
      'acl-1',
      'nat-1',
      'vpce-1',
      'fl-1',
      'VPN',
    ])
      expect(left).toContain(named);
    expect(left).not.toContain('acl-0');
  });

  it('a flow log whose role or log group others share, or whose records never end', () => {
    const flow = {
      FlowLogId: 'fl-1',
      LogDestinationType: 'cloud-watch-logs' as const,
      LogGroupName: '/flow',
      DeliverLogsPermissionArn: 'arn:aws:iam::111111111111:role/flow',
      TrafficType: 'ALL' as const,
    };
    const roles = [{ RoleName: 'flow' }];
    const group = { logGroupName: '/flow', retentionInDays: 30, tags: {} };
    const base = { ...inOne, flowLogs: [flow], roles, logGroups: [group] };
    expect(specOf(draftOf(survey(base), REGION))).toMatchObject({ flowLogs: { retentionDays: 30 } });
    const { retentionInDays: _, ...endless } = group;
    for (const more of [
      { otherFlowLogs: [{ ...flow, FlowLogId: 'fl-2', ResourceId: 'vpc-2' }] },
      { logGroups: [endless] },
      { logGroups: [] },
      { roles: [] },
    ])
      expect(specOf(draftOf(survey({ ...base, ...more }), REGION))).toMatchObject({
        flowLogs: { destination: 'None' },
      });
  });
});
