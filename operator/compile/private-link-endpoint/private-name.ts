import type { PrivateLinkEndpoint } from '../../api/private-link-endpoint.ts';
import type { Provide } from '../../api/private-link-provide.ts';
import type { EndpointServiceInputs } from '../../aws/ec2/endpoint-service.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import { requireHostedZone } from '../certificates.ts';
import type { CompileInput } from '../input.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';

/** The types of the nodes that a private name adds, where Landfall proves it. */
export const PRIVATE_NAME_NODES: readonly NodeType[] = ['PrivateNameRecord', 'PrivateNameVerification'];

/** What the service itself has of the zone in which its name is proved. Throws Terminal (`NotGranted`). */
export function zoneOf(
  input: CompileInput<PrivateLinkEndpoint>,
  { privateDnsHostedZoneId: hostedZoneId }: Provide,
): Pick<EndpointServiceInputs, 'hostedZoneId'> {
  if (hostedZoneId === undefined) return {};
  requireHostedZone(input, 'spec.provide.privateDnsHostedZoneId', hostedZoneId);
  return { hostedZoneId };
}

/** The record that proves a private name, and that AWS has seen it; nothing where somebody does that by hand. */
export function privateNameNodes(
  build: NodeBuilder,
  { privateDnsHostedZoneId: hostedZoneId }: Provide,
): GraphNode[] {
  if (hostedZoneId === undefined) return [];
  const serviceId = ref('endpoint-service');
  return [
    build.facet('PrivateNameRecord', 'private-name-record', { serviceId, hostedZoneId }),
    build.facet(
      'PrivateNameVerification',
      'private-name-verification',
      { serviceId },
      { dependsOn: ['private-name-record'] },
    ),
  ];
}
