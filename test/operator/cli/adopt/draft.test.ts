import type { IpPermission, RouteTable, SecurityGroup, Subnet, VpcEndpoint } from '@aws-sdk/client-ec2';
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

const changed = (group: string, ...changes: { path: string; from?: string; to?: string }[]): Action[] => [
  {
    verb: 'update',
    node: `security-group-rules/${group}`,
    type: 'SecurityGroupRules',
    inputs: {},
    changes,
  },
];

describe('what a group has of rules beyond those of a SecureVpc', () => {
  const peers = (GroupId: string) => ({ UserIdGroupPairs: [{ GroupId }] });
  const app: SecurityGroup = {
    GroupId: 'sg-2',
    GroupName: 'app',
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, ...peers('sg-1') }],
    IpPermissionsEgress: [],
  };
  const rulesIn = (draft: ReturnType<typeof draftOf>, group: string) => draft.groups.get(group)?.spec.rules;

  it('are own rules of the manifest: the way out that AWS gives a group, too', () => {
    const draft = draftOf(survey({ ...inOne, securityGroups: [web] }), REGION);
    const more = narrowed(draft, changed('alb', { path: 'egress[all 0.0.0.0/0]', from: '' }));
    expect(rulesIn(more, 'alb')).toEqual([
      { name: 'out-all-1', direction: 'Egress', protocol: 'all', cidr: '0.0.0.0/0' },
    ]);
    expect(leftBy(more).join()).not.toContain('security group');
    // Beside such a rule one more way out changes nothing.
    const added = changed('alb', { path: 'egress[tcp 8080 sg-2]', to: 'app to ecs' });
    expect(narrowed(more, added)).toBe(more);
    // What it still would take away it cannot say.
    expect(narrowed(more, changed('alb', { path: 'egress[all 0.0.0.0/0]', from: '' })).groups.size).toBe(0);
  });

  it('come with every sort of protocol and peer, one towards a group once', () => {
    const traffic: [IpPermission, string][] = [
      [
        { IpProtocol: 'udp', FromPort: 500, ToPort: 510, IpRanges: [{ CidrIp: '10.9.0.0/16' }] },
        'udp 500-510 10.9.0.0/16',
      ],
      [
        { IpProtocol: 'icmp', FromPort: 8, ToPort: -1, IpRanges: [{ CidrIp: '10.9.0.0/16' }] },
        'icmp type 8 10.9.0.0/16',
      ],
      [
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, PrefixListIds: [{ PrefixListId: 'pl-1' }] },
        'tcp 443 pl-1',
      ],
      [
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
        'tcp 443 0.0.0.0/0',
      ],
      [{ IpProtocol: 'tcp', FromPort: 7946, ToPort: 7946, ...peers('sg-2') }, 'tcp 7946 sg-2'],
    ];
    const group = {
      ...app,
      IpPermissions: [...(app.IpPermissions ?? []), ...traffic.map(([permission]) => permission)],
      IpPermissionsEgress: traffic.slice(-1).map(([permission]) => permission),
    };
    const draft = draftOf(survey({ ...inOne, securityGroups: [web, app] }), REGION);
    const there = { ...draft, survey: survey({ ...inOne, securityGroups: [web, group] }) };
    const gone = traffic.map(([, rule]) => ({ path: `ingress[${rule}]`, from: '' }));
    const more = narrowed(there, changed('ecs', ...gone, { path: 'egress[tcp 7946 sg-2]', from: '' }));
    expect(rulesIn(more, 'ecs')).toEqual([
      {
        name: 'in-udp-500-1',
        direction: 'Ingress',
        protocol: 'udp',
        fromPort: 500,
        toPort: 510,
        cidr: '10.9.0.0/16',
      },
      { name: 'in-icmp-8-2', direction: 'Ingress', protocol: 'icmp', icmpType: 8, cidr: '10.9.0.0/16' },
      { name: 'in-tcp-443-3', direction: 'Ingress', fromPort: 443, prefixList: 'pl-1' },
      { name: 'in-tcp-443-4', direction: 'Ingress', fromPort: 443, cidr: '0.0.0.0/0', exposure: 'Internet' },
      { name: 'in-tcp-7946-5', direction: 'Ingress', fromPort: 7946, group: 'ecs' },
    ]);
  });

  it.each<[string, IpPermission, string]>([
    [
      'IPv6',
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
      'tcp 80 ::/0',
    ],
    ['another protocol', { IpProtocol: '50', IpRanges: [{ CidrIp: '10.9.0.0/16' }] }, '50 0 10.9.0.0/16'],
    [
      'port 0',
      { IpProtocol: 'tcp', FromPort: 0, ToPort: 99, IpRanges: [{ CidrIp: '10.9.0.0/16' }] },
      'tcp 0-99 10.9.0.0/16',
    ],
    [
      'a group that the manifest has not',
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, ...peers('sg-9') },
      'tcp 80 sg-9',
    ],
    [
      'a group that does not let it out',
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, ...peers('sg-2') },
      'tcp 80 sg-2',
    ],
  ])('what cannot be said leaves the group out: %s', (_what, permission, rule) => {
    const draft = draftOf(survey({ ...inOne, securityGroups: [web, app] }), REGION);
    const odd = { ...app, IpPermissions: [...(app.IpPermissions ?? []), permission] };
    const there = { ...draft, survey: survey({ ...inOne, securityGroups: [web, odd] }) };
    const less = narrowed(there, changed('ecs', { path: `ingress[${rule}]`, from: '' }));
    expect([...less.groups.keys()]).toEqual(['alb']);
    expect(leftBy(less).join()).toContain(`as securityGroups.ecs its rules would change: - ingress[${rule}]`);
  });

  it('towards a group that is given up are looked at once more', () => {
    const draft = draftOf(survey({ ...inOne, securityGroups: [web, app] }), REGION);
    const open = [{ IpProtocol: 'udp', FromPort: 53, ToPort: 53, ...peers('sg-2') }];
    const both = {
      ...draft,
      survey: survey({
        ...inOne,
        securityGroups: [
          { ...web, IpPermissions: [...(web.IpPermissions ?? []), ...open] },
          {
            ...app,
            IpPermissionsEgress: [{ IpProtocol: 'udp', FromPort: 53, ToPort: 53, ...peers('sg-1') }],
          },
        ],
      }),
    };
    const more = narrowed(both, changed('alb', { path: 'ingress[udp 53 sg-2]', from: '' }));
    expect(rulesIn(more, 'alb')).toMatchObject([{ group: 'ecs' }]);
    const less = narrowed(more, changed('ecs', { path: 'ingress[tcp 1 10.0.0.0/8]', to: 'x' }));
    expect([...less.groups.keys()]).toEqual(['alb']);
    expect(rulesIn(less, 'alb')).toBeUndefined();
  });
});

describe('what the plan would change is given up and named', () => {
  it('a group that lacks a rule', () => {
    const closed = { ...web, IpPermissionsEgress: [] };
    const draft = draftOf(survey({ ...inOne, securityGroups: [closed] }), REGION);
    expect(adoptedIn(draft)).toContainEqual({ node: 'security-group/alb', id: 'sg-1' });
    const less = narrowed(draft, changed('alb', { path: 'egress[tcp 8080 sg-2]', to: 'app to ecs' }));
    expect(adoptedIn(less).map(({ node }) => node)).not.toContain('security-group/alb');
    expect(leftBy(less)).toContain(
      'security group sg-1 (web): as securityGroups.alb its rules would change: + egress[tcp 8080 sg-2]',
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
