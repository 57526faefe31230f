import type { Drawable } from '../../../../operator/cli/drawing/picture.ts';
import { buildGraph, type GraphNode } from '../../../../operator/graph/graph.ts';
import { foreignRef, ref } from '../../../../operator/graph/ref.ts';
import { services } from '../portal.ts';

const CONSUMER = 'PrivateLinkEndpoint/api-consumer/api-service';
const PROVIDER = 'PrivateLinkEndpoint/api-service/api-service';

/** The platform: its networks, their services and the link between these. */
export async function platform(): Promise<Drawable[]> {
  return [...(await services()), provided(), used(foreignRef(PROVIDER, 'endpoint-service', 'serviceName'))];
}

/** An endpoint service at the load balancer of the API. */
export function provided(): Drawable {
  const nodes = [
    node('EndpointService', 'endpoint-service', {
      loadBalancerArns: [foreignRef('EcsService/api-service/api-service', 'load-balancer')],
      acceptanceRequired: true,
    }),
    node('EndpointConnections', 'endpoint-connections', { serviceId: ref('endpoint-service') }),
  ];
  return at('provider-account', '222222222222', buildGraph(PROVIDER, nodes));
}

/** An endpoint in the consumer's network, which only its tasks may use. */
export function used(serviceName: string): Drawable {
  const network = 'SecureVpc/api-consumer/api-consumer';
  const tasks = foreignRef('EcsService/api-consumer/api-consumer', 'security-group/tasks');
  const nodes = [
    node('SecurityGroup', 'security-group/endpoint', { vpcId: foreignRef(network, 'vpc') }),
    node('SecurityGroupRules', 'security-group-rules/endpoint', {
      groupId: ref('security-group/endpoint'),
      ingress: [{ protocol: 'tcp', fromPort: 8080, toPort: 8080, peer: tasks, description: 'Tasks' }],
      egress: [],
    }),
    node('VpcEndpoint', 'endpoint', {
      vpcId: foreignRef(network, 'vpc'),
      type: 'Interface',
      serviceName,
      subnetIds: [foreignRef(network, 'subnet/private-a')],
    }),
  ];
  return at('consumer-account', '333333333333', buildGraph(CONSUMER, nodes));
}

function at(account: string, accountId: string, graph: Drawable['graph']): Drawable {
  return { account, accountId, region: 'us-east-1', graph };
}

function node(type: string, key: string, inputs: object): GraphNode {
  return { key, type, inputs, tags: {}, dependsOn: [] };
}
