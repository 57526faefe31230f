import { describe, expect, it } from 'vitest';
import type { EcsService } from '../../../operator/api/ecs-service.ts';
import { formatIssue, parseManifest } from '../../../operator/api/parse.ts';
import type { SecurityGroupRulesInputs } from '../../../operator/aws/ec2/security-group-rules.ts';
import type { EcsServiceInputs } from '../../../operator/aws/ecs/service-settings.ts';
import type { AttributesInputs } from '../../../operator/aws/elbv2/attributes.ts';
import type { ListenerInputs } from '../../../operator/aws/elbv2/listener.ts';
import type { LoadBalancerInputs } from '../../../operator/aws/elbv2/load-balancer.ts';
import type { TargetGroupInputs } from '../../../operator/aws/elbv2/target-group.ts';
import { CAPACITY_NODES } from '../../../operator/compile/ecs-service/capacity.ts';
import { CERTIFICATE_NODES } from '../../../operator/compile/ecs-service/certificates.ts';
import { compileEcsService, ECS_SERVICE_NODES } from '../../../operator/compile/ecs-service/ecs-service.ts';
import type { CompileInput } from '../../../operator/compile/input.ts';
import { exportsOfService } from '../../../operator/compile/service-exports.ts';
import type { Graph } from '../../../operator/graph/graph.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { smallService } from '../../support/manifests.ts';
import { account, FACTS, inputsOf, nodeOf, refusal, secureVpc } from './fixtures.ts';

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';
const network = (spec: object = {}) =>
  secureVpc(
    {
      tiers: [{ name: 'public' }, { name: 'private' }],
      securityGroups: { alb: {}, ecs: {} },
      ...spec,
    },
    { metadata: { name: 'net', namespace: 'web' } },
  );
const task = { containers: [{ name: 'app', image: 'app:1', ports: [{ port: 8080 }] }] };
const nlb = (more: object = {}) => ({
  type: 'Network',
  listeners: [{ port: 80, protocol: 'TCP' }],
  ...more,
});
const alb = (more: object = {}) => ({
  type: 'Application',
  listeners: [{ port: 80, protocol: 'HTTP' }],
  ...more,
});

function serviceWith(spec: object, name = 'shop'): EcsService {
  const parsed = parseManifest('EcsService', smallService(name, 'web', 'net', { task, ...spec }));
  if (!parsed.ok) throw new Error(parsed.issues.map(formatIssue).join('; '));
  return parsed.value;
}

const GRANTS = [
  { name: 'web', namespaces: ['web'], arns: ['arn:aws:acm:us-east-1:123456789012:certificate/*'] },
];

function inputWith(
  spec: object,
  { net = network(), name = 'shop', grants = GRANTS } = {},
): CompileInput<EcsService> {
  return {
    object: serviceWith(spec, name),
    installation: 'test',
    account: account({ grants }),
    facts: FACTS,
    references: { find: (kind) => (kind === 'SecureVpc' ? (net as never) : undefined), advice: 'make it' },
  };
}
const compile = (...given: Parameters<typeof inputWith>): Graph => compileEcsService(inputWith(...given));
const shown = <I extends object>(graph: Graph, key: string) => printable(inputsOf<I>(graph, key));

