import type {
  Address,
  DhcpOptions,
  FlowLog,
  InternetGateway,
  NatGateway,
  NetworkAcl,
  RouteTable,
  SecurityGroup,
  Subnet,
  TransitGatewayVpcAttachment,
  Vpc,
  VpcEndpoint,
} from '@aws-sdk/client-ec2';
import type { RoleDetail } from '@aws-sdk/client-iam';
import type { DhcpOptionsAssociationInputs } from '../../../operator/aws/ec2/dhcp-options-association.ts';
import type { DhcpOptionsInputs } from '../../../operator/aws/ec2/dhcp-options.ts';
import type { FlowLogInputs } from '../../../operator/aws/ec2/flow-log.ts';
import type { InternetGatewayAttachmentInputs } from '../../../operator/aws/ec2/internet-gateway-attachment.ts';
import type { NatGatewayInputs } from '../../../operator/aws/ec2/nat-gateway.ts';
import type { NetworkAclAssociationInputs } from '../../../operator/aws/ec2/network-acl-association.ts';
import type { NetworkAclEntriesInputs } from '../../../operator/aws/ec2/network-acl-entries.ts';
import type { RouteTableAssociationInputs } from '../../../operator/aws/ec2/route-table-association.ts';
import type { RoutesInputs } from '../../../operator/aws/ec2/routes.ts';
import { grouped } from '../../../operator/aws/ec2/security-group-permissions.ts';
import type { SecurityGroupRulesInputs } from '../../../operator/aws/ec2/security-group-rules.ts';
import type { SecurityGroupInputs } from '../../../operator/aws/ec2/security-group.ts';
import type { SubnetInputs } from '../../../operator/aws/ec2/subnet.ts';
import type { TransitGatewayAttachmentInputs } from '../../../operator/aws/ec2/transit-gateway-attachment.ts';
import type { VpcAttributes, VpcAttributesInputs } from '../../../operator/aws/ec2/vpc-attributes.ts';
import type { VpcCidrsInputs } from '../../../operator/aws/ec2/vpc-cidrs.ts';
import type { VpcEndpointInputs } from '../../../operator/aws/ec2/vpc-endpoint.ts';
import type { VpcInputs } from '../../../operator/aws/ec2/vpc.ts';
import { type RolePoliciesInputs, wantedPolicies } from '../../../operator/aws/iam/role-policies.ts';
import type { RoleInputs } from '../../../operator/aws/iam/role.ts';
import { awsKinds } from '../../../operator/aws/kinds.ts';
import type { LogGroupInputs, TaggedLogGroup } from '../../../operator/aws/logs/log-group.ts';
import { tagList } from '../../../operator/aws/tags.ts';
import { topologicalWaves, type Graph } from '../../../operator/graph/graph.ts';
import { kindOf } from '../../../operator/graph/kind.ts';
import { resolve, type Reference } from '../../../operator/graph/ref.ts';
import { FACTS } from '../compile/fixtures.ts';
import { CONTAINER_MAKERS } from './settled-containers.ts';
import { STORE_MAKERS } from './settled-stores.ts';

/** Records by the name of their collection, then by id. */
export type Records = Map<string, Map<string, object>>;

const PROTOCOLS = { tcp: '6', udp: '17', icmp: '1', all: '-1' } as const;

/** A node whose references are resolved, and a number for the id of what it becomes. */
export interface At<I> {
  readonly inputs: I;
  readonly serial: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly Tags: { Key: string; Value: string }[];
}
export type Make = (at: At<never>, all: Records) => object | undefined;

export function thing<I>(make: (at: At<I>, all: Records) => object): Make {
  return make;
}
function facet<I, R>(change: (at: At<I>, record: (id: string) => R) => void, collection: string): Make {
  const act = (at: At<I>, all: Records): undefined => {
    change(at, (id) => {
      const record = all.get(collection)?.get(id);
      if (!record) throw new Error(`no ${id} in ${collection}`);
      return record as R;
    });
  };
  return act;
}

/**
 * How AWS lists each thing once it is as its node wants it. Only the fields that kinds look at; whether AWS
 * really answers so is for the integration tests to show.
 */
