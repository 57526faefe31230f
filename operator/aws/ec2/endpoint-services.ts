import {
  DescribeVpcEndpointConnectionsCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  type ServiceConfiguration,
  type VpcEndpointConnection,
} from '@aws-sdk/client-ec2';
import { must, pages } from '../kind.ts';
import type { AwsSession } from '../session.ts';
import { ec2Collection } from './collection.ts';
import { NAME_ZONE_TAG } from './private-name-record.ts';

/** Services of one page: as many as one filter takes ids, so that one more listing has their connections. */
const PAGE = 200;
const CONNECTIONS_PAGE = 1000;

/** An endpoint to a service, as the service's owner sees it. */
export interface Connection {
  readonly endpointId: string;
  /** The account that the endpoint is in. */
  readonly accountId: string;
  /** In AWS's words and small letters: `pendingacceptance`, `pending`, `available`, `rejected`, `deleting`, … */
  readonly state: string;
}

/** An endpoint service with the connections to it: whoever makes one wakes the owner of the service. */
export interface EndpointService extends ServiceConfiguration {
  readonly Connections?: readonly Connection[];
  /** AWS was asked a moment ago to look for the record that proves the private name. */
  readonly VerificationBegun?: boolean;
}

/** Connections have no tags of ours, so they are read with the services. */
const listed = ec2Collection<EndpointService>({
  name: 'ec2/endpoint-services',
  action: 'ec2:DescribeVpcEndpointServiceConfigurations',
  otherActions: ['ec2:DescribeVpcEndpointConnections'],
  idFilter: 'service-id',
  id: serviceIdOf,
  pageSize: PAGE,
  async page(session, query) {
    const answer = await session.ec2.send(new DescribeVpcEndpointServiceConfigurationsCommand(query));
    const services = answer.ServiceConfigurations ?? [];
    const connections = await connectionsTo(session, services.map(serviceIdOf));
    const items = services.map((service) => ({
      ...service,
      Connections: connections.get(serviceIdOf(service)) ?? [],
    }));
    return { items, next: answer.NextToken };
  },
});

/** Endpoint services of the account. */
export const endpointServices: typeof listed = {
  ...listed,
  tags(service) {
    const { [NAME_ZONE_TAG]: _, ...tags } = listed.tags(service);
    return tags;
  },
};

/** The id of an endpoint service: `vpce-svc-…`. */
export function serviceIdOf(service: ServiceConfiguration): string {
  return must(service.ServiceId, 'ServiceId');
}

async function connectionsTo(
  { ec2 }: AwsSession,
  serviceIds: readonly string[],
): Promise<ReadonlyMap<string, Connection[]>> {
  const found = new Map<string, Connection[]>();
  if (serviceIds.length === 0) return found;
  const list = pages<VpcEndpointConnection>(async (NextToken) => {
    const answer = await ec2.send(
      new DescribeVpcEndpointConnectionsCommand({
        Filters: [{ Name: 'service-id', Values: [...serviceIds] }],
        MaxResults: CONNECTIONS_PAGE,
        ...(NextToken !== undefined && { NextToken }),
      }),
    );
    return { items: answer.VpcEndpointConnections, next: answer.NextToken };
  });
  for await (const page of list) {
    for (const { ServiceId = '', VpcEndpointId = '', VpcEndpointOwner = '', VpcEndpointState } of page) {
      const state = (VpcEndpointState ?? '').toLowerCase();
      const connection = { endpointId: VpcEndpointId, accountId: VpcEndpointOwner, state };
      found.set(ServiceId, [...(found.get(ServiceId) ?? []), connection]);
    }
  }
  return found;
}
