import { INSTANCES } from '../../api/capacity.ts';
import type { EcsService } from '../../api/ecs-service.ts';
import type { EcsServiceInputs } from '../../aws/ecs/service-settings.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { ownershipTags } from '../../graph/ownership.ts';
import { foreignRef, ref } from '../../graph/ref.ts';
import type { CompileInput } from '../input.ts';
import { namespaceOf, ownerOf } from '../names.ts';
import type { NetworkExports } from '../network-exports.ts';
import type { NodeBuilder, NodeType } from '../nodes.ts';
import { policyText, trustOfInstances } from '../policies.ts';
import { ROLE_ACTIONS } from '../role-actions.ts';
import { asksForCapacity, isClusterOwn, type ServiceCluster } from './cluster.ts';
import type { ServiceNames } from './names.ts';

/** The types of nodes that capacity other than plain Fargate has. */
export const CAPACITY_NODES: readonly NodeType[] = [
  'ClusterCapacityProviders',
  'CapacityProvider',
  'AutoScalingGroup',
  'LaunchTemplate',
  'InstanceProfile',
];

/** AWS's own parameters that hold the newest image of ECS: ECS Developer Guide, "Retrieving Amazon ECS-optimized Linux AMI metadata". */
const IMAGES = {
  X86_64: '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
  ARM64: '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id',
} as const;
/** From which volume these images start, and how large theirs is. */
const ROOT = { device: '/dev/xvda', sizeGiB: 30 } as const;
const DEFAULT_TYPE = { X86_64: 't3.micro', ARM64: 't4g.micro' } as const;

const STRATEGIES = {
  SpreadZones: { type: 'spread', field: 'attribute:ecs.availability-zone' },
  SpreadInstances: { type: 'spread', field: 'instanceId' },
  BinpackMemory: { type: 'binpack', field: 'memory' },
  BinpackCpu: { type: 'binpack', field: 'cpu' },
  Random: { type: 'random' },
} as const;

/** Whether tasks run on instances, behind the ports of these. */
export function onInstances({ spec }: Pick<EcsService, 'spec'>): boolean {
  return spec.capacity.type === 'EC2';
}

/** What a service's tasks run on: nothing for Fargate as it is, what the cluster has to offer for Spot, instances for EC2. */
export function capacityNodes(
  build: NodeBuilder,
  input: CompileInput<EcsService>,
  names: ServiceNames,
  network: NetworkExports,
): GraphNode[] {
  const { object } = input;
  // What a cluster has to offer is said by whoever made it.
  if (!isClusterOwn(object)) return [];
  const { spotPercent } = object.spec.capacity;
  const offers = (providers: readonly string[], own: string) =>
    build.facet('ClusterCapacityProviders', 'cluster-capacity-providers', {
      cluster: ref('cluster', 'arn'),
      providers,
      own,
    });
  if (!onInstances(object)) return spotPercent === 0 ? [] : [offers(['FARGATE', 'FARGATE_SPOT'], 'FARGATE')];
  return [
    ...roleNodes(build, input, names),
    ...instanceNodes(build, input, names, network),
    build.thing('CapacityProvider', 'capacity-provider', {
      name: names.capacityProvider,
      autoScalingGroupArn: ref('auto-scaling-group', 'arn'),
      targetCapacityPercent: 100,
    }),
    offers([ref('capacity-provider', 'name')], names.capacityProvider),
  ];
}

/** How the service asks for its capacity. */
export function capacityOfService(
  object: EcsService,
  { host }: Pick<ServiceCluster, 'host'>,
): Pick<EcsServiceInputs, 'launchType' | 'capacityProviderStrategy' | 'placementStrategy'> {
  const { spotPercent, placementStrategies = ['SpreadZones', 'SpreadInstances'] } = object.spec.capacity;
  if (onInstances(object))
    return {
      capacityProviderStrategy: [{ capacityProvider: providerOf(host), weight: 1, base: 0 }],
      placementStrategy: placementStrategies.map((name) => STRATEGIES[name]),
    };
  if (spotPercent === 0) return { launchType: 'FARGATE' };
  const shares = [
    { capacityProvider: 'FARGATE', weight: 100 - spotPercent, base: 0 },
    { capacityProvider: 'FARGATE_SPOT', weight: spotPercent, base: 0 },
  ];
  return { capacityProviderStrategy: shares.filter(({ weight }) => weight > 0) };
}

/** The name of the provider by which its own instances, or those of another service, take tasks. */
function providerOf(host: EcsService | undefined): string {
  return host ? foreignRef(ownerOf(host), 'capacity-provider', 'name') : ref('capacity-provider', 'name');
}