const MAKERS: Readonly<Record<string, Make>> = {
  ...CONTAINER_MAKERS,
  ...STORE_MAKERS,
  Vpc: thing<VpcInputs>(({ inputs, serial, Tags }): Vpc => ({
    VpcId: `vpc-${serial}`,
    CidrBlock: inputs.cidr,
    DhcpOptionsId: FACTS.dhcpOptions[0],
    Tags,
  })),
  VpcAttributes: thing<VpcAttributesInputs>(({ inputs: { vpcId, ...attributes } }): VpcAttributes => ({
    VpcId: vpcId,
    ...attributes,
  })),
  VpcCidrs: facet<VpcCidrsInputs, Vpc>(({ inputs }, record) => {
    record(inputs.vpcId).CidrBlockAssociationSet = inputs.cidrs.map((CidrBlock) => ({
      AssociationId: `vpc-cidr-assoc-${CidrBlock}`,
      CidrBlock,
      CidrBlockState: { State: 'associated' },
    }));
  }, 'ec2/vpcs'),
  DhcpOptions: thing<DhcpOptionsInputs>(({ inputs, serial, Tags }): DhcpOptions => ({
    DhcpOptionsId: `dopt-${serial}`,
    DhcpConfigurations: Object.entries(inputs.options).map(([Key, values]) => ({
      Key,
      Values: values.map((Value) => ({ Value })),
    })),
    Tags,
  })),
  DhcpOptionsAssociation: facet<DhcpOptionsAssociationInputs, Vpc>(({ inputs }, record) => {
    record(inputs.vpcId).DhcpOptionsId = inputs.dhcpOptionsId ?? inputs.own[0];
  }, 'ec2/vpcs'),
  Subnet: thing<SubnetInputs>(({ inputs, serial, Tags }): Subnet => ({
    SubnetId: `subnet-${serial}`,
    VpcId: inputs.vpcId,
    CidrBlock: inputs.cidr,
    AvailabilityZone: inputs.zone,
    Tags,
  })),
  InternetGateway: thing<object>(({ serial, Tags }): InternetGateway => ({
    InternetGatewayId: `igw-${serial}`,
    Attachments: [],
    Tags,
  })),
  InternetGatewayAttachment: facet<InternetGatewayAttachmentInputs, InternetGateway>(
    ({ inputs }, record) =>
      record(inputs.internetGatewayId).Attachments?.push({ VpcId: inputs.vpcId, State: 'attached' }),
    'ec2/internet-gateways',
  ),
  ElasticIp: thing<object>(({ serial, Tags }): Address => ({ AllocationId: `eipalloc-${serial}`, Tags })),
  NatGateway: thing<NatGatewayInputs>(({ inputs, serial, Tags }, all): NatGateway => {
    const subnet: Subnet | undefined = all.get('ec2/subnets')?.get(inputs.subnetId);
    return {
      NatGatewayId: `nat-${serial}`,
      VpcId: subnet?.VpcId,
      SubnetId: inputs.subnetId,
      State: 'available',
      NatGatewayAddresses: [{ AllocationId: inputs.allocationId, IsPrimary: true }],
      Tags,
    };
  }),
  RouteTable: thing<{ vpcId: string }>(({ inputs, serial, Tags }): RouteTable => ({
    RouteTableId: `rtb-${serial}`,
    VpcId: inputs.vpcId,
    Routes: [{ DestinationCidrBlock: '10.0.0.0/8', GatewayId: 'local', Origin: 'CreateRouteTable' }],
    Associations: [],
    Tags,
  })),
  Routes: facet<RoutesInputs, RouteTable>(({ inputs }, record) => {
    for (const { destination, target } of inputs.routes)
      record(inputs.routeTableId).Routes?.push({
        DestinationCidrBlock: destination,
        ...(target.startsWith('nat-')
          ? { NatGatewayId: target }
          : target.startsWith('tgw-')
            ? { TransitGatewayId: target }
            : { GatewayId: target }),
        Origin: 'CreateRoute',
      });
  }, 'ec2/route-tables'),
  RouteTableAssociation: facet<RouteTableAssociationInputs, RouteTable>(
    ({ inputs, serial }, record) =>
      record(inputs.routeTableId).Associations?.push({
        RouteTableAssociationId: `rtbassoc-${serial}`,
        SubnetId: inputs.subnetId,
        RouteTableId: inputs.routeTableId,
      }),
    'ec2/route-tables',
  ),
  NetworkAcl: thing<{ vpcId: string }>(({ inputs, serial, Tags }): NetworkAcl => ({
    NetworkAclId: `acl-${serial}`,
    VpcId: inputs.vpcId,
    Entries: [true, false].map((Egress) => ({
      Egress,
      RuleNumber: 32_767,
      RuleAction: 'deny',
      Protocol: '-1',
      CidrBlock: '0.0.0.0/0',
    })),
    Associations: [],
    Tags,
  })),
  NetworkAclEntries: facet<NetworkAclEntriesInputs, NetworkAcl>(({ inputs }, record) => {
    for (const entry of inputs.entries)
      record(inputs.networkAclId).Entries?.push({
        Egress: entry.direction === 'egress',
        RuleNumber: entry.ruleNumber,
        RuleAction: entry.action,
        Protocol: PROTOCOLS[entry.protocol],
        CidrBlock: entry.cidr,
        ...(entry.protocol === 'icmp' && { IcmpTypeCode: { Type: entry.fromPort, Code: entry.toPort } }),
        ...(['tcp', 'udp'].includes(entry.protocol) && {
          PortRange: { From: entry.fromPort, To: entry.toPort },
        }),
      });
  }, 'ec2/network-acls'),
  NetworkAclAssociation: facet<NetworkAclAssociationInputs, NetworkAcl>(
    ({ inputs, serial }, record) =>
      record(inputs.networkAclId).Associations?.push({
        NetworkAclAssociationId: `aclassoc-${serial}`,
        SubnetId: inputs.subnetId,
        NetworkAclId: inputs.networkAclId,
      }),
    'ec2/network-acls',
  ),
  SecurityGroup: thing<SecurityGroupInputs>(({ inputs, serial, Tags }): SecurityGroup => ({
    GroupId: `sg-${serial}`,
    GroupName: inputs.name,
    VpcId: inputs.vpcId,
    IpPermissions: [],
    IpPermissionsEgress: [],
    Tags,
  })),
  SecurityGroupRules: facet<SecurityGroupRulesInputs, SecurityGroup>(({ inputs }, record) => {
    const group = record(inputs.groupId);
    group.IpPermissions = grouped(inputs.ingress);
    group.IpPermissionsEgress = grouped(inputs.egress);
  }, 'ec2/security-groups'),
  VpcEndpoint: thing<VpcEndpointInputs>(({ inputs, serial, Tags }, all): VpcEndpoint => {
    const VpcEndpointId = `vpce-${serial}`;
    // A gateway endpoint writes its own route into each table.
    for (const id of inputs.routeTableIds) {
      const table: RouteTable | undefined = all.get('ec2/route-tables')?.get(id);
      table?.Routes?.push({
        DestinationPrefixListId: 'pl-63a5400a',
        GatewayId: VpcEndpointId,
        Origin: 'CreateRoute',
      });
    }
    return {
      VpcEndpointId,
      VpcId: inputs.vpcId,
      ServiceName: inputs.serviceName,
      VpcEndpointType: inputs.type,
      State: 'available' as 'Available',
      RouteTableIds: [...inputs.routeTableIds],
      SubnetIds: [...inputs.subnetIds],
      Groups: inputs.securityGroupIds.map((GroupId) => ({ GroupId })),
      PrivateDnsEnabled: inputs.privateDns,
      Tags,
    };
  }),
  TransitGatewayAttachment: thing<TransitGatewayAttachmentInputs>(
    ({ inputs, serial, Tags }): TransitGatewayVpcAttachment => ({
      TransitGatewayAttachmentId: `tgw-attach-${serial}`,
      TransitGatewayId: inputs.transitGatewayId,
      VpcId: inputs.vpcId,
      SubnetIds: [...inputs.subnetIds],
      Options: {
        DnsSupport: inputs.dnsSupport ? 'enable' : 'disable',
        ApplianceModeSupport: inputs.applianceMode ? 'enable' : 'disable',
      },
      State: 'available',
      Tags,
    }),
  ),
  LogGroup: thing<LogGroupInputs>(({ inputs, tags }): TaggedLogGroup => ({
    logGroupName: inputs.name,
    retentionInDays: inputs.retentionDays,
    tags,
  })),
  Role: thing<RoleInputs>(({ inputs, Tags }): RoleDetail => ({
    RoleName: inputs.name,
    Arn: `arn:aws:iam::123456789012:role${inputs.path}${inputs.name}`,
    AssumeRolePolicyDocument: inputs.trustPolicy,
    RolePolicyList: [],
    Tags,
  })),
  RolePolicies: facet<RolePoliciesInputs, RoleDetail>(({ inputs }, record) => {
    record(inputs.roleName).RolePolicyList = [...wantedPolicies(inputs)].map(
      ([PolicyName, PolicyDocument]) => ({ PolicyName, PolicyDocument }),
    );
  }, 'iam/roles'),
  FlowLog: thing<FlowLogInputs>(({ inputs, serial, Tags }): FlowLog => ({
    FlowLogId: `fl-${serial}`,
    ResourceId: inputs.vpcId,
    LogGroupName: inputs.logGroupName,
    DeliverLogsPermissionArn: inputs.roleArn,
    TrafficType: inputs.trafficType,
    MaxAggregationInterval: inputs.maxAggregationIntervalSeconds,
    Tags,
  })),
};

