import {
  DeleteRouteCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { LocalAws } from '../aws/local-aws.ts';
import type { Fragile } from './examples.ts';
import type { NetworkStatus } from './kubectl.ts';

/** Something that was broken on purpose. */
export interface Damage {
  /** The node whose repair is to be seen. */
  readonly node: string;
  readonly what: string;
  /** The same as a command. */
  readonly instead: string;
}

/** Takes away a security-group rule and a route, as somebody with the console would. */
export async function breakTheNetwork(
  aws: LocalAws,
  { accountId, route, consequence }: Fragile,
  status: NetworkStatus,
): Promise<Damage[]> {
  const credentials = aws.credentials(accountId);
  const ec2 = new EC2Client({ region: 'us-east-1', endpoint: aws.url, credentials });
  const group = status.securityGroups['ecs'] ?? '';
  const table = status.routeTables[route.table] ?? '';
  const { SecurityGroups: groups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [group] }));
  const rule = groups?.[0]?.IpPermissions?.[0];
  if (!rule) throw new Error(`security group ${group} has no rule to take away`);
  await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: [rule] }));
  await ec2.send(new DeleteRouteCommand({ RouteTableId: table, DestinationCidrBlock: route.destination }));
  ec2.destroy();
  return [
    {
      node: 'security-group-rules/ecs',
      what: `a rule of ${group} is gone: the load balancer reaches no task`,
      instead: `aws ec2 revoke-security-group-ingress --group-id ${group} --ip-permissions …`,
    },
    {
      node: `routes/${route.table}`,
      what: `the route of ${table} to ${route.destination} is gone: ${consequence}`,
      instead: `aws ec2 delete-route --route-table-id ${table} --destination-cidr-block ${route.destination}`,
    },
  ];
}