describe('a service behind a load balancer', () => {
  it('has the kinds that are read for it, and each of them; without one none of its nodes', () => {
    const typesOf = (graph: Graph) => [...new Set([...graph.nodes.values()].map(({ type }) => type))].sort();
    const everything = {
      loadBalancer: alb({ webAcl: { rateLimit: {} } }),
      service: { autoscaling: { minCount: 1, maxCount: 2, cpuPercent: 60 } },
      alarms: [{ name: 'cpu', metric: 'CpuPercent' }],
    };
    expect(typesOf(compile(everything))).toEqual(
      ECS_SERVICE_NODES.filter((type) => ![...CAPACITY_NODES, ...CERTIFICATE_NODES].includes(type)).sort(),
    );
    const without = compile({});
    expect([...without.nodes.keys()].filter((key) => /balancer|target|listener|web-acl/.test(key))).toEqual(
      [],
    );
    const service = inputsOf<EcsServiceInputs>(without, 'service');
    expect([service.loadBalancers, service.healthCheckGracePeriodSeconds]).toEqual([[], undefined]);
  });

  it('is sent to at the only port of its task, and made when a listener sends there', () => {
    const graph = compile({ loadBalancer: nlb() });
    expect(shown<EcsServiceInputs>(graph, 'service')).toMatchObject({
      loadBalancers: [{ targetGroupArn: '${target-group.id}', containerName: 'app', containerPort: 8080 }],
      healthCheckGracePeriodSeconds: 60,
    });
    expect(nodeOf(graph, 'service').dependsOn).toContain('listener/80');
    const own = compile({ loadBalancer: nlb(), service: { healthCheckGracePeriodSeconds: 0 } });
    expect(inputsOf<EcsServiceInputs>(own, 'service').healthCheckGracePeriodSeconds).toBe(0);
  });

  it('is sent to at the port that its spec names, of several', () => {
    const containers = [
      { name: 'app', image: 'app:1', ports: [{ port: 80 }, { port: 81, protocol: 'udp' }] },
      { name: 'proxy', image: 'proxy:1', ports: [{ port: 8080 }, { port: 9901 }] },
    ];
    const targetOf = (target: object) => {
      const graph = compile({ task: { containers }, loadBalancer: nlb({ target }) });
      const [found] = inputsOf<EcsServiceInputs>(graph, 'service').loadBalancers;
      return `${found?.containerName} ${found?.containerPort}`;
    };
    expect(targetOf({ container: 'app' })).toBe('app 80');
    expect(targetOf({ port: 9901 })).toBe('proxy 9901');
    expect(targetOf({ container: 'proxy', port: 8080 })).toBe('proxy 8080');
  });

  it('asks for no health where no task is to run', () => {
    expect(compile({ loadBalancer: nlb() }).nodes.has('target-health')).toBe(true);
    const idle = compile({ loadBalancer: nlb(), service: { desiredCount: 0 } });
    expect(idle.nodes.has('target-health')).toBe(false);
  });

  it('lets its tasks be reached from the group of its load balancer alone, at that port', () => {
    const graph = compile({ loadBalancer: nlb() });
    expect(shown<SecurityGroupRulesInputs>(graph, 'security-group-rules/tasks')).toMatchObject({
      ingress: [
        { protocol: 'tcp', fromPort: 8080, toPort: 8080, peer: '${security-group/load-balancer.id}' },
      ],
      egress: [],
    });
  });
});

describe('the group of a load balancer', () => {
  const rulesOf = (ingress: object[] = [], more: object = {}) => {
    const graph = compile({ loadBalancer: nlb({ ingress, ...more }) });
    const rules = shown<SecurityGroupRulesInputs>(graph, 'security-group-rules/load-balancer');
    const text = (direction: 'ingress' | 'egress') =>
      rules[direction].map(({ fromPort, toPort, peer, description }) =>
        fromPort === toPort ? `${fromPort} ${peer} (${description})` : 'a range',
      );
    return { ingress: text('ingress'), egress: text('egress') };
  };

  it('lets nobody in unless the spec names him, and leads to the tasks alone', () => {
    expect(rulesOf()).toEqual({ ingress: [], egress: ['8080 ${security-group/tasks.id} (to the tasks)'] });
  });

  it('opens every listener to those whom the spec names, and nothing else', () => {
    const ingress = [
      { name: 'office', cidr: '198.51.100.0/24' },
      { name: 'world', cidr: '0.0.0.0/0', exposure: 'Internet' },
      { name: 'tasks', group: 'ecs' },
    ];
    const listeners = [
      { port: 80, protocol: 'TCP' },
      { port: 81, protocol: 'TCP' },
    ];
    expect(rulesOf(ingress, { listeners }).ingress).toEqual([
      '80 198.51.100.0/24 (office from outside)',
      '81 198.51.100.0/24 (office from outside)',
      '80 0.0.0.0/0 (world from the internet)',
      '81 0.0.0.0/0 (world from the internet)',
      '80 ${SecureVpc/web/net: security-group/ecs.id} (tasks from ecs)',
      '81 ${SecureVpc/web/net: security-group/ecs.id} (tasks from ecs)',
    ]);
  });

  it('stands beside the network’s group for load balancers, where there is one', () => {
    const groupsOf = (net: ReturnType<typeof network>) =>
      shown<LoadBalancerInputs>(compile({ loadBalancer: nlb() }, { net }), 'load-balancer').securityGroupIds;
    expect(groupsOf(network())).toEqual([
      '${security-group/load-balancer.id}',
      '${SecureVpc/web/net: security-group/alb.id}',
    ]);
    expect(groupsOf(network({ securityGroups: { ecs: {} } }))).toEqual([
      '${security-group/load-balancer.id}',
    ]);
  });
});

