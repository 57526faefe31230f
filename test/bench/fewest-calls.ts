/**
 * The fewest AWS calls that make the bench network, object by object, reviewed by hand. Sources: the Amazon EC2
 * API Reference for what one call can do; the flows between the groups for how many rules there are. Tags go
 * into the create call, so a separate CreateTags is overhead and does not stand here. Nothing in this file may
 * be derived from the operator: it is what the operator is measured against.
 */
export const FEWEST_CALLS: readonly {
  readonly object: string;
  readonly calls: Readonly<Record<string, number>>;
}[] = [
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

/** Calls by action for one bench network. */
export function fewestCalls(): Map<string, number> {
  const sum = new Map<string, number>();
  for (const { calls } of FEWEST_CALLS) {
    for (const [action, count] of Object.entries(calls)) sum.set(action, (sum.get(action) ?? 0) + count);
  }
  return sum;
}
