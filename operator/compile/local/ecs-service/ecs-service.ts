import { buildGraph, type Graph, type GraphNode } from '../../../graph/graph.ts';
import { networkOf } from '../../ecs-service/network.ts';
import type { ServiceAtWork } from '../../ecs-service/running.ts';
import { namespaceOf, ownerOf } from '../../names.ts';
import type { LocalCompileInput } from '../input.ts';
import { commonLabels, podSelector, SERVICE_LABEL } from '../labels.ts';
import { localNodeBuilder, type LocalNodeBuilder, type LocalNodeType } from '../nodes.ts';
import { COMPONENT, deploymentOf } from './deployment.ts';
import { localNameOf } from './names.ts';
import { localPortsOf, portName } from './ports.ts';
import { autoscalerOf } from './scaling.ts';
import { localStoresOf, storesNotYet } from './stores.ts';

/** The types of all nodes that a service may have here. */
export const LOCAL_ECS_SERVICE_NODES: readonly LocalNodeType[] = [
  'ServiceAccount',
  'Deployment',
  'Service',
  'HorizontalPodAutoscaler',
  'NetworkPolicy',
];

/**
 * The graph of a service in the cluster itself. Pure; everything is checked before anything is built. Throws Terminal
 * (`InvalidSpec`, `ReferenceNotAllowed`) naming field, value and what to do, and Waiting (`DependencyNotReady`) where something that it
 * refers to is no object yet. Of a service whose images others choose, `object.running` has those that run.
 */
export function compileLocalEcsService(input: LocalCompileInput<ServiceAtWork>): Graph {
  const { object, account } = input;
  networkOf(input);
  const name = localNameOf(object, account);
  const stores = localStoresOf(input);
  const thing = {
    namespace: namespaceOf(object.metadata),
    name,
    labels: commonLabels(object, name, COMPONENT),
  };
  const build = localNodeBuilder(input);
  return buildGraph(ownerOf(object), [
    build('ServiceAccount', 'service-account', { ...thing, body: { automountServiceAccountToken: false } }),
    build(
      'Deployment',
      'deployment',
      { ...thing, body: deploymentOf(input, name, stores) },
      { dependsOn: ['service-account'], notYet: storesNotYet(stores) },
    ),
    ...serviceNodes(build, input, thing),
    ...scalingNodes(build, object, thing),
  ]);
}

interface Thing {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
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