describe('the load balancer', () => {
  it.each([
    ['internal', 'private'],
    ['internet-facing', 'public'],
  ])('%s stands in the %s subnets', (scheme, tier) => {
    const given = scheme === 'internal' ? {} : { scheme: 'InternetFacing' };
    const inputs = shown<LoadBalancerInputs>(compile({ loadBalancer: alb(given) }), 'load-balancer');
    expect(inputs).toMatchObject({ type: 'application', scheme, vpcId: '${SecureVpc/web/net: vpc.id}' });
    expect(inputs.subnetIds).toEqual(
      ['a', 'b'].map((zone) => `\${SecureVpc/web/net: subnet/${tier}-${zone}.id}`),
    );
  });

  it('has the attributes of its type', () => {
    const of = (loadBalancer: object) =>
      inputsOf<AttributesInputs>(compile({ loadBalancer }), 'load-balancer-attributes').attributes;
    expect(of(nlb())).toEqual({ 'load_balancing.cross_zone.enabled': 'true' });
    expect(of(alb())).toEqual({ 'routing.http.drop_invalid_header_fields.enabled': 'true' });
  });

  it.each([
    ['shop', 'shop-dev-load-balancer', 'shop-dev-target-group'],
    ['internal-shop', 'lb-internal-shop-dev-lo-356b5f08', 'lb-internal-shop-dev-ta-77e6c0d5'],
    ['a.shop', 'a-shop-dev-load-balancer', 'a-shop-dev-target-group'],
  ])('of %s is called %s', (name, balancer, group) => {
    const graph = compile({ loadBalancer: nlb() }, { name });
    const names = ['load-balancer', 'target-group'].map((key) => inputsOf<{ name: string }>(graph, key).name);
    expect(names).toEqual([balancer, group]);
    for (const one of names) expect(one.length).toBeLessThanOrEqual(32);
  });

  it('is called as the spec says', () => {
    const graph = compile({ loadBalancer: nlb({ name: 'front', targetGroupName: 'back' }) });
    const names = ['load-balancer', 'target-group'].map((key) => inputsOf<{ name: string }>(graph, key).name);
    expect(names).toEqual(['front', 'back']);
  });
});

describe('what is behind it', () => {
  const checkOf = (loadBalancer: object) =>
    inputsOf<TargetGroupInputs>(compile({ loadBalancer }), 'target-group');

  it('is checked as the issue says where the spec does not', () => {
    const figures = { intervalSeconds: 30, timeoutSeconds: 5, healthyThreshold: 2, unhealthyThreshold: 3 };
    expect(checkOf(nlb())).toMatchObject({
      protocol: 'TCP',
      targetType: 'ip',
      healthCheck: { protocol: 'TCP', port: 'traffic-port', path: '', matcher: '', ...figures },
    });
    expect(checkOf(alb())).toMatchObject({
      protocol: 'HTTP',
      healthCheck: { protocol: 'HTTP', path: '/', matcher: '200', ...figures },
    });
  });

  it('is checked as the spec says', () => {
    const healthCheck = { protocol: 'HTTP', path: '/live', successCodes: '200-299', intervalSeconds: 10 };
    expect(checkOf(nlb({ healthCheck })).healthCheck).toMatchObject({
      protocol: 'HTTP',
      path: '/live',
      matcher: '200-299',
      intervalSeconds: 10,
    });
    const attributes = inputsOf<AttributesInputs>(
      compile({ loadBalancer: nlb({ deregistrationDelaySeconds: 10 }) }),
      'target-group-attributes',
    );
    expect(attributes.attributes).toEqual({ 'deregistration_delay.timeout_seconds': '10' });
  });
});

