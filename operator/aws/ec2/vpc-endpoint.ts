import {
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  ModifyVpcEndpointCommand,
  type ModifyVpcEndpointRequest,
  type Route,
  type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import type { Change, Wrote } from '../../graph/kind.ts';
import { Terminal, Waiting } from '../../errors.ts';
import { isUnresolved } from '../../graph/ref.ts';
import { isProvidedName } from '../endpoint-names.ts';
import { isNotFoundCode, type PartialFailure } from '../errors.ts';
import { changedSet, compareSet, membersOf } from '../id-sets.ts';
import { must, type AwsKind } from '../kind.ts';
import { beside, makes, onOwn } from '../permissions.ts';
import type { AwsSession } from '../session.ts';
import { routeTables } from './route-table.ts';
import { TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';
import { unsuccessful } from './unsuccessful.ts';
import { stateOf } from './vpc-endpoint-state.ts';
import { legible, policyOf, vpcEndpoints } from './vpc-endpoints.ts';

/** Endpoints that one call deletes. */
const DELETES_MAX = 25;

export interface VpcEndpointInputs {
  readonly vpcId: string;
  /** `com.amazonaws.us-east-1.s3`. */
  readonly serviceName: string;
  readonly type: 'Gateway' | 'Interface';
  /** For gateway endpoints: the tables that get a route to the service. */
  readonly routeTableIds: readonly string[];
  /** For interface endpoints: one subnet a zone. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /**
   * Of a service that is not everywhere: the zones of the subnets, in their order, and its own, with commas between them; ids, or
   * names in the account of the endpoint. Its own are undefined while AWS does not show the service to the account.
   */
  readonly zones?: { readonly ofSubnets: readonly string[]; readonly ofService: string | undefined };
  readonly privateDns: boolean;
  /** Policy document; empty for AWS's default, which lets everything through. */
  readonly policy: string;
}

/** A private way from a VPC to a service of AWS, or to somebody's endpoint service. */
export const vpcEndpointKind: AwsKind<VpcEndpointInputs, VpcEndpoint> = {
  type: 'VpcEndpoint',
  collection: vpcEndpoints,
  idempotency: 'token',
  iam: [
    ...makes('ec2:CreateVpcEndpoint'),
    ...onOwn('ec2:CreateVpcEndpoint', 'ec2:ModifyVpcEndpoint', 'ec2:DeleteVpcEndpoints'),
    // What somebody added to an endpoint of ours is taken off it; AWS asks for both sides.
    ...beside('ec2:ModifyVpcEndpoint', 'route-table', 'security-group', 'subnet'),
    // For private DNS AWS associates the VPC with a hosted zone of its own: CreateVpcEndpoint's dependent actions.
    { action: 'route53:AssociateVPCWithHostedZone', on: 'anything', resource: 'route53:::hostedzone/*' },
    ...TAG_ACTIONS,
  ],
  after: [],

  diff(inputs, endpoint) {
    if (!endpoint) return [];
    const changes: Change[] = [];
    const fixed = (path: string, from: unknown, to: unknown) => {
      if (from !== to) changes.push({ path, from, to, replace: true });
    };
    fixed('vpcId', endpoint.VpcId, inputs.vpcId);
    fixed('serviceName', endpoint.ServiceName, inputs.serviceName);
    fixed('type', endpoint.VpcEndpointType, inputs.type);
    changes.push(
      ...compareSet('routeTableIds', inputs.routeTableIds, endpoint.RouteTableIds ?? []).map(
        // A subnet may still use the table, and loses its way to the service.
        (change) => (change.to === undefined ? { ...change, late: true as const } : change),
      ),
      ...compareSet('subnetIds', subnetIdsFor(inputs, endpoint.SubnetIds ?? []), endpoint.SubnetIds ?? []),
      ...compareSet('securityGroupIds', inputs.securityGroupIds, groupIdsOf(endpoint)),
    );
    const privateDns = endpoint.PrivateDnsEnabled ?? false;
    // AWS takes private names only of connections that are accepted: until then they are not missed.
    const isEarly = isProvided(inputs) && stateOf(endpoint).phase !== 'ready';
    if (inputs.type === 'Interface' && privateDns !== inputs.privateDns && !isEarly) {
      changes.push({ path: 'privateDns', from: privateDns, to: inputs.privateDns });
    }
    const [from, to] = [endpoint.PolicyDocument ?? '', policyOf(inputs.policy)];
    if (from !== to) changes.push({ path: 'policy', from, to });
    return changes;
  },
  state: stateOf,
  outputs: (endpoint) => ({
    id: must(endpoint.VpcEndpointId, 'VpcEndpointId'),
    ...dnsOf(endpoint),
    serviceName: endpoint.ServiceName ?? '',
    state: (endpoint.State ?? '').toLowerCase(),
  }),
  gone: (endpoint) => endpoint.State?.toLowerCase() === 'deleted',
  needs: (endpoint) => [
    must(endpoint.VpcId, 'VpcId'),
    ...(endpoint.RouteTableIds ?? []),
    ...(endpoint.SubnetIds ?? []),
    ...groupIdsOf(endpoint),
  ],

  async create({ session, tags, token, wrote }, inputs) {
    const answer = await session.ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: inputs.vpcId,
        ServiceName: inputs.serviceName,
        VpcEndpointType: inputs.type,
        ClientToken: token,
        TagSpecifications: tagSpecification('vpc-endpoint', tags),
        ...(inputs.policy !== '' && { PolicyDocument: inputs.policy }),
        ...(inputs.type === 'Gateway'
          ? { RouteTableIds: [...inputs.routeTableIds] }
          : {
              SubnetIds: inSharedZones(inputs),
              SecurityGroupIds: [...inputs.securityGroupIds],
              PrivateDnsEnabled: inputs.privateDns && !isProvided(inputs),
            }),
      }),
    );
    const endpoint = legible(must(answer.VpcEndpoint, 'VpcEndpoint'));
    layRoutes(wrote, must(endpoint.VpcEndpointId, 'VpcEndpointId'), inputs, endpoint.RouteTableIds ?? []);
    return endpoint;
  },
  // One gateway endpoint a service and route table, one private name a service and VPC.
  async conflicting(session, inputs) {
    const found = await vpcEndpoints.matching(
      session,
      'vpc-id',
      [inputs.vpcId],
      [{ Name: 'service-name', Values: [inputs.serviceName] }],
    );
    return found.find(
      (endpoint) => !vpcEndpointKind.gone(endpoint) && stateOf(endpoint).phase !== 'deleting',
    );
  },
  async update(context, inputs, endpoint, changes) {
    const id = must(endpoint.VpcEndpointId, 'VpcEndpointId');
    await updateTags(context, vpcEndpoints, id, changes);
    const modification = modificationOf(inputs, changes);
    if (Object.keys(modification).length === 0) return;
    await context.session.ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, ...modification }));
    layRoutes(context.wrote, id, inputs, membersOf('routeTableIds', changes).added);
    context.wrote(
      vpcEndpoints,
      id,
      (record) =>
        record && {
          ...record,
          RouteTableIds: changedSet(record.RouteTableIds ?? [], 'routeTableIds', changes),
          SubnetIds: changedSet(record.SubnetIds ?? [], 'subnetIds', changes),
          Groups: changedSet(groupIdsOf(record), 'securityGroupIds', changes).map((GroupId) => ({ GroupId })),
          ...(changes.some(({ path }) => path === 'privateDns') && { PrivateDnsEnabled: inputs.privateDns }),
          PolicyDocument: policyOf(inputs.policy),
        },
    );
  },
  // AWS allows few calls of this a second and many endpoints in one, so those asked for together go together.
  async delete({ session }, endpoint) {
    const id = must(endpoint.VpcEndpointId, 'VpcEndpointId');
    const failed = await session.batches.ask('delete-vpc-endpoints', id, (ids) =>
      deleteEndpoints(session, ids),
    );
    if (!failed) return { ...endpoint, State: 'Deleting' as const };
    if (isNotFoundCode(failed.name)) return undefined;
    throw failed;
  },
};

