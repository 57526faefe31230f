import type { CertificateInputs } from '../aws/acm/certificate.ts';
import type { CertificateRecordsInputs, CertificateValidationInputs } from '../aws/acm/validation.ts';
import type { AutoScalingGroupInputs } from '../aws/autoscaling/group-settings.ts';
import type { ScalableTargetInputs } from '../aws/application-autoscaling/scalable-target.ts';
import type { ScalingPoliciesInputs } from '../aws/application-autoscaling/scaling-policies.ts';
import type { ScheduledActionsInputs } from '../aws/application-autoscaling/scheduled-actions.ts';
import type { AlarmInputs } from '../aws/cloudwatch/alarm-settings.ts';
import type { ContinuousBackupsInputs } from '../aws/dynamodb/continuous-backups.ts';
import type { DynamoDbTableInputs, TableSettingsInputs } from '../aws/dynamodb/table-inputs.ts';
import type { TimeToLiveInputs } from '../aws/dynamodb/time-to-live.ts';
import type { DhcpOptionsAssociationInputs } from '../aws/ec2/dhcp-options-association.ts';
import type { DhcpOptionsInputs } from '../aws/ec2/dhcp-options.ts';
import type { ElasticIpInputs } from '../aws/ec2/elastic-ip.ts';
import type { EndpointConnectionsInputs } from '../aws/ec2/endpoint-connections.ts';
import type { EndpointServiceNotificationsInputs } from '../aws/ec2/endpoint-service-notifications.ts';
import type { EndpointServicePermissionsInputs } from '../aws/ec2/endpoint-service-permissions.ts';
import type { EndpointServiceInputs } from '../aws/ec2/endpoint-service.ts';
import type { FlowLogInputs } from '../aws/ec2/flow-log.ts';
import type { InternetGatewayAttachmentInputs } from '../aws/ec2/internet-gateway-attachment.ts';
import type { InternetGatewayInputs } from '../aws/ec2/internet-gateway.ts';
import type { LaunchTemplateInputs } from '../aws/ec2/launch-template-content.ts';
import type { NatGatewayInputs } from '../aws/ec2/nat-gateway.ts';
import type { NetworkAclAssociationInputs } from '../aws/ec2/network-acl-association.ts';
import type { NetworkAclEntriesInputs } from '../aws/ec2/network-acl-entries.ts';
import type { NetworkAclInputs } from '../aws/ec2/network-acl.ts';
import type { RouteTableAssociationInputs } from '../aws/ec2/route-table-association.ts';
import type { RouteTableInputs } from '../aws/ec2/route-table.ts';
import type { RoutesInputs } from '../aws/ec2/routes.ts';
import type { SecurityGroupRulesInputs } from '../aws/ec2/security-group-rules.ts';
import type { SecurityGroupInputs } from '../aws/ec2/security-group.ts';
import type { SubnetInputs } from '../aws/ec2/subnet.ts';
import type { TransitGatewayAttachmentInputs } from '../aws/ec2/transit-gateway-attachment.ts';
import type { VpcAttributesInputs } from '../aws/ec2/vpc-attributes.ts';
import type { VpcCidrsInputs } from '../aws/ec2/vpc-cidrs.ts';
import type { VpcEndpointInputs } from '../aws/ec2/vpc-endpoint.ts';
import type { VpcInputs } from '../aws/ec2/vpc.ts';
import type { CapacityProviderInputs } from '../aws/ecs/capacity-provider.ts';
import type { ClusterCapacityProvidersInputs } from '../aws/ecs/cluster-capacity-providers.ts';
import type { EcsClusterInputs } from '../aws/ecs/cluster.ts';
import type { EcsServiceInputs } from '../aws/ecs/service-settings.ts';
import type { TaskDefinitionInputs } from '../aws/ecs/task-definition-inputs.ts';
import type { AuthTokenInputs } from '../aws/elasticache/auth-token.ts';
import type { CacheParameterGroupInputs } from '../aws/elasticache/parameter-group.ts';
import type { CacheParametersInputs } from '../aws/elasticache/parameters.ts';
import type { ReplicationGroupInputs } from '../aws/elasticache/replication-group-diff.ts';
import type { CacheSubnetGroupInputs } from '../aws/elasticache/subnet-group.ts';
import type { InstanceProfileInputs } from '../aws/iam/instance-profile.ts';
import type { AttributesInputs } from '../aws/elbv2/attributes.ts';
import type { ListenerInputs } from '../aws/elbv2/listener.ts';
import type { LoadBalancerInputs } from '../aws/elbv2/load-balancer.ts';
import type { TargetGroupInputs } from '../aws/elbv2/target-group.ts';
import type { TargetHealthInputs } from '../aws/elbv2/target-health.ts';
import type { RolePoliciesInputs } from '../aws/iam/role-policies.ts';
import type { RoleInputs } from '../aws/iam/role.ts';
import type { KeySettingsInputs } from '../aws/kms/key-settings.ts';
import type { KmsKeyInputs } from '../aws/kms/key.ts';
import type { LogGroupInputs } from '../aws/logs/log-group.ts';
import type { DbClusterInputs } from '../aws/rds/db-cluster-inputs.ts';
import type { DbInstanceInputs } from '../aws/rds/db-instance-inputs.ts';
import type { DbOptionGroupInputs } from '../aws/rds/db-option-group.ts';
import type { DbOptionsInputs } from '../aws/rds/db-options.ts';
import type { DbSubnetGroupInputs } from '../aws/rds/db-subnet-group.ts';
import type { ParameterGroupInputs } from '../aws/rds/parameter-groups.ts';
import type { ParametersInputs } from '../aws/rds/parameters.ts';
import type { BackupPlanInputs } from '../aws/backup/rules.ts';
import type { BackupSelectionInputs } from '../aws/backup/selection.ts';
import type { BackupVaultInputs } from '../aws/backup/vault.ts';
import type { LoadBalancerNameInputs } from '../aws/route53/load-balancer-name.ts';
import type { PrivateNameRecordInputs, PrivateNameVerificationInputs } from '../aws/route53/private-name.ts';
import type { SecretRotationInputs } from '../aws/secretsmanager/secret-rotation.ts';
import type { SecretValueInputs } from '../aws/secretsmanager/secret-value.ts';
import type { SecretInputs } from '../aws/secretsmanager/secret.ts';
import type { WebAclAssociationInputs } from '../aws/wafv2/web-acl-association.ts';
import type { WebAclRulesInputs } from '../aws/wafv2/web-acl-rules.ts';
import type { WebAclInputs } from '../aws/wafv2/web-acl.ts';
import type { GraphNode } from '../graph/graph.ts';

