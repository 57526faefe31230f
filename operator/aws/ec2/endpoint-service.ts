import {
  CreateVpcEndpointServiceConfigurationCommand,
  DeleteVpcEndpointServiceConfigurationsCommand,
  ModifyVpcEndpointServiceConfigurationCommand,
  type ModifyVpcEndpointServiceConfigurationRequest,
} from '@aws-sdk/client-ec2';
import { READY, type Change, type State } from '../../graph/kind.ts';
import { isUnresolved } from '../../graph/ref.ts';
import { isNotFoundCode } from '../errors.ts';
import { changedSet, compareSet, membersOf } from '../id-sets.ts';
import { must, type AwsKind } from '../kind.ts';
import { makes, onOwn } from '../permissions.ts';
import { isConnected, rejectWaiting } from './endpoint-connections.ts';
import { endpointServicePermissions } from './endpoint-service-permissions.ts';
import { endpointServices, serviceIdOf, type EndpointService } from './endpoint-services.ts';
import { nameZoneOf, NAME_ZONE_TAG, removeProvingRecord } from './private-name-record.ts';
import { TAG_ACTIONS, tagSpecification, updateTags } from './shared.ts';
import { unsuccessful } from './unsuccessful.ts';

export interface EndpointServiceInputs {
  /** ARNs of the network load balancers that it stands in front of. */
  readonly loadBalancerArns: readonly string[];
  /** Whether a connection waits until it is accepted. */
  readonly acceptanceRequired: boolean;
  /** Name by which consumers may call the service once its owner has proved to own the domain; empty for none. */
  readonly privateDnsName: string;
  /** The hosted zone in which the record is to stand that proves it; absent where somebody makes it by hand. */
  readonly hostedZoneId?: string;
}

/** What endpoints of other networks and accounts connect to: an endpoint service in front of network load balancers. */
export const endpointServiceKind: AwsKind<EndpointServiceInputs, EndpointService> = {
  type: 'EndpointService',
  collection: endpointServices,
  idempotency: 'token',
  iam: [
    ...makes('ec2:CreateVpcEndpointServiceConfiguration'),
    ...onOwn(
      'ec2:ModifyVpcEndpointServiceConfiguration',
      'ec2:DeleteVpcEndpointServiceConfigurations',
      'ec2:RejectVpcEndpointConnections',
    ),
    ...TAG_ACTIONS,
  ],
  after: [],

  diff(inputs, service) {
    if (!service) return [];
    // While a load balancer is not to be used the service keeps the ones it has.
    const changes: Change[] = isUnresolved(inputs.loadBalancerArns)
      ? []
      : compareSet('loadBalancerArns', inputs.loadBalancerArns, service.NetworkLoadBalancerArns ?? []);
    const { AcceptanceRequired: from = false, PrivateDnsName: name = '' } = service;
    if (from !== inputs.acceptanceRequired)
      changes.push({ path: 'acceptanceRequired', from, to: inputs.acceptanceRequired });
    if (name !== inputs.privateDnsName)
      changes.push({ path: 'privateDnsName', from: name, to: inputs.privateDnsName });
    const [zone, wanted] = [nameZoneOf(service), inputs.hostedZoneId ?? ''];
    if (zone !== wanted) changes.push({ path: 'hostedZoneId', from: zone, to: wanted });
    return changes;
  },
  state: stateOf,
  outputs(service) {
    const dns = service.PrivateDnsNameConfiguration;
    return {
      id: serviceIdOf(service),
      serviceName: must(service.ServiceName, 'ServiceName'),
      zoneIds: [...(service.AvailabilityZoneIds ?? [])].sort().join(','),
      privateDnsName: service.PrivateDnsName ?? '',
      privateDnsState: dns?.State ?? '',
      privateDnsRecordName: dns?.Name ?? '',
      privateDnsRecordType: dns?.Type ?? '',
      privateDnsRecordValue: dns?.Value ?? '',
      // For status: nothing refers to it.
      connections: JSON.stringify(service.Connections ?? []),
    };
  },
  gone: (service) => service.ServiceState?.toLowerCase() === 'deleted',
  needs: (service) => [...(service.NetworkLoadBalancerArns ?? [])],

  async create({ session, tags: own, token, wrote }, inputs) {
    const { loadBalancerArns, acceptanceRequired, privateDnsName, hostedZoneId } = inputs;
    const tags = { ...own, ...(hostedZoneId !== undefined && { [NAME_ZONE_TAG]: hostedZoneId }) };
    const answer = await session.ec2.send(
      new CreateVpcEndpointServiceConfigurationCommand({
        NetworkLoadBalancerArns: [...loadBalancerArns],
        AcceptanceRequired: acceptanceRequired,
        ...(privateDnsName !== '' && { PrivateDnsName: privateDnsName }),
        ClientToken: token,
        TagSpecifications: tagSpecification('vpc-endpoint-service', tags),
      }),
    );
    const service = must(answer.ServiceConfiguration, 'ServiceConfiguration');
    const serviceId = serviceIdOf(service);
    // A new one lets nobody in; to let in who is let in already is nothing.
    wrote(endpointServicePermissions, serviceId, () => ({ serviceId, principals: [] }));
    return { ...service, Connections: [] };
  },
  async update(context, inputs, service, changes) {
    const ServiceId = serviceIdOf(service);
    // What proved the former name, or stands in the former zone, goes first: nobody would know of it later.
    if (has(changes, 'privateDnsName') || has(changes, 'hostedZoneId'))
      await removeProvingRecord(context.session, service);
    await updateTags(context, endpointServices, ServiceId, [...changes, ...zoneTag(inputs, changes)]);
    const modifications = modificationsOf(inputs, changes);
    if (modifications.length === 0) return;
    for (const modification of modifications)
      await context.session.ec2.send(
        new ModifyVpcEndpointServiceConfigurationCommand({ ServiceId, ...modification }),
      );
    context.wrote(
      endpointServices,
      ServiceId,
      (record) =>
        record && {
          ...record,
          NetworkLoadBalancerArns: changedSet(
            record.NetworkLoadBalancerArns ?? [],
            'loadBalancerArns',
            changes,
          ),
          ...(has(changes, 'acceptanceRequired') && { AcceptanceRequired: inputs.acceptanceRequired }),
          ...(has(changes, 'privateDnsName') && renamed(record, inputs.privateDnsName)),
        },
    );
  },
  // AWS deletes none to which something waits to be connected: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpointServiceConfigurations.html
  release: rejectWaiting,
  async delete({ session }, service) {
    // As long as somebody is connected AWS keeps it, and with it the name.
    if (!(service.Connections ?? []).some(isConnected)) await removeProvingRecord(session, service);
    const id = serviceIdOf(service);
    const answer = await session.ec2.send(
      new DeleteVpcEndpointServiceConfigurationsCommand({ ServiceIds: [id] }),
    );
    const failed = unsuccessful('DeleteVpcEndpointServiceConfigurations', answer.Unsuccessful).get(id);
    if (failed && !isNotFoundCode(failed.name)) throw failed;
    return undefined;
  },
  blockers: (_, { Connections = [] }) =>
    Promise.resolve(
      Connections.filter(isConnected).map(
        ({ endpointId, accountId }) => `endpoint ${endpointId} of account ${accountId}`,
      ),
    ),
};

