import type { PrivateLinkEndpoint } from '../api/private-link-endpoint.ts';
import { isConnected } from '../aws/ec2/endpoint-connections.ts';
import { endpointServices, serviceIdOf, type EndpointService } from '../aws/ec2/endpoint-services.ts';
import { awsKindsOf } from '../aws/kinds.ts';
import type { AwsSession } from '../aws/session.ts';
import {
  compileLocalPrivateLink,
  LOCAL_PRIVATE_LINK_NODES,
} from '../compile/local/private-link-endpoint/private-link-endpoint.ts';
import { localOutputsOfPrivateLink } from '../compile/local/private-link-endpoint/status.ts';
import { ownerOf } from '../compile/names.ts';
import { nodeBuilder } from '../compile/nodes.ts';
import {
  compilePrivateLink,
  PRIVATE_LINK_NODES,
  referencesOfPrivateLink,
} from '../compile/private-link-endpoint/private-link-endpoint.ts';
import { outputsOfPrivateLink } from '../compile/private-link-endpoint/status.ts';
import type { World } from '../graph/kind.ts';
import { ownerTag } from '../graph/ownership.ts';
import { localKindsOf } from '../local/kinds.ts';
import { parsed, type GraphKind } from './pass.ts';

/** What is particular to PrivateLinkEndpoint. */
export const privateLinkKind: GraphKind<PrivateLinkEndpoint> = {
  kind: 'PrivateLinkEndpoint',
  plural: 'privatelinkendpoints',
  parse: (object) => parsed('PrivateLinkEndpoint', object),
  references: referencesOfPrivateLink,
  accounts: ({ spec }) => spec.provide?.allowedAccounts ?? [],
  admits: 'PrivateLinkEndpoint',
  services: ({ spec: { consume } }) =>
    consume?.serviceName !== undefined && consume.zones === undefined ? [consume.serviceName] : [],
  on: {
    aws: {
      nodeKinds: awsKindsOf(PRIVATE_LINK_NODES),
      // Nothing of either side is chosen once.
      recall: (object) => object,
      compile: compilePrivateLink,
      outputs: outputsOfPrivateLink,
      usedOutside: (object, world) =>
        servicesOf(object, world).flatMap(({ Connections = [] }) =>
          Connections.filter(isConnected).map(
            ({ endpointId, accountId }) => `endpoint ${endpointId} of account ${accountId}`,
          ),
        ),
      // A consumer's endpoint is in the rules and in the environment of services, which nobody here can take it from.
      parting: (object, world) =>
        object.spec.provide &&
        servicesOf(object, world).map((service) =>
          nodeBuilder(() => ({})).facet(
            'EndpointConnections',
            `endpoint-connections/${serviceIdOf(service)}`,
            {
              serviceId: serviceIdOf(service),
              acceptsAll: false,
              accountIds: [],
              endpoints: [],
            },
          ),
        ),
    },
    local: {
      nodeKinds: localKindsOf(LOCAL_PRIVATE_LINK_NODES),
      recall: (object) => object,
      compile: compileLocalPrivateLink,
      outputs: localOutputsOfPrivateLink,
    },
  },
};

function servicesOf(object: PrivateLinkEndpoint, world: World<AwsSession>): readonly EndpointService[] {
  return world.view(endpointServices).ownedBy(ownerTag(ownerOf(object)));
}
