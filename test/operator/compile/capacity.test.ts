import { describe, expect, it } from 'vitest';
import type { AutoScalingGroupInputs } from '../../../operator/aws/autoscaling/group-settings.ts';
import type { LaunchTemplateInputs } from '../../../operator/aws/ec2/launch-template-content.ts';
import type { SecurityGroupRulesInputs } from '../../../operator/aws/ec2/security-group-rules.ts';
import type { ClusterCapacityProvidersInputs } from '../../../operator/aws/ecs/cluster-capacity-providers.ts';
import type { EcsServiceInputs } from '../../../operator/aws/ecs/service-settings.ts';
import type { TaskDefinitionInputs } from '../../../operator/aws/ecs/task-definition-inputs.ts';
import type { TargetGroupInputs } from '../../../operator/aws/elbv2/target-group.ts';
import type { RolePoliciesInputs } from '../../../operator/aws/iam/role-policies.ts';
import type { RoleInputs } from '../../../operator/aws/iam/role.ts';
import { CAPACITY_NODES } from '../../../operator/compile/ecs-service/capacity.ts';
import { compileEcsService } from '../../../operator/compile/ecs-service/ecs-service.ts';
import { dependenciesOf } from '../../../operator/graph/graph.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { inputsOf } from './fixtures.ts';
import { inputWith } from './service-input.ts';

const compile = (capacity: object, spec: object = {}) => compileEcsService(inputWith({ capacity, ...spec }));
const EC2 = { type: 'EC2' };
const PORTS = {
  task: {
    cpu: 256,
    memoryMiB: 256,
    containers: [{ name: 'app', image: 'app:1', ports: [{ port: 5000 }] }],
  },
};

describe('Fargate', () => {
  it('has nothing of its own, and names its launch type', () => {
    const graph = compile({});
    const types = [...graph.nodes.values()].map(({ type }) => type as (typeof CAPACITY_NODES)[number]);
    expect(types.filter((type) => CAPACITY_NODES.includes(type))).toEqual([]);
    const service = inputsOf<EcsServiceInputs>(graph, 'service');
    expect(service.launchType).toBe('FARGATE');
    expect(service).not.toHaveProperty('capacityProviderStrategy');
    expect(service).not.toHaveProperty('placementStrategy');
  });

  it.each([
    [
      30,
      [
        { capacityProvider: 'FARGATE', weight: 70, base: 0 },
        { capacityProvider: 'FARGATE_SPOT', weight: 30, base: 0 },
      ],
    ],
    [100, [{ capacityProvider: 'FARGATE_SPOT', weight: 100, base: 0 }]],
  ])(
    'with %i of a hundred tasks on Spot asks for shares, when its cluster has both',
    (spotPercent, shares) => {
      const graph = compile({ spotPercent });
      const service = inputsOf<EcsServiceInputs>(graph, 'service');
      expect(service.capacityProviderStrategy).toEqual(shares);
      expect(service).not.toHaveProperty('launchType');
      expect(inputsOf<ClusterCapacityProvidersInputs>(graph, 'cluster-capacity-providers').providers).toEqual(
        ['FARGATE', 'FARGATE_SPOT'],
      );
      expect(graph.nodes.get('service')).toMatchObject({
        dependsOn: expect.arrayContaining(['cluster-capacity-providers']) as string[],
        awaits: ['cluster'],
      });
    },
  );
});

