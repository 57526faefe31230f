/**
 * The fewest AWS calls that make what the bench makes, object by object, reviewed by hand. Sources: the API References for
 * what one call can do; the flows between the groups for how many rules there are. Tags go into the create call, so a
 * separate call for them is overhead and does not stand here. Nothing in this file may be derived from the operator: it is
 * what the operator is measured against.
 */
export interface Fewest {
  readonly object: string;
  readonly calls: Readonly<Record<string, number>>;
}

/** Of the bench network. */
export const NETWORK_CALLS: readonly Fewest[] = [
  // DNS host names are off in a new VPC and private DNS of endpoints needs them.
  { object: 'VPC', calls: { CreateVpc: 1, ModifyVpcAttribute: 1 } },
  // A new subnet has the main table and the default ACL: one call each gives it its own.
  {
    object: '4 subnets',
    calls: { CreateSubnet: 4, AssociateRouteTable: 4, ReplaceNetworkAclAssociation: 4 },
  },
  { object: 'internet gateway', calls: { CreateInternetGateway: 1, AttachInternetGateway: 1 } },
  { object: '2 route tables', calls: { CreateRouteTable: 2, CreateRoute: 1 } },
  // AWS takes one entry a call. Public: the internet's http and https and the replies of the tasks in, replies and
  // the way to the tasks out. Private: the way from the balancer and the replies of S3 in, replies and the way to S3 out.
  { object: '2 network ACLs', calls: { CreateNetworkAcl: 2, CreateNetworkAclEntry: 8 } },
  // A new group allows everything out, which is one rule to revoke. All rules of a direction go in one call:
  // alb has both, ecs has both, data and endpoints only let in.
  {
    object: '4 security groups',
    calls: {
      CreateSecurityGroup: 4,
      RevokeSecurityGroupEgress: 4,
      AuthorizeSecurityGroupIngress: 4,
      AuthorizeSecurityGroupEgress: 2,
    },
  },
  { object: '6 endpoints', calls: { CreateVpcEndpoint: 6 } },
];

/** Of the bench platform: two networks, a service in each, a load balancer before one with three stores, and a link from the other to it. */
export const PLATFORM_CALLS: readonly Fewest[] = [
  { object: '2 VPCs', calls: { CreateVpc: 2, ModifyVpcAttribute: 2 } },
  { object: '6 subnets', calls: { CreateSubnet: 6, AssociateRouteTable: 6 } },
  { object: '3 route tables', calls: { CreateRouteTable: 3 } },
  // Of each network: the tasks lead to S3 and the endpoints, which let them in.
  {
    object: '4 security groups of networks',
    calls: {
      CreateSecurityGroup: 4,
      RevokeSecurityGroupEgress: 4,
      AuthorizeSecurityGroupIngress: 2,
      AuthorizeSecurityGroupEgress: 2,
    },
  },
  { object: '8 endpoints', calls: { CreateVpcEndpoint: 8 } },
  { object: '2 log groups', calls: { CreateLogGroup: 2, PutRetentionPolicy: 2 } },
  // The roles of the tasks themselves may do nothing. Those that start them pull images and write logs.
  { object: '4 roles', calls: { CreateRole: 4, PutRolePolicy: 2 } },
  {
    object: '2 services',
    calls: { CreateCluster: 2, RegisterTaskDefinition: 2, CreateService: 2 },
  },
  // Nobody reaches the consumer's tasks, which lead to their endpoint; those of the provider are reached from the load
  // balancer, which leads to them.
  {
    object: '3 security groups of services',
    calls: {
      CreateSecurityGroup: 3,
      RevokeSecurityGroupEgress: 3,
      AuthorizeSecurityGroupIngress: 2,
      AuthorizeSecurityGroupEgress: 2,
    },
  },
  {
    object: 'load balancer',
    calls: {
      CreateLoadBalancer: 1,
      // Across zones.
      ModifyLoadBalancerAttributes: 1,
      CreateTargetGroup: 1,
      CreateListener: 1,
    },
  },
  // The cluster asks for TLS in its own group; its member is started with one of its own.
  {
    object: 'cluster of Aurora',
    calls: {
      CreateDBSubnetGroup: 1,
      CreateDBClusterParameterGroup: 1,
      ModifyDBClusterParameterGroup: 1,
      CreateDBParameterGroup: 1,
      CreateDBCluster: 1,
      CreateDBInstance: 1,
    },
  },
  {
    object: 'cache',
    calls: { CreateCacheSubnetGroup: 1, CreateCacheParameterGroup: 1, CreateReplicationGroup: 1 },
  },
  // With point-in-time recovery.
  { object: 'table', calls: { CreateTable: 1, UpdateContinuousBackups: 1 } },
  // Each lets in the tasks, which lead to both. Those read the table, and what starts them the password of the cluster.
  {
    object: 'ways of the service to its stores',
    calls: {
      CreateSecurityGroup: 2,
      RevokeSecurityGroupEgress: 2,
      AuthorizeSecurityGroupIngress: 2,
      AuthorizeSecurityGroupEgress: 1,
      PutRolePolicy: 2,
    },
  },
  // Acceptance by list: the one endpoint is accepted by its id.
  {
    object: 'link',
    calls: {
      CreateVpcEndpointServiceConfiguration: 1,
      ModifyVpcEndpointServicePermissions: 1,
      CreateSecurityGroup: 1,
      RevokeSecurityGroupEgress: 1,
      AuthorizeSecurityGroupIngress: 1,
      CreateVpcEndpoint: 1,
      AcceptVpcEndpointConnections: 1,
    },
  },
];

/** Calls by action, of all objects together. */
export function callsOf(objects: readonly Fewest[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const { calls } of objects) {
    for (const [action, count] of Object.entries(calls)) sum.set(action, (sum.get(action) ?? 0) + count);
  }
  return sum;
}
