import { DeleteCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  DeregisterScalableTargetCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { DeleteAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateLogGroupCommand, DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecs from '@aws-sdk/client-ecs';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateRoleCommand, DeleteRoleCommand } from '@aws-sdk/client-iam';
import { CreateWebACLCommand, DeleteWebACLCommand, GetWebACLCommand } from '@aws-sdk/client-wafv2';
import { localTransitGateway } from '../../k8s-local/aws/identity-files.ts';
import { type AwsSession, openSession } from '../../operator/aws/session.ts';
import { eventually, eventuallyTaken } from './eventually.ts';
import { backups, withoutBackups } from './stranger-backups.ts';
import { databases, withoutDatabases } from './stranger-databases.ts';
import { capacity, withoutCapacity } from './stranger-capacity.ts';
import { stores, withoutStores } from './stranger-stores.ts';
import type { World } from './world.ts';

const ACCOUNT = '123456789012';
const NAME = '/landfall/portal/stranger';

/** One thing of each kind that is somebody else's, in a VPC of his. */
export class Stranger {
  /** Ids by kind. */
  readonly ids: Readonly<Record<string, string>>;
  /** Of the account's administrator. */
  readonly session: AwsSession;

  private constructor(session: AwsSession, ids: Readonly<Record<string, string>>) {
    this.session = session;
    this.ids = ids;
  }

  /** Makes one of each with these tags. Names are such as Landfall gives: they protect nothing. */
  static async make(world: World, Tags: ec2.Tag[]): Promise<Stranger> {
    const session = openSession({
      accountId: ACCOUNT,
      region: 'us-east-1',
      as: 'the administrator',
      credentials: () => Promise.resolve(world.aws.credentials(ACCOUNT)),
      endpoint: world.aws.url,
      callGuard: { before: () => Promise.resolve(), after: () => {} },
    });
    const tagged = (ResourceType: ec2.ResourceType) =>
      Tags.length > 0 ? { TagSpecifications: [{ ResourceType, Tags }] } : {};
    const send = session.ec2;
    const vpc = await send.send(new ec2.CreateVpcCommand({ CidrBlock: '10.8.0.0/16', ...tagged('vpc') }));
    const VpcId = vpc.Vpc?.VpcId ?? '';
    const subnet = await send.send(
      new ec2.CreateSubnetCommand({ VpcId, CidrBlock: '10.8.0.0/24', ...tagged('subnet') }),
    );
    const gateway = await send.send(new ec2.CreateInternetGatewayCommand(tagged('internet-gateway')));
    const table = await send.send(new ec2.CreateRouteTableCommand({ VpcId, ...tagged('route-table') }));
    const acl = await send.send(new ec2.CreateNetworkAclCommand({ VpcId, ...tagged('network-acl') }));
    const group = await send.send(
      new ec2.CreateSecurityGroupCommand({
        VpcId,
        GroupName: 'stranger',
        Description: 'stranger',
        ...tagged('security-group'),
      }),
    );
    const endpoint = await send.send(
      new ec2.CreateVpcEndpointCommand({
        VpcId,
        ServiceName: 'com.amazonaws.us-east-1.s3',
        ...tagged('vpc-endpoint'),
      }),
    );
    const attachment = await send.send(
      new ec2.CreateTransitGatewayVpcAttachmentCommand({
        TransitGatewayId: localTransitGateway,
        VpcId,
        SubnetIds: [subnet.Subnet?.SubnetId ?? ''],
        ...tagged('transit-gateway-attachment'),
      }),
    );
    const options = await send.send(
      new ec2.CreateDhcpOptionsCommand({
        DhcpConfigurations: [{ Key: 'domain-name', Values: ['stranger.example'] }],
        ...tagged('dhcp-options'),
      }),
    );
    const address = await send.send(
      new ec2.AllocateAddressCommand({ Domain: 'vpc', ...tagged('elastic-ip') }),
    );
    const nat = await send.send(
      new ec2.CreateNatGatewayCommand({
        SubnetId: subnet.Subnet?.SubnetId,
        ConnectivityType: 'private',
        ...tagged('natgateway'),
      }),
    );
    await session.logs.send(
      new CreateLogGroupCommand({
        logGroupName: NAME,
        tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
      }),
    );
    const balanced = await balancing(session, { VpcId, SubnetId: subnet.Subnet?.SubnetId ?? '', Tags });
    const provided = await send.send(
      new ec2.CreateVpcEndpointServiceConfigurationCommand({
        NetworkLoadBalancerArns: [balanced['LoadBalancer'] ?? ''],
        ...tagged('vpc-endpoint-service'),
      }),
    );
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      ],
    };
    const role = await session.iam.send(
      new CreateRoleCommand({
        RoleName: 'stranger',
        Path: '/landfall/portal/',
        AssumeRolePolicyDocument: JSON.stringify(trust),
        Tags: Tags.map(({ Key = '', Value = '' }) => ({ Key, Value })),
      }),
    );
    const log = await send.send(
      new ec2.CreateFlowLogsCommand({
        ResourceIds: [VpcId],
        ResourceType: 'VPC',
        TrafficType: 'ALL',
        LogGroupName: NAME,
        DeliverLogsPermissionArn: role.Role?.Arn,
        ...tagged('vpc-flow-log'),
      }),
    );
    const containers = await running(session, subnet.Subnet?.SubnetId ?? '', Tags);
    const instances = await capacity(session, { SubnetId: subnet.Subnet?.SubnetId ?? '', Tags });
    const stored = await databases(session, { VpcId, GroupId: group.GroupId ?? '', Tags });
    const cached = await stores(session, {
      SubnetId: subnet.Subnet?.SubnetId ?? '',
      GroupId: group.GroupId ?? '',
      Tags,
    });
    return new Stranger(session, {
      ...(await backups(session, Tags)),
      ...cached,
      ...stored,
      ...containers,
      ...instances,
      Vpc: VpcId,
      Subnet: subnet.Subnet?.SubnetId ?? '',
      InternetGateway: gateway.InternetGateway?.InternetGatewayId ?? '',
      RouteTable: table.RouteTable?.RouteTableId ?? '',
      NetworkAcl: acl.NetworkAcl?.NetworkAclId ?? '',
      SecurityGroup: group.GroupId ?? '',
      VpcEndpoint: endpoint.VpcEndpoint?.VpcEndpointId ?? '',
      TransitGatewayAttachment: attachment.TransitGatewayVpcAttachment?.TransitGatewayAttachmentId ?? '',
      DhcpOptions: options.DhcpOptions?.DhcpOptionsId ?? '',
      ElasticIp: address.AllocationId ?? '',
      NatGateway: nat.NatGateway?.NatGatewayId ?? '',
      LogGroup: NAME,
      Role: 'stranger',
      FlowLog: log.FlowLogIds?.[0] ?? '',
      ...balanced,
      EndpointService: provided.ServiceConfiguration?.ServiceId ?? '',
    });
  }

  async remove(): Promise<void> {
    const { ids, session } = this;
    const { ec2: client } = session;
    await withoutBackups(session, ids);
    await withoutStores(session, ids);
    await withoutDatabases(session, ids);
    await withoutCapacity(session, ids);
    await stopped(session, ids);
    const ServiceIds = [ids['EndpointService'] ?? ''];
    await client.send(new ec2.DeleteVpcEndpointServiceConfigurationsCommand({ ServiceIds }));
    const LoadBalancerArn = ids['LoadBalancer'];
    await session.elbv2.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await session.elbv2.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn: ids['TargetGroup'] }));
    await session.acm.send(new DeleteCertificateCommand({ CertificateArn: ids['Certificate'] }));
    await client.send(new ec2.DeleteFlowLogsCommand({ FlowLogIds: [ids['FlowLog'] ?? ''] }));
    await client.send(new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds: [ids['VpcEndpoint'] ?? ''] }));
    const TransitGatewayAttachmentId = ids['TransitGatewayAttachment'];
    await client.send(new ec2.DeleteTransitGatewayVpcAttachmentCommand({ TransitGatewayAttachmentId }));
    await client.send(new ec2.DeleteNetworkAclCommand({ NetworkAclId: ids['NetworkAcl'] }));
    await client.send(new ec2.DeleteDhcpOptionsCommand({ DhcpOptionsId: ids['DhcpOptions'] }));
    await client.send(new ec2.ReleaseAddressCommand({ AllocationId: ids['ElasticIp'] }));
    await eventuallyTaken('the NAT gateway deleted', () =>
      client.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId: ids['NatGateway'] })),
    );
    // Interfaces go a little later than what they are of.
    await eventuallyTaken('the security group deleted', () =>
      client.send(new ec2.DeleteSecurityGroupCommand({ GroupId: ids['SecurityGroup'] })),
    );
    await eventuallyTaken('the subnet deleted', () =>
      client.send(new ec2.DeleteSubnetCommand({ SubnetId: ids['Subnet'] })),
    );
    await client.send(new ec2.DeleteRouteTableCommand({ RouteTableId: ids['RouteTable'] }));
    await client.send(new ec2.DeleteInternetGatewayCommand({ InternetGatewayId: ids['InternetGateway'] }));
    await client.send(new ec2.DeleteVpcCommand({ VpcId: ids['Vpc'] }));
    await session.iam.send(new DeleteRoleCommand({ RoleName: 'stranger' }));
    await session.logs.send(new DeleteLogGroupCommand({ logGroupName: NAME }));
    session.close();
  }
}