describe('EC2', () => {
  it('has each of its kinds', () => {
    const types = [...compile(EC2).nodes.values()].map(({ type }) => type);
    for (const type of CAPACITY_NODES) expect(types).toContain(type);
  });

  it('has tasks of any size in bridge mode, behind ports that Docker chooses', () => {
    const graph = compile(EC2, PORTS);
    expect(inputsOf<TaskDefinitionInputs>(graph, 'task-definition')).toMatchObject({
      cpu: '256',
      memory: '256',
      networkMode: 'bridge',
      requiresCompatibilities: ['EC2'],
      containerDefinitions: [{ portMappings: [{ containerPort: 5000, hostPort: 0, protocol: 'tcp' }] }],
    });
    const service = inputsOf<EcsServiceInputs>(graph, 'service');
    expect(service).not.toHaveProperty('network');
    expect(service).not.toHaveProperty('launchType');
    expect(printable(service.capacityProviderStrategy)).toEqual([
      { capacityProvider: '${capacity-provider.name}', weight: 1, base: 0 },
    ]);
  });

  it('starts small instances of the newest image in the private subnets, with the groups of tasks', () => {
    const graph = compile(EC2);
    const template = inputsOf<LaunchTemplateInputs>(graph, 'launch-template');
    expect(printable(template)).toMatchObject({
      image: 'resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
      securityGroupIds: ['${security-group/tasks.id}', '${SecureVpc/web/net: security-group/ecs.id}'],
      volume: { device: '/dev/xvda', sizeGiB: 30 },
      userData: expect.stringContaining('ECS_CLUSTER=${cluster.name}\n') as string,
    });
    // What each object has its own of would make another version for another uid.
    expect(Object.keys(template.tags).sort()).toEqual([
      'landfall.dev/installation',
      'landfall.dev/node',
      'landfall.dev/owner',
    ]);
    const group = inputsOf<AutoScalingGroupInputs>(graph, 'auto-scaling-group');
    expect(printable(group)).toEqual({
      name: 'landfall-web-shop',
      launchTemplateId: '${launch-template.id}',
      launchTemplateVersion: '${launch-template.version}',
      instanceTypes: ['t3.micro'],
      spotPercent: 0,
      minSize: 1,
      maxSize: 4,
      subnetIds: ['${SecureVpc/web/net: subnet/private-a.id}', '${SecureVpc/web/net: subnet/private-b.id}'],
    });
  });

  it('is reached by its load balancer at the ports that Docker gives out', () => {
    const loadBalancer = { type: 'Network', listeners: [{ port: 80, protocol: 'TCP' }] };
    const graph = compile(EC2, { ...PORTS, loadBalancer });
    expect(inputsOf<TargetGroupInputs>(graph, 'target-group')).toMatchObject({
      port: 5000,
      targetType: 'instance',
    });
    const ports = [{ fromPort: 32_768, toPort: 65_535 }];
    const rulesOf = (group: string) =>
      inputsOf<SecurityGroupRulesInputs>(graph, `security-group-rules/${group}`);
    expect(rulesOf('tasks').ingress).toMatchObject(ports);
    expect(rulesOf('load-balancer').egress).toMatchObject(ports);
  });

  it('has the figures of the spec, and instances of its architecture', () => {
    const graph = compile(
      {
        type: 'EC2',
        instanceTypes: ['t4g.small', 'm6g.large'],
        minInstances: 0,
        maxInstances: 9,
        desiredInstances: 3,
        spotPercent: 60,
        volumeGiB: 80,
        placementStrategies: ['SpreadZones', 'BinpackMemory'],
      },
      { task: { cpuArchitecture: 'ARM64', containers: [{ name: 'app', image: 'app:1' }] } },
    );
    expect(inputsOf<AutoScalingGroupInputs>(graph, 'auto-scaling-group')).toMatchObject({
      instanceTypes: ['m6g.large', 't4g.small'],
      minSize: 0,
      maxSize: 9,
      initialSize: 3,
      spotPercent: 60,
    });
    expect(inputsOf<LaunchTemplateInputs>(graph, 'launch-template')).toMatchObject({
      image: expect.stringContaining('/arm64/') as string,
      volume: { sizeGiB: 80 },
    });
    expect(inputsOf<EcsServiceInputs>(graph, 'service').placementStrategy).toEqual([
      { type: 'spread', field: 'attribute:ecs.availability-zone' },
      { type: 'binpack', field: 'memory' },
    ]);
  });

  it('starts nothing before what an instance needs to join', () => {
    const graph = compile(EC2);
    const group = graph.nodes.get('auto-scaling-group');
    expect([...(group ? dependenciesOf(group) : [])].sort()).toEqual([
      'cluster',
      'launch-template',
      'role-policies/instance',
      'security-group-rules/tasks',
    ]);
  });

  it('gives instances what the agents of ECS and Session Manager need, in its own cluster', () => {
    const graph = compile(EC2);
    expect(inputsOf<RoleInputs>(graph, 'role/instance').trustPolicy).toContain('"ec2.amazonaws.com"');
    const { policies } = inputsOf<RolePoliciesInputs>(graph, 'role-policies/instance');
    expect(Object.keys(policies)).toEqual(['agent', 'session']);
    expect(policies['agent']).toContain('arn:aws:ecs:us-east-1:123456789012:cluster/shop-dev-cluster');
    expect(policies['agent']).not.toMatch(/"(ecr|logs):/);
  });

  it.each(['aws', 'ecs', 'fargate'])('of %s-shop has no name that ECS keeps to itself', (prefix) => {
    const graph = compileEcsService(inputWith({ capacity: EC2 }, { metadata: { name: `${prefix}-shop` } }));
    expect(inputsOf<{ name: string }>(graph, 'capacity-provider').name).toBe(`landfall-web-${prefix}-shop`);
  });
});
