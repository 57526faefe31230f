import type { PrivateLinkEndpoint } from '../../../api/private-link-endpoint.ts';
import type { Provide } from '../../../api/private-link-provide.ts';
import type { GraphNode } from '../../../graph/graph.ts';
import { namespaceOf } from '../../names.ts';
import { consumersOf, offeredBy } from '../../private-link-endpoint/provider.ts';
import { localPortsOf } from '../ecs-service/ports.ts';
import type { LocalCompileInput } from '../input.ts';
import { commonLabels, labelValue, podSelector, SERVICE_LABEL } from '../labels.ts';
import { type Opening, podsIn, policyBody, tcp } from '../network-policy.ts';
import type { LocalNodeBuilder } from '../nodes.ts';

/** What the things of either side say that they do. */
export const COMPONENT = 'endpoint';

/**
 * Lets the pods in that consumers name, each on the ports that it names, and nobody else. The policy stands where the pods are that are
 * offered.
 */
export function localProvideNodes(
  build: LocalNodeBuilder,
  input: LocalCompileInput<PrivateLinkEndpoint>,
  provide: Provide,
): GraphNode[] {
  const { object } = input;
  const service = offeredBy(input, provide);
  // Who is called how in an account changes no port of a pod.
  const ports = localPortsOf(service, undefined);
  const ingress = consumersOf(input).flatMap(({ object: consumer }): Opening[] => {
    if (consumer.kind !== 'PrivateLinkEndpoint' || !consumer.spec.consume) return [];
    const { allowFrom, ports: wanted } = consumer.spec.consume;
    const own = namespaceOf(consumer.metadata);
    const targets = ports.filter(({ given }) => wanted.some(({ port }) => port === given));
    return [
      {
        peers: [...allowFrom]
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map(({ name, namespace = own }) =>
            podsIn([namespace], { [SERVICE_LABEL]: labelValue({ namespace, name }) }),
          ),
        ports: [...new Set(targets.map(({ targetPort }) => targetPort))].sort((a, b) => a - b).map(tcp),
      },
    ];
  });
  return [
    build('NetworkPolicy', 'network-policy', {
      namespace: namespaceOf(service.metadata),
      name: `${object.metadata.name}-endpoint`,
      labels: commonLabels(object, object.metadata.name, COMPONENT),
      body: policyBody(podSelector(SERVICE_LABEL, service), { ingress, egress: [] }),
    }),
  ];
}
