import {
  DeleteRouteCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcEndpointServicePermissionsCommand,
  EC2Client,
  ModifyVpcEndpointServicePermissionsCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { LocalAws } from '../aws/local-aws.ts';
import type { Fragile, PlacedObject } from './examples.ts';
import type { Kubectl } from './kubectl.ts';
import { allowClearText, loseRecovery } from './store-drift.ts';

/** Something that was broken on purpose. */
export interface Damage {
  /** Whose it is. */
  readonly object: PlacedObject;
  /** The node whose repair is to be seen. */
  readonly node: string;
  readonly what: string;
  /** The same as a command. */
  readonly instead: string;
}

/** As much as is broken of a SecureVpc's status, an EcsService's and a PrivateLinkEndpoint's. */
interface NetworkStatus {
  readonly securityGroups: Readonly<Record<string, string>>;
  readonly routeTables: Readonly<Record<string, string>>;
}
interface ServiceStatus {
  readonly clusterArn: string;
  readonly serviceArn: string;
}
interface LinkStatus {
  readonly serviceId: string;
}

/** Breaks what of an example is fragile, as somebody with the console would. */
export async function breakThings(aws: LocalAws, fragile: Fragile, kubectl: Kubectl): Promise<Damage[]> {
  const credentials = aws.credentials(fragile.accountId);
  const options = { region: 'us-east-1', endpoint: aws.url, credentials };
  const [ec2, ecs] = [new EC2Client(options), new ECSClient(options)];
  const { network, service, link, table, database } = fragile;
  const ofNetwork = await kubectl.status<NetworkStatus>(network);
  const ofService = await kubectl.status<ServiceStatus>(service);
  const ofLink = link && (await kubectl.status<LinkStatus>(link));
  const broken = await Promise.all([
    breakRule(ec2, network, ofNetwork),
    breakRoute(ec2, fragile, ofNetwork),
    stopService(ecs, service, ofService),
    ...(link && ofLink ? [shutOut(ec2, link, ofLink)] : []),
    ...(table ? [loseRecovery(options, table, kubectl)] : []),
    ...(database ? [allowClearText(options, database, kubectl)] : []),
  ]);
  ec2.destroy();
  ecs.destroy();
  return broken;
}

async function breakRule(ec2: EC2Client, object: PlacedObject, status: NetworkStatus): Promise<Damage> {
  const group = status.securityGroups['ecs'] ?? '';
  const { SecurityGroups: groups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [group] }));
  const rule = groups?.[0]?.IpPermissions?.[0];
  if (!rule) throw new Error(`security group ${group} has no rule to take away`);
  await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: [rule] }));
  return {
    object,
    node: 'security-group-rules/ecs',
    what: `a rule of ${group} is gone: the load balancer reaches no task`,
    instead: `aws ec2 revoke-security-group-ingress --group-id ${group} --ip-permissions …`,
  };
}

async function breakRoute(ec2: EC2Client, fragile: Fragile, status: NetworkStatus): Promise<Damage> {
  const { network, route, consequence } = fragile;
  const table = status.routeTables[route.table] ?? '';
  await ec2.send(new DeleteRouteCommand({ RouteTableId: table, DestinationCidrBlock: route.destination }));
  return {
    object: network,
    node: `routes/${route.table}`,
    what: `the route of ${table} to ${route.destination} is gone: ${consequence}`,
    instead: `aws ec2 delete-route --route-table-id ${table} --destination-cidr-block ${route.destination}`,
  };
}

async function stopService(ecs: ECSClient, object: PlacedObject, status: ServiceStatus): Promise<Damage> {
  const [cluster, service] = [status.clusterArn, status.serviceArn].map((arn) => arn.split('/').at(-1) ?? '');
  await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }));
  return {
    object,
    node: 'service',
    what: `${service} is to run no task: nobody answers`,
    instead: `aws ecs update-service --cluster ${cluster} --service ${service} --desired-count 0`,
  };
}

async function shutOut(ec2: EC2Client, object: PlacedObject, status: LinkStatus): Promise<Damage> {
  const ServiceId = status.serviceId;
  const { AllowedPrincipals = [] } = await ec2.send(
    new DescribeVpcEndpointServicePermissionsCommand({ ServiceId }),
  );
  const principals = AllowedPrincipals.flatMap(({ Principal }) => Principal ?? []);
  if (principals.length === 0) throw new Error(`nobody may make endpoints to ${ServiceId}`);
  await ec2.send(
    new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, RemoveAllowedPrincipals: principals }),
  );
  const whom = principals.join(' ');
  return {
    object,
    node: 'endpoint-service-permissions',
    what: `${whom} may make no endpoint to ${ServiceId} any more: its consumer is shut out`,
    instead: `aws ec2 modify-vpc-endpoint-service-permissions --service-id ${ServiceId} --remove-allowed-principals ${whom}`,
  };
}