/** Deletes endpoints in calls of 25; answers with those that AWS did not delete. */
async function deleteEndpoints(
  session: AwsSession,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PartialFailure>> {
  const failures = new Map<string, PartialFailure>();
  for (let start = 0; start < ids.length; start += DELETES_MAX) {
    const VpcEndpointIds = ids.slice(start, start + DELETES_MAX);
    const answer = await session.ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds }));
    for (const [id, failure] of unsuccessful('DeleteVpcEndpoints', answer.Unsuccessful))
      failures.set(id, failure);
  }
  return failures;
}

/** Whether the service is not AWS's own but an endpoint service of some account. */
function isProvided({ serviceName }: VpcEndpointInputs): boolean {
  return isProvidedName(serviceName) || isUnresolved(serviceName);
}

/** The subnets that an endpoint is made in. Throws Terminal where the service is in none of their zones, and Waiting while it is not shown. */
function inSharedZones(inputs: VpcEndpointInputs): string[] {
  const shared = subnetIdsFor(inputs);
  if (inputs.zones === undefined) return [...shared];
  const { ofSubnets, ofService } = inputs.zones;
  if (ofService === undefined)
    throw new Waiting(
      'DependencyNotReady',
      `AWS shows this account no endpoint service ${inputs.serviceName}: its provider has not let the account in yet, or there is no service of this name`,
    );
  if (shared.length > 0) return [...shared];
  throw new Terminal(
    'InvalidSpec',
    `the subnets are in zones ${ofSubnets.join(', ')}, and ${inputs.serviceName} is only in ${ofService}: have a zone that both sides share`,
  );
}

