import { kindOf, kindRegistry, type Kinds } from '../graph/kind.ts';
import { certificateKind } from './acm/certificate.ts';
import { certificateRecordsKind, certificateValidationKind } from './acm/validation.ts';
import { autoScalingGroupKind } from './autoscaling/auto-scaling-group.ts';
import { scalableTargetKind } from './application-autoscaling/scalable-target.ts';
import { scalingPoliciesKind } from './application-autoscaling/scaling-policies.ts';
import { scheduledActionsKind } from './application-autoscaling/scheduled-actions.ts';
import { alarmKind } from './cloudwatch/alarm.ts';
import { backupPlanKind } from './backup/plan.ts';
import { backupSelectionKind } from './backup/selection.ts';
import { backupVaultKind } from './backup/vault.ts';
import { continuousBackupsKind } from './dynamodb/continuous-backups.ts';
import { tableSettingsKind } from './dynamodb/table-settings.ts';
import { dynamoDbTableKind } from './dynamodb/table.ts';
import { timeToLiveKind } from './dynamodb/time-to-live.ts';
import { dhcpOptionsAssociationKind } from './ec2/dhcp-options-association.ts';
import { dhcpOptionsKind } from './ec2/dhcp-options.ts';
import { elasticIpKind } from './ec2/elastic-ip.ts';
import { endpointConnectionsKind } from './ec2/endpoint-connections.ts';
import { endpointServiceNotificationsKind } from './ec2/endpoint-service-notifications.ts';
import { endpointServicePermissionsKind } from './ec2/endpoint-service-permissions.ts';
import { endpointServiceKind } from './ec2/endpoint-service.ts';
import { flowLogKind } from './ec2/flow-log.ts';
import { internetGatewayAttachmentKind } from './ec2/internet-gateway-attachment.ts';
import { internetGatewayKind } from './ec2/internet-gateway.ts';
import { launchTemplateKind } from './ec2/launch-template.ts';
import { natGatewayKind } from './ec2/nat-gateway.ts';
import { networkAclAssociationKind } from './ec2/network-acl-association.ts';
import { networkAclEntriesKind } from './ec2/network-acl-entries.ts';
import { networkAclKind } from './ec2/network-acl.ts';
import { routeTableAssociationKind } from './ec2/route-table-association.ts';
import { routeTableKind } from './ec2/route-table.ts';
import { routesKind } from './ec2/routes.ts';
import { securityGroupRulesKind } from './ec2/security-group-rules.ts';
import { securityGroupKind } from './ec2/security-group.ts';
import { subnetKind } from './ec2/subnet.ts';
import { transitGatewayAttachmentKind } from './ec2/transit-gateway-attachment.ts';
import { vpcAttributesKind } from './ec2/vpc-attributes.ts';
import { vpcCidrsKind } from './ec2/vpc-cidrs.ts';
import { vpcEndpointKind } from './ec2/vpc-endpoint.ts';
import { vpcKind } from './ec2/vpc.ts';
import { capacityProviderKind } from './ecs/capacity-provider.ts';
import { clusterCapacityProvidersKind } from './ecs/cluster-capacity-providers.ts';
import { ecsClusterKind } from './ecs/cluster.ts';
import { ecsServiceKind } from './ecs/service.ts';
import { taskDefinitionKind } from './ecs/task-definition.ts';
import { authTokenKind } from './elasticache/auth-token.ts';
import { cacheParameterGroupKind } from './elasticache/parameter-group.ts';
import { cacheParametersKind } from './elasticache/parameters.ts';
import { replicationGroupKind } from './elasticache/replication-group.ts';
import { cacheSubnetGroupKind } from './elasticache/subnet-group.ts';
import { instanceProfileKind } from './iam/instance-profile.ts';
import { listenerKind } from './elbv2/listener.ts';
import { loadBalancerAttributesKind } from './elbv2/load-balancer-attributes.ts';
import { loadBalancerKind } from './elbv2/load-balancer.ts';
import { targetGroupAttributesKind } from './elbv2/target-group-attributes.ts';
import { targetGroupKind } from './elbv2/target-group.ts';
import { targetHealthKind } from './elbv2/target-health.ts';
import { rolePoliciesKind } from './iam/role-policies.ts';
import { roleKind } from './iam/role.ts';
import { keySettingsKind } from './kms/key-settings.ts';
import { kmsKeyKind } from './kms/key.ts';
import { logGroupKind } from './logs/log-group.ts';
import { dbClusterParameterGroupKind } from './rds/db-cluster-parameter-group.ts';
import { dbClusterParametersKind } from './rds/db-cluster-parameters.ts';
import { dbClusterKind } from './rds/db-cluster.ts';
import { dbInstanceKind } from './rds/db-instance.ts';
import { dbOptionGroupKind } from './rds/db-option-group.ts';
import { dbOptionsKind } from './rds/db-options.ts';
import { dbParameterGroupKind } from './rds/db-parameter-group.ts';
import { dbParametersKind } from './rds/db-parameters.ts';
import { dbSubnetGroupKind } from './rds/db-subnet-group.ts';
import { loadBalancerNameKind } from './route53/load-balancer-name.ts';
import { privateNameRecordKind, privateNameVerificationKind } from './route53/private-name.ts';
import { secretRotationKind } from './secretsmanager/secret-rotation.ts';
import { secretValueKind } from './secretsmanager/secret-value.ts';
import { secretKind } from './secretsmanager/secret.ts';
import { webAclAssociationKind } from './wafv2/web-acl-association.ts';
import { webAclRulesKind } from './wafv2/web-acl-rules.ts';
import { webAclKind } from './wafv2/web-acl.ts';
import type { AwsSession } from './session.ts';