/** Kinds of things that carry tags of their own, with what each needs. */
interface Things {
  Vpc: VpcInputs;
  DhcpOptions: DhcpOptionsInputs;
  Subnet: SubnetInputs;
  InternetGateway: InternetGatewayInputs;
  ElasticIp: ElasticIpInputs;
  NatGateway: NatGatewayInputs;
  RouteTable: RouteTableInputs;
  NetworkAcl: NetworkAclInputs;
  SecurityGroup: SecurityGroupInputs;
  VpcEndpoint: VpcEndpointInputs;
  EndpointService: EndpointServiceInputs;
  TransitGatewayAttachment: TransitGatewayAttachmentInputs;
  LogGroup: LogGroupInputs;
  Role: RoleInputs;
  FlowLog: FlowLogInputs;
  EcsCluster: EcsClusterInputs;
  TaskDefinition: TaskDefinitionInputs;
  EcsService: EcsServiceInputs;
  InstanceProfile: InstanceProfileInputs;
  LaunchTemplate: LaunchTemplateInputs;
  AutoScalingGroup: AutoScalingGroupInputs;
  CapacityProvider: CapacityProviderInputs;
  ScalableTarget: ScalableTargetInputs;
  Alarm: AlarmInputs;
  LoadBalancer: LoadBalancerInputs;
  TargetGroup: TargetGroupInputs;
  Listener: ListenerInputs;
  Certificate: CertificateInputs;
  WebAcl: WebAclInputs;
  DynamoDbTable: DynamoDbTableInputs;
  DbSubnetGroup: DbSubnetGroupInputs;
  DbParameterGroup: ParameterGroupInputs;
  DbOptionGroup: DbOptionGroupInputs;
  DbInstance: DbInstanceInputs;
  CacheSubnetGroup: CacheSubnetGroupInputs;
  CacheParameterGroup: CacheParameterGroupInputs;
  ReplicationGroup: ReplicationGroupInputs;
  DbClusterParameterGroup: ParameterGroupInputs;
  DbCluster: DbClusterInputs;
  KmsKey: KmsKeyInputs;
  Secret: SecretInputs;
  BackupVault: BackupVaultInputs;
  BackupPlan: BackupPlanInputs;
}

