import type { PrivateLinkEndpointStatus } from '../../api/private-link-endpoint.ts';
import type { Connection } from '../../aws/ec2/endpoint-services.ts';
import type { Standing } from '../../graph/plan.ts';

/** The fields of the status that say what was made, and who is connected. */
export type PrivateLinkOutputs = Pick<
  PrivateLinkEndpointStatus,
  | 'serviceId'
  | 'serviceName'
  | 'privateDns'
  | 'connections'
  | 'endpointId'
  | 'endpointState'
  | 'dnsNames'
  | 'securityGroupId'
>;

/** How many connections the status names. */
const CONNECTIONS_MAX = 500;
const DNS_NAMES_MAX = 20;

/** What was made, from where the nodes stand. */
export function outputsOfPrivateLink(standing: readonly Standing[]): PrivateLinkOutputs {
  const at = (key: string) =>
    standing.find(({ node, state }) => node === key && state.phase !== 'deleting')?.outputs;
  const service = at('endpoint-service');
  const endpoint = at('endpoint');
  const dnsNames = endpoint?.['dnsNames']?.split(',').filter((name) => name !== '');
  return {
    serviceId: service?.['id'],
    serviceName: service?.['serviceName'] ?? endpoint?.['serviceName'],
    privateDns: service && privateDnsOf(service),
    connections: service && connectionsOf(service),
    endpointId: endpoint?.['id'],
    endpointState: endpoint?.['state'],
    dnsNames: dnsNames && [...new Set(dnsNames)].slice(0, DNS_NAMES_MAX),
    securityGroupId: at('security-group/endpoint')?.['id'],
  };
}

function privateDnsOf(service: Readonly<Record<string, string>>): PrivateLinkOutputs['privateDns'] {
  const name = service['privateDnsName'] ?? '';
  if (name === '') return undefined;
  return {
    name,
    state: service['privateDnsState'] ?? '',
    recordType: service['privateDnsRecordType'] ?? '',
    recordName: service['privateDnsRecordName'] ?? '',
    recordValue: service['privateDnsRecordValue'] ?? '',
  };
}

function connectionsOf(service: Readonly<Record<string, string>>): PrivateLinkOutputs['connections'] {
  const connections = JSON.parse(service['connections'] ?? '[]') as Connection[];
  return connections
    .map(({ endpointId, accountId, state }) => ({ endpointId, accountId, state }))
    .sort((a, b) => (a.endpointId < b.endpointId ? -1 : 1))
    .slice(0, CONNECTIONS_MAX);
}