const SCALED = {
  ServiceNamespace: 'ecs',
  ScalableDimension: 'ecs:service:DesiredCount',
  ResourceId: 'service/stranger/stranger',
} as const;

/** A cluster with a service of no tasks in it, which is scaled and watched. */
async function running(
  session: AwsSession,
  subnet: string,
  Tags: readonly ec2.Tag[],
): Promise<Record<string, string>> {
  const { ecs: client } = session;
  const tags = Tags.map(({ Key: key, Value: value }) => ({ key, value }));
  const made = await client.send(new ecs.CreateClusterCommand({ clusterName: 'stranger', tags }));
  const cluster = made.cluster?.clusterArn ?? '';
  const { taskDefinition } = await client.send(
    new ecs.RegisterTaskDefinitionCommand({
      family: 'stranger',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'app:1' }],
      tags,
    }),
  );
  const { service } = await client.send(
    new ecs.CreateServiceCommand({
      cluster,
      serviceName: 'stranger',
      taskDefinition: taskDefinition?.taskDefinitionArn,
      desiredCount: 0,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
      tags,
    }),
  );
  await session.applicationAutoscaling.send(
    new RegisterScalableTargetCommand({
      ...SCALED,
      MinCapacity: 0,
      MaxCapacity: 0,
      Tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    }),
  );
  await session.cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'stranger',
      Namespace: 'AWS/ECS',
      MetricName: 'CPUUtilization',
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Tags: Tags.map(({ Key, Value }) => ({ Key, Value })),
    }),
  );
  const webAcl = await session.wafv2.send(
    new CreateWebACLCommand({
      Name: 'stranger',
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: {
        MetricName: 'stranger',
        CloudWatchMetricsEnabled: true,
        SampledRequestsEnabled: false,
      },
      ...(Tags.length > 0 && { Tags: Tags.map(({ Key, Value }) => ({ Key, Value })) }),
    }),
  );
  return {
    ScalableTarget: SCALED.ResourceId,
    Alarm: 'stranger',
    WebAcl: webAcl.Summary?.ARN ?? '',
    EcsCluster: cluster,
    TaskDefinition: taskDefinition?.taskDefinitionArn ?? '',
    EcsService: service?.serviceArn ?? '',
  };
}

