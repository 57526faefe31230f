import { describe, expect, it } from 'vitest';
import { awsKinds } from '../../../operator/aws/kinds.ts';
import type { AwsSession } from '../../../operator/aws/session.ts';
import { kindOf } from '../../../operator/graph/kind.ts';
import { counted } from '../../support/counted.ts';
import { CERTIFICATE_CASES } from './acm/cases.ts';
import { BACKUP_CASES } from './backup/cases.ts';
import { CAPACITY_CASES } from './autoscaling/cases.ts';
import type { Case } from './case.ts';
import { linesOf, viewOf } from './changes.ts';
import { TABLE_CASES } from './dynamodb/cases.ts';
import { PROVIDED_CASES } from './ec2/provided-cases.ts';
import { ECS_CASES } from './ecs/cases.ts';
import { CACHE_CASES } from './elasticache/cases.ts';
import { ELB_CASES } from './elbv2/cases.ts';
import { KMS_CASES } from './kms/cases.ts';
import { RDS_CASES } from './rds/cases.ts';
import { SECRET_CASES } from './secretsmanager/cases.ts';
import { SCALING_CASES } from './scaling-cases.ts';
import { WAF_CASES } from './wafv2/cases.ts';

const kinds = awsKinds;

const policy = (action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
const ROLE_ARN = 'arn:aws:iam::111111111111:role/landfall/team/flow';

/** A session whose clients answer every command with nothing. */
function sessionThat(heard: (command: { readonly input: object }) => void): AwsSession {
  const send = async (command: { readonly input: object }) => {
    heard(command);
    return {};
  };
  const client = { send };
  return new Proxy({} as AwsSession, { get: (_, name) => (name === 'region' ? 'eu-central-1' : client) });
}

const CASES: Readonly<Record<string, Case>> = {
  ...ELB_CASES,
  ...CACHE_CASES,
  ...CERTIFICATE_CASES,
  ...KMS_CASES,
  ...BACKUP_CASES,
  ...SECRET_CASES,
  ...CAPACITY_CASES,
  ...PROVIDED_CASES,
  ...TABLE_CASES,
  Vpc: {
    inputs: { cidr: '10.0.0.0/16' },
    record: { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/16', DhcpOptionsId: 'dopt-1' },
    needs: ['dopt-1'],
    changes: [[{ cidr: '10.1.0.0/16' }, 'cidr: 10.0.0.0/16 -> 10.1.0.0/16 (replace)']],
  },
  VpcAttributes: {
    inputs: { vpcId: 'vpc-1', dnsSupport: true, dnsHostnames: true },
    record: { VpcId: 'vpc-1', dnsSupport: true, dnsHostnames: true },
    needs: ['vpc-1'],
    changes: [
      [{ dnsSupport: false }, 'dnsSupport: true -> false'],
      [{ dnsHostnames: false }, 'dnsHostnames: true -> false'],
    ],
  },
  VpcCidrs: {
    inputs: { vpcId: 'vpc-1', cidrs: ['100.64.0.0/16'] },
    record: {
      VpcId: 'vpc-1',
      CidrBlock: '10.0.0.0/16',
      CidrBlockAssociationSet: [
        { AssociationId: 'a', CidrBlock: '10.0.0.0/16', CidrBlockState: { State: 'associated' } },
        { AssociationId: 'b', CidrBlock: '100.64.0.0/16', CidrBlockState: { State: 'associated' } },
      ],
    },
    needs: [],
    changes: [
      [{ cidrs: [] }, 'cidrs[100.64.0.0/16]: 100.64.0.0/16 -> (nothing)'],
      [{ cidrs: ['100.64.0.0/16', '100.65.0.0/16'] }, 'cidrs[100.65.0.0/16]: (nothing) -> 100.65.0.0/16'],
    ],
  },
  DhcpOptions: {
    inputs: {
      options: { 'domain-name': ['corp.example.com'], 'domain-name-servers': ['10.0.0.2', '10.0.0.3'] },
    },
    record: {
      DhcpOptionsId: 'dopt-1',
      DhcpConfigurations: [
        { Key: 'domain-name-servers', Values: [{ Value: '10.0.0.2' }, { Value: '10.0.0.3' }] },
        { Key: 'domain-name', Values: [{ Value: 'corp.example.com' }] },
      ],
    },
    needs: [],
    changes: [
      [
        {
          options: { 'domain-name': ['example.org'], 'domain-name-servers': ['10.0.0.2', '10.0.0.3'] },
        },
        'options[domain-name]: corp.example.com -> example.org (replace)',
      ],
      [
        {
          options: { 'domain-name': ['corp.example.com'], 'domain-name-servers': ['10.0.0.3', '10.0.0.2'] },
        },
        'options[domain-name-servers]: 10.0.0.2, 10.0.0.3 -> 10.0.0.3, 10.0.0.2 (replace)',
      ],
      [
        { options: { 'domain-name-servers': ['10.0.0.2', '10.0.0.3'] } },
        'options[domain-name]: corp.example.com -> (nothing) (replace)',
      ],
      [
        {
          options: {
            'domain-name': ['corp.example.com'],
            'domain-name-servers': ['10.0.0.2', '10.0.0.3'],
            'ntp-servers': ['10.0.0.4'],
          },
        },
        'options[ntp-servers]: (nothing) -> 10.0.0.4 (replace)',
      ],
    ],
  },
  DhcpOptionsAssociation: {
    inputs: { vpcId: 'vpc-1', dhcpOptionsId: 'dopt-1', own: [] },
    record: { VpcId: 'vpc-1', DhcpOptionsId: 'dopt-1' },
    needs: [],
    changes: [
      [{ dhcpOptionsId: 'dopt-2' }, 'dhcpOptionsId: dopt-1 -> dopt-2'],
      [{ dhcpOptionsId: undefined, own: ['dopt-aws', 'dopt-twin'] }, 'dhcpOptionsId: dopt-1 -> dopt-aws'],
    ],
  },
  Subnet: {
    inputs: { vpcId: 'vpc-1', cidr: '10.0.0.0/24', zone: 'eu-central-1a' },
    record: {
      SubnetId: 'subnet-1',
      VpcId: 'vpc-1',
      CidrBlock: '10.0.0.0/24',
      AvailabilityZone: 'eu-central-1a',
      AvailableIpAddressCount: 251,
    },
    needs: ['vpc-1'],
    changes: [
      [{ vpcId: 'vpc-2' }, 'vpcId: vpc-1 -> vpc-2 (replace)'],
      [{ cidr: '10.0.1.0/24' }, 'cidr: 10.0.0.0/24 -> 10.0.1.0/24 (replace)'],
      [{ zone: 'eu-central-1b' }, 'zone: eu-central-1a -> eu-central-1b (replace)'],
    ],
  },
  InternetGateway: {
    inputs: {},
    record: { InternetGatewayId: 'igw-1', Attachments: [{ VpcId: 'vpc-1', State: 'available' }] },
    needs: ['vpc-1'],
    changes: [],
  },
  InternetGatewayAttachment: {
    inputs: { internetGatewayId: 'igw-1', vpcId: 'vpc-1' },
    record: { InternetGatewayId: 'igw-1', Attachments: [{ VpcId: 'vpc-1', State: 'available' }] },
    needs: [],
    changes: [[{ vpcId: 'vpc-2' }, 'vpcId: vpc-1 -> vpc-2']],
  },
  ElasticIp: {
    inputs: {},
    record: { AllocationId: 'eipalloc-1', PublicIp: '198.51.100.7', Domain: 'vpc' },
    needs: [],
    changes: [],
  },
  NatGateway: {
    inputs: { subnetId: 'subnet-1', allocationId: 'eipalloc-1', isGiven: false },
    record: {
      NatGatewayId: 'nat-1',
      VpcId: 'vpc-1',
      SubnetId: 'subnet-1',
      State: 'available',
      NatGatewayAddresses: [{ AllocationId: 'eipalloc-1', PublicIp: '198.51.100.7', IsPrimary: true }],
    },
    needs: ['vpc-1', 'subnet-1', 'eipalloc-1'],
    changes: [
      [{ subnetId: 'subnet-2' }, 'subnetId: subnet-1 -> subnet-2 (replace)'],
      [{ allocationId: 'eipalloc-2' }, 'allocationId: eipalloc-1 -> eipalloc-2 (replace)'],
    ],
  },
  RouteTable: {
    inputs: { vpcId: 'vpc-1' },
    record: { RouteTableId: 'rtb-1', VpcId: 'vpc-1' },
    needs: ['vpc-1'],
    changes: [[{ vpcId: 'vpc-2' }, 'vpcId: vpc-1 -> vpc-2 (replace)']],
  },
  Routes: {
    inputs: { routeTableId: 'rtb-1', routes: [] },
    record: { RouteTableId: 'rtb-1', Routes: [] },
    needs: [],
    changes: [
      [{ routes: [{ destination: '0.0.0.0/0', target: 'igw-1' }] }, 'routes[0.0.0.0/0]: (nothing) -> igw-1'],
    ],
  },
  RouteTableAssociation: {
    inputs: { subnetId: 'subnet-1', routeTableId: 'rtb-1' },
    record: { RouteTableId: 'rtb-1', Associations: [{ SubnetId: 'subnet-1', RouteTableAssociationId: 'a' }] },
    needs: [],
    changes: [[{ routeTableId: 'rtb-2' }, 'routeTableId: rtb-1 -> rtb-2']],
  },
  NetworkAcl: {
    inputs: { vpcId: 'vpc-1' },
    record: { NetworkAclId: 'acl-1', VpcId: 'vpc-1' },
    needs: ['vpc-1'],
    changes: [[{ vpcId: 'vpc-2' }, 'vpcId: vpc-1 -> vpc-2 (replace)']],
  },
  NetworkAclEntries: {
    inputs: { networkAclId: 'acl-1', entries: [] },
    record: { NetworkAclId: 'acl-1', Entries: [{ Egress: false, RuleNumber: 32767 }] },
    needs: [],
    changes: [],
  },
  NetworkAclAssociation: {
    inputs: { subnetId: 'subnet-1', networkAclId: 'acl-1' },
    record: { NetworkAclId: 'acl-1', Associations: [{ SubnetId: 'subnet-1', NetworkAclAssociationId: 'a' }] },
    needs: [],
    changes: [[{ networkAclId: 'acl-2' }, 'networkAclId: acl-1 -> acl-2']],
  },
  SecurityGroup: {
    inputs: { vpcId: 'vpc-1', name: 'alb', description: 'from the internet' },
    record: { GroupId: 'sg-1', VpcId: 'vpc-1', GroupName: 'alb', Description: 'from the internet' },
    needs: ['vpc-1'],
    changes: [[{ vpcId: 'vpc-2' }, 'vpcId: vpc-1 -> vpc-2 (replace)']],
  },
  SecurityGroupRules: {
    inputs: { groupId: 'sg-1', ingress: [], egress: [] },
    record: { GroupId: 'sg-1', IpPermissions: [], IpPermissionsEgress: [] },
    needs: [],
    changes: [],
  },
  VpcEndpoint: {
    inputs: {
      vpcId: 'vpc-1',
      serviceName: 's3',
      type: 'Gateway',
      routeTableIds: ['rtb-1'],
      subnetIds: [],
      securityGroupIds: [],
      privateDns: false,
      policy: '',
    },
    record: {
      VpcEndpointId: 'vpce-1',
      VpcId: 'vpc-1',
      ServiceName: 's3',
      VpcEndpointType: 'Gateway',
      RouteTableIds: ['rtb-1'],
      State: 'available',
    },
    needs: ['vpc-1', 'rtb-1'],
    changes: [[{ routeTableIds: [] }, 'routeTableIds[rtb-1]: rtb-1 -> (nothing)']],
  },
  TransitGatewayAttachment: {
    inputs: {
      transitGatewayId: 'tgw-1',
      vpcId: 'vpc-1',
      subnetIds: ['subnet-1'],
      dnsSupport: true,
      applianceMode: false,
    },
    record: {
      TransitGatewayAttachmentId: 'tgw-attach-1',
      TransitGatewayId: 'tgw-1',
      VpcId: 'vpc-1',
      SubnetIds: ['subnet-1'],
      Options: { DnsSupport: 'enable', ApplianceModeSupport: 'disable' },
      State: 'available',
    },
    needs: ['vpc-1', 'subnet-1'],
    changes: [
      [{ transitGatewayId: 'tgw-2' }, 'transitGatewayId: tgw-1 -> tgw-2 (replace)'],
      [{ vpcId: 'vpc-2' }, 'vpcId: vpc-1 -> vpc-2 (replace)'],
      [{ subnetIds: [] }, 'subnetIds[subnet-1]: subnet-1 -> (nothing)'],
      [{ dnsSupport: false }, 'dnsSupport: true -> false'],
      [{ applianceMode: true }, 'applianceMode: false -> true'],
    ],
  },
  LogGroup: {
    inputs: { name: '/vpc/flow', retentionDays: 30 },
    record: { logGroupName: '/vpc/flow', retentionInDays: 30, tags: {} },
    needs: [],
    changes: [[{ retentionDays: 7 }, 'retentionDays: 30 -> 7']],
  },
  Role: {
    inputs: {
      name: 'flow',
      path: '/landfall/team/',
      trustPolicy: policy('sts:AssumeRole'),
      permissionsBoundaryArn: '',
    },
    record: {
      RoleName: 'flow',
      Arn: ROLE_ARN,
      Path: '/landfall/team/',
      AssumeRolePolicyDocument: encodeURIComponent(policy('sts:AssumeRole')),
    },
    needs: [],
    changes: [
      [{ permissionsBoundaryArn: 'arn:b' }, 'permissionsBoundaryArn:  -> arn:b'],
      [
        { trustPolicy: policy('sts:TagSession') },
        `trustPolicy: {"Statement":{"Action":"sts:AssumeRole","Effect":"Allow","Resource":"*"},"Version":"2012-10-17"} -> ${policy('sts:TagSession')}`,
      ],
    ],
  },
  RolePolicies: {
    inputs: { roleName: 'flow', policies: { write: policy('logs:PutLogEvents') } },
    record: {
      RoleName: 'flow',
      RolePolicyList: [
        { PolicyName: 'write', PolicyDocument: encodeURIComponent(policy('logs:PutLogEvents')) },
      ],
    },
    needs: [],
    changes: [
      [
        { policies: {} },
        'policies[write]: {"Statement":{"Action":"logs:PutLogEvents","Effect":"Allow","Resource":"*"},"Version":"2012-10-17"} -> (nothing)',
      ],
      [
        { policies: { write: policy('logs:*') } },
        'policies[write]: {"Statement":{"Action":"logs:PutLogEvents","Effect":"Allow","Resource":"*"},"Version":"2012-10-17"} -> {"Statement":{"Action":"logs:*","Effect":"Allow","Resource":"*"},"Version":"2012-10-17"}',
      ],
    ],
  },
  FlowLog: {
    inputs: {
      vpcId: 'vpc-1',
      logGroupName: '/vpc/flow',
      roleArn: ROLE_ARN,
      trafficType: 'ALL',
      maxAggregationIntervalSeconds: 600,
    },
    record: {
      FlowLogId: 'fl-1',
      ResourceId: 'vpc-1',
      LogGroupName: '/vpc/flow',
      DeliverLogsPermissionArn: ROLE_ARN,
      TrafficType: 'ALL',
    },
    needs: ['vpc-1', '/vpc/flow', 'flow'],
    changes: [
      [{ vpcId: 'vpc-2' }, 'vpcId: vpc-1 -> vpc-2 (replace)'],
      [{ logGroupName: '/x' }, 'logGroupName: /vpc/flow -> /x (replace)'],
      [{ roleArn: 'arn:x' }, `roleArn: ${ROLE_ARN} -> arn:x (replace)`],
      [{ trafficType: 'REJECT' }, 'trafficType: ALL -> REJECT (replace)'],
      [{ maxAggregationIntervalSeconds: 60 }, 'maxAggregationIntervalSeconds: 600 -> 60 (replace)'],
    ],
  },
  ...ECS_CASES,
  ...SCALING_CASES,
  ...WAF_CASES,
  ...RDS_CASES,
};

it('every kind has a case', (context) => {
  expect(Object.keys(CASES).sort()).toEqual([...kinds.keys()].sort());
  counted(context, { kindsUnderContract: kinds.size });
});

describe.each(Object.entries(CASES))('%s', (type, { inputs, record, needs, changes }) => {
  const kind = kindOf(kinds, type);

  it('does not differ from what it was made from', () => {
    expect(linesOf(kind.diff(inputs, record))).toEqual([]);
  });

  it.each(changes)('%j', (change, line) => {
    expect(linesOf(kind.diff({ ...inputs, ...change }, record))).toEqual([line]);
  });

  it('names what it needs, and its id', () => {
    expect(kind.needs(record)).toEqual(needs);
    expect(kind.outputs(record)['id']).toBe(kind.collection.id(record));
  });

  it('is usable and not gone', () => {
    expect(kind.state(record)).toEqual({ phase: 'ready' });
    expect(kind.gone(record)).toBe(false);
  });

  it('is either a thing with a create and a delete, or a facet that is found through its parent', () => {
    const has = ['create', 'delete', 'find'].filter((method) => method in kind);
    expect(has).toEqual('create' in kind ? ['create', 'delete'] : ['find']);
    const id = (one: object) => kind.collection.id(one);
    if ('find' in kind) expect(kind.find?.(viewOf(id, record), inputs)).toBe(record);
    expect(kind.find?.(viewOf(id), inputs)).toBeUndefined();
  });

  it('names only kinds that there are', () => {
    const named = [...kind.after, ...(kind.heldBy ?? [])];
    expect(named.filter((other) => !kinds.has(other))).toEqual([]);
  });
});

const THINGS = Object.entries(CASES).filter(([type]) => 'create' in kindOf(kinds, type));

describe.each(THINGS)('%s', (type, { record }) => {
  const kind = kindOf(kinds, type);

  it('is tagged from its record alone, whatever its inputs', async () => {
    const sent: object[] = [];
    const patched: object[] = [];
    const unknown = new Proxy({}, { get: (_, field) => expect.fail(`looked at input ${String(field)}`) });
    await kind.update(
      {
        session: sessionThat((command) => sent.push(command.input)),
        owner: 'Box/team/one',
        node: 'one',
        tags: {},
        token: 'token',
        keepsCopy: true,
        wrote: (collection, _, patch) => {
          const now = patch(record as never);
          patched.push(now === undefined ? {} : collection.tags(now));
        },
      },
      unknown,
      record,
      [{ path: 'tags.landfall.dev/retained', to: 'today' }],
    );
    expect(sent).toHaveLength(1);
    expect(JSON.stringify(sent)).toMatch(/landfall.dev\/retained.*today/);
    expect(patched).toEqual([expect.objectContaining({ 'landfall.dev/retained': 'today' })]);
  });
});

describe('facets of a parent that is still to be made', () => {
  it.each([
    ['VpcAttributes', { dnsHostnames: false }, []],
    ['VpcAttributes', {}, ['dnsHostnames: false -> true']],
    ['InternetGatewayAttachment', {}, ['vpcId: (nothing) -> vpc-1']],
    ['RouteTableAssociation', {}, ['routeTableId: (nothing) -> rtb-1']],
    ['NetworkAclAssociation', {}, ['networkAclId: (nothing) -> acl-1']],
    ['LoadBalancerAttributes', {}, ['attributes[deletion_protection.enabled]: false -> true']],
    ['TargetHealth', {}, []],
    ['SecretRotation', { rotation: 'now' }, []],
    ['SecretValue', {}, ['address: (nothing) -> shop.example.com:3306']],
    ['AuthToken', {}, []],
    ['ClusterCapacityProviders', {}, ['providers[web-capacity]: (nothing) -> web-capacity']],
    [
      'EndpointConnections',
      { endpoints: [{ id: 'vpce-9', made: { accountId: '1', serviceName: 'a' } }] },
      [],
    ],
  ])('%s %j', (type, change, lines) => {
    const kind = kindOf(kinds, type);
    expect(linesOf(kind.diff({ ...CASES[type]?.inputs, ...change }, undefined))).toEqual(lines);
  });
});