/** A load balancer joins before the one that it takes the place of leaves, which AWS may refuse while endpoints are connected. */
function modificationsOf(
  inputs: EndpointServiceInputs,
  changes: readonly Change[],
): Partial<ModifyVpcEndpointServiceConfigurationRequest>[] {
  const { added, removed } = membersOf('loadBalancerArns', changes);
  const settings: Partial<ModifyVpcEndpointServiceConfigurationRequest> = {
    ...(added.length > 0 && { AddNetworkLoadBalancerArns: [...added] }),
    ...(has(changes, 'acceptanceRequired') && { AcceptanceRequired: inputs.acceptanceRequired }),
    ...(has(changes, 'privateDnsName') &&
      (inputs.privateDnsName === ''
        ? { RemovePrivateDnsName: true }
        : { PrivateDnsName: inputs.privateDnsName })),
  };
  const leaving = { RemoveNetworkLoadBalancerArns: [...removed] };
  return [...(Object.keys(settings).length > 0 ? [settings] : []), ...(removed.length > 0 ? [leaving] : [])];
}

/** Another name is still to be proved; a listing that shows it says itself how far that is. */
function renamed(service: EndpointService, PrivateDnsName: string): Partial<EndpointService> {
  if ((service.PrivateDnsName ?? '') === PrivateDnsName) return {};
  const { PrivateDnsNameConfiguration: former } = service;
  const configuration = former && { ...former, State: 'pendingVerification' as const };
  return { PrivateDnsName, ...(configuration && { PrivateDnsNameConfiguration: configuration }) };
}

/** The zone as the tag in which the service keeps it. */
function zoneTag(inputs: EndpointServiceInputs, changes: readonly Change[]): Change[] {
  if (!has(changes, 'hostedZoneId')) return [];
  const { hostedZoneId } = inputs;
  return [{ path: `tags.${NAME_ZONE_TAG}`, ...(hostedZoneId !== undefined && { to: hostedZoneId }) }];
}

function has(changes: readonly Change[], wanted: string): boolean {
  return changes.some(({ path }) => path === wanted);
}

function stateOf(service: EndpointService): State {
  const id = serviceIdOf(service);
  const state = (service.ServiceState ?? '').toLowerCase();
  if (state === 'available') return READY;
  const reason = 'WaitingForAws';
  if (state === 'deleting' || state === 'deleted')
    return { phase: 'deleting', reason, message: `endpoint service ${id} is being deleted` };
  if (state === 'failed')
    return {
      phase: 'failed',
      reason: 'AwsRefused',
      message: `endpoint service ${id} failed, and AWS gives no reason; delete it and Landfall makes a new one`,
    };
  return { phase: 'pending', reason, message: `endpoint service ${id} is ${state}` };
}