describe('listeners', () => {
  const secure = { port: 443, protocol: 'HTTPS', certificateArn: CERTIFICATE };

  it('answer with their certificate, send to the tasks, or to another port', () => {
    const graph = compile({
      loadBalancer: alb({ listeners: [{ port: 80, protocol: 'HTTP', redirectTo: 443 }, secure] }),
    });
    expect(shown<ListenerInputs>(graph, 'listener/80')).toMatchObject({
      protocol: 'HTTP',
      certificateArn: '',
      sslPolicy: '',
      action: { type: 'redirect', port: 443 },
    });
    expect(shown<ListenerInputs>(graph, 'listener/443')).toMatchObject({
      protocol: 'HTTPS',
      certificateArn: CERTIFICATE,
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      action: { type: 'forward', targetGroupId: '${target-group.id}' },
    });
    expect(nodeOf(graph, 'service').dependsOn).not.toContain('listener/80');
  });

  it('of a Network load balancer may end TLS, and send on over TCP', () => {
    const listeners = [{ port: 443, protocol: 'TLS', certificateArn: CERTIFICATE }];
    const graph = compile({ loadBalancer: nlb({ listeners }) });
    expect(shown<ListenerInputs>(graph, 'listener/443')).toMatchObject({
      protocol: 'TLS',
      certificateArn: CERTIFICATE,
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      action: { type: 'forward', targetGroupId: '${target-group.id}' },
    });
    expect(inputsOf<TargetGroupInputs>(graph, 'target-group').protocol).toBe('TCP');
  });

  it.each([
    ['another account', CERTIFICATE.replace('123456789012', '222222222222')],
    ['another region', CERTIFICATE.replace('us-east-1', 'eu-west-1')],
  ])('take no certificate of %s', (_, certificateArn) => {
    const listeners = [{ ...secure, certificateArn }];
    const { reason, message } = refusal(() => compile({ loadBalancer: alb({ listeners }) }));
    expect(reason).toBe('InvalidSpec');
    expect(message).toMatch(/^spec.loadBalancer.listeners\[443\].certificateArn: certificate arn:/);
  });

  it('take no certificate that nobody has granted', () => {
    const { reason, message } = refusal(() =>
      compile({ loadBalancer: alb({ listeners: [secure] }) }, { grants: [] }),
    );
    expect(reason).toBe('NotGranted');
    expect(message).toContain(`spec.loadBalancer.listeners[443].certificateArn names ${CERTIFICATE}`);
  });
});

describe('a network in which it cannot be', () => {
  it.each([
    [
      'without a public tier',
      network({ tiers: [{ name: 'private' }] }),
      alb({ scheme: 'InternetFacing' }),
      'spec.loadBalancer.scheme is InternetFacing, and SecureVpc/web/net has no tier public, where such a load balancer stands: add it to spec.tiers there, or change scheme',
    ],
    [
      'of one zone',
      network({ zones: { count: 1 } }),
      alb(),
      'spec.loadBalancer.type is Application, for which AWS wants 2 zones, and SecureVpc/web/net is in 1: give it more in spec.zones, or take a Network load balancer',
    ],
    [
      'without a group that the spec names',
      network(),
      nlb({ ingress: [{ name: 'admins', group: 'bastion' }] }),
      'spec.loadBalancer.ingress[admins].group is bastion, which SecureVpc/web/net does not have: add it to spec.securityGroups there, or name another peer',
    ],
  ])('%s', (_, net, loadBalancer, message) => {
    expect(refusal(() => compile({ loadBalancer }, { net }))).toEqual({ reason: 'InvalidSpec', message });
  });

  it('of one zone is enough for a Network load balancer', () => {
    const graph = compile({ loadBalancer: nlb() }, { net: network({ zones: { count: 1 } }) });
    expect(inputsOf<LoadBalancerInputs>(graph, 'load-balancer').subnetIds).toHaveLength(1);
  });
});

describe('what a service offers to others', () => {
  it('is its load balancer, its type, its ports and its group, whatever their ids', () => {
    const listeners = [
      { port: 8443, protocol: 'TLS', certificateArn: CERTIFICATE },
      { port: 80, protocol: 'TCP' },
    ];
    expect(printable(exportsOfService(serviceWith({ loadBalancer: nlb({ listeners }) })))).toEqual({
      owner: 'EcsService/web/shop',
      loadBalancer: {
        loadBalancerArn: '${EcsService/web/shop: load-balancer.activeArn}',
        loadBalancerType: 'Network',
        listenerPorts: [80, 8443],
        loadBalancerSecurityGroup: '${EcsService/web/shop: security-group/load-balancer.id}',
      },
    });
    expect(exportsOfService(serviceWith({})).loadBalancer).toBeUndefined();
  });
});