/** Kinds of facets, which live in another thing's record. */
interface Facets {
  VpcAttributes: VpcAttributesInputs;
  VpcCidrs: VpcCidrsInputs;
  DhcpOptionsAssociation: DhcpOptionsAssociationInputs;
  InternetGatewayAttachment: InternetGatewayAttachmentInputs;
  Routes: RoutesInputs;
  RouteTableAssociation: RouteTableAssociationInputs;
  NetworkAclEntries: NetworkAclEntriesInputs;
  NetworkAclAssociation: NetworkAclAssociationInputs;
  SecurityGroupRules: SecurityGroupRulesInputs;
  RolePolicies: RolePoliciesInputs;
  ClusterCapacityProviders: ClusterCapacityProvidersInputs;
  EndpointServiceNotifications: EndpointServiceNotificationsInputs;
  EndpointServicePermissions: EndpointServicePermissionsInputs;
  EndpointConnections: EndpointConnectionsInputs;
  ScalingPolicies: ScalingPoliciesInputs;
  ScheduledActions: ScheduledActionsInputs;
  LoadBalancerAttributes: AttributesInputs;
  TargetGroupAttributes: AttributesInputs;
  TargetHealth: TargetHealthInputs;
  LoadBalancerName: LoadBalancerNameInputs;
  CertificateRecords: CertificateRecordsInputs;
  CertificateValidation: CertificateValidationInputs;
  PrivateNameRecord: PrivateNameRecordInputs;
  PrivateNameVerification: PrivateNameVerificationInputs;
  WebAclRules: WebAclRulesInputs;
  WebAclAssociation: WebAclAssociationInputs;
  TableSettings: TableSettingsInputs;
  TimeToLive: TimeToLiveInputs;
  BackupSelection: BackupSelectionInputs;
  ContinuousBackups: ContinuousBackupsInputs;
  DbOptions: DbOptionsInputs;
  DbParameters: ParametersInputs;
  CacheParameters: CacheParametersInputs;
  DbClusterParameters: ParametersInputs;
  KeySettings: KeySettingsInputs;
  SecretRotation: SecretRotationInputs;
  SecretValue: SecretValueInputs;
  AuthToken: AuthTokenInputs;
}

/** The type of a node that a compiler can make. */
export type NodeType = keyof Things | keyof Facets;

interface Options {
  readonly dependsOn?: readonly string[];
  readonly awaits?: readonly string[];
  readonly lateAwaits?: readonly string[];
  readonly notYet?: string | undefined;
  readonly told?: readonly string[] | undefined;
}

/** Makes nodes whose inputs are those that their kind declares. */
export interface NodeBuilder {
  thing<T extends keyof Things>(type: T, key: string, inputs: Things[T], options?: Options): GraphNode;
  facet<T extends keyof Facets>(type: T, key: string, inputs: Facets[T], options?: Options): GraphNode;
}

/** A builder that gives every thing the tags of its key. */
export function nodeBuilder(tagsFor: (key: string) => Readonly<Record<string, string>>): NodeBuilder {
  return {
    thing: (type, key, inputs, options) => ({ key, type, inputs, tags: tagsFor(key), ...after(options) }),
    facet: (type, key, inputs, options) => ({ key, type, inputs, tags: {}, ...after(options) }),
  };
}

function after({ dependsOn = [], awaits = [], lateAwaits, notYet, told }: Options = {}) {
  return {
    dependsOn,
    ...(awaits.length > 0 && { awaits }),
    ...(lateAwaits && { lateAwaits }),
    ...(notYet !== undefined && { notYet }),
    ...(told && { told }),
  };
}