/** The records of a graph that is fully made, with ids that begin with `prefix`. */
export function settled(graph: Graph, prefix = '0'): Records {
  return settledBeside([graph], prefix);
}

/** The records of graphs that are fully made, each of which may refer to those before it. */
export function settledBeside(graphs: readonly Graph[], prefix = '0'): Records {
  const all: Records = new Map([...awsKinds.values()].map(({ collection }) => [collection.name, new Map()]));
  const outputs = new Map<string, Readonly<Record<string, string>>>();
  let serial = 0;
  for (const graph of graphs) {
    for (const node of topologicalWaves(graph).flat()) {
      const kind = kindOf(awsKinds, node.type);
      const make = MAKERS[node.type];
      if (!make) throw new Error(`${node.type} has no records here`);
      serial += 1;
      const known = (at: Reference) => outputs.get(`${at.owner ?? graph.owner} ${at.node}`)?.[at.output];
      const inputs = resolve(node.inputs, known) as never;
      const at = { inputs, serial: `${prefix}${serial}`, tags: node.tags, Tags: tagList(node.tags) };
      const record = make(at, all);
      if (!record) continue;
      all.get(kind.collection.name)?.set(kind.collection.id(record), record);
      outputs.set(`${graph.owner} ${node.key}`, kind.outputs(record));
    }
  }
  return all;
}
