import type { IpPermission, SecurityGroup, VpcEndpoint } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { adoptedIn, specOf } from '../../../../operator/cli/adopt/draft-spec.ts';
import { draftOf, narrowed } from '../../../../operator/cli/adopt/draft.ts';
import { leftBy } from '../../../../operator/cli/adopt/left-out.ts';
import type { Action } from '../../../../operator/graph/plan.ts';
import { REGION, refusalOf, subnet, survey } from './surveys.ts';

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
    const less = narrowed(draft, [refusalOf('security-group/endpoints', 'it belongs to ACK')]);
    expect(specOf(less)).not.toHaveProperty('endpoints');
    expect(leftBy(less).join('\n')).toMatch(
      /sg-2 \(vpce\): it belongs to ACK[^]*vpce-1 to logs: it needs securityGroups\.endpoints/,
    );
    expect(() => narrowed(draft, [refusalOf('vpc', 'it belongs to ACK')])).toThrow('it belongs to ACK');
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
        DhcpOptionsId: 'default',
        Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: '2001:db8::/56' }],
      },
      networkAcls: [
        { NetworkAclId: 'acl-1', IsDefault: false },
        { NetworkAclId: 'acl-0', IsDefault: true },
      ],
      strangers: [{ what: 'VPN gateway', id: 'vgw-1' }],
      unread: ['VPN gateways: UnauthorizedOperation'],
      endpoints: [{ ...endpoint, ServiceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1' }],
      flowLogs: [{ FlowLogId: 'fl-1', LogDestinationType: 's3' }],
    });
    const left = leftBy(draftOf(of, REGION)).join('\n');
    for (const named of [
      '2001:db8::/56',
      'dedicated',
      'DHCP options: it has none at all',
      'acl-1',
      'vgw-1',
      'vpce-1',
      'fl-1',
      'VPN',
    ])
      expect(left).toContain(named);
    expect(left).not.toContain('acl-0');
  });

  it('no DHCP options, unless it gets those of AWS', () => {
    const vpc = { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/16', DhcpOptionsId: 'default' };
    const draft = draftOf(survey({ ...inOne, vpc }), REGION);
    const association: Action = {
      verb: 'update',
      node: 'dhcp-options-association',
      type: 'DhcpOptionsAssociation',
      inputs: {},
      changes: [{ path: 'dhcpOptionsId', to: 'dopt-1' }],
    };
    expect(leftBy(draft).join()).toContain('DHCP options');
    expect(leftBy(draft, [association]).join()).not.toContain('DHCP options');
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
