import type { SecureVpc } from '../../../api/secure-vpc.ts';
import { buildGraph, type Graph, type GraphNode } from '../../../graph/graph.ts';
import { refuseUnbalanced } from '../../ecs-service/balanced-in.ts';
import { IMAGE_OWNER } from '../../../local/images-of-others.ts';
import { hostOf } from '../../ecs-service/cluster.ts';
import { networkOf } from '../../ecs-service/network.ts';
import type { ServiceAtWork } from '../../ecs-service/running.ts';
import { namespaceOf, ownerOf } from '../../names.ts';
import type { LocalCompileInput } from '../input.ts';
import { commonLabels, podSelector, SERVICE_LABEL } from '../labels.ts';
import { localNodeBuilder, type LocalNodeBuilder, type LocalNodeType } from '../nodes.ts';
import { type Openings, policyBody } from '../network-policy.ts';
import { networkOpenings } from '../secure-vpc/openings.ts';
import { COMPONENT, deploymentOf } from './deployment.ts';
import { localNameOf } from './names.ts';
import { serviceOpenings } from './openings.ts';
import { localPortsOf, portName } from './ports.ts';
import { autoscalerOf } from './scaling.ts';
import { STORES_ANNOTATION } from './status.ts';
import { type LocalStore, localStoresOf, storesNotYet } from './stores.ts';

/** The types of all nodes that a service may have here. */
export const LOCAL_ECS_SERVICE_NODES: readonly LocalNodeType[] = [
  'ServiceAccount',
  'Deployment',
  'Service',
  'HorizontalPodAutoscaler',
  'NetworkPolicy',
  'SecretCopy',
];

/**
 * The graph of a service in the cluster itself. Pure; everything is checked before anything is built. Throws Terminal
 * (`InvalidSpec`, `ReferenceNotAllowed`) naming field, value and what to do, and Waiting (`DependencyNotReady`) where something that it
 * refers to is no object yet. Of a service whose images others choose, `object.running` has those that run.
 */
export function compileLocalEcsService(input: LocalCompileInput<ServiceAtWork>): Graph {
  const { object, account } = input;
  const network = networkOf(input);
  refuseUnbalanced(object, network);
  hostOf(input);
  const name = localNameOf(object, account);
  const stores = localStoresOf(input);
  const thing = {
    namespace: namespaceOf(object.metadata),
    name,
    labels: commonLabels(object, name, COMPONENT),
  };
  const build = localNodeBuilder(input);
  const policies = policyNodes(build, input, { thing, network, stores });
  const secrets = secretNodes(build, thing, stores);
  return buildGraph(ownerOf(object), [
    build('ServiceAccount', 'service-account', { ...thing, body: { automountServiceAccountToken: false } }),
    build(
      'Deployment',
      'deployment',
      {
        ...thing,
        ...(object.spec.imageOwner === 'External' && { annotations: { [IMAGE_OWNER]: 'External' } }),
        body: deploymentOf(input, name, stores),
      },
      // What runs before its policies stand is as open as the cluster.
      {
        dependsOn: ['service-account', ...[...policies, ...secrets].map(({ key }) => key)],
        notYet: storesNotYet(stores),
      },
    ),
    ...serviceNodes(build, input, thing),
    ...scalingNodes(build, object, thing),
    ...policies,
    ...secrets,
  ]);
}

type Labels = Readonly<Record<string, string>>;

interface Thing {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
}

/** How others reach the pods: from outside of the cluster as well, where there is a load balancer. */
function serviceNodes(
  build: LocalNodeBuilder,
  { object, account }: LocalCompileInput<ServiceAtWork>,
  thing: Thing,
): GraphNode[] {
  const ports = localPortsOf(object, account);
  if (ports.length === 0) return [];
  const spec = {
    type: object.spec.loadBalancer ? 'LoadBalancer' : 'ClusterIP',
    selector: podSelector(SERVICE_LABEL, object),
    ports: ports.map(({ port, targetPort, protocol }) => ({
      name: portName({ protocol, port }),
      port,
      targetPort,
      protocol,
    })),
  };
  return [build('Service', 'service', { ...thing, body: { spec } })];
}

interface Standing {
  readonly thing: Thing;
  readonly network: SecureVpc;
  readonly stores: readonly LocalStore[];
}

/** What the service opens by itself, and what its network does, where that has no policy in this namespace. */
function policyNodes(
  build: LocalNodeBuilder,
  input: LocalCompileInput<ServiceAtWork>,
  { thing, network, stores }: Standing,
): GraphNode[] {
  const pods = podSelector(SERVICE_LABEL, input.object);
  const node = (what: string, openings: Openings, annotations?: Labels) =>
    build('NetworkPolicy', `network-policy/${what}`, {
      ...thing,
      name: `${thing.name}-service-${what}`,
      ...(annotations && { annotations }),
      body: policyBody(pods, openings),
    });
  const opened = stores.map(({ store }) => `${namespaceOf(store.metadata)}/${store.metadata.name}`).sort();
  return [
    node(
      'own',
      serviceOpenings(input, network, stores),
      opened.length > 0 ? { [STORES_ANNOTATION]: opened.join(',') } : undefined,
    ),
    ...(namespaceOf(network.metadata) === thing.namespace
      ? []
      : [node('network', networkOpenings(network, input.facts))]),
  ];
}

/** What the pods have to know of stores of other namespaces. */
function secretNodes(
  build: LocalNodeBuilder,
  { namespace, labels }: Thing,
  stores: readonly LocalStore[],
): GraphNode[] {
  return stores.flatMap(({ used, secretName: name, copyOf, notYet }) =>
    name === undefined || !copyOf
      ? []
      : [build('SecretCopy', `secret/${used.name}`, { namespace, name, labels, ...copyOf }, { notYet })],
  );
}

function scalingNodes(build: LocalNodeBuilder, object: ServiceAtWork, thing: Thing): GraphNode[] {
  const spec = autoscalerOf(object, thing.name);
  if (!spec) return [];
  return [
    build(
      'HorizontalPodAutoscaler',
      'autoscaler',
      { ...thing, body: { spec } },
      { dependsOn: ['deployment'] },
    ),
  ];
}