async function stopped(session: AwsSession, ids: Readonly<Record<string, string>>): Promise<void> {
  const { ecs: client } = session;
  await session.applicationAutoscaling.send(new DeregisterScalableTargetCommand(SCALED));
  await session.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['stranger'] }));
  const { WebACL, LockToken } = await session.wafv2.send(new GetWebACLCommand({ ARN: ids['WebAcl'] }));
  await session.wafv2.send(
    new DeleteWebACLCommand({ Name: WebACL?.Name, Id: WebACL?.Id, Scope: 'REGIONAL', LockToken }),
  );
  const { EcsCluster: cluster, EcsService: service, TaskDefinition: taskDefinition } = ids;
  await client.send(new ecs.DeleteServiceCommand({ cluster, service, force: true }));
  await client.send(new ecs.DeregisterTaskDefinitionCommand({ taskDefinition }));
  await client.send(new ecs.DeleteTaskDefinitionsCommand({ taskDefinitions: [taskDefinition ?? ''] }));
  await eventuallyTaken('the cluster deleted', () => client.send(new ecs.DeleteClusterCommand({ cluster })));
}
/** A load balancer for networks, which one subnet is enough for, with what is behind it. */
async function balancing(
  { acm, elbv2 }: AwsSession,
  { VpcId, SubnetId, Tags }: { VpcId: string; SubnetId: string; Tags: ec2.Tag[] },
): Promise<Record<string, string>> {
  const tagged = Tags.length > 0 && { Tags: Tags.map(({ Key, Value }) => ({ Key, Value })) };
  const balancer = await elbv2.send(
    new elb.CreateLoadBalancerCommand({
      Name: 'stranger',
      Type: 'network',
      Scheme: 'internal',
      Subnets: [SubnetId],
      ...tagged,
    }),
  );
  const LoadBalancerArn = balancer.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  // Nothing is provided by one that is still being made.
  await eventually('the load balancer active', async () => {
    const { LoadBalancers: [found] = [] } = await elbv2.send(
      new elb.DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }),
    );
    return found?.State?.Code === 'active';
  });
  const group = await elbv2.send(
    new elb.CreateTargetGroupCommand({ Name: 'stranger', Protocol: 'TCP', Port: 80, VpcId, ...tagged }),
  );
  const TargetGroupArn = group.TargetGroups?.[0]?.TargetGroupArn ?? '';
  const certificate = await acm.send(
    new RequestCertificateCommand({ DomainName: 'stranger.example.com', ValidationMethod: 'DNS', ...tagged }),
  );
  const listener = await elbv2.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn,
      Protocol: 'TCP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      ...tagged,
    }),
  );
  return {
    Certificate: certificate.CertificateArn ?? '',
    LoadBalancer: LoadBalancerArn,
    TargetGroup: TargetGroupArn,
    Listener: listener.Listeners?.[0]?.ListenerArn ?? '',
  };
}