/** Every sort of thing that Landfall makes in AWS. */
export const awsKinds: Kinds<AwsSession> = kindRegistry<AwsSession>([
  vpcKind,
  vpcAttributesKind,
  vpcCidrsKind,
  dhcpOptionsKind,
  dhcpOptionsAssociationKind,
  subnetKind,
  internetGatewayKind,
  internetGatewayAttachmentKind,
  elasticIpKind,
  natGatewayKind,
  routeTableKind,
  routesKind,
  routeTableAssociationKind,
  networkAclKind,
  networkAclEntriesKind,
  networkAclAssociationKind,
  securityGroupKind,
  securityGroupRulesKind,
  vpcEndpointKind,
  endpointServiceKind,
  endpointServicePermissionsKind,
  endpointServiceNotificationsKind,
  endpointConnectionsKind,
  transitGatewayAttachmentKind,
  logGroupKind,
  roleKind,
  rolePoliciesKind,
  flowLogKind,
  ecsClusterKind,
  taskDefinitionKind,
  ecsServiceKind,
  instanceProfileKind,
  launchTemplateKind,
  autoScalingGroupKind,
  capacityProviderKind,
  clusterCapacityProvidersKind,
  scalableTargetKind,
  scalingPoliciesKind,
  scheduledActionsKind,
  alarmKind,
  loadBalancerKind,
  loadBalancerAttributesKind,
  targetGroupKind,
  targetGroupAttributesKind,
  targetHealthKind,
  listenerKind,
  loadBalancerNameKind,
  certificateKind,
  certificateRecordsKind,
  certificateValidationKind,
  privateNameRecordKind,
  privateNameVerificationKind,
  webAclKind,
  webAclRulesKind,
  webAclAssociationKind,
  cacheSubnetGroupKind,
  cacheParameterGroupKind,
  cacheParametersKind,
  replicationGroupKind,
  dynamoDbTableKind,
  tableSettingsKind,
  timeToLiveKind,
  continuousBackupsKind,
  dbSubnetGroupKind,
  dbParameterGroupKind,
  dbOptionGroupKind,
  dbOptionsKind,
  dbParametersKind,
  dbInstanceKind,
  dbClusterParameterGroupKind,
  dbClusterParametersKind,
  dbClusterKind,
  kmsKeyKind,
  keySettingsKind,
  secretKind,
  secretRotationKind,
  secretValueKind,
  authTokenKind,
  backupVaultKind,
  backupPlanKind,
  backupSelectionKind,
]);

/** Some of them, by type. Throws where one was never registered: an error of the program. */
export function awsKindsOf(types: readonly string[]): Kinds<AwsSession> {
  return new Map(types.map((type) => [type, kindOf(awsKinds, type)]));
}
