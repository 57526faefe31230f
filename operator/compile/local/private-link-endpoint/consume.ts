import type { Consume } from '../../../api/private-link-consume.ts';
import type { PrivateLinkEndpoint } from '../../../api/private-link-endpoint.ts';
import { Terminal } from '../../../errors.ts';
import type { GraphNode } from '../../../graph/graph.ts';
import { namespaceOf } from '../../names.ts';
import { allowedServices } from '../../private-link-endpoint/allowed-services.ts';
import { referredBeside } from '../../references.ts';
import { portName } from '../ecs-service/ports.ts';
import { offeredPort, offeredTo } from '../endpoint-address.ts';
import type { LocalCompileInput } from '../input.ts';
import { commonLabels } from '../labels.ts';
import type { LocalNodeBuilder } from '../nodes.ts';
import { COMPONENT } from './provide.ts';

/** RFC 1035: what Kubernetes takes as the name of a Service. */
const SERVICE_NAME = /^[a-z][-a-z0-9]*$/u;

/**
 * Another name for the Service of a provider in another namespace; nothing where it is in the same one, and has its name there. Who may
 * use it is said where its pods are, and each service lets itself out to it.
 */
export function localConsumeNodes(
  build: LocalNodeBuilder,
  input: LocalCompileInput<PrivateLinkEndpoint>,
  consume: Consume,
): GraphNode[] {
  const { object } = input;
  referredBeside(input, {
    kind: 'SecureVpc',
    field: 'spec.consume.networkRef',
    reference: consume.networkRef,
  });
  allowedServices(input, consume);
  const offered = offeredTo(input, object);
  const ports = [...consume.ports]
    .sort((a, b) => a.port - b.port)
    .map(({ port }) => ({ port, of: offeredPort(offered, object, port) }));
  const namespace = namespaceOf(object.metadata);
  if (input.into !== undefined || namespace === offered.namespace) return [];
  const { name } = object.metadata;
  refuseName(name);
  const named = ports.map(({ port, of }) => ({ name: portName({ protocol: 'TCP', port }), port, of }));
  return [
    build('Service', 'service', {
      namespace,
      name,
      labels: commonLabels(object, name, COMPONENT),
      body: {
        spec: {
          type: 'ClusterIP',
          ports: named.map((one) => ({
            name: one.name,
            port: one.port,
            targetPort: one.of.targetPort,
            protocol: 'TCP',
          })),
        },
      },
    }),
    build(
      'AliasEndpoints',
      'alias-endpoints',
      {
        namespace,
        service: name,
        from: { namespace: offered.namespace, name: offered.name },
        ports: named.map((one) => ({ name: one.name, port: one.of.port })),
      },
      { dependsOn: ['service'] },
    ),
  ];
}

function refuseName(name: string): void {
  if (SERVICE_NAME.test(name)) return;
  throw new Terminal(
    'InvalidSpec',
    `metadata.name is ${name}, by which a Service of Kubernetes cannot be called: it has to begin with a letter and have small letters, digits and hyphens; make the object under another name`,
  );
}
