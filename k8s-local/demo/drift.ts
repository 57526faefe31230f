import {
  DeleteRouteCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { LocalAws } from '../aws/local-aws.ts';
import type { PortalStatus } from './kubectl.ts';

/** Something that was broken on purpose. */
export interface Damage {
  /** The node whose repair is to be seen. */
  readonly node: string;
  readonly what: string;
  /** The same as a command. */
  readonly instead: string;
}

/** Takes away a security-group rule and a route, as somebody with the console would. */
export async function breakTheNetwork(aws: LocalAws, status: PortalStatus): Promise<Damage[]> {
  const credentials = aws.credentials('123456789012');
  const ec2 = new EC2Client({ region: 'us-east-1', endpoint: aws.url, credentials });
  const group = status.securityGroups['ecs'] ?? '';
  const table = status.routeTables['public'] ?? '';
  const { SecurityGroups: groups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [group] }));
  const rule = groups?.[0]?.IpPermissions?.[0];
  if (!rule) throw new Error(`security group ${group} has no rule to take away`);
  await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: [rule] }));
  await ec2.send(new DeleteRouteCommand({ RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0' }));
  ec2.destroy();
  return [
    {
      node: 'security-group-rules/ecs',
      what: `a rule of ${group} is gone: the load balancer reaches no task`,
      instead: `aws ec2 revoke-security-group-ingress --group-id ${group} --ip-permissions …`,
    },
    {
      node: 'routes/public',
      what: `the default route of ${table} is gone: the internet reaches nothing`,
      instead: `aws ec2 delete-route --route-table-id ${table} --destination-cidr-block 0.0.0.0/0`,
    },
  ];
}