/** What has to be there, and usable, before the service. */
export function beforeService(object: EcsService): {
  readonly dependsOn: readonly string[];
  readonly awaits: readonly string[];
} {
  if (!isClusterOwn(object) || !asksForCapacity(object)) return { dependsOn: [], awaits: [] };
  // For a while after its capacity providers have changed a cluster does not know them.
  return { dependsOn: ['cluster-capacity-providers'], awaits: ['cluster'] };
}

/** What runs on the instances beside the tasks: the agent of ECS, and that of Session Manager. */
function roleNodes(
  build: NodeBuilder,
  { object, account, facts }: CompileInput<EcsService>,
  names: ServiceNames,
): GraphNode[] {
  const path = `/landfall/${namespaceOf(object.metadata)}/`;
  const cluster = `arn:${facts.partition}:ecs:${object.spec.region}:${facts.accountId}:cluster/${names.cluster}`;
  return [
    build.thing('Role', 'role/instance', {
      name: names.instanceRole,
      path,
      trustPolicy: trustOfInstances(facts.partition),
      permissionsBoundaryArn: account.permissionsBoundaryArn ?? '',
    }),
    build.facet('RolePolicies', 'role-policies/instance', {
      roleName: ref('role/instance'),
      policies: { agent: agentPolicy(cluster), session: SESSION_POLICY },
    }),
    build.thing('InstanceProfile', 'instance-profile', {
      name: names.instanceRole,
      path,
      roleName: ref('role/instance'),
    }),
  ];
}

function instanceNodes(
  build: NodeBuilder,
  { object, installation }: CompileInput<EcsService>,
  names: ServiceNames,
  network: NetworkExports,
): GraphNode[] {
  const { capacity, task } = object.spec;
  const { minInstances = INSTANCES.min, maxInstances = INSTANCES.max, desiredInstances } = capacity;
  return [
    build.thing('LaunchTemplate', 'launch-template', {
      name: names.instances,
      image: `resolve:ssm:${IMAGES[task.cpuArchitecture]}`,
      instanceProfileArn: ref('instance-profile', 'arn'),
      securityGroupIds: [ref('security-group/tasks'), network.securityGroup('ecs') ?? ''],
      volume: { device: ROOT.device, sizeGiB: capacity.volumeGiB ?? ROOT.sizeGiB },
      userData: joins(ref('cluster', 'name')),
      // Other tags come from the group: one that changes makes no new version.
      tags: ownershipTags(installation, ownerOf(object), 'auto-scaling-group'),
    }),
    build.thing(
      'AutoScalingGroup',
      'auto-scaling-group',
      {
        name: names.instances,
        launchTemplateId: ref('launch-template'),
        launchTemplateVersion: ref('launch-template', 'version'),
        instanceTypes: [...(capacity.instanceTypes ?? [DEFAULT_TYPE[task.cpuArchitecture]])].sort(),
        spotPercent: capacity.spotPercent,
        minSize: minInstances,
        maxSize: maxInstances,
        ...(desiredInstances !== undefined && { initialSize: desiredInstances }),
        subnetIds: network.subnets('private').map(({ id }) => id),
      },
      // An instance that starts without them joins no cluster, or reaches nothing.
      {
        dependsOn: ['cluster', 'role-policies/instance', 'security-group-rules/tasks'],
        notYet: network.notYet,
      },
    ),
  ];
}

/** What an instance does first: its agent is told the cluster, and to drain it when Spot takes it away. */
function joins(cluster: string): string {
  return `#!/bin/bash
cat >> /etc/ecs/ecs.config << END
ECS_CLUSTER=${cluster}
ECS_ENABLE_SPOT_INSTANCE_DRAINING=true
END
`;
}

/** For the agent of an instance. */
function agentPolicy(cluster: string): string {
  return policyText(
    {
      Effect: 'Allow',
      Action: ROLE_ACTIONS.joinCluster,
      Resource: cluster,
    },
    {
      Effect: 'Allow',
      Action: ROLE_ACTIONS.serveCluster,
      Resource: '*',
      Condition: { ArnEquals: { 'ecs:cluster': cluster } },
    },
    { Effect: 'Allow', Action: ROLE_ACTIONS.findEcs[0], Resource: '*' },
  );
}

/** For Session Manager. */
const SESSION_POLICY = policyText({
  Effect: 'Allow',
  Action: [...ROLE_ACTIONS.beManaged, ...ROLE_ACTIONS.openShells],
  Resource: '*',
});