/** The subnets in zones that the service has; as long as these are not known, those that are there (`now`). */
function subnetIdsFor({ subnetIds, zones }: VpcEndpointInputs, now?: readonly string[]): readonly string[] {
  if (zones === undefined || zones.ofService === '') return subnetIds;
  if (zones.ofService === undefined || isUnresolved(zones.ofService)) return now ?? subnetIds;
  const offered = zones.ofService.split(',');
  return subnetIds.filter((_, index) => offered.includes(zones.ofSubnets[index] ?? ''));
}

/**
 * AWS writes a gateway endpoint's route into its tables: whoever deletes one of these knows by it that the endpoint loses
 * the table. The id of the service's prefix list is in the next listing; until then the service stands for it.
 */
function layRoutes(
  wrote: Wrote<AwsSession>,
  GatewayId: string,
  { serviceName }: VpcEndpointInputs,
  tables: readonly string[],
): void {
  const route: Route = { DestinationPrefixListId: serviceName, GatewayId, Origin: 'CreateRoute' };
  for (const id of tables) {
    wrote(routeTables, id, (table) => {
      const isThere = table?.Routes?.some((other) => other.GatewayId === GatewayId) === true;
      return table && !isThere ? { ...table, Routes: [...(table.Routes ?? []), route] } : table;
    });
  }
}

function modificationOf(
  inputs: VpcEndpointInputs,
  changes: readonly Change[],
): Partial<ModifyVpcEndpointRequest> {
  const tables = membersOf('routeTableIds', changes);
  const subnets = membersOf('subnetIds', changes);
  const groups = membersOf('securityGroupIds', changes);
  const fields = {
    AddRouteTableIds: tables.added,
    RemoveRouteTableIds: tables.removed,
    AddSubnetIds: subnets.added,
    RemoveSubnetIds: subnets.removed,
    AddSecurityGroupIds: groups.added,
    RemoveSecurityGroupIds: groups.removed,
  };
  const sent: Partial<ModifyVpcEndpointRequest> = Object.fromEntries(
    Object.entries(fields).filter(([, ids]) => ids.length > 0),
  );
  if (changes.some((change) => change.path === 'privateDns')) sent.PrivateDnsEnabled = inputs.privateDns;
  if (changes.some((change) => change.path === 'policy')) {
    if (inputs.policy === '') sent.ResetPolicy = true;
    else sent.PolicyDocument = inputs.policy;
  }
  return sent;
}

/** Names, as soon as AWS has given any: that of all zones first. */
function dnsOf({ DnsEntries = [] }: VpcEndpoint): Readonly<Record<string, string>> {
  const names = DnsEntries.flatMap(({ DnsName }) => DnsName ?? []);
  return names[0] === undefined ? {} : { dnsName: names[0], dnsNames: names.join(',') };
}

function groupIdsOf(endpoint: VpcEndpoint): string[] {
  return (endpoint.Groups ?? []).flatMap((group) => group.GroupId ?? []);
}
