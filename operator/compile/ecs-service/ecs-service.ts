import { RESTART_ANNOTATION } from '../../api/annotations.ts';
import type { EcsService } from '../../api/ecs-service.ts';
import type { ServiceSize } from '../../api/presets.ts';
import { buildGraph, type Graph, type GraphNode } from '../../graph/graph.ts';
import { ref } from '../../graph/ref.ts';
import { withAdoptions } from '../adoption.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf, ownerOf } from '../names.ts';
import { exportsOfNetwork, type NetworkExports } from '../network-exports.ts';
import { type NodeBuilder, nodeBuilder, type NodeType } from '../nodes.ts';
import type { Reference } from '../references.ts';
import { tagger } from '../tags.ts';
import { CAPACITY_NODES, beforeService, capacityNodes, capacityOfService, onInstances } from './capacity.ts';
import { alarmNodes } from './alarms.ts';
import { refuseUnbalanced } from './balanced-in.ts';
import {
  balancedService,
  beforeBalanced,
  BALANCED_RULES,
  fromLoadBalancer,
  LOAD_BALANCING_NODES,
  loadBalancingNodes,
} from './load-balancing.ts';
import {
  clusterNodes,
  clusterOf,
  hostReferences,
  isGuestOnInstances,
  type ServiceCluster,
} from './cluster.ts';
import { passwordsOf, STORE_RULES, storeReferences, storesNotYet, toStores } from './data-stores.ts';
import { ENDPOINT_RULES, endpointReferences, toEndpoints } from './environment.ts';
import { namesOf, type ServiceNames } from './names.ts';
import { networkOf } from './network.ts';
import { roleNodes } from './roles.ts';
import type { ServiceAtWork } from './running.ts';
import { countOf, fewestOf, SCALING_NODES, scalingNodes } from './scaling.ts';
import { sizeOf } from './size.ts';
import { taskDefinition } from './task.ts';

/** The types of all nodes that a service may have. */
export const ECS_SERVICE_NODES: readonly NodeType[] = [
  'EcsCluster',
  'LogGroup',
  'Role',
  'RolePolicies',
  'SecurityGroup',
  'SecurityGroupRules',
  'TaskDefinition',
  'EcsService',
  ...CAPACITY_NODES,
  ...SCALING_NODES,
  ...LOAD_BALANCING_NODES,
];

/** The objects that a service refers to. */
export function referencesOfEcsService(object: EcsService): Reference[] {
  const { name, namespace = namespaceOf(object.metadata) } = object.spec.networkRef;
  return [
    { kind: 'SecureVpc', namespace, name },
    ...hostReferences(object),
    ...endpointReferences(object),
    ...storeReferences(object),
  ];
}

/**
 * The graph of a service. Pure; everything is checked before anything is built. Throws Terminal (`InvalidSpec`,
 * `ReferenceNotAllowed`) naming field, value and what to do, and Waiting (`DependencyNotReady`) where its network is no
 * object yet.
 */
export function compileEcsService(input: CompileInput<ServiceAtWork>): Graph {
  const { object, installation, facts } = input;
  const network = networkOf(input);
  refuseUnbalanced(object, network);
  const exports = exportsOfNetwork(network, facts);
  const build = nodeBuilder(tagger(input));
  const names = namesOf(object, installation);
  const size = sizeOf(object);
  const cluster = clusterOf(input);
  const graph = buildGraph(ownerOf(object), [
    ...clusterNodes(build, object, names),
    build.thing('LogGroup', 'log-group', {
      name: names.logGroup,
      retentionDays: object.spec.logs.retentionDays,
    }),
    ...roleNodes(build, input, names),
    ...groupNodes(build, input, names, exports),
    ...capacityNodes(build, input, names, exports),
    ...loadBalancingNodes(build, input, {
      names,
      exports,
      desiredCount: fewestOf(object, size.desiredCount),
    }),
    build.thing('TaskDefinition', 'task-definition', taskDefinition(input, names, size), {
      notYet: storesNotYet(input),
    }),
    serviceNode(build, object, { names, exports, size, cluster, passwords: passwordsOf(input) }),
    ...scalingNodes(build, object),
    ...alarmNodes(build, input, names, cluster),
  ]);
  return withAdoptions(graph, object.spec.adopt);
}

/** What tasks may reach and who may reach them the network's group says; their own adds their load balancer, endpoints and stores. */
function groupNodes(
  build: NodeBuilder,
  input: CompileInput<EcsService>,
  names: ServiceNames,
  { vpcId }: NetworkExports,
): GraphNode[] {
  const { metadata, spec } = input.object;
  // Instances have the group of whoever starts them.
  if (isGuestOnInstances(input.object)) return [];
  return [
    build.thing('SecurityGroup', 'security-group/tasks', {
      vpcId,
      name: names.securityGroup,
      description: `Tasks of ${namespaceOf(metadata)}/${metadata.name}`,
    }),
    build.facet(
      'SecurityGroupRules',
      'security-group-rules/tasks',
      {
        groupId: ref('security-group/tasks'),
        ingress: fromLoadBalancer(spec),
        egress: [...toEndpoints(input), ...toStores(input)],
        // A load balancer that goes takes its group along, which no rule may name then.
        outlasting: [...(spec.loadBalancer ? BALANCED_RULES : []), ENDPOINT_RULES, STORE_RULES],
      },
      // The tasks that run may use until then what those that come do not.
      { lateAwaits: ['service'] },
    ),
  ];
}

interface ServicePlan {
  readonly names: ServiceNames;
  readonly exports: NetworkExports;
  readonly size: ServiceSize;
  readonly cluster: ServiceCluster;
  readonly passwords: readonly string[];
}

function serviceNode(
  build: NodeBuilder,
  object: ServiceAtWork,
  { names, exports, size, cluster, passwords }: ServicePlan,
): GraphNode {
  const { metadata, spec, running } = object;
  const { deployment, executeCommand } = spec.service;
  const restartedAt = metadata.annotations?.[RESTART_ANNOTATION];
  const breaks = deployment.circuitBreaker === 'Enabled';
  return build.thing(
    'EcsService',
    'service',
    {
      cluster: cluster.arn,
      name: names.service,
      taskDefinition: ref('task-definition', 'arn'),
      ...(running?.instead && { instead: running.instead }),
      ...countOf(spec.service.autoscaling, size.desiredCount),
      ...capacityOfService(object, cluster),
      // Behind the ports of instances tasks have no interface of their own.
      ...(!onInstances(object) && {
        platformVersion: 'LATEST',
        network: {
          subnetIds: exports.subnets('private').map(({ id }) => id),
          securityGroupIds: [ref('security-group/tasks'), exports.securityGroup('ecs') ?? ''],
          assignPublicIp: false,
        },
      }),
      ...balancedService(spec),
      deployment: {
        minimumHealthyPercent: deployment.minimumHealthyPercent,
        maximumPercent: deployment.maximumPercent,
        circuitBreaker: breaks,
        rollback: breaks,
      },
      enableExecuteCommand: executeCommand === 'Enabled',
      propagateTags: 'SERVICE',
      enableEcsManagedTags: true,
      ...(restartedAt !== undefined && { restartedAt }),
      ...(passwords.length > 0 && { passwords }),
    },
    // Tasks that start without them cannot pull, write or reach anything.
    {
      dependsOn: [
        'role-policies/execution',
        'role-policies/task',
        ...(isGuestOnInstances(object) ? [] : ['security-group-rules/tasks']),
        ...beforeBalanced(spec),
        ...beforeService(object).dependsOn,
      ],
      awaits: beforeService(object).awaits,
      notYet: exports.notYet,
    },
  );
}
