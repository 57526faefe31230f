import { describe, expect, it } from 'vitest';
import type { SecurityGroupRulesInputs } from '../../../operator/aws/ec2/security-group-rules.ts';
import type { EcsServiceInputs } from '../../../operator/aws/ecs/service-settings.ts';
import {
  compileEcsService,
  referencesOfEcsService,
} from '../../../operator/compile/ecs-service/ecs-service.ts';
import { tasksGroupOf } from '../../../operator/compile/ecs-service/cluster.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { inputsOf, refusal } from './fixtures.ts';
import { inputWith, networkWith, serviceWith } from './service-input.ts';

const HOST = { cluster: { ref: { name: 'host' } } };
const EC2 = { capacity: { type: 'EC2' } };
const SPOT = { capacity: { spotPercent: 50 } };
const PORTS = {
  task: { cpu: 256, memoryMiB: 256, containers: [{ name: 'app', image: 'app:1', ports: [{ port: 5000 }] }] },
};

const host = (spec: object = {}, metadata: object = {}) => serviceWith(spec, { name: 'host', ...metadata });
const compiled = (spec: object, more: Parameters<typeof inputWith>[1] = {}) =>
  compileEcsService(inputWith(spec, { others: [host()], ...more }));
const refused = (spec: object, more: Parameters<typeof inputWith>[1] = {}) =>
  refusal(() => compiled(spec, more)).message;
const serviceOf = (graph: ReturnType<typeof compiled>) =>
  JSON.parse(printable(JSON.stringify(inputsOf<EcsServiceInputs>(graph, 'service')))) as EcsServiceInputs;

describe('a cluster of its own', () => {
  it('is made unless the spec says otherwise, by the name that it gives', () => {
    expect(inputsOf(compiled({}), 'cluster')).toEqual({
      name: 'shop-dev-cluster',
      containerInsights: 'disabled',
    });
    const create = { name: 'web', containerInsights: 'Enabled' };
    expect(inputsOf(compiled({ cluster: { create } }), 'cluster')).toEqual({
      name: 'web',
      containerInsights: 'enabled',
    });
  });
});

describe('the cluster of another service', () => {
  it('is that of its maker, of which nothing is made or written here', () => {
    const graph = compiled(HOST);
    expect([...graph.nodes.keys()]).not.toContain('cluster');
    expect(serviceOf(graph).cluster).toBe('${EcsService/web/host: cluster.arn}');
    expect(referencesOfEcsService(inputWith(HOST).object)).toContainEqual({
      kind: 'EcsService',
      namespace: 'web',
      name: 'host',
    });
  });

  it('is watched by its name', () => {
    const graph = compiled({ ...HOST, alarms: [{ name: 'busy', metric: 'CpuPercent' }] });
    const { dimensions } = inputsOf<{ dimensions: Record<string, string> }>(graph, 'alarm/busy');
    expect(printable(dimensions['ClusterName'] ?? '')).toBe('${EcsService/web/host: cluster.name}');
  });

  it('gives Spot where its maker has it, once that has all that it has to offer', () => {
    const graph = compiled({ ...HOST, ...SPOT }, { others: [host(SPOT)] });
    expect([...graph.nodes.keys()]).not.toContain('cluster-capacity-providers');
    expect(serviceOf(graph).cluster).toBe('${EcsService/web/host: service.clusterArn}');
    expect(graph.nodes.get('service')?.dependsOn).not.toContain('cluster-capacity-providers');
    expect(refused({ ...HOST, ...SPOT })).toBe(
      'spec.cluster.ref: the cluster of EcsService/web/host offers no Fargate Spot, which spec.capacity.spotPercent asks for: take it away, or name a service on Fargate that has a spotPercent itself',
    );
  });

  it('lets tasks onto the instances of its maker, which describes these alone', () => {
    const others = [host({ ...EC2, ...PORTS })];
    const balanced = {
      ...HOST,
      ...EC2,
      ...PORTS,
      loadBalancer: { type: 'Network', listeners: [{ port: 80, protocol: 'TCP' }] },
    };
    const network = networkWith({ securityGroups: { ecs: {}, alb: {} } });
    const graph = compiled(balanced, { others, network });
    expect(serviceOf(graph)).toMatchObject({
      cluster: '${EcsService/web/host: service.clusterArn}',
      capacityProviderStrategy: [
        { capacityProvider: '${EcsService/web/host: capacity-provider.name}', weight: 1, base: 0 },
      ],
    });
    for (const key of ['launch-template', 'auto-scaling-group', 'role/instance', 'security-group/tasks'])
      expect([...graph.nodes.keys()]).not.toContain(key);
    const { egress } = inputsOf<SecurityGroupRulesInputs>(graph, 'security-group-rules/load-balancer');
    expect(egress.map(({ peer }) => printable(peer))).toEqual([
      '${EcsService/web/host: security-group/tasks.id}',
    ]);
    expect(printable(tasksGroupOf(inputWith(balanced).object))).toBe(
      '${EcsService/web/host: security-group/tasks.id}',
    );
    expect(refused(balanced, { others })).toMatch(
      /^spec.loadBalancer: .* SecureVpc\/web\/net has none: add it to spec.securityGroups there$/,
    );
  });

  it('refuses what cannot be', () => {
    expect(refused({ cluster: { ref: { name: 'shop' } } }, { others: [serviceWith()] })).toBe(
      'spec.cluster.ref names this object itself: leave cluster.ref out, and it makes a cluster of its own',
    );
    expect(refused(HOST, { others: [host({ cluster: { ref: { name: 'other' } } })] })).toBe(
      'spec.cluster.ref: EcsService/web/host makes no cluster, but runs in another itself: name the one that makes it',
    );
    expect(refused({ ...HOST, ...EC2, ...PORTS })).toBe(
      'spec.cluster.ref: EcsService/web/host has no instances, which spec.capacity.type EC2 wants: name one whose capacity.type is EC2, or take Fargate',
    );
    expect(
      refused({ ...HOST, ...EC2, ...PORTS }, { others: [host({ ...EC2, networkRef: { name: 'far' } })] }),
    ).toBe(
      'spec.cluster.ref: the instances of EcsService/web/host are in network web/far, but spec.networkRef names web/net: name the same network in both',
    );
    expect(() => compiled(HOST, { others: [] })).toThrow(
      'spec.cluster.ref names EcsService web/host, but there is none; make it',
    );
    const far = { cluster: { ref: { name: 'host', namespace: 'far' } } };
    expect(refused(far, { others: [host({}, { namespace: 'far' })] })).toMatch(
      /^spec.cluster.ref: EcsService far\/host lets no object of namespace web refer to it;/,
    );
    expect(refused(HOST, { others: [host({ region: 'eu-west-1' })] })).toMatch(
      /^spec.cluster.ref: EcsService\/web\/host is in Account main, region eu-west-1,/,
    );
  });
});

describe('a cluster of somebody else', () => {
  const named = { cluster: { name: 'legacy' } };
  const arn = 'arn:aws:ecs:us-east-1:123456789012:cluster/legacy';

  it('is used by a grant, and never written to', () => {
    const graph = compiled(named, { grants: [{ name: 'ecs', namespaces: ['web'], arns: [arn] }] });
    expect([...graph.nodes.keys()]).not.toContain('cluster');
    expect(serviceOf(graph).cluster).toBe(arn);
  });

  it('is refused without one', () => {
    expect(refused(named)).toBe(
      `spec.cluster.name names ${arn}, which no grant of Account main covers; whoever owns the Account can let namespace web use it, in spec.aws.grants`,
    );
  });
});
